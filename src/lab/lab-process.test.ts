/** The lab process as its observers meet it, with the fake node in real workers. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { LabProcess } from '#lab/lab-process.ts';
import { MemoryLibraryStore } from '#lab/library/library-store.ts';
import { type ClientConnection, createClient, type LabClient } from '#protocol/client.ts';
import { MAX_MESSAGE_BYTES } from '#protocol/contract.ts';
import type { ConsoleItem, LabDetail } from '#protocol/model.ts';
import { type PortLike, portTransport } from '#protocol/transport.ts';
import { writeFakePlatform } from '#testing/fakes/platform-folder.ts';

let base: string;
let lab: LabProcess;
let client: LabClient;
let connections: ClientConnection[];

function connect(): LabClient {
  const { port1, port2 } = new MessageChannel();
  lab.connect(portTransport(port1 as unknown as PortLike, MAX_MESSAGE_BYTES));
  const made = createClient(portTransport(port2 as unknown as PortLike, MAX_MESSAGE_BYTES));
  connections.push(made.connection);
  return made.client;
}

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lab-process-'));
  connections = [];
  lab = new LabProcess({
    environment: {
      program: 'test',
      startWorker: (workerData) =>
        new Worker(new URL('../testing/fakes/node-worker.ts', import.meta.url), { workerData }),
      platformFolder: writeFakePlatform(join(base, 'platform')),
      onLog: () => {},
    },
    store: new MemoryLibraryStore(),
    libraryFolder: join(base, 'labs'),
    libraryProblem: null,
    host: 'test',
    version: '1.0.0',
    describePlatform: () => undefined,
  });
  client = connect();
});
afterEach(async () => {
  for (const connection of connections) connection.close();
  await lab.dispose();
  rmSync(base, { recursive: true });
});

async function booted(): Promise<{ detail: LabDetail; at: { labId: string; node: string } }> {
  const detail = await client.labs.create({ name: 'Test', diskSizesBytes: [64 * MiB] });
  const at = { labId: detail.id, node: 'node0' };
  await client.nodes.powerOn(at);
  await inState(at, 'running');
  return { detail, at };
}

async function inState(at: { labId: string; node: string }, kind: string): Promise<void> {
  for await (const state of client.node.state(at)) if (state.kind === kind) return;
}

/** Console output until `text` has come; answers all items. */
async function readConsole(
  from: LabClient,
  params: Parameters<LabClient['console']['attach']>[0],
  text: string,
): Promise<{ items: ConsoleItem[]; text: string }> {
  const items: ConsoleItem[] = [];
  let seen = '';
  for await (const item of from.console.attach(params)) {
    items.push(item);
    if (item.kind === 'data') seen += decodeUtf8(item.bytes);
    if (seen.includes(text)) break;
  }
  return { items, text: seen };
}

test('a lab from nothing to a running node and back', async () => {
  const { detail, at } = await booted();
  expect(detail.nodes).toMatchObject([
    { name: 'node0', disks: [{ name: 'c1t0d0', sizeBytes: 64 * MiB }], state: { kind: 'off' } },
  ]);
  expect(await client.labs.list({})).toMatchObject([{ state: 'open', activeNodeCount: 1 }]);
  await client.nodes.shutDown(at);
  await inState(at, 'off');
  expect(await client.labs.list({})).toMatchObject([{ state: 'open', activeNodeCount: 0 }]);
  await client.labs.close({ labId: at.labId });
  expect(await client.labs.list({})).toMatchObject([{ state: 'closed' }]);
});

test('the console survives a reload of the window and loses nothing', async () => {
  const { at } = await booted();
  await client.console.input({ ...at, bytes: encodeUtf8('first') });
  const before = await readConsole(client, at, 'first');
  expect(before.text).toBe('node0 login: first');
  const start = before.items[0];
  if (start?.kind !== 'start') throw new Error('no start');
  connections[0]?.close();
  client = connect();
  await client.console.input({ ...at, bytes: encodeUtf8(' second') });
  const offset = before.text.length;
  const after = await readConsole(
    client,
    { ...at, resume: { epoch: start.epoch, offset } },
    'second',
  );
  expect(after.items[0]).toEqual({ kind: 'start', epoch: start.epoch, offset });
  expect(after.text).toBe(' second');
  // And a window that knows nothing gets all of it.
  expect((await readConsole(connect(), at, 'second')).text).toBe('node0 login: first second');
});

test('the size of the window is told to every console that starts', async () => {
  const { id } = await client.labs.create({ name: 'Sized', diskSizesBytes: [] });
  const at = { labId: id, node: 'node0' };
  await client.console.resize({ ...at, columns: 132, rows: 43 });
  await client.nodes.powerOn(at);
  expect((await readConsole(client, at, '43]')).text).toContain('[132x43]');
  await client.nodes.kill(at);
  await client.nodes.powerOn(at);
  const once = 'node0 login: [132x43]';
  expect((await readConsole(client, at, once + once)).text).toBe(once + once);
});

test('a flood on the console comes whole, at the speed of its reader', async () => {
  const { at } = await booted();
  await client.console.input({ ...at, bytes: encodeUtf8('!3000') });
  let size = 0;
  let next = 0;
  for await (const item of client.console.attach(at)) {
    if (item.kind === 'gap') throw new Error('a reader that reads has no gap');
    if (item.kind !== 'data') continue;
    expect(item.offset).toBe(next);
    next += item.bytes.length;
    size += item.bytes.length;
    if (size >= 3000 * 1024) break;
  }
  expect(size).toBe(3000 * 1024 + 'node0 login: '.length);
});

test('terminals: a program on a pty, input, its end', async () => {
  const { at } = await booted();
  const size = { columns: 80, rows: 24 };
  const seen: string[] = [];
  let text = '';
  for await (const item of client.terminal.open({ ...at, ...size, argv: ['cat'] })) {
    seen.push(item.kind);
    if (item.kind === 'opened') {
      const { terminalId } = item;
      await client.terminal.resize({ ...at, terminalId, columns: 100, rows: 30 });
      await client.terminal.input({ ...at, terminalId, bytes: encodeUtf8('typed') });
    } else if (item.kind === 'output') {
      text += decodeUtf8(item.bytes);
      await client.terminal.close({ ...at, terminalId: 1 });
    } else {
      expect(item.status).toEqual({ kind: 'killed', value: 1 });
    }
  }
  expect(text).toBe('typed');
  expect(seen).toEqual(['opened', 'output', 'exited']);
  await expect(
    client.terminal.input({ ...at, terminalId: 1, bytes: encodeUtf8('x') }),
  ).rejects.toMatchObject({ code: 'terminalNotFound' });
});

test('a panic reaches every window; the node starts again', async () => {
  const { at } = await booted();
  const other = connect();
  const states = other.node.state(at)[Symbol.asyncIterator]();
  expect((await states.next()).value).toEqual({ kind: 'running' });
  await client.nodes.nmi(at);
  const panicked = (await states.next()).value;
  expect(panicked).toMatchObject({ kind: 'panicked', message: 'NMI received' });
  const [folder = ''] = readdirSync(join(base, 'labs'));
  const dump = panicked?.kind === 'panicked' ? (panicked.dumpFile ?? '') : '';
  expect(existsSync(join(base, 'labs', folder, dump))).toBe(true);
  await expect(client.nodes.shutDown(at)).rejects.toMatchObject({ code: 'nodeNotRunning' });
  await client.nodes.reset(at);
  await inState(at, 'running');
  await client.nodes.kill(at);
  await inState(at, 'off');
});

test('statistics come while somebody looks', async () => {
  const { at } = await booted();
  for await (const figures of client.node.statistics(at)) {
    expect(figures.memoryTotalBytes).toBe(2 ** 31);
    break;
  }
});

test('export and upload again: another lab with the same content', async () => {
  const detail = await client.labs.create({ name: 'Original', diskSizesBytes: [64 * MiB] });
  const parts: Uint8Array[] = [];
  for await (const { bytes } of client.labs.export({ labId: detail.id })) parts.push(bytes);
  const file = concatBytes(parts);
  const { uploadId } = await client.uploads.begin({ sizeBytes: file.length });
  const middle = file.length >> 1;
  await client.uploads.write({ uploadId, bytes: file.subarray(0, middle) });
  await expect(client.labs.import({ uploadId })).rejects.toMatchObject({ code: 'badRequest' });
  await expect(
    connect().uploads.write({ uploadId, bytes: file.subarray(middle) }),
  ).rejects.toMatchObject({ code: 'uploadNotFound' });
  await client.uploads.write({ uploadId, bytes: file.subarray(middle) });
  const copy = await client.labs.import({ uploadId, name: 'Copy' });
  expect(copy).toMatchObject({ name: 'Copy', nodes: [{ disks: [{ sizeBytes: 64 * MiB }] }] });
  expect(copy.id).not.toBe(detail.id);
  await expect(client.labs.import({ uploadId })).rejects.toMatchObject({ code: 'uploadNotFound' });
});

test('no node is powered on while its disks are read', async () => {
  const { id } = await client.labs.create({ name: 'Read', diskSizesBytes: [64 * MiB] });
  const at = { labId: id, node: 'node0' };
  const reader = client.labs.export({ labId: id })[Symbol.asyncIterator]();
  const first = reader.next();
  await expect(client.nodes.powerOn(at)).rejects.toMatchObject({ code: 'labLocked' });
  await first;
  await reader.return?.();
  await client.nodes.powerOn(at);
  await inState(at, 'running');
});

test('no export while a node is on, no removal either', async () => {
  const { at } = await booted();
  const reader = client.labs.export({ labId: at.labId })[Symbol.asyncIterator]();
  await expect(reader.next()).rejects.toMatchObject({ code: 'nodeRunning' });
  await expect(client.labs.remove({ labId: at.labId, what: 'files' })).rejects.toMatchObject({
    code: 'nodeRunning',
  });
});

test('unknown labs and nodes, damaged labs, names that are paths', async () => {
  const detail = await client.labs.create({ name: 'Test' });
  const labId = '00000000-0000-0000-0000-000000000000';
  await expect(client.lab.get({ labId })).rejects.toMatchObject({ code: 'labNotFound' });
  await expect(client.nodes.powerOn({ labId: detail.id, node: 'node9' })).rejects.toMatchObject({
    code: 'nodeNotFound',
  });
  await expect(client.nodes.add({ labId: detail.id, node: '../../evil' })).rejects.toMatchObject({
    code: 'badRequest',
  });
  await client.labs.close({ labId: detail.id });
  writeFileSync(join(detail.path, 'lab.json'), '{');
  await expect(client.labs.open({ labId: detail.id })).rejects.toMatchObject({
    code: 'labDamaged',
    message: expect.stringContaining('lab.json') as string,
  });
  expect(await client.labs.list({})).toMatchObject([{ state: 'damaged' }]);
});

test('a missing disk and a missing platform are told, and mended without a restart', async () => {
  const { detail, at } = await booted();
  await client.nodes.kill(at);
  rmSync(join(detail.path, 'nodes/node0/disks/c1t0d0.img'));
  await expect(client.nodes.powerOn(at)).rejects.toMatchObject({ code: 'diskMissing' });
  writeFileSync(join(detail.path, 'nodes/node0/disks/c1t0d0.img'), new Uint8Array(4096));
  await client.nodes.powerOn(at);
  await inState(at, 'running');
});

test('everybody hears of what anybody does', async () => {
  const other = connect();
  const events = other.app.events({})[Symbol.asyncIterator]();
  const first = events.next();
  await other.app.info({});
  await client.settings.set({ theme: 'dark' });
  expect((await first).value).toMatchObject({
    kind: 'settingsChanged',
    settings: { theme: 'dark' },
  });
  const { id } = await client.labs.create({ name: 'Loud', diskSizesBytes: [] });
  expect((await events.next()).value).toEqual({ kind: 'labsChanged' });
  await client.nodes.add({ labId: id, node: 'second' });
  expect((await events.next()).value).toEqual({ kind: 'labChanged', labId: id });
});
