/**
 * Pools written by us, judged by genuine zdb of both versions: labels, every checksum, leaks, fill
 * counts, space maps, feature list. After random work the content is compared with a model as well,
 * before and after a re-import.
 */
import { describe, expect, test } from 'vitest';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { isSpaDirty, spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;

function disks(count: number, sectorSize = 512): MemoryDisk[] {
  return Array.from({ length: count }, (_, i) => new MemoryDisk(`d${i}`, 64 * MiB, sectorSize));
}

const leaf = (device: MemoryDisk): VdevSpec => ({
  kind: 'file',
  device,
  path: `/vdev/${device.name}.img`,
});

interface Layout {
  readonly name: string;
  readonly disks: MemoryDisk[];
  readonly specs: (all: MemoryDisk[]) => VdevSpec[];
}

const LAYOUTS: readonly Layout[] = [
  { name: 'one disk', disks: disks(1), specs: (all) => all.map(leaf) },
  { name: 'two disks of 4K sectors', disks: disks(2, 4096), specs: (all) => all.map(leaf) },
  {
    name: 'a mirror',
    disks: disks(2),
    specs: (all) => [{ kind: 'mirror', children: all.map(leaf) }],
  },
  {
    name: 'raidz1 of three',
    disks: disks(3),
    specs: (all) => [{ kind: 'raidz', parity: 1, children: all.map(leaf) }],
  },
  {
    name: 'raidz2 of five, 4K sectors',
    disks: disks(5, 4096),
    specs: (all) => [{ kind: 'raidz', parity: 2, children: all.map(leaf) }],
  },
  {
    name: 'raidz3 of six',
    disks: disks(6),
    specs: (all) => [{ kind: 'raidz', parity: 3, children: all.map(leaf) }],
  },
];

const STEPS = Number(process.env['ZFS_STEPS'] ?? 400);
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

describe.skipIf(!hasZdb)('pools we write (skipped: zdb missing)', () => {
  test('an empty pool on one disk', { timeout: 120_000 }, () => {
    const all = disks(1);
    spaCreate('tank', all.map(leaf), testHost());
    expect(checkPool(all, 'tank')).toEqual([]);
  });

  test.each(LAYOUTS)('random work on $name', { timeout: 300_000 }, (layout) => {
    const host = testHost(SEED);
    const all = layout.disks;
    const spa = spaCreate('tank', layout.specs(all), host);
    const work = new Workload(spa, new SeededRandom(SEED));
    for (let step = 0; step < STEPS; step += 1) work.step();
    expect(work.compare()).toEqual([]);
    if (isSpaDirty(spa)) spaSync(spa);
    spaExport(spa);
    const [found] = findPools(all, spa.zio.checksums);
    if (found === undefined) throw new Error('the pool is gone');
    work.reopen(spaOpen(found, host));
    expect(work.compare()).toEqual([]);
    for (let step = 0; step < STEPS / 4; step += 1) work.step();
    expect(work.compare()).toEqual([]);
    spaExport(work.spa);
    expect(checkPool(all, 'tank', ['--exported'])).toEqual([]);
  });
});
