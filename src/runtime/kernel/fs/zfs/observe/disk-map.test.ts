/**
 * The disk map is told of every block that comes and goes; a second map, made afterwards by walking
 * the pool, has to show the same. Looking leaves no trace on pool and disks.
 */
import { expect, test } from 'vitest';
import {
  BLOCK_KIND_COUNT,
  BLOCK_KINDS,
  type DiskMapArea,
  type DiskMapReport,
} from '#runtime/observation.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { testHost } from '#testing/zfs/pool-kit.ts';
import { Workload } from '#testing/zfs/workload.ts';
import { spaCreate } from '../pool/spa-create.ts';
import type { Spa } from '../pool/spa.ts';
import { spaSync } from '../pool/spa-sync.ts';
import type { VdevSpec } from '../pool/vdev-create.ts';
import { DiskMap } from './disk-map.ts';
import { ZfsObserver } from './zfs-observer.ts';

const MiB = 2 ** 20;
const CELLS = 512;
const VIEW = { pool: 'tank', scale: 'whole', part: null, cells: CELLS } as const;

const LAYOUTS: readonly [string, number, (leaves: VdevSpec[]) => VdevSpec[]][] = [
  ['two disks', 2, (leaves) => leaves],
  ['a mirror', 2, (children) => [{ kind: 'mirror', children }]],
  ['raidz1', 3, (children) => [{ kind: 'raidz', parity: 1, children }]],
];

function makePool(count: number, specs: (leaves: VdevSpec[]) => VdevSpec[]): Spa {
  const leaves = Array.from({ length: count }, (_, n): VdevSpec => {
    const device = new MemoryDisk(`c1t${n}d0`, 64 * MiB);
    return { kind: 'file', device, path: `/dev/dsk/c1t${n}d0s0` };
  });
  return spaCreate('tank', specs(leaves), testHost());
}

/** All reports until everything is known, put together. */
function readAll(map: DiskMap): { shares: Uint8Array; first: DiskMapReport } {
  const first = map.report();
  const shares = first.snapshot?.shares.slice() ?? new Uint8Array(0);
  let report = first;
  while (report.knownFraction < 1) {
    report = map.report();
    apply(shares, report.delta);
  }
  return { shares, first };
}

function apply(shares: Uint8Array, delta: Uint8Array): void {
  const view = new DataView(delta.buffer, delta.byteOffset);
  const size = 4 + BLOCK_KIND_COUNT + 1;
  for (let at = 0; at < delta.length; at += size) {
    shares.set(delta.subarray(at + 4, at + size - 1), view.getUint32(at, true) * BLOCK_KIND_COUNT);
  }
}

function cellsOf(shares: Uint8Array, kind: (typeof BLOCK_KINDS)[number]): number {
  const index = BLOCK_KINDS.indexOf(kind);
  let cells = 0;
  for (let at = index; at < shares.length; at += BLOCK_KIND_COUNT) if (shares[at] !== 0) cells += 1;
  return cells;
}

test.each(LAYOUTS)('%s: what was told and what is found agree', (_, count, specs) => {
  const spa = makePool(count, specs);
  const told = new DiskMap(spa, VIEW);
  const { shares } = readAll(told);
  spa.writer.watch = told;
  const workload = new Workload(spa, new SeededRandom(7));
  for (let step = 0; step < 250; step += 1) workload.step();
  spaSync(spa);
  apply(shares, told.report().delta);
  const found = readAll(new DiskMap(spa, VIEW)).shares;
  const differing: string[] = [];
  for (let at = 0; at < shares.length; at += 1) {
    if (Math.abs((shares[at] ?? 0) - (found[at] ?? 0)) <= 1) continue;
    const cell = Math.floor(at / BLOCK_KIND_COUNT);
    const kind = BLOCK_KINDS[at % BLOCK_KIND_COUNT];
    differing.push(`cell ${cell} ${kind}: told ${shares[at]}, found ${found[at]}`);
  }
  expect(differing).toEqual([]);
  expect(cellsOf(found, 'unknown')).toBe(0);
  for (const kind of ['file', 'directory', 'dnode', 'mos', 'dsl', 'spaceMap', 'freed'] as const) {
    expect(cellsOf(found, kind), kind).toBeGreaterThan(0);
  }
});

test('the walk counts as no I/O of the pool and heals nothing', () => {
  const spa = makePool(2, (children) => [{ kind: 'mirror', children }]);
  const workload = new Workload(spa, new SeededRandom(3));
  for (let step = 0; step < 100; step += 1) workload.step();
  spaSync(spa);
  const leaves = spa.zio.tops.flatMap((top) => top?.vdev.leaves() ?? []);
  const before = leaves.map(({ stats }) => ({ ...stats }));
  const txg = spa.txg;
  readAll(new DiskMap(spa, VIEW));
  expect(leaves.map(({ stats }) => ({ ...stats }))).toEqual(before);
  expect(spa.txg).toBe(txg);
});

test('a part of a vdev is shown in finer cells, with the same content', () => {
  const spa = makePool(1, (leaves) => leaves);
  const [area] = readAll(new DiskMap(spa, VIEW)).first.snapshot?.areas ?? [];
  expect(area).toMatchObject({ vdev: 0, fromBytes: 0, name: 'c1t0d0' });
  const part = { vdev: 0, fromBytes: 0, sizeBytes: area?.cellBytes ?? 0 };
  const { first } = readAll(new DiskMap(spa, { ...VIEW, part, cells: 16 }));
  const [fine] = first.snapshot?.areas ?? [];
  expect(fine?.cellBytes).toBe(Math.ceil((area?.cellBytes ?? 0) / 16 / 512) * 512);
  expect((fine?.cellCount ?? 0) * (fine?.cellBytes ?? 0)).toBeGreaterThanOrEqual(part.sizeBytes);
});

test('only metaslabs that hold something are shown, and more when something grows', () => {
  const spa = makePool(1, (leaves) => leaves);
  const observer = new ZfsObserver({
    pools: () => [spa],
    pool: () => spa,
    mountedAt: () => undefined,
    nowNs: () => 0n,
  });
  const look = (): DiskMapReport | null => {
    const request = { kind: 'zfsDiskMap', watch: 1, view: { ...VIEW, scale: 'used' } } as const;
    const answer = observer.observe(request);
    return answer.kind === 'zfsDiskMap' ? answer.map : null;
  };
  const first = look()?.snapshot;
  const shown = (areas: readonly DiskMapArea[] = []): number =>
    areas.reduce((sum, { cellBytes, cellCount }) => sum + cellBytes * cellCount, 0);
  expect(first?.areas[0]?.name).toMatch(/^c1t0d0 metaslab \d+$/);
  expect(shown(first?.areas)).toBeLessThan(spa.space.sizeBytes);
  expect(look()?.snapshot).toBeNull();
  const workload = new Workload(spa, new SeededRandom(5));
  for (let step = 0; step < 400; step += 1) workload.step();
  spaSync(spa);
  const later = look();
  expect(shown(later?.snapshot?.areas)).toBeGreaterThan(shown(first?.areas));
  expect(later?.txgs.length).toBeGreaterThan(0);
});

test('a txg is told with what it allocated and freed', () => {
  const spa = makePool(1, (leaves) => leaves);
  const map = new DiskMap(spa, VIEW);
  spa.writer.watch = map;
  const workload = new Workload(spa, new SeededRandom(3));
  for (let step = 0; step < 120; step += 1) workload.step();
  spaSync(spa);
  const { txgs } = map.report();
  const last = txgs.at(-1);
  expect(last?.txg).toBe(spa.txg - 1);
  expect(last?.passes).toBeGreaterThan(1);
  const born = txgs.reduce((sum, each) => sum + (each.bornBytes[0] ?? 0), 0);
  expect(born).toBeGreaterThan(0);
});

test('nobody is told once nobody asks: unwatched, or silent for ten seconds', () => {
  const spa = makePool(1, (leaves) => leaves);
  let nowNs = 0n;
  const observer = new ZfsObserver({
    pools: () => [spa],
    pool: (name) => (name === 'tank' ? spa : undefined),
    mountedAt: () => undefined,
    nowNs: () => nowNs,
  });
  const ask = (watch: number): string =>
    observer.observe({ kind: 'zfsDiskMap', watch, view: VIEW }).kind;
  expect(spa.writer.watch).toBeUndefined();
  expect([ask(1), ask(2)]).toEqual(['zfsDiskMap', 'zfsDiskMap']);
  observer.observe({ kind: 'zfsUnwatch', watch: 1 });
  expect(spa.writer.watch).toBeDefined();
  observer.observe({ kind: 'zfsUnwatch', watch: 2 });
  expect(spa.writer.watch).toBeUndefined();
  ask(3);
  nowNs = 20_000_000_000n;
  new Workload(spa, new SeededRandom(1)).step();
  spaSync(spa);
  expect(spa.writer.watch).toBeUndefined();
  expect(observer.observe({ kind: 'zfsDiskMap', watch: 4, view: { ...VIEW, pool: 'x' } })).toEqual({
    kind: 'none',
  });
});

test('datasets come in pages, a snapshot behind its file system', () => {
  const spa = makePool(1, (leaves) => leaves);
  const workload = new Workload(spa, new SeededRandom(11));
  for (let step = 0; step < 400; step += 1) workload.step();
  spaSync(spa);
  const observer = new ZfsObserver({
    pools: () => [spa],
    pool: () => spa,
    mountedAt: (name) => (name === 'tank' ? '/tank' : undefined),
    nowNs: () => 0n,
  });
  const names = (limit: number): string[] => {
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = observer.observe({ kind: 'zfsDatasets', pool: 'tank', after, limit });
      if (page.kind !== 'zfsDatasets') throw new Error(page.kind);
      found.push(...page.rows.map(({ name }) => name));
      after = page.rows.at(-1)?.name ?? null;
      if (page.isLast) return found;
    }
  };
  const whole = names(1000);
  expect(whole[0]).toBe('tank');
  expect(whole.filter((name) => !name.includes('@')).sort()).toEqual(
    [...workload.model.keys(), ...workload.volumeNames].sort(),
  );
  expect(names(3)).toEqual(whole);
  const status = observer.observe({ kind: 'zfsStatus' });
  expect(status).toMatchObject({ pools: [{ name: 'tank', state: 'ONLINE', uberblockSlots: 128 }] });
});
