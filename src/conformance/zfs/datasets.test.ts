/**
 * Pools after random work on datasets (promote, holds, bookmarks, deferred destroys, limits of all
 * kinds, renames), judged by genuine zdb of both versions.
 */
import { describe, expect, test } from 'vitest';
import { spaExport } from '#kernel/fs/zfs/pool/spa-open.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { DslWork } from '#testing/zfs/dsl-work.ts';
import { checkPool, hasZdb } from '#testing/zfs/pool-kit.ts';

const STEPS = Number(process.env['ZFS_STEPS'] ?? 300);
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

describe.skipIf(!hasZdb)('datasets (skipped: zdb missing)', () => {
  const cases = [
    { seed: SEED, size: 160, disks: 1 },
    { seed: SEED + 1, size: 64, disks: 1 },
    { seed: SEED + 2, size: 96, disks: 3 },
  ];
  test.each(cases)('seed $seed on $disks × $size MiB', { timeout: 300_000 }, (row) => {
    const work = new DslWork(new SeededRandom(row.seed), row.size * 2 ** 20, row.disks);
    for (let step = 0; step < STEPS; step += 1) work.step();
    expect(work.differences()).toEqual([]);
    work.pool.reopen();
    for (let step = 0; step < STEPS / 4; step += 1) work.step();
    expect(work.differences()).toEqual([]);
    spaExport(work.pool.spa);
    expect(checkPool(work.pool.disks, 'tank', ['--exported'])).toEqual([]);
  });
});
