/** The ground on which time travel and simulation stand: the same input gives the same node. */
import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { assemblePlatform } from '#boot/platform.ts';
import type { InputEvent, Node, RecordedInput } from '#runtime/node-contract.ts';
import { createNode } from '#runtime/node.ts';
import { RecordingListener, SimHost, inputAt, replay } from '#testing/sim/host.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';

const PLATFORM = assemblePlatform('20261123T000000Z', nodeCodecs);
const CHECKPOINTS_MS = [500, 3000, 6000, 8000, 10_000];

const typed = (text: string): InputEvent => ({ kind: 'consoleInput', bytes: encodeUtf8(text) });

/** Boots, logs in, works; a program of the host's runs beside it. */
const STORY: readonly RecordedInput[] = [
  inputAt(0, { kind: 'powerOn' }),
  inputAt(4000, typed('root\n')),
  inputAt(4500, typed('root\n')),
  inputAt(6500, typed('for i in 1 2 3; do echo $RANDOM >> /tmp/numbers; sleep 0.2; done &\n')),
  inputAt(6600, {
    kind: 'exec',
    request: {
      id: 1,
      argv: ['bash', '-c', 'yes | head -c 300000 | wc -c; ps -ef'],
      env: new Map(),
      cwd: '/',
      uid: 0,
    },
  }),
  inputAt(7500, typed('head -c 32 /dev/urandom > /tmp/random; ls -l /tmp\n')),
];

interface Life {
  readonly digests: readonly string[];
  readonly screen: string;
  readonly output: string;
  readonly recording: readonly RecordedInput[];
}

function live(seed: number, story: readonly RecordedInput[]): Life {
  const host = new SimHost(seed, { platform: PLATFORM });
  const listener = new RecordingListener();
  const node: Node = createNode(
    {
      name: 'twin',
      ramBytes: 512 * 1024 * 1024,
      cpuCount: 2,
      boot: { properties: new Map(), flags: [] },
    },
    host,
    listener,
  );
  const digests: string[] = [];
  let fromMs = -1;
  for (const checkpointMs of CHECKPOINTS_MS) {
    const until = BigInt(checkpointMs) * 1_000_000n;
    const from = BigInt(fromMs) * 1_000_000n;
    const due = story.filter(({ atNs }) => atNs > from && atNs <= until);
    replay(node, host.clock, due, until);
    digests.push(node.digest());
    fromMs = checkpointMs;
  }
  return {
    digests,
    screen: host.console.text,
    output: listener.text(1),
    recording: node.recording,
  };
}

test('a whole boot with people and programs at work replays to the same digests', () => {
  const first = live(11, STORY);
  expect(first.output).toMatch(/300000\n[^]*svc\.startd/);
  expect(first.screen).toMatch(/ 32 [^\n]*random/);
  const again = live(11, STORY);
  expect(again).toEqual(first);
  expect(live(11, first.recording).digests).toEqual(first.digests);
});

test('another seed or another keystroke is another node', () => {
  const first = live(11, STORY);
  expect(live(12, STORY).digests.at(-1)).not.toBe(first.digests.at(-1));
  const other = live(11, STORY.with(5, inputAt(7500, typed('ls -l /etc\n'))));
  expect(other.digests.slice(0, 3)).toEqual(first.digests.slice(0, 3));
  expect(other.digests.at(-1)).not.toBe(first.digests.at(-1));
});
