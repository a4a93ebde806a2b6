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
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
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
  work.openAll();
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

/** A disk whose n-th operation from now on fails, once. */
class FailingDisk implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize = 512;
  readonly isReadOnly = false;
  readonly #inner: MemoryDisk;
  /** Operations until the fault; infinite for never. */
  countdown = Number.POSITIVE_INFINITY;

  constructor(inner: MemoryDisk) {
    this.#inner = inner;
    this.name = inner.name;
    this.sizeBytes = inner.sizeBytes;
  }

  #step(): void {
    this.countdown -= 1;
    if (this.countdown === 0) throw new BlockDeviceError('EIO', 'made to fail');
  }

  read(at: number, target: Uint8Array): void {
    this.#step();
    this.#inner.read(at, target);
  }

  write(at: number, source: Uint8Array): void {
    this.#step();
    this.#inner.write(at, source);
  }

  flush(): void {
    this.#step();
  }

  discard(): void {}
}

test('the n-th I/O fails, for every n: an error or nothing, never a torn pool', {
  timeout: 120_000,
}, () => {
  const base = new MemoryDisk('d0', 64 * MiB);
  const work = new Workload(
    spaCreate('tank', [file(base)], testHost(SEED)),
    new SeededRandom(SEED),
  );
  for (let step = 0; step < 60; step += 1) work.step();
  spaSync(work.spa);
  const before = work.frozen();
  let faults = 0;
  // Neighbouring blocks are written together: there are few I/Os, and each is tried.
  for (let n = 1; ; n += 1) {
    const image = base.clone();
    const disk = new FailingDisk(image);
    const spa = open([disk]);
    const again = new Workload(spa, new SeededRandom(SEED + 1));
    for (const [name, dataset] of before) again.model.set(name, dataset);
    const model = again.frozen();
    again.model.clear();
    for (const [name, dataset] of model) again.model.set(name, dataset);
    again.openAll();
    const committed = spa.txg - 1;
    disk.countdown = n;
    let failed = false;
    try {
      for (let step = 0; step < 15; step += 1) again.fileStep();
      spaSync(spa);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      failed = true;
    }
    if (disk.countdown > 0) break;
    faults += 1;
    const later = open([image]);
    const found = later.txg - 2;
    expect([committed, committed + 1]).toContain(found);
    if (found === committed) expect(again.compareWith(later, before)).toEqual([]);
    else if (!failed) expect(again.compareWith(later, again.model)).toEqual([]);
  }
  expect(faults).toBeGreaterThan(5);
});
