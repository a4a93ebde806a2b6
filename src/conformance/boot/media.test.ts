/**
 * Boot media judged by programs that nobody here wrote: sgdisk, fsck.vfat and mtools for the stick,
 * xorriso and isoinfo for the disc, file for the boot programs; and the other way round, media that
 * mkfs.vfat, sgdisk, mtools, xorriso and genisoimage made, read by ours.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ByteSource, SparseBytes } from '#base/byte-source.ts';
import { decodeUtf8 } from '#base/bytes.ts';
import { isoImage } from '#boot/media/iso-image.ts';
import { describePlatform, loadPlatform, openMedium } from '#boot/media/medium.ts';
import { usbImage, usbPartitions } from '#boot/media/usb-image.ts';
import { assemblePlatform } from '#boot/platform.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const STAMP = '20261123T010203Z';
const TOOLS = ['sgdisk', 'fsck.vfat', 'mkfs.vfat', 'mdir', 'mcopy', 'xorriso', 'isoinfo', 'file'];
const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0);
const folder = mkdtempSync(join(tmpdir(), 'boot-media-'));
const platform = assemblePlatform(STAMP, nodeCodecs);
const usb = join(folder, 'smartos.usb');
const iso = join(folder, 'smartos.iso');
const opened: number[] = [];

afterAll(() => {
  for (const fd of opened) closeSync(fd);
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, ...args: readonly string[]): string {
  const done = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  const said = `${done.stdout}${done.stderr}`;
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${said}`);
  return said;
}

function save(image: SparseBytes, file: string): void {
  const fd = openSync(file, 'w');
  ftruncateSync(fd, image.sizeBytes);
  for (const { offsetBytes, bytes } of image.extents) {
    writeSync(fd, bytes, 0, bytes.length, offsetBytes);
  }
  closeSync(fd);
}

/** A partition as a file of its own: what the image has between two sectors. */
function savePartition(image: SparseBytes, first: number, count: number, file: string): void {
  const from = first * 512;
  const sizeBytes = count * 512;
  const extents = image.extents
    .map(({ offsetBytes, bytes }) => ({ offsetBytes: offsetBytes - from, bytes }))
    .filter(({ offsetBytes }) => offsetBytes >= 0 && offsetBytes < sizeBytes);
  save({ sizeBytes, extents }, file);
}

function source(file: string): ByteSource {
  const fd = openSync(file, 'r');
  opened.push(fd);
  return {
    sizeBytes: fstatSync(fd).size,
    read: (at, target) => void readSync(fd, target, 0, target.length, at),
  };
}

/** The platform's files as a foreign tool needs them: in a folder. */
function unpackPlatformFolder(): string {
  const root = join(folder, 'tree');
  const put = (path: string, bytes: Uint8Array | string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  };
  put('platform/etc/version/platform', `${STAMP}\n`);
  put('platform/i86pc/kernel/amd64/unix', '\x7fELF and more');
  put('platform/i86pc/amd64/boot_archive', platform.bootArchive);
  put('platform/i86pc/amd64/boot_archive.hash', `${platform.bootArchiveHash}\n`);
  put('boot/a file with a long name, and spaces.txt', 'long');
  return root;
}

describe.skipIf(missing.length > 0)(`boot media (judges: ${TOOLS.join(' ')})`, () => {
  beforeAll(() => {
    save(usbImage(platform, nodeCodecs), usb);
    save(isoImage(platform), iso);
  });

  test('the stick: sgdisk finds no problem and the four partitions', () => {
    expect(run('sgdisk', '-v', usb)).toContain('No problems found');
    const listed = run('sgdisk', '-p', usb);
    expect(listed).toMatch(/1 +2048 +526335 +256\.0 MiB +EF00 +loader/);
    expect(listed).toMatch(/2 +526336 +528383 +1024\.0 KiB +\S+ +boot/);
    expect(listed).toMatch(/3 +528384 .*root/);
    expect(listed).toMatch(/9 .*8\.0 MiB +\S+ +reserved/);
  });

  test('the stick: fsck.vfat accepts both volumes, mtools reads their files', () => {
    const image = usbImage(platform, nodeCodecs);
    for (const { index, firstSector, sectorCount } of usbPartitions(nodeCodecs, STAMP)) {
      if (index !== 0 && index !== 2) continue;
      const volume = join(folder, `volume${index}`);
      savePartition(image, firstSector, sectorCount, volume);
      const checked = run('fsck.vfat', '-n', '-v', volume);
      expect(checked).toMatch(/\d+ files, \d+\/\d+ clusters/);
      expect(checked).not.toMatch(/differences|wrong|orphan|bad /i);
    }
    const listed = run('mdir', '-i', join(folder, 'volume2'), '-/', '-b', '::');
    expect(listed).toContain('::/platform/i86pc/amd64/boot_archive.hash');
    run('mcopy', '-i', join(folder, 'volume2'), '::/platform/i86pc/amd64/boot_archive', 'archive');
    expect(run('sha1sum', 'archive').split(' ')[0]).toBe(platform.bootArchiveHash);
    run('mcopy', '-i', join(folder, 'volume0'), '::/efi/boot/bootx64.efi', 'bootx64.efi');
    expect(run('file', 'bootx64.efi')).toMatch(/PE32\+ executable \(EFI application\) x86-64/);
    expect(run('file', join(folder, 'volume2'))).toMatch(/FAT \(32 bit\).*"SMARTOSBOOT"/);
  });

  test('the disc: xorriso and isoinfo see tree, Rock Ridge names and both boot entries', () => {
    const report = run('xorriso', '-indev', iso, '-report_el_torito', 'plain');
    expect(report).toMatch(/El Torito boot img : +1 +BIOS +y +none/);
    expect(report).toMatch(/El Torito boot img : +2 +UEFI +y +none/);
    expect(report).toMatch(/img path : +1 +\/boot\/cdboot/);
    expect(report).toMatch(/img opts : +1 +boot-info-table/);
    const listed = run('isoinfo', '-R', '-l', '-i', iso);
    expect(listed).toMatch(/-r--r--r-- .* boot_archive\.manifest/);
    run('xorriso', '-osirrox', 'on', '-indev', iso, '-extract', '/platform', join(folder, 'out'));
    const archive = join(folder, 'out/i86pc/amd64/boot_archive');
    expect(run('sha1sum', archive).split(' ')[0]).toBe(platform.bootArchiveHash);
    expect(readFileSync(join(folder, 'out/etc/version/platform'), 'utf8')).toBe(`${STAMP}\n`);
    expect(run('file', iso)).toContain("ISO 9660 CD-ROM filesystem data 'SmartOS' (bootable)");
  });

  test('media that others made with the same content are read', () => {
    const root = unpackPlatformFolder();
    run('xorriso', '-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'FOREIGN', '-o', 'x.iso', root);
    run('genisoimage', '-quiet', '-R', '-V', 'FOREIGN', '-o', 'g.iso', root);
    for (const bits of ['16', '32']) makeStick(`fat${bits}.img`, bits, root);
    makePartitioned(join(folder, 'fat32.img'));
    for (const name of ['x.iso', 'g.iso', 'fat16.img', 'fat32.img', 'gpt.img']) {
      const { volume } = openMedium(source(join(folder, name)));
      expect([name, describePlatform(volume, 'platform')]).toEqual([
        name,
        { folder: 'platform', stamp: STAMP, kernel: 'illumos' },
      ]);
      const loaded = loadPlatform(volume, 'platform');
      expect(loaded?.bootArchive).toEqual(new Uint8Array(platform.bootArchive));
      expect(loaded?.bootArchiveHash).toBe(platform.bootArchiveHash);
      const long = volume.readFile('boot/a file with a long name, and spaces.txt');
      expect(long === undefined ? undefined : decodeUtf8(long)).toBe('long');
    }
  });

  test('our own are read, and hold a platform that boots here', () => {
    for (const [file, kind] of [
      [usb, 'usb'],
      [iso, 'iso'],
    ] as const) {
      const medium = openMedium(source(file));
      expect(medium.kind).toBe(kind);
      expect(describePlatform(medium.volume, 'platform')).toMatchObject({
        stamp: STAMP,
        kernel: 'lab',
      });
    }
  });
});

function makeStick(name: string, bits: string, root: string): void {
  run('truncate', '-s', bits === '16' ? '20M' : '80M', name);
  run('mkfs.vfat', '-F', bits, '-n', 'FOREIGN', name);
  run('mcopy', '-s', '-i', name, join(root, 'platform'), join(root, 'boot'), '::/');
}

/** Wraps a volume into a partition that sgdisk makes. */
function makePartitioned(volume: string): void {
  run('truncate', '-s', '100M', 'gpt.img');
  run('sgdisk', '-n', '1:2048:+80M', '-c', '1:root', 'gpt.img');
  run(
    'dd',
    `if=${volume}`,
    'of=gpt.img',
    'bs=512',
    'seek=2048',
    'conv=notrunc,sparse',
    'status=none',
  );
}

test.skipIf(missing.length > 0)('an empty medium is no medium', () => {
  const blank = join(folder, 'blank');
  writeFileSync(blank, new Uint8Array(4096));
  expect(existsSync(blank)).toBe(true);
  expect(() => openMedium(source(blank))).toThrow(/FAT boot sector/);
});
