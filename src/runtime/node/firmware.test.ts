/** A node boots from sticks and discs: its own, none, foreign and broken ones. */
import { expect, test } from 'vitest';
import { type SparseBytes, sourceOf, sparseOf } from '#base/byte-source.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { writeFat } from '#boot/media/fat-write.ts';
import { isoImage } from '#boot/media/iso-image.ts';
import { usbImage } from '#boot/media/usb-image.ts';
import { assemblePlatform } from '#boot/platform.ts';
import type { BootDevice } from '#runtime/host.ts';
import { createNode } from '#runtime/node.ts';
import type { Node } from '#runtime/node-contract.ts';
import { RecordingListener, SimHost, runNode } from '#testing/sim/host.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const STAMP = '20261101T000000Z';
const PLATFORM = assemblePlatform(STAMP, nodeCodecs);
const SECOND_MS = 1000;

function medium(kind: BootDevice['kind'], image: SparseBytes): BootDevice {
  const source = sourceOf(image);
  const refuse = (): never => {
    throw new Error('boot media are read only');
  };
  const device = {
    name: kind,
    sizeBytes: image.sizeBytes,
    sectorSize: 512,
    isReadOnly: true,
    read: (at: number, target: Uint8Array) => source.read(at, target),
    write: refuse,
    flush: () => {},
    discard: refuse,
  };
  return { kind, device };
}

interface Started {
  readonly node: Node;
  readonly host: SimHost;
  readonly listener: RecordingListener;
  run(ms: number): void;
  type(text: string): void;
}

function powerOn(
  media: readonly BootDevice[],
  device: 'usb' | 'iso',
  properties: [string, string][] = [],
): Started {
  const host = new SimHost(1, { media });
  const listener = new RecordingListener();
  const boot = { device, properties: new Map(properties), flags: [] };
  const options = { name: 'n', ramBytes: 512 * MiB, cpuCount: 2, boot };
  const node = createNode(options, host, listener);
  const run = (ms: number): void =>
    runNode(node, host.clock, host.clock.monotonicNs() + BigInt(ms) * 1_000_000n);
  node.post({ kind: 'powerOn' });
  run(100);
  const type = (text: string): void => {
    node.post({ kind: 'consoleInput', bytes: encodeUtf8(text) });
    run(SECOND_MS);
  };
  return { node, host, listener, run, type };
}

const AT_ONCE: [string, string][] = [['autoboot_delay', '-1']];
const STICK = medium('usb', usbImage(PLATFORM, nodeCodecs));

test('a stick: menu, ten seconds, then the platform that is on it', () => {
  const started = powerOn([STICK], 'usb');
  expect(started.node.state).toEqual({ kind: 'booting', step: 'Loader', fraction: 0 });
  expect(started.host.console.text).toContain('Boot SmartOS [Enter]');
  started.run(9 * SECOND_MS);
  expect(started.host.console.text).not.toContain('Booting...');
  started.run(4 * SECOND_MS);
  expect(started.host.console.text).toContain('Loading /platform/i86pc/kernel/amd64/unix...');
  expect(started.host.console.text).toContain(`SunOS Release 5.11 Version joyent_${STAMP} 64-bit`);
  expect(started.node.state).toEqual({ kind: 'running' });
});

test('a disc boots the same; what is chosen in the menu reaches the kernel', () => {
  const started = powerOn([medium('iso', isoImage(PLATFORM))], 'iso');
  started.type('or');
  started.type('\x7f\r');
  started.run(4 * SECOND_MS);
  expect(started.node.state).toEqual({ kind: 'running' });
  started.node.post({
    kind: 'exec',
    request: { id: 1, argv: ['/usr/bin/uname', '-v'], env: new Map(), cwd: '/', uid: 0 },
  });
  started.run(SECOND_MS);
  expect(started.listener.text(1)).toBe(`joyent_${STAMP}\n`);
});

test('programs asked for while the loader runs start when the node is up', () => {
  const started = powerOn([STICK], 'usb');
  started.node.post({
    kind: 'exec',
    request: { id: 7, argv: ['/usr/bin/true'], env: new Map(), cwd: '/', uid: 0 },
  });
  started.run(14 * SECOND_MS);
  expect(started.listener.exits.get(7)).toEqual({ kind: 'exited', value: 0 });
});

test('switched off in the loader: they are told', () => {
  const started = powerOn([STICK], 'usb');
  started.node.post({
    kind: 'exec',
    request: { id: 7, argv: ['/usr/bin/true'], env: new Map(), cwd: '/', uid: 0 },
  });
  started.node.post({ kind: 'powerButton' });
  started.run(100);
  expect(started.node.state).toEqual({ kind: 'off' });
  expect(started.listener.exits.get(7)).toEqual({ kind: 'killed', value: 9 });
});

test('reboot at the prompt shows the menu again', () => {
  const started = powerOn([STICK], 'usb');
  started.type('\x1breboot\r');
  expect(started.host.console.text.match(/Booting from the USB stick/g)).toHaveLength(2);
});

function foreignStick(unix: string): BootDevice {
  const files = [
    { path: 'platform/i86pc/kernel/amd64/unix', content: sparseOf(encodeUtf8(unix)) },
    { path: 'platform/etc/version/platform', content: sparseOf(encodeUtf8('20240101T000000Z\n')) },
  ];
  const options = { sizeBytes: 8 * MiB, label: 'X', serial: 1, timeSeconds: 0, hiddenSectors: 0 };
  return medium('usb', writeFat(files, options));
}

test.each([
  ['no stick', [], /^Cannot boot: there is no USB stick$/],
  [
    'an empty stick',
    [medium('usb', { sizeBytes: MiB, extents: [] })],
    /has no boot volume: FAT boot/,
  ],
  [
    'a genuine SmartOS',
    [foreignStick('\x7fELF')],
    /holds the genuine SmartOS platform 20240101T000000Z\. Its kernel .* needs a virtual machine/,
  ],
  ['no kernel', [foreignStick('text')], /^Cannot boot: unix is no kernel that the lab knows$/],
  [
    'a wrong hash',
    [medium('usb', usbImage({ ...PLATFORM, bootArchiveHash: '00' }, nodeCodecs))],
    /^Cannot boot: boot_archive has SHA-1 [0-9a-f]{40}, boot_archive\.hash says "00"$/,
  ],
] as const)('%s: the reason stands on the console and in the state', (_, media, message) => {
  const started = powerOn(media, 'usb', AT_ONCE);
  const { state } = started.node;
  expect(state.kind).toBe('panicked');
  expect(state.kind === 'panicked' ? state.message : '').toMatch(message);
  expect(started.host.console.text).toContain('Cannot boot: ');
});

test('a person who chose a genuine SmartOS gets the prompt back', () => {
  const started = powerOn([foreignStick('\x7fELF')], 'usb');
  started.type('\r');
  expect(started.host.console.text).toMatch(/needs a virtual machine.*\r\nOK $/s);
  started.type('menu\r');
  expect(started.node.state).toMatchObject({ kind: 'booting' });
});
