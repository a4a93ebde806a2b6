/**
 * Streams we send, judged by genuine zstream of both versions, and received again: random work with
 * many snapshots arrives in another pool as it was, in full and step by step.
 */
import { describe, expect, test } from 'vitest';
import type { DslDataset } from '#kernel/fs/zfs/dsl/dsl-dataset.ts';
import { dmuSend } from '#kernel/fs/zfs/pool/dmu-send.ts';
import { zfsSnapshot } from '#kernel/fs/zfs/pool/dsl-ops.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { checkPool, checkStream, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { recvAll, sendAll } from '#testing/zfs/streams.ts';
import { type ModelDataset, Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);

function makePool(name: string): { spa: Spa; disk: MemoryDisk } {
  const disk = new MemoryDisk(name, 256 * MiB);
  return { spa: spaCreate(name, [{ kind: 'file', device: disk, path: '/x' }], testHost()), disk };
}

describe.skipIf(!hasZdb)('streams we send (skipped: zdb missing)', () => {
  test('full and incremental streams arrive as they were', { timeout: 120_000 }, () => {
    const source = makePool('src');
    const goal = makePool('dst');
    const work = new Workload(source.spa, new SeededRandom(SEED));
    let previous: DslDataset | null = null;
    const wanted = new Map<string, ModelDataset>();
    for (let round = 1; round <= 6; round += 1) {
      for (let step = 0; step < 60; step += 1) work.fileStep();
      expect(zfsSnapshot(source.spa, [`src@r${round}`])).toBeUndefined();
      const snapshot = source.spa.dsl.findDataset(`src@r${round}`);
      if (snapshot === undefined) throw new Error('no snapshot');
      const model = work.frozen().get('src');
      if (model === undefined) throw new Error('no model');
      const full = sendAll(source.spa, snapshot, null);
      expect(recvAll(goal.spa, full, `dst/full${round}`)).toHaveProperty('object');
      const step = previous === null ? full : sendAll(source.spa, snapshot, previous);
      expect(recvAll(goal.spa, step, 'dst/steps')).toHaveProperty('object');
      wanted.set(`dst/full${round}`, model);
      wanted.set(`dst/steps@r${round}`, model);
      if (round === 1 || round === 4) {
        expect(checkStream(full)).toEqual([]);
        expect(checkStream(step)).toEqual([]);
      }
      previous = snapshot;
    }
    expect(work.compareWith(goal.spa, wanted)).toEqual([]);
    expect(checkPool([goal.disk], 'dst')).toEqual([]);
    const first = source.spa.dsl.findDataset('src@r1');
    expect(dmuSend(source.spa, first as DslDataset, previous)).toMatchObject({
      name: 'EXDEV',
    });
  });
});
