import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { assemblePlatform } from '#boot/platform.ts';
import type { PlatformImage } from '#runtime/host.ts';
import { createNode } from '#runtime/node.ts';
import type { Node, NodeOptions } from '#runtime/node-contract.ts';
import { RecordingListener, SimHost, runNode } from '#testing/sim/host.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const STAMP = '20261123T000000Z';
const PLATFORM = assemblePlatform(STAMP, nodeCodecs);

interface Booted {
  readonly host: SimHost;
  readonly listener: RecordingListener;
  readonly node: Node;
  /** Types, then runs for so long. */
  type(text: string, ms?: number): void;
  /** Console output since the last look. */
  seen(): string;
  run(ms: number): void;
}

function boot(
  parts: { platform?: PlatformImage; properties?: [string, string][]; flags?: string[] } = {},
): Booted {
  const host = new SimHost(1, { platform: parts.platform ?? PLATFORM });
  const listener = new RecordingListener();
  const options: NodeOptions = {
    name: 'testnode',
    ramBytes: 512 * 1024 * 1024,
    cpuCount: 2,
    boot: { properties: new Map(parts.properties ?? []), flags: parts.flags ?? [] },
  };
  const node = createNode(options, host, listener);
  let looked = 0;
  const booted: Booted = {
    host,
    listener,
    node,
    run: (ms) => runNode(node, host.clock, host.clock.monotonicNs() + BigInt(ms) * 1_000_000n),
    type(text, ms = 500) {
      node.post({ kind: 'consoleInput', bytes: encodeUtf8(text) });
      booted.run(ms);
    },
    seen() {
      const text = host.console.text.slice(looked).replaceAll('\r\n', '\n');
      looked += host.console.text.length - looked;
      return text;
    },
  };
  node.post({ kind: 'powerOn' });
  booted.run(3000);
  return booted;
}

function logIn(node: Booted): string {
  node.type('root\n');
  node.type('root\n', 2000);
  return node.seen();
}

test('boots to a login prompt, logs in, runs commands, logs out to a new prompt', () => {
  const node = boot();
  const text = node.seen();
  expect(text).toContain('Booting...\nSunOS Release 5.11 Version joyent_20261123T000000Z 64-bit\n');
  expect(text).toMatch(/testnode console login: $/);
  expect(node.node.state).toEqual({ kind: 'running' });
  const steps = node.listener.states.filter((state) => state.kind === 'booting');
  expect(steps.length).toBeGreaterThan(5);
  const greeting = logIn(node);
  expect(greeting).toContain('Password: \n');
  expect(greeting).not.toContain('Password: root');
  expect(greeting).toContain('changes in / are lost at reboot');
  node.type('echo $HOME $SHELL $TERM; pwd; tty < /dev/tty; echo "$0"\n');
  expect(node.seen()).toContain('/root /usr/bin/bash xterm-256color\n/root\n');
  node.type('exit\n', 3000);
  expect(node.seen()).toMatch(/testnode console login: $/);
  expect(logIn(node)).toMatch(/Last login: \w{3} \w{3} +\d+ \d\d:\d\d:\d\d 2\d{3} on console\n/);
});

test('a wrong password, then the right one', () => {
  const node = boot();
  node.seen();
  node.type('root\n');
  node.type('wrong\n', 6000);
  expect(node.seen()).toMatch(/Login incorrect\ntestnode console login: $/);
  node.type('nobodyhere\n');
  node.type('root\n', 6000);
  expect(node.seen()).toContain('Login incorrect');
  expect(logIn(node)).toContain('changes in / are lost');
});

test('reboot: services stop, the machine starts again, and / is as new', () => {
  const node = boot();
  node.type('root\n');
  node.type('root\n', 2000);
  node.type('echo kept > /root/note; touch /usr/bin/x; ls /root/note\n');
  expect(node.seen()).toMatch(/Read-only file system\n[^\n]*\/root\/note/);
  node.type('init 6\n', 9000);
  const text = node.seen();
  expect(text).toContain('svc.startd: The system is coming down.  Please wait.\n');
  expect(text).toMatch(/svc\.startd: \d+ system services are now being stopped\.\n/);
  expect(text).toContain('svc.startd: The system is down.\nsyncing file systems... done\n');
  expect(text).toMatch(/Booting\.\.\.[^]*testnode console login: $/);
  expect(logIn(node)).toContain('changes in / are lost');
  node.type('ls /root/note\n');
  expect(node.seen()).toContain('No such file or directory');
  node.type('reboot\n', 9000);
  expect(node.seen()).toMatch(/rebooting[^]*testnode console login: $/);
});

test('the power button shuts down in order', () => {
  const node = boot();
  logIn(node);
  node.node.post({ kind: 'powerButton' });
  node.run(9000);
  const text = node.seen();
  expect(text).toContain('Shutdown started.');
  expect(text).toContain('Changing to init state 5 - please wait');
  expect(text).toContain('syncing file systems... done');
  expect(node.node.state).toEqual({ kind: 'off' });
  expect(node.listener.states.some((state) => state.kind === 'shuttingDown')).toBe(true);
});

test('-s asks for the password of root, ^D goes on to multi-user', () => {
  const node = boot({ flags: ['-s'] });
  expect(node.seen()).toMatch(/Enter root password \(control-d to bypass\): $/);
  node.type('root\n', 2000);
  expect(node.seen()).toContain('Entering System Maintenance Mode');
  node.type('exit\n', 3000);
  expect(node.seen()).toMatch(/console login: $/);
  logIn(node);
  node.type('init s\n', 3000);
  expect(node.seen()).toMatch(/Enter root password \(control-d to bypass\): $/);
  node.type('root\n', 2000);
  node.type('init 5\n', 9000);
  expect(node.node.state).toEqual({ kind: 'off' });
});

test('-v names each service that is started', () => {
  const text = boot({ flags: ['-v'] }).seen();
  expect(text).toContain(
    '[ system/filesystem/minimal:default starting (minimal file system mounts) ]\n',
  );
  expect(text).toMatch(/console login: $/);
});

test('the boot property hostname names the node', () => {
  const node = boot({ properties: [['hostname', 'elsewhere']] });
  expect(node.seen()).toMatch(/elsewhere console login: $/);
});

function damaged(change: (archive: Uint8Array) => Uint8Array, rehash: boolean): PlatformImage {
  const bootArchive = change(PLATFORM.bootArchive.slice());
  const digest = rehash ? nodeCodecs.digest('sha1', bootArchive) : undefined;
  const hash =
    digest === undefined ? PLATFORM.bootArchiveHash : Buffer.from(digest).toString('hex');
  return { stamp: STAMP, bootArchive, bootArchiveHash: hash };
}

test.each([
  [
    'a flipped bit',
    damaged((bytes) => bytes.with(100, (bytes[100] ?? 0) ^ 1) as Uint8Array, false),
    /boot_archive has SHA-1 [0-9a-f]{40}, boot_archive\.hash says "[0-9a-f]{40}"/,
  ],
  [
    'a cut archive with the hash of the cut one',
    damaged((bytes) => bytes.subarray(0, 1000), true),
    /boot_archive can't be unpacked/,
  ],
  ['no gzip at all', damaged(() => encodeUtf8('hello'), true), /boot_archive can't be unpacked/],
  [
    'a cpio archive cut inside',
    damaged(() => {
      const whole = nodeCodecs.gunzip(PLATFORM.bootArchive, 1 << 26);
      return nodeCodecs.gzip(whole.subarray(0, 5000), 1);
    }, true),
    /boot_archive is damaged: .*archive/,
  ],
])('%s: the boot stops and says why', (_what, platform, message) => {
  const node = boot({ platform });
  expect(node.seen()).toMatch(message);
  expect(node.node.state).toMatchObject({
    kind: 'panicked',
    message: expect.stringMatching(message),
  });
});

test('20 MB to a console that takes little: nothing is lost, little is kept', () => {
  const node = boot();
  logIn(node);
  let taken = 0;
  let credit = 0;
  let newlines = 0;
  const port = node.host.console as { write(bytes: Uint8Array): void; writable(): number };
  port.write = (bytes) => {
    taken += bytes.length;
    credit -= bytes.length;
    for (const byte of bytes) if (byte === 10) newlines += 1;
  };
  port.writable = () => credit;
  node.type('stty -onlcr; yes 0123456789012345678901234567890123456789012345678 | head -400000\n');
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  for (let idle = 0; idle < 5; ) {
    const was = taken;
    credit = 64 * 1024;
    node.node.post({ kind: 'consoleReady' });
    node.run(20);
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
    idle = taken === was ? idle + 1 : 0;
  }
  expect(newlines).toBeGreaterThanOrEqual(400_000);
  expect(taken).toBeGreaterThan(20e6);
  expect(peak - before).toBeLessThan(32 * 1024 * 1024);
});

test('noise on the console leaves a working prompt', () => {
  const node = boot();
  const noise = Uint8Array.from({ length: 5000 }, (_, at) => (at * 7919) & 255);
  node.node.post({ kind: 'consoleInput', bytes: noise });
  node.run(60_000);
  node.type('\x11\x15\n', 10_000);
  node.type('\x15\n\n\n', 30_000);
  node.seen();
  expect(node.node.state).toEqual({ kind: 'running' });
});
