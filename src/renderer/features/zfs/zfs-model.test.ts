/** The parts of the pane that only compute: rows, marks, cells, commands. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BLOCK_KINDS,
  CELL_BORN,
  type DatasetShape,
  DELTA_CELL_BYTES,
  type DiskMapItem,
} from '#protocol/zfs-model.ts';
import { askRollback, askSnapshot, freeSnapshotName } from '#renderer/features/zfs/asks.ts';
import { firstLine } from '#renderer/features/zfs/command-runs.ts';
import {
  clonesOf,
  type DatasetMap,
  datasetRows,
  snapshotsOf,
  withItem,
} from '#renderer/features/zfs/dataset-rows.ts';
import { flipRange } from '#renderer/features/zfs/fault-words.ts';
import { cellAtPoint, layoutMap, pointOfCell } from '#renderer/features/zfs/map-layout.ts';
import { cellWords, GLOW_MS, MapState } from '#renderer/features/zfs/map-state.ts';
import {
  createPoolCommand,
  fits,
  POOL_LAYOUTS,
  poolNameProblem,
} from '#renderer/features/zfs/pool-layouts.ts';
import { shellText } from '#renderer/features/zfs/shell-words.ts';
import { agoWords, timeMarks } from '#renderer/features/zfs/time-line.ts';

function dataset(name: string, change: Partial<DatasetShape> = {}): DatasetShape {
  const type = name.includes('@') ? 'snapshot' : 'filesystem';
  return {
    name,
    type,
    guid: name,
    createdSeconds: 0,
    createTxg: 1,
    usedBytes: 1,
    availableBytes: 1,
    referencedBytes: 1,
    usedBySnapshotsBytes: 0,
    usedByDatasetBytes: 1,
    usedByChildrenBytes: 0,
    usedByReservationBytes: 0,
    compressRatio: 1,
    compression: 'off',
    mountpoint: '',
    isMounted: false,
    origin: '',
    cloneCount: 0,
    holdCount: 0,
    ...change,
  };
}

function mapOf(...rows: DatasetShape[]): DatasetMap {
  return withItem(new Map(), { isReset: true, rows, removed: [], isComplete: true });
}

test('a command line can be typed into a shell as it is shown', () => {
  expect(shellText(['zfs', 'snapshot', 'tank/home@monday'])).toBe('zfs snapshot tank/home@monday');
  expect(shellText(['zfs', 'destroy', "tank/it's me", ''])).toBe(
    `zfs destroy 'tank/it'\\''s me' ''`,
  );
});

test('datasets are rows in the order of zfs list; folding and filtering hide some', () => {
  const datasets = mapOf(
    dataset('tank/b'),
    dataset('tank'),
    dataset('tank/a-x'),
    dataset('tank/a/c'),
    dataset('tank/a'),
    dataset('tank/a@one'),
    dataset('tank/a@two'),
  );
  const names = (folded: string[], filter = ''): string[] =>
    datasetRows(datasets, new Set(folded), filter).map((row) => row.dataset.name);
  expect(names([])).toEqual(['tank', 'tank/a', 'tank/a/c', 'tank/a-x', 'tank/b']);
  expect(names(['tank/a'])).toEqual(['tank', 'tank/a', 'tank/a-x', 'tank/b']);
  expect(names(['tank'])).toEqual(['tank']);
  expect(names(['tank'], 'A')).toContain('tank/a/c');
  const [, row] = datasetRows(datasets, new Set(), '');
  expect(row).toMatchObject({ label: 'a', depth: 1, hasChildren: true, snapshotCount: 2 });
});

test('pages and removals keep the datasets up to date', () => {
  const first = mapOf(dataset('tank'), dataset('tank/a'));
  const next = withItem(first, {
    isReset: false,
    rows: [dataset('tank', { usedBytes: 9 })],
    removed: ['tank/a'],
    isComplete: true,
  });
  expect([...next.values()].map(({ name, usedBytes }) => [name, usedBytes])).toEqual([['tank', 9]]);
});

test('snapshots come by age, clones by their origin', () => {
  const datasets = mapOf(
    dataset('tank@b', { createTxg: 2 }),
    dataset('tank@a', { createTxg: 3 }),
    dataset('tank/x@c'),
    dataset('tank/clone', { origin: 'tank@b' }),
  );
  expect(snapshotsOf(datasets, 'tank').map(({ name }) => name)).toEqual(['tank@b', 'tank@a']);
  expect(clonesOf(datasets, 'tank@b')).toEqual(['tank/clone']);
});

test('marks of a time line are never closer than told, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { maxLength: 300 }), (times) => {
      const sorted = times.sort((a, b) => a - b);
      const snapshots = sorted.map((at, n) => dataset(`tank@${n}`, { createdSeconds: at }));
      const marks = timeMarks(snapshots, 1_000_000, 0.02);
      expect(marks.flatMap((mark) => mark.snapshots)).toEqual(snapshots);
      for (const [n, mark] of marks.entries()) {
        const before = marks[n - 1];
        if (before !== undefined) expect(mark.at - before.at).toBeGreaterThanOrEqual(0.02);
      }
    }),
  );
  expect([1, 90, 7300, 90_000, 300_000].map(agoWords)).toEqual([
    'just now',
    '1 min ago',
    '2 h ago',
    '1 day ago',
    '3 days ago',
  ]);
});

const CELLS = 10;

function snapshotItem(): DiskMapItem {
  const area = { vdev: 1, name: 'c1t1d0', sizeBytes: 5000, fromBytes: 0, cellBytes: 512 };
  return {
    snapshot: {
      areas: [{ ...area, cellCount: CELLS }],
      shares: new Uint8Array(CELLS * BLOCK_KINDS.length),
    },
    delta: new Uint8Array(0),
    txgs: [],
    knownFraction: 1,
    txg: 5,
  };
}

function deltaItem(cell: number, kind: number, share: number, flags: number): DiskMapItem {
  const delta = new Uint8Array(DELTA_CELL_BYTES);
  new DataView(delta.buffer).setUint32(0, cell, true);
  delta[4 + kind] = share;
  delta[DELTA_CELL_BYTES - 1] = flags;
  return { ...snapshotItem(), snapshot: null, delta };
}

test('a map takes deltas in place, glows for a while, and says a cell in words', () => {
  const map = new MapState();
  map.take(snapshotItem(), 0);
  map.take(deltaItem(3, 0, 255, CELL_BORN), 1000);
  expect(map.share(3, 0)).toBe(255);
  expect([map.isGlowing(3, 1001), map.isGlowing(2, 1001)]).toEqual([true, false]);
  expect(map.isGlowing(3, 1001 + GLOW_MS)).toBe(false);
  expect([...map.changed]).toEqual([3]);
  expect(map.totals()[0]).toBe(512);
  expect(cellWords(map, 3, (n) => `${Math.round(n)} B`)).toBe(
    'c1t1d0 at 1536 B, 512 B: File data 512 B',
  );
  expect(cellWords(map, 0, String)).toMatch(/: free$/);
  expect(map.cellAt(1, 1600)).toBe(3);
  expect([map.cellAt(0, 1600), map.cellAt(1, -1), map.cellAt(1, 9999)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  map.take(deltaItem(99, 0, 255, CELL_BORN), 1000);
  expect(map.cellCount).toBe(CELLS);
});

test('every cell is drawn where the pointer finds it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 20, max: 900 }),
      (counts, width) => {
        let firstCell = 0;
        const places = counts.map((cellCount, vdev) => {
          const area = { vdev, name: '', sizeBytes: 0, fromBytes: 0, cellBytes: 512, cellCount };
          const place = { area, firstCell };
          firstCell += cellCount;
          return place;
        });
        const layout = layoutMap(places, width, 300);
        for (let cell = 0; cell < firstCell; cell += 7) {
          const point = pointOfCell(layout, cell);
          expect(cellAtPoint(layout, (point?.x ?? 0) + 1, (point?.y ?? 0) + 1)).toBe(cell);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('layouts make the commands of the manual', () => {
  const byId = (id: string) => POOL_LAYOUTS.find((layout) => layout.id === id);
  expect(shellText(createPoolCommand('tank', 'mirror', ['c1t0d0', 'c1t1d0']))).toBe(
    'zpool create tank mirror c1t0d0 c1t1d0',
  );
  expect(shellText(createPoolCommand('tank', 'single', ['c1t0d0']))).toBe(
    'zpool create tank c1t0d0',
  );
  expect([1, 2, 3].map((count) => fits(byId('raidz2') ?? POOL_LAYOUTS[0]!, count))).toEqual([
    false,
    false,
    true,
  ]);
  expect(
    ['tank', 'c1x', 'mirror1', '9', ''].map((name) => poolNameProblem(name) === undefined),
  ).toEqual([true, false, false, false, false]);
});

test('asks grow their command with what is filled in', () => {
  const ask = askSnapshot('tank/home', 'monday');
  expect(ask.argv({ name: 'monday', depth: '' })).toEqual(['zfs', 'snapshot', 'tank/home@monday']);
  expect(ask.argv({ name: 'x', depth: '-r' })).toEqual(['zfs', 'snapshot', '-r', 'tank/home@x']);
  expect(askRollback('tank@a', 2).argv({})).toEqual(['zfs', 'rollback', '-r', 'tank@a']);
  expect(askRollback('tank@a', 0).argv({})).toEqual(['zfs', 'rollback', 'tank@a']);
  expect(freeSnapshotName(new Set(['monday', 'monday-2']), 1)).toBe('monday-3');
  expect(firstLine('\n  cannot open\nmore')).toBe('cannot open');
});

test('bits are flipped in the data, clear of the labels, or in the front labels', () => {
  const size = 64 * 1024 ** 2;
  const data = flipRange('data', size);
  expect(data.fromBytes).toBe(4 * 1024 ** 2);
  expect(data.fromBytes + data.sizeBytes).toBeLessThanOrEqual(size - 512 * 1024);
  expect(flipRange('labels', size)).toEqual({ fromBytes: 0, sizeBytes: 4 * 1024 ** 2 });
});
