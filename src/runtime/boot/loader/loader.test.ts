/** The loader's menu, countdown and prompt over a stick in memory. */
import { describe, expect, test } from 'vitest';
import { sourceOf, sparseOf } from '#base/byte-source.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { nativeProgramFile } from '#abi/native-program.ts';
import { Loader } from '#boot/loader/loader.ts';
import { LOADER_CONF, parseLoaderConf } from '#boot/loader/loader-conf.ts';
import { writeFat } from '#boot/media/fat-write.ts';
import type { MediaFile } from '#boot/media/media-tree.ts';
import { openMedium } from '#boot/media/medium.ts';

const SECOND = 1_000_000_000n;
const text = (path: string, content: string): MediaFile => ({
  path,
  content: sparseOf(encodeUtf8(content)),
});
const platform = (folder: string, stamp: string): MediaFile[] => [
  { path: `${folder}/i86pc/kernel/amd64/unix`, content: sparseOf(nativeProgramFile('unix')) },
  text(`${folder}/etc/version/platform`, `${stamp}\n`),
];
const FILES = [text('boot/loader.conf', LOADER_CONF), ...platform('platform', '20261123T000000Z')];

function start(
  files: readonly MediaFile[] = FILES,
  preset: ReadonlyMap<string, string> = new Map(),
): { loader: Loader; screen: () => string; keys: (text: string) => void } {
  const image = writeFat(files, {
    sizeBytes: 8 * MiB,
    label: 'SMARTOSBOOT',
    serial: 1,
    timeSeconds: 1_795_000_000,
    hiddenSectors: 0,
  });
  let out = '';
  const { volume } = openMedium(sourceOf(image));
  const loader = new Loader(volume, preset, 0n, (written) => {
    out = written.includes('\x1b[2J') ? written : out + written;
  });
  return {
    loader,
    screen: () => out.replaceAll(/\x1b\[[\d;]*[A-Za-z]/g, ''),
    keys: (typed) => loader.input(encodeUtf8(typed)),
  };
}

describe('the countdown', () => {
  test('boots after ten seconds, and says how many are left', () => {
    const { loader, screen } = start();
    expect(screen()).toContain('Autoboot in 10 seconds. [Space] to pause');
    loader.tick(3n * SECOND);
    expect(screen()).toContain('Autoboot in 7 seconds.');
    expect(loader.wakeAtNs).toBe(4n * SECOND);
    loader.tick(10n * SECOND - 1n);
    expect(loader.result).toBeUndefined();
    loader.tick(10n * SECOND);
    expect(loader.result).toMatchObject({
      kind: 'boot',
      choice: { platform: 'platform', flags: [] },
    });
  });

  test('stops for good at any key', () => {
    const { loader, keys } = start();
    keys(' ');
    expect(loader.wakeAtNs).toBeUndefined();
    loader.tick(100n * SECOND);
    expect(loader.result).toBeUndefined();
    keys('\r');
    expect(loader.result).toMatchObject({ kind: 'boot' });
  });

  test('a preset of -1 boots at once', () => {
    const { loader } = start(FILES, new Map([['autoboot_delay', '-1']]));
    expect(loader.result).toMatchObject({ kind: 'boot' });
  });
});

function bootOf(loader: Loader): { flags: readonly string[]; properties: Record<string, string> } {
  const { result } = loader;
  if (result?.kind !== 'boot') throw new Error('did not boot');
  return { flags: result.choice.flags, properties: Object.fromEntries(result.choice.properties) };
}

describe('the menu', () => {
  test('rescue mode imports no pool and is not SmartOS', () => {
    const { loader, keys, screen } = start();
    keys('or');
    expect(screen()).toContain('5. [R]escue Mode: On');
    keys('\x7f');
    expect(screen()).toContain('1. Boot SmartOS [Enter]');
    keys('b');
    const { properties } = bootOf(loader);
    expect(properties).toMatchObject({ noimport: 'true', standalone: 'true', smartos: 'false' });
  });

  test('switched off again it leaves everything as it was', () => {
    const { loader, keys } = start();
    keys('orr\x7fb');
    const { properties } = bootOf(loader);
    expect(properties['noimport']).toBeUndefined();
    expect(properties['smartos']).toBe('true');
    expect(properties['root_shadow']).toMatch(/^\$5\$/);
    expect(properties['loader_logo']).toBeUndefined();
  });

  test('console, verbose and kmdb', () => {
    const { loader, keys, screen } = start();
    keys('4ccv');
    expect(screen()).toContain('OS [C]onsole: ttyb');
    expect(screen()).toContain('[V]erbose: On');
    keys('kkk1b');
    expect(bootOf(loader)).toMatchObject({ flags: ['-v', '-kd'], properties: { console: 'ttyb' } });
  });

  test('another platform, when the medium has one', () => {
    const files = [
      ...FILES,
      ...platform('os/20250101T000000Z/platform', '20250101T000000Z'),
      ...platform('os/20260101T000000Z/platform', '20260101T000000Z'),
    ];
    const { loader, keys, screen } = start(files);
    keys('p');
    expect(screen()).toContain('4. 20260101T000000Z');
    keys('5');
    expect(screen()).toContain('Platform Image: 20250101T000000Z');
    keys('1b');
    const folder = 'os/20250101T000000Z/platform';
    expect(loader.result).toMatchObject({ choice: { platform: folder } });
  });

  test('without others there is no such item', () => {
    const { keys, screen } = start();
    keys('p');
    expect(screen()).not.toContain('Alternate');
  });
});

describe('the prompt', () => {
  test('sets and shows variables, which the kernel gets', () => {
    const { loader, keys, screen } = start();
    keys('\x1bset noimport=true\rshow noimport\r');
    expect(screen()).toContain('OK show noimport\r\ntrue\r\nOK ');
    keys('boot\r');
    expect(bootOf(loader).properties['noimport']).toBe('true');
  });

  test('edits its line, lists files, and comes back to the menu', () => {
    const { keys, screen } = start();
    keys('\x1bls /plat\x7f\x7f\x7f\x7fplatform\r');
    expect(screen()).toContain(' d  i86pc');
    keys('more nothing\r');
    expect(screen()).toContain("open 'nothing' failed: no such file or directory");
    keys('frobnicate\r');
    expect(screen()).toContain('unknown command: frobnicate (help lists them)');
    keys('menu\r');
    expect(screen()).toContain('1. Boot SmartOS [Enter]');
  });

  test('reboots', () => {
    const { loader, keys } = start();
    keys('\x1breboot\r');
    expect(loader.result).toEqual({ kind: 'reboot' });
  });
});

test('loader.conf: quotes, comments and what is no setting', () => {
  const { values, problems } = parseLoaderConf('a="1 2" # x\n# c\nb=3\nc=\'4\'\n\nnonsense here\n');
  expect([...values]).toEqual([
    ['a', '1 2'],
    ['b', '3'],
    ['c', '4'],
  ]);
  expect(problems).toEqual([{ line: 6, text: 'nonsense here' }]);
});
