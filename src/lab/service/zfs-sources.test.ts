/** The streams of the ZFS pane, before a node that answers as the test says. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { DatasetsSource } from '#lab/service/datasets-source.ts';
import { PoolStatusSource } from '#lab/service/pool-status-source.ts';
import * as protocol from '#protocol/zfs-model.ts';
import * as observation from '#runtime/observation.ts';
import type { DatasetReport, ObservationReport, VdevReport } from '#runtime/observation.ts';

let answer: (request: observation.ObservationRequest) => ObservationReport | undefined;
const node = {
  observe: (request: observation.ObservationRequest) => Promise.resolve(answer(request)),
} as unknown as NodeHandle;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const second = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000);

function vdev(name: string, readOps: number, children: VdevReport[] = []): VdevReport {
  return {
    guid: name,
    name,
    type: children.length === 0 ? 'disk' : 'mirror',
    role: 'data',
    state: 'ONLINE',
    note: '',
    readOps,
    writeOps: 0,
    readBytes: readOps * 512,
    writeBytes: 0,
    readErrors: 0,
    writeErrors: 0,
    checksumErrors: 0,
    repairedBytes: 0,
    sizeBytes: 0,
    allocatedBytes: 0,
    children,
  };
}

function pool(readOps: number): observation.PoolReport {
  return {
    name: 'tank',
    guid: '1',
    state: 'ONLINE',
    isSuspended: false,
    errorCount: 0,
    sizeBytes: 100,
    allocatedBytes: 10,
    txg: 5,
    dirtyBytes: 0,
    uberblockSlots: 128,
    vdevs: [vdev('mirror-0', readOps, [vdev('c1t0d0', readOps), vdev('c1t1d0', 0)])],
    scan: null,
  };
}

test('both sides of the process boundary have the same kinds and layout of cells', () => {
  expect(protocol.BLOCK_KINDS).toEqual(observation.BLOCK_KINDS);
  expect(protocol.DELTA_CELL_BYTES).toBe(observation.DELTA_CELL_BYTES);
  expect(protocol.CELL_BORN).toBe(observation.CELL_BORN);
  expect(protocol.CELL_FREED).toBe(observation.CELL_FREED);
});

test('counters become rates of the last second; the tree becomes rows', async () => {
  let readOps = 100;
  answer = () => ({ kind: 'zfsStatus', pools: [pool(readOps)] });
  const source = new PoolStatusSource(node, () => {});
  await vi.advanceTimersByTimeAsync(0);
  expect(source.next()?.pools[0]?.rates.readOps).toBe(0);
  readOps = 150;
  await second();
  const shape = source.next()?.pools[0];
  const rows = shape?.vdevs.map(({ name, depth, rates }) => [name, depth, rates.readOps]);
  expect(rows).toEqual([
    ['mirror-0', 0, 50],
    ['c1t0d0', 1, 50],
    ['c1t1d0', 1, 0],
  ]);
  expect(shape?.rates.readBytes).toBe(25_600);
  readOps = 3;
  await second();
  expect(source.next()?.pools[0]?.rates.readOps).toBe(0);
  source.dispose();
  await second();
  expect(source.next()).toBeUndefined();
});

function dataset(name: string, usedBytes = 1): DatasetReport {
  return {
    name,
    type: 'filesystem',
    guid: name,
    createdSeconds: 0,
    createTxg: 1,
    usedBytes,
    availableBytes: 1,
    referencedBytes: 1,
    usedBySnapshotsBytes: 0,
    usedByDatasetBytes: 0,
    usedByChildrenBytes: 0,
    usedByReservationBytes: 0,
    compressRatio: 1,
    compression: 'off',
    mountpoint: 'none',
    isMounted: false,
    origin: '',
    cloneCount: 0,
    holdCount: 0,
  };
}

test('datasets come whole and in pages, then only what changed with a txg', async () => {
  let txg = 4;
  let names = Array.from({ length: 1200 }, (_, n) => `tank/d${String(n).padStart(4, '0')}`);
  let used = 1;
  answer = (request) => {
    if (request.kind !== 'zfsDatasets') return undefined;
    const from = request.after === null ? 0 : names.indexOf(request.after) + 1;
    const rows = names.slice(from, from + request.limit);
    const isLast = from + request.limit >= names.length;
    return { kind: 'zfsDatasets', txg, rows: rows.map((name) => dataset(name, used)), isLast };
  };
  const source = new DatasetsSource(node, 'tank', () => {});
  await vi.advanceTimersByTimeAsync(0);
  const pages = [source.next(), source.next(), source.next()];
  expect(pages.map((page) => [page?.isReset, page?.rows.length, page?.isComplete])).toEqual([
    [true, 500, false],
    [false, 500, false],
    [false, 200, true],
  ]);
  used = 2;
  await second();
  expect(source.next()).toBeUndefined();
  txg = 5;
  used = 1;
  names = [...names.slice(1), 'tank/new'];
  await second();
  expect(source.next()).toEqual({
    isReset: false,
    rows: [dataset('tank/new')],
    removed: ['tank/d0000'],
    isComplete: true,
  });
  answer = () => ({ kind: 'none' });
  await second();
  expect(source.next()).toMatchObject({ isReset: true, rows: [] });
  source.dispose();
});
