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
