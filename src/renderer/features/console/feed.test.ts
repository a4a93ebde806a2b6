import { describe, expect, test } from 'vitest';
import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { LabClient } from '#protocol/client.ts';
import type { ConsoleItem } from '#protocol/model.ts';
import { ConsoleFeed, inputPieces } from '#renderer/features/console/feed.ts';

const address = { labId: '00000000-0000-4000-8000-000000000001', node: 'node0' };
const size = { columns: 80, rows: 24 };

function data(offset: number, text: string): ConsoleItem {
  return { kind: 'data', offset, bytes: Uint8Array.from(encodeUtf8(text)) };
}

/** A client whose console gives these items and remembers what it was asked. */
function clientOf(items: ConsoleItem[]) {
  const asked: unknown[] = [];
  const typed: string[] = [];
  const client = {
    console: {
      attach: (params: unknown) => {
        asked.push(params);
        return Object.assign(items.values(), { cancel: () => {} });
      },
      input: ({ bytes }: { bytes: Uint8Array }) => {
        typed.push(decodeUtf8(bytes));
        return Promise.resolve({});
      },
      resize: () => Promise.resolve({}),
    },
  };
  return { client: client as unknown as LabClient, asked, typed };
}

function screenOf() {
  const log: string[] = [];
  return {
    log,
    screen: {
      write: (bytes: Uint8Array | string) => {
        log.push(typeof bytes === 'string' ? bytes : decodeUtf8(bytes));
        return Promise.resolve();
      },
      reset: () => log.push('RESET'),
    },
  };
}

describe('a console that is attached again', () => {
  test('goes on where it stopped when the output is the same one', async () => {
    const { log, screen } = screenOf();
    const feed = new ConsoleFeed(address, screen);
    await feed.run(
      clientOf([{ kind: 'start', epoch: 'e', offset: 0 }, data(0, 'hello')]).client,
      size,
    );
    const again = clientOf([{ kind: 'start', epoch: 'e', offset: 5 }, data(5, ' world')]);
    await feed.run(again.client, size);
    expect(again.asked).toEqual([{ ...address, resume: { epoch: 'e', offset: 5 } }]);
    expect(log).toEqual(['hello', ' world']);
  });

  test('starts afresh when the lab process is another one, or has forgotten', async () => {
    for (const start of [
      { kind: 'start', epoch: 'other', offset: 5 },
      { kind: 'start', epoch: 'e', offset: 9 },
    ] as const) {
      const { log, screen } = screenOf();
      const feed = new ConsoleFeed(address, screen);
      const first = clientOf([{ kind: 'start', epoch: 'e', offset: 0 }, data(0, 'hello')]);
      await feed.run(first.client, size);
      await feed.run(clientOf([start, data(start.offset, 'x')]).client, size);
      expect(log).toEqual(['hello', 'RESET', 'x']);
    }
  });
});

test('what old output asked of the terminal is not typed into the node', async () => {
  const { screen } = screenOf();
  const feed = new ConsoleFeed(address, screen);
  const report = encodeUtf8('\x1b[1;1R');
  const replay = clientOf([{ kind: 'start', epoch: 'e', offset: 0 }, data(0, '\x1b[6n')]);
  await feed.run(replay.client, size);
  await feed.send(replay.client, report);
  expect(replay.typed).toEqual([]);
  const live = clientOf([
    { kind: 'start', epoch: 'e', offset: 4 },
    { kind: 'live', offset: 4 },
  ]);
  await feed.run(live.client, size);
  await feed.send(live.client, report);
  expect(live.typed).toEqual(['\x1b[1;1R']);
});

test('lost output is said, and the offset goes on behind it', async () => {
  const { log, screen } = screenOf();
  const feed = new ConsoleFeed(address, screen);
  await feed.run(
    clientOf([
      { kind: 'start', epoch: 'e', offset: 0 },
      { kind: 'gap', offset: 1000 },
      data(1000, 'on'),
    ]).client,
    size,
  );
  expect(log[0]).toMatch('output is missing');
  const again = clientOf([]);
  await feed.run(again.client, size);
  expect(again.asked).toEqual([{ ...address, resume: { epoch: 'e', offset: 1002 } }]);
});

test('a large paste goes in messages that the protocol takes, whole', () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => at % 251);
  const pieces = [...inputPieces(bytes)];
  expect(pieces.every((piece) => piece.length <= 65_536)).toBe(true);
  expect(concatBytes(pieces)).toEqual(bytes);
});
