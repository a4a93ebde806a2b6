/** The lab's end of a node against a real worker thread with the fake node in it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { writeCrashFiles } from '#lab/node/crash-files.ts';
import { NO_FAULTS } from '#lab/node/fault-disk.ts';
import type { NodeWorkerData } from '#lab/node/worker-messages.ts';
import type { ExecSession } from '#lab/node/exec-session.ts';
import { NodeHandle } from '#lab/node/node-handle.ts';
import type { NodeStateShape } from '#protocol/model.ts';
import { EXEC_INITIAL_CREDIT_BYTES } from '#runtime/node-contract.ts';

let folder: string;
let handle: NodeHandle;
let states: NodeStateShape[];
let disks: NodeWorkerData['disks'][number][];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-'));
  mkdirSync(join(folder, 'platform/etc/version'), { recursive: true });
  mkdirSync(join(folder, 'platform/i86pc/amd64'), { recursive: true });
  writeFileSync(join(folder, 'platform/etc/version/platform'), '20260101T000000Z\n');
  writeFileSync(join(folder, 'platform/i86pc/amd64/boot_archive'), 'x');
  writeFileSync(join(folder, 'platform/i86pc/amd64/boot_archive.hash'), 'x');
  states = [];
  disks = [];
  handle = new NodeHandle({
    name: 'node0',
    startWorker: (workerData) =>
      new Worker(new URL('../../testing/fakes/node-worker.ts', import.meta.url), { workerData }),
    diskNames: () => disks.map(({ name }) => name),
    describe: (boot) => ({
      name: 'node0',
      ramBytes: 2 ** 30,
      cpuCount: 1,
      boot,
      disks,
      nics: [],
      seed: 1,
      platformFolder: join(folder, 'platform'),
      media: [],
      share: undefined,
      consoleWindowBytes: 256 * 1024,
    }),
    onState: (state) => states.push(state),
    keepDump: (message, dump) => writeCrashFiles(join(folder, 'crash'), message, dump, new Date()),
    onLog: () => {},
    watchdogLimitMs: 500,
  });
});
afterEach(async () => {
  await handle.dispose();
  rmSync(folder, { recursive: true });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`gave up in ${JSON.stringify(states)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const isIn = (kind: NodeStateShape['kind']) => () => handle.state.kind === kind;

function start(...argv: string[]): ExecSession {
  return handle.exec({ argv, env: new Map(), cwd: '/', uid: 0 });
}

async function finish(session: ExecSession): Promise<{ text: string; status: unknown }> {
  let text = '';
  await until(() => {
    for (let out = session.take(1e6); out !== undefined; out = session.take(1e6)) {
      text += decodeUtf8(out.bytes);
    }
    return session.status !== undefined;
  });
  return { text, status: session.status };
}

async function boot(): Promise<void> {
  await handle.powerOn();
  await until(isIn('running'));
}

test('boots, prints on its console, runs a program, shuts down', async () => {
  await boot();
  // On a busy machine the thread may take longer to start than this test's watchdog waits.
  const kinds = states.map(({ kind }) => kind).filter((kind) => kind !== 'notResponding');
  expect([...new Set(kinds)]).toEqual(['booting', 'running']);
  expect(await finish(start('echo', 'hi', 'there'))).toEqual({
    text: 'hi there\n',
    status: { kind: 'exited', value: 0 },
  });
  await until(() => handle.console.end > 0);
  expect(decodeUtf8(handle.console.read(0, 100))).toBe('node0 login: ');
  handle.shutDown();
  await until(isIn('off'));
  expect(() => handle.nmi()).toThrow('Cannot interrupt node "node0": it is off');
});

test('a panic is shown with its message and dump, and the node starts again', async () => {
  await boot();
  const session = start('panic', 'bad trap');
  await until(isIn('panicked'));
  expect(handle.state).toMatchObject({ message: 'bad trap', dumpFile: 'vmdump.0' });
  expect(session.status).toEqual({ kind: 'lost', value: 0 });
  expect(readFileSync(join(folder, 'crash/vmdump.0'), 'utf8')).toBe('dump of: bad trap');
  expect(readFileSync(join(folder, 'crash/vmdump.0.txt'), 'utf8')).toContain('bad trap');
  expect(() => start('true')).toThrow('Cannot run "true" on node "node0": it has panicked');
  await boot();
  expect(await finish(start('true'))).toMatchObject({ status: { kind: 'exited', value: 0 } });
});

test('a node that throws has panicked, with the stack as its dump', async () => {
  await boot();
  start('throw', 'assertion failed: refs > 0');
  await until(isIn('panicked'));
  expect(handle.state).toMatchObject({ message: 'assertion failed: refs > 0' });
  expect(readFileSync(join(folder, 'crash/vmdump.0'), 'utf8')).toContain('FakeNode');
});

test('a node that loops for ever is shown as not responding and can be killed', async () => {
  await boot();
  start('hang');
  await until(isIn('notResponding'));
  expect(() => handle.shutDown()).toThrow('it does not respond (kill or reset it)');
  await handle.kill();
  expect(handle.state.kind).toBe('off');
  await boot();
});

test('reset frees a node that hangs', async () => {
  await boot();
  start('hang');
  await until(isIn('notResponding'));
  await handle.reset();
  await until(isIn('running'));
});

test('a missing disk image is a clear error and the node stays off', async () => {
  disks.push({ name: 'c1t0d0', file: join(folder, 'no.img'), faults: NO_FAULTS });
  await expect(handle.powerOn()).rejects.toMatchObject({
    code: 'diskMissing',
    message: expect.stringContaining('the image of disk "c1t0d0" is missing') as string,
  });
  expect(handle.state.kind).toBe('off');
});

test('a missing platform image says what to do', async () => {
  rmSync(join(folder, 'platform'), { recursive: true });
  await expect(handle.powerOn()).rejects.toMatchObject({ code: 'platformMissing' });
});

test('output that nobody takes stops at the credit and comes whole when it is taken', async () => {
  await boot();
  const session = start('flood', String(4 * EXEC_INITIAL_CREDIT_BYTES));
  let waiting = 0;
  session.onChange = () => {
    waiting += 1;
  };
  await until(() => waiting > 0);
  await new Promise((resolve) => setTimeout(resolve, 50));
  let size = 0;
  for (let out = session.take(1e9); out !== undefined; out = session.take(1e9)) {
    size += out.bytes.length;
  }
  expect(size).toBe(EXEC_INITIAL_CREDIT_BYTES);
  const { text } = await finish(session);
  expect(size + text.length).toBe(4 * EXEC_INITIAL_CREDIT_BYTES);
});

test('a signal ends a program, input reaches it', async () => {
  await boot();
  const session = start('cat');
  await session.input(encodeUtf8('abc'));
  session.signal(15);
  expect(await finish(session)).toEqual({ text: 'abc', status: { kind: 'killed', value: 15 } });
});

test('statistics are answered, and not when it is off', async () => {
  expect(await handle.statistics()).toBeUndefined();
  await boot();
  expect(await handle.statistics()).toMatchObject({ memoryTotalBytes: 2 ** 30 });
});

test('bits are flipped in what a disk stores, under a node that is on', async () => {
  const file = join(folder, 'c1t0d0.img');
  const content = new Uint8Array(8 * 2 ** 20);
  content.fill(0x55, 5 * 2 ** 20, 5 * 2 ** 20 + 4096);
  writeFileSync(file, content);
  disks.push({ name: 'c1t0d0', file, faults: NO_FAULTS });
  const flip = { count: 3, fromBytes: 2 ** 20, sizeBytes: content.length - 2 ** 20 };
  await expect(handle.flipBits('c1t0d0', flip)).rejects.toThrow('it is off');
  await handle.powerOn();
  await handle.flipBits('c1t0d0', flip);
  const { flippedBits, flippedAtBytes } = handle.disks.state('c1t0d0');
  expect(flippedBits).toBe(3);
  const now = readFileSync(file);
  const changed = [...now.keys()].filter((at) => now[at] !== content[at]);
  expect(new Set(flippedAtBytes)).toEqual(new Set(changed));
  const from = 5 * 2 ** 20;
  expect(changed.every((at) => at >= from && at < from + 4096)).toBe(true);
  const nothing = { count: 1, fromBytes: 6 * 2 ** 20, sizeBytes: 2 ** 20 };
  await expect(handle.flipBits('c1t0d0', nothing)).rejects.toThrow('nothing is stored there');
  expect(await handle.observe({ kind: 'zfsStatus' })).toEqual({ kind: 'none' });
});
