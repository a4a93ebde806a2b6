/**
 * The power fails at every write and flush of a txg, with any part of what was not flushed lost or
 * torn: the pool is then at that txg or at the one before, whole, and nothing in between.
 */
import { expect, test } from 'vitest';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import { spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { BlockDevice } from '#runtime/host.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { CrashDisks } from '#testing/zfs/crash-disk.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);
/** Every event with 1; CI looks at every few. */
const STRIDE = Number(process.env['ZFS_STRIDE'] ?? 5);

function open(disks: readonly BlockDevice[]): Spa {
  const [found] = findPools(disks, new Checksums(nodeCodecs));
  if (found === undefined) throw new Error('no pool is found');
  return spaOpen(found, testHost(SEED));
}

const file = (device: MemoryDisk): VdevSpec => ({ kind: 'file', device, path: `/${device.name}` });

test.each([
  ['one disk', 1, (all: MemoryDisk[]): VdevSpec[] => all.map(file)],
  [
    'raidz1',
    3,
    (all: MemoryDisk[]): VdevSpec[] => [{ kind: 'raidz', parity: 1, children: all.map(file) }],
  ],
])('power cut at any I/O of a txg on %s', { timeout: 120_000 }, (_name, count, specs) => {
  const disks = Array.from({ length: count }, (_, i) => new MemoryDisk(`d${i}`, 64 * MiB));
  const random = new SeededRandom(SEED);
  const work = new Workload(spaCreate('tank', specs(disks), testHost(SEED)), random);
  for (let step = 0; step < 120; step += 1) work.step();
  spaSync(work.spa);
  const crash = new CrashDisks(disks);
  work.reopen(open(crash.devices()));
  const importEvents = crash.events.length;
  const committed = work.spa.txg - 1;
  const before = work.frozen();
  // One txg of file changes only: each dataset step would be a txg of its own.
  for (let step = 0; step < 25; step += 1) work.fileStep();
  const after = work.frozen();
  spaSync(work.spa);
  const seen = new Set<number>();
  for (let n = importEvents; n <= crash.events.length; n += n % 2 === 0 ? 1 : STRIDE) {
    const images = crash.imagesAfter(n, new SeededRandom(SEED * 1000 + n));
    const spa = open(images);
    // Opening wrote a txg of its own on top of the one found.
    const found = spa.txg - 2;
    seen.add(found);
    expect([committed, committed + 1]).toContain(found);
    expect(work.compareWith(spa, found === committed ? before : after)).toEqual([]);
    if (hasZdb && n === importEvents + 20) expect(checkPool(images, 'tank')).toEqual([]);
  }
  expect([...seen].sort((a, b) => a - b)).toEqual([committed, committed + 1]);
});
