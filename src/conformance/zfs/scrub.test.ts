/**
 * Scrub finds and mends what was damaged behind its back: half of a mirror overwritten, two disks of
 * a raidz2, the metadata copies of a single disk. zdb then finds the mended half good on its own.
 */
import { expect, test } from 'vitest';
import { scrubAll } from '#kernel/fs/zfs/pool/scan-ops.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { openFileSystem } from '#kernel/fs/zfs/pool/zfs-mount.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;
/** Behind the front labels and the boot area. */
const DATA_START: number = 4 * MiB;

const leaf = (device: MemoryDisk): VdevSpec => ({ kind: 'file', device, path: `/${device.name}` });

function disks(count: number): MemoryDisk[] {
  return Array.from({ length: count }, (_, i) => new MemoryDisk(`d${i}`, 64 * MiB));
}

/** Overwrites all data that was ever written, but not the labels. */
function ruin(disk: MemoryDisk): void {
  for (const n of disk.chunks.keys()) {
    const at = n * 65_536;
    if (at >= DATA_START && at < disk.sizeBytes - MiB) {
      disk.write(at, new Uint8Array(65_536).fill(0xa5));
    }
  }
}

function worked(specs: VdevSpec[]): Workload {
  const work = new Workload(spaCreate('tank', specs, testHost()), new SeededRandom(3));
  for (let step = 0; step < 250; step += 1) work.step();
  return work;
}

/** The pool opened anew, so that nothing is answered by the cache. */
function reopened(spa: Spa, all: MemoryDisk[]): Spa {
  spaExport(spa);
  const [found] = findPools(all, spa.zio.checksums);
  if (found === undefined) throw new Error('no pool');
  return spaOpen(found, testHost());
}

test('half of a mirror is overwritten and mended', { timeout: 60_000 }, () => {
  const all = disks(2);
  const work = worked([{ kind: 'mirror', children: all.map(leaf) }]);
  work.reopen(reopened(work.spa, all));
  ruin(all[1] as MemoryDisk);
  const state = scrubAll(work.spa);
  expect(state.errors).toEqual([]);
  // All but what is freed already and only waits to be given back.
  expect(state.repairedBytes).toBeGreaterThan(work.spa.space.allocatedBytes * 0.75);
  expect(scrubAll(work.spa)).toMatchObject({ repairedBytes: 0, errors: [] });
  spaExport(work.spa);
  if (hasZdb) {
    const alone = all.slice(1);
    expect(checkPool(alone, 'tank', ['--missing', '1', '--no-feature-conservative'])).toEqual([]);
  }
});

test('two disks of a raidz2 are overwritten and mended, parity too', { timeout: 60_000 }, () => {
  const all = disks(5);
  const work = worked([{ kind: 'raidz', parity: 2, children: all.map(leaf) }]);
  work.reopen(reopened(work.spa, all));
  for (const disk of all.slice(1, 3)) ruin(disk);
  expect(scrubAll(work.spa)).toMatchObject({ errors: [] });
  // Only with right parity can two other disks be missed now.
  const rest = [all[1], all[2], all[4]] as MemoryDisk[];
  expect(work.compare()).toEqual([]);
  spaExport(work.spa);
  const [found] = findPools(rest, work.spa.zio.checksums);
  if (found === undefined) throw new Error('no pool');
  work.reopen(spaOpen(found, testHost()));
  expect(work.compare()).toEqual([]);
});

test('on one disk metadata is mended from its other copy, lost data is named', () => {
  const all = disks(1);
  const spa = spaCreate('tank', all.map(leaf), testHost());
  const head = spa.dsl.findDataset('tank');
  if (head === undefined) throw new Error('no dataset');
  const fs = openFileSystem(spa, head);
  const noise = new Uint8Array(200_000);
  new SeededRandom(9).fill(noise);
  const made = fs.create(fs.rootObject, 'file', { mode: 0o100644, uid: 0, gid: 0 });
  if (typeof made !== 'number') throw new Error(made.name);
  fs.write(made, 0, noise);
  const later = reopened(spa, all);
  const objset = later.dsl.findDataset('tank')?.objset;
  const data = objset?.dnode(made).pointerAt(0, 1).dvas[0];
  const meta = objset?.rootBp.dvas[1];
  if (data === undefined || meta === undefined) throw new Error('no places');
  all[0]?.write(DATA_START + data.offset, new Uint8Array(512).fill(1));
  all[0]?.write(DATA_START + meta.offset, new Uint8Array(512).fill(1));
  const reader = later.dsl.findDataset('tank')?.objset.dnode(made);
  expect(() => reader?.block(1)).toThrow(/bad checksum/);
  spaSync(later);
  const dataset = later.dsl.findDataset('tank')?.object;
  const lost = { objset: dataset, object: made, level: 0, blkid: 1 };
  expect(later.errorLog.places(later.dsl)).toEqual([lost]);
  const state = scrubAll(later);
  expect(state.errors).toEqual([{ objset: dataset, object: made, level: 0, blkid: 1 }]);
  expect(state.repairedBytes).toBeGreaterThan(0);
});
