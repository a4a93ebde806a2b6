/**
 * The contract suite: the same expectations over every transport. A small contract of its own keeps
 * it about calls, streams, credit and bad input, not about labs.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod/mini';
import { createClientFor, type ClientConnection, type ClientMethods } from '#protocol/client.ts';
import { PROTOCOL_VERSION } from '#protocol/contract.ts';
import { call, stream } from '#protocol/definition.ts';
import { LabError } from '#protocol/errors.ts';
import { QueueSource, type StreamSource } from '#protocol/source.ts';
import { type Connection, type Handlers, serve } from '#protocol/server.ts';
import { type PortLike, portTransport, type Transport } from '#protocol/transport.ts';
import { encodeEnvelope } from '#protocol/envelope.ts';
import { type SocketLike, webSocketTransport } from '#protocol/web-socket.ts';

const MAX_BYTES = 256 * 1024;
const WINDOW_BYTES = 64 * 1024;
const CHUNK_BYTES = 4096;

const testContract = {
  math: {
    add: call(z.strictObject({ a: z.number(), b: z.number() }), z.number()),
    fail: call(z.strictObject({}), z.number()),
    wrongAnswer: call(z.strictObject({}), z.number()),
    never: call(z.strictObject({}), z.number()),
    echo: call(
      z.strictObject({ bytes: z.instanceof(Uint8Array) }),
      z.object({ bytes: z.instanceof(Uint8Array) }),
    ),
    big: call(z.strictObject({ size: z.number() }), z.string()),
  },
  flow: {
    count: stream(z.strictObject({ to: z.number() }), z.number(), { unit: 'items', initial: 8 }),
    bytes: stream(
      z.strictObject({ total: z.number() }),
      z.object({ bytes: z.instanceof(Uint8Array) }),
      { unit: 'bytes', initial: WINDOW_BYTES },
    ),
    events: stream(z.strictObject({}), z.string(), { unit: 'items', initial: 4 }),
    broken: stream(z.strictObject({}), z.number(), { unit: 'items', initial: 4 }),
  },
} as const;

interface ServerSide {
  readonly connections: Connection[];
  cancelled: number;
  disposed: number;
  producedBytes: number;
  push: ((text: string) => void) | undefined;
  readonly internal: LabError[];
}

function sourceOf<T>(side: ServerSide, items: Generator<T>): StreamSource<T> {
  let isEnded = false;
  return {
    next: () => {
      const step = items.next();
      isEnded = step.done === true;
      return step.done === true ? undefined : step.value;
    },
    get isEnded() {
      return isEnded;
    },
    dispose: () => {
      side.disposed += 1;
    },
  };
}

function makeHandlers(side: ServerSide): Handlers<typeof testContract> {
  return {
    math: {
      add: ({ a, b }, { connection }) => {
        side.connections.push(connection);
        return a + b;
      },
      fail: () => {
        throw new LabError('labLocked', 'Cannot open lab "x": process 7 has it', { pid: 7 });
      },
      wrongAnswer: () => 'text' as unknown as number,
      never: (_, context) => {
        context.onCancel(() => {
          side.cancelled += 1;
        });
        return new Promise(() => {});
      },
      echo: ({ bytes }) => ({ bytes }),
      big: ({ size }) => 'x'.repeat(size),
    },
    flow: {
      count: ({ to }) =>
        sourceOf(
          side,
          (function* () {
            for (let i = 0; i < to; i += 1) yield i;
          })(),
        ),
      bytes: ({ total }) =>
        sourceOf(
          side,
          (function* () {
            for (let at = 0; at < total; at += CHUNK_BYTES) {
              side.producedBytes += CHUNK_BYTES;
              yield { bytes: new Uint8Array(CHUNK_BYTES).fill(at / CHUNK_BYTES) };
            }
          })(),
        ),
      events: (_, { wake }) => {
        const source = new QueueSource<string>(wake, 16, 'lagged', () => {
          side.disposed += 1;
        });
        side.push = (text) => source.push(text);
        return source;
      },
      broken: () =>
        sourceOf(
          side,
          (function* () {
            yield 1;
            throw new LabError('diskFull', 'Cannot go on: the disk is full');
          })(),
        ),
    },
  };
}

interface Rig {
  readonly client: ClientMethods<typeof testContract>;
  readonly connection: ClientConnection;
  readonly side: ServerSide;
  /** Sends as it is, behind the client's back. */
  readonly sendRaw: (message: unknown) => void;
  /** Breaks the connection without a goodbye, from the lab's side. */
  readonly drop: () => void;
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function newSide(): ServerSide {
  return {
    connections: [],
    cancelled: 0,
    disposed: 0,
    producedBytes: 0,
    push: undefined,
    internal: [],
  };
}

let connectionId = 0;

function serveTest(transport: Transport, side: ServerSide): void {
  connectionId += 1;
  const served = serve(testContract, makeHandlers(side), transport, {
    connectionId,
    isAuthorized: (token) => token === 'right',
    onInternalError: (error) => side.internal.push(error),
  });
  cleanups.push(() => served.dispose());
}

async function portRig(token = 'right'): Promise<Rig> {
  const channel = new MessageChannel();
  const side = newSide();
  serveTest(portTransport(channel.port1 as unknown as PortLike, MAX_BYTES), side);
  const transport = portTransport(channel.port2 as unknown as PortLike, MAX_BYTES);
  const made = createClientFor(testContract, transport, { token });
  cleanups.push(() => channel.port1.close());
  return {
    ...made,
    side,
    sendRaw: (message) => channel.port2.postMessage(message),
    drop: () => channel.port1.close(),
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function socketRig(token = 'right'): Promise<Rig> {
  const server = createServer();
  const sockets = new WebSocketServer({ server, maxPayload: MAX_BYTES, perMessageDeflate: false });
  const side = newSide();
  let accepted: WebSocket | undefined;
  sockets.on('connection', (socket) => {
    accepted = socket;
    serveTest(webSocketTransport(socket as unknown as SocketLike, MAX_BYTES), side);
  });
  const port = await listen(server);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const transport = webSocketTransport(socket as unknown as SocketLike, MAX_BYTES);
  const made = createClientFor(testContract, transport, { token });
  cleanups.push(() => {
    socket.terminate();
    sockets.close();
    server.close();
  });
  return {
    ...made,
    side,
    sendRaw: (message) => socket.send(encodeEnvelope(message)),
    drop: () => accepted?.terminate(),
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe.each([
  ['MessagePort', portRig],
  ['WebSocket', socketRig],
])('over %s', (_, rigOf) => {
  test('a call is answered, and the client is no thenable', async () => {
    const { client, connection } = await rigOf();
    await connection.ready;
    expect(await client.math.add({ a: 2, b: 40 })).toBe(42);
    expect((client as unknown as { then?: unknown }).then).toBeUndefined();
    expect((client.math as unknown as { then?: unknown }).then).toBeUndefined();
    expect(await Promise.resolve(client)).toBe(client);
    expect((client as unknown as { nothing?: unknown }).nothing).toBeUndefined();
  });

  test('many calls at a time get their own answers', async () => {
    const { client } = await rigOf();
    const answers = Array.from({ length: 200 }, (_, i) => client.math.add({ a: i, b: i }));
    expect(await Promise.all(answers)).toEqual(answers.map((_, i) => 2 * i));
  });

  test('bytes cross as they are, also those that are a view of something larger', async () => {
    const { client } = await rigOf();
    const large = new Uint8Array(100_000).map((_, i) => i);
    const { bytes } = await client.math.echo({ bytes: large.subarray(500, 900) });
    expect(bytes).toEqual(large.slice(500, 900));
    expect(bytes).toBeInstanceOf(Uint8Array);
  });

  test('an error keeps its code, sentence and detail', async () => {
    const { client } = await rigOf();
    await expect(client.math.fail({})).rejects.toMatchObject({
      code: 'labLocked',
      message: 'Cannot open lab "x": process 7 has it',
      detail: { pid: 7 },
    });
  });

  test('wrong parameters are refused at both ends', async () => {
    const { client, sendRaw, connection } = await rigOf();
    const wrong = { a: 1, b: 'two' } as unknown as { a: number; b: number };
    await expect(client.math.add(wrong)).rejects.toMatchObject({ code: 'badRequest' });
    await connection.ready;
    // Past the client's check: the server answers for itself, and the connection lives on.
    sendRaw({ kind: 'call', id: 7777, name: 'math.add', params: wrong });
    expect(await client.math.add({ a: 1, b: 1 })).toBe(2);
  });

  test('an answer of the wrong shape is our own error and is noted', async () => {
    const { client, side } = await rigOf();
    await expect(client.math.wrongAnswer({})).rejects.toMatchObject({ code: 'internal' });
    expect(side.internal).toHaveLength(1);
  });

  test.each([
    ['an unknown call', 'math.divide', 'call'],
    ['an inherited name', 'math.constructor', 'call'],
    ['an inherited group', 'constructor.name', 'call'],
    ['a name without a dot', 'math', 'call'],
    ['a stream opened as a call', 'flow.count', 'call'],
    ['a call opened as a stream', 'math.add', 'open'],
  ])('%s is answered with unknownCall', async (_, name, kind) => {
    const rig = await rigOf();
    await rig.connection.ready;
    const answer = rig.client.math.never({});
    const error = expect(answer).rejects.toMatchObject({ code: 'unknownCall' });
    // The client's first call has number 1: reuse of that number would be refused, so cancel it.
    rig.sendRaw({ kind: 'cancel', id: 1 });
    rig.sendRaw({ kind, id: 1, name, params: {} });
    await error;
    expect(await rig.client.math.add({ a: 1, b: 1 })).toBe(2);
  });

  test.each([
    ['nonsense', { what: 'ever' }],
    ['a string', 'hello?'],
    ['a negative number', { kind: 'call', id: -1, name: 'math.add', params: {} }],
    ['a fractional number', { kind: 'cancel', id: 1.5 }],
    ['negative credit', { kind: 'credit', id: 1, amount: -5 }],
    ['a second hello', { kind: 'hello', version: PROTOCOL_VERSION }],
    ['an extra key', { kind: 'cancel', id: 1, more: true }],
  ])('%s ends this connection with badRequest and no other', async (_, message) => {
    const rig = await rigOf();
    const other = await rigOf();
    await rig.connection.ready;
    const waiting = expect(rig.client.math.never({})).rejects.toMatchObject({ code: 'badRequest' });
    rig.sendRaw(message);
    expect(await rig.connection.closed).toMatchObject({ code: 'badRequest' });
    await waiting;
    await settled();
    expect(rig.side.cancelled).toBe(1);
    expect(await other.client.math.add({ a: 1, b: 2 })).toBe(3);
  });

  test('the number of an open call cannot be taken again', async () => {
    const rig = await rigOf();
    await rig.connection.ready;
    rig.client.math.never({}).catch(() => {});
    rig.sendRaw({ kind: 'call', id: 1, name: 'math.add', params: { a: 1, b: 1 } });
    expect(await rig.connection.closed).toMatchObject({ code: 'badRequest' });
  });

  test('a wrong token, or none, gets unauthorized and nothing else', async () => {
    const rig = await rigOf('wrong');
    await expect(rig.client.math.add({ a: 1, b: 1 })).rejects.toMatchObject({
      code: 'unauthorized',
    });
    await expect(rig.connection.ready).rejects.toMatchObject({ code: 'unauthorized' });
    expect(rig.side.connections).toHaveLength(0);
  });

  test('a message that is too large is refused by its sender', async () => {
    const { client } = await rigOf();
    const bytes = new Uint8Array(MAX_BYTES + 1);
    await expect(client.math.echo({ bytes })).rejects.toMatchObject({ code: 'payloadTooLarge' });
    await expect(client.math.big({ size: MAX_BYTES + 1 })).rejects.toMatchObject({
      code: 'payloadTooLarge',
    });
    expect(await client.math.add({ a: 1, b: 1 })).toBe(2);
  });

  test('a message that is too large, sent all the same, ends the connection', async () => {
    const rig = await rigOf();
    await rig.connection.ready;
    rig.sendRaw({
      kind: 'call',
      id: 9,
      name: 'math.echo',
      params: { bytes: new Uint8Array(MAX_BYTES) },
    });
    const reason = await rig.connection.closed;
    expect(['payloadTooLarge', 'disconnected']).toContain(reason.code);
    await expect(rig.client.math.add({ a: 1, b: 1 })).rejects.toThrow(LabError);
  });

  test('a cancelled call rejects at once and the handler hears of it', async () => {
    const { client, side } = await rigOf();
    const answer = client.math.never({});
    answer.cancel();
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await settled();
    expect(side.cancelled).toBe(1);
  });

  test('a stream delivers everything in order, far beyond its window', async () => {
    const { client, side } = await rigOf();
    expect(await collect(client.flow.count({ to: 1000 }))).toEqual([...Array(1000).keys()]);
    let total = 0;
    for await (const { bytes } of client.flow.bytes({ total: 40 * WINDOW_BYTES })) {
      expect(bytes[0]).toBe((total / CHUNK_BYTES) & 0xff);
      total += bytes.length;
    }
    expect(total).toBe(40 * WINDOW_BYTES);
    expect(side.disposed).toBe(2);
  });

  test('a reader that stops stops the producer: nothing queues beyond the window', async () => {
    const { client, side } = await rigOf();
    const reader = client.flow.bytes({ total: 1000 * WINDOW_BYTES })[Symbol.asyncIterator]();
    await reader.next();
    await settled();
    const stoppedAt = side.producedBytes;
    expect(stoppedAt).toBeLessThanOrEqual(WINDOW_BYTES + CHUNK_BYTES);
    await settled();
    expect(side.producedBytes).toBe(stoppedAt);
    // The connection is not blocked by it.
    expect(await client.math.add({ a: 1, b: 1 })).toBe(2);
    for (let i = 0; i < 100; i += 1) await reader.next();
    await settled();
    expect(side.producedBytes).toBeLessThanOrEqual(101 * CHUNK_BYTES + WINDOW_BYTES + CHUNK_BYTES);
    await reader.return?.();
    await settled();
    expect(side.disposed).toBe(1);
  });

  test('leaving the loop ends the stream at its source', async () => {
    const { client, side } = await rigOf();
    for await (const item of client.flow.count({ to: 1e9 })) if (item === 20) break;
    await settled();
    expect(side.disposed).toBe(1);
  });

  test('events that nobody reads are dropped, and the reader is told', async () => {
    const { client, side } = await rigOf();
    const events = client.flow.events({});
    const reader = events[Symbol.asyncIterator]();
    const first = reader.next();
    await settled();
    for (let i = 0; i < 1000; i += 1) side.push?.(`event ${i}`);
    expect((await first).value).toBe('event 0');
    const seen: unknown[] = [];
    while (seen.at(-1) !== 'event 999') seen.push((await reader.next()).value);
    expect(seen).toContain('lagged');
    expect(seen.length).toBeLessThan(40);
    events.cancel();
  });

  test('a stream that fails keeps what came before', async () => {
    const { client } = await rigOf();
    const reader = client.flow.broken({})[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(1);
    await expect(reader.next()).rejects.toMatchObject({ code: 'diskFull' });
    expect((await reader.next()).done).toBe(true);
  });

  test('a connection dropped in the middle ends calls and streams, frees the lab', async () => {
    const { client, connection, side, drop } = await rigOf();
    await connection.ready;
    const reader = client.flow.events({})[Symbol.asyncIterator]();
    const waiting = Promise.allSettled([client.math.never({}), reader.next()]);
    await settled();
    drop();
    for (const outcome of await waiting) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'disconnected' } });
    }
    expect(await connection.closed).toMatchObject({ code: 'disconnected' });
    await settled();
    expect(side.disposed).toBe(1);
    expect(side.cancelled).toBe(1);
    await expect(client.math.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'disconnected' });
  });

  test('a client that goes away frees what its connection owned', async () => {
    const { client, connection, side } = await rigOf();
    await client.math.add({ a: 1, b: 1 });
    let isFreed = false;
    side.connections[0]?.owned.add({
      dispose: () => {
        isFreed = true;
      },
    });
    connection.close();
    await settled();
    expect(isFreed).toBe(true);
  });
});
