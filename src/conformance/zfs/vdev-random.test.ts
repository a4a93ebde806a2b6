/**
 * Random sequences of what can be done to disks, by people and by accident, beside a workload: attach,
 * detach, replace, offline, online, add, remove, pull, put back, scrub, re-import. The content is
 * always the model's; in the end genuine zdb finds no leak. `ZFS_STEPS`, `ZFS_SEED` as elsewhere.
 */
import { expect, test } from 'vitest';
import { scanStart, scanStep, scrubAll } from '#kernel/fs/zfs/pool/scan-ops.ts';
import { spaCreate } from '#kernel/fs/zfs/pool/spa-create.ts';
import { spaExport, spaOpen } from '#kernel/fs/zfs/pool/spa-open.ts';
import { spaSync } from '#kernel/fs/zfs/pool/spa-sync.ts';
import { spaVdevAdd, spaVdevRemove } from '#kernel/fs/zfs/pool/spa-vdev-add.ts';
import { spaVdevAttach, spaVdevDetach } from '#kernel/fs/zfs/pool/spa-vdev-attach.ts';
import { vdevOffline, vdevOnline } from '#kernel/fs/zfs/pool/spa-vdev-state.ts';
import type { Spa } from '#kernel/fs/zfs/pool/spa.ts';
import type { VdevSpec } from '#kernel/fs/zfs/pool/vdev-create.ts';
import { isDtlRequired } from '#kernel/fs/zfs/pool/vdev-dtl-sync.ts';
import { watchFaults } from '#kernel/fs/zfs/pool/zfs-diagnosis.ts';
import { findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { VdevDisk } from '#kernel/fs/zfs/vdev/vdev-disk.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { RandomSource } from '#runtime/host.ts';
import { SeededRandom } from '#testing/sim/random.ts';
import { MemoryDisk } from '#testing/zfs/memory-disk.ts';
import { nodeCodecs } from '#testing/zfs/node-codecs.ts';
import { checkPool, hasZdb, testHost } from '#testing/zfs/pool-kit.ts';
import { PulledDisk } from '#testing/zfs/pulled-disk.ts';
import { Workload } from '#testing/zfs/workload.ts';

const MiB = 2 ** 20;
const SEED = Number(process.env['ZFS_SEED'] ?? 1);
const STEPS = Number(process.env['ZFS_STEPS'] ?? 60);

/** A machine with disks, a pool on some of them, and somebody who can't leave it alone. */
class Tinkerer {
  readonly #random: RandomSource;
  readonly #disks: PulledDisk[] = [];
  #imports = 0;
  readonly load: Workload;
  readonly log: string[] = [];
  #diagnosis: ReturnType<typeof watchFaults>;

  constructor(layout: (next: () => VdevSpec) => VdevSpec[], seed: number) {
    this.#random = new SeededRandom(seed);
    const spa = spaCreate(
      'tank',
      layout(() => this.#leaf(this.#newDisk())),
      testHost(seed),
    );
    this.load = new Workload(spa, new SeededRandom(seed));
    this.#diagnosis = watchFaults(spa);
  }

  get #spa(): Spa {
    return this.load.spa;
  }

  #below(limit: number): number {
    return this.#random.uint32() % limit;
  }

  #newDisk(): PulledDisk {
    const disk = new PulledDisk(new MemoryDisk(`d${this.#disks.length}`, 64 * MiB));
    this.#disks.push(disk);
    return disk;
  }

  #leaf(device: PulledDisk): VdevSpec {
    return { kind: 'file', device, path: `/vdev/${device.name}.img` };
  }

  #leaves(): VdevDisk[] {
    return this.#spa.zio.tops.flatMap((top) =>
      (top?.vdev.leaves() ?? []).filter((leaf) => leaf instanceof VdevDisk),
    );
  }

  #note(what: string, error: Errno | string | undefined): void {
    this.log.push(`${what}: ${typeof error === 'object' ? error.name : (error ?? 'done')}`);
  }

  step(): void {
    for (let n = this.#below(6); n > 0; n -= 1) this.load.step();
    const all = this.#leaves();
    const leaf = all[this.#below(all.length)] as VdevDisk;
    const spa = this.#spa;
    const kind = this.#below(20);
    const name = leaf.path;
    if (kind < 3) {
      const spec = this.#leaf(this.#newDisk());
      const isReplacing = kind === 0;
      const what = `${isReplacing ? 'replace' : 'attach'} ${name}`;
      if (all.length < 12) this.#note(what, spaVdevAttach(spa, leaf.guid, spec, { isReplacing }));
    } else if (kind < 5) {
      this.#note(`detach ${name}`, spaVdevDetach(spa, leaf.guid));
    } else if (kind < 7) {
      this.#note(`offline ${name}`, vdevOffline(spa, leaf.guid, kind === 5));
    } else if (kind < 9) {
      this.#online(leaf);
    } else if (kind < 11) {
      this.#pull(leaf);
    } else if (kind < 12) {
      scanStart(spa, 'SCRUB');
    } else if (kind < 13) {
      this.#changeLogs();
    } else if (kind < 14) {
      this.#reimport();
    } else {
      for (let n = this.#below(40); n > 0 && scanStep(this.#spa, 50_000); n -= 1) {
        if (n % 8 === 0) this.load.step();
      }
    }
    if (this.#diagnosis.act()) this.log.push('diagnosis acted');
    expect(this.load.compare()).toEqual([]);
  }

  #deviceOf(leaf: VdevDisk): PulledDisk | undefined {
    return this.#disks.find((disk) => leaf.device === disk || leaf.path.includes(`/${disk.name}.`));
  }

  #online(leaf: VdevDisk): void {
    const disk = this.#deviceOf(leaf);
    if (disk !== undefined) disk.isOut = false;
    const state = vdevOnline(this.#spa, leaf.guid);
    this.#note(`online ${leaf.path}`, state);
  }

  #pull(leaf: VdevDisk): void {
    const disk = this.#deviceOf(leaf);
    if (disk === undefined || isDtlRequired(this.#spa, leaf)) return;
    disk.isOut = true;
    this.log.push(`pull ${leaf.path}`);
    // Noticed at once, so that the next one is not pulled in good faith.
    spaSync(this.#spa);
    this.#diagnosis.act();
  }

  #changeLogs(): void {
    const spa = this.#spa;
    const log = spa.zio.tops.find((top) => spa.logMetaslabs.groupOf(top?.vdev.id ?? -1));
    if (log !== undefined) this.#note('remove log', spaVdevRemove(spa, log.vdev.guid));
    else this.#note('add log', spaVdevAdd(spa, { logs: [this.#leaf(this.#newDisk())] }));
  }

  #reimport(): void {
    spaExport(this.#spa);
    this.#imports += 1;
    const there = this.#disks.filter((disk) => !disk.isOut);
    const [found] = findPools(there, new Checksums(nodeCodecs));
    if (found === undefined) throw new Error('no pool');
    this.load.reopen(spaOpen(found, testHost(SEED + 100 + this.#imports)));
    this.#diagnosis = watchFaults(this.#spa);
    this.log.push('reimport');
  }

  /** All disks back, everything resilvered and scrubbed; the images that belong to the pool. */
  settle(): MemoryDisk[] {
    for (const disk of this.#disks) disk.isOut = false;
    this.#reimport();
    for (const leaf of this.#leaves()) if (leaf.state !== 'ONLINE') this.#online(leaf);
    while (scanStep(this.#spa));
    expect(this.#leaves().filter((leaf) => leaf.state !== 'ONLINE')).toEqual([]);
    expect(this.#leaves().filter((leaf) => !leaf.missing.isEmpty)).toEqual([]);
    expect(scrubAll(this.#spa)).toMatchObject({ errors: [], repairedBytes: 0 });
    expect(this.load.compare()).toEqual([]);
    const used = new Set(this.#leaves().map(({ device }) => device));
    spaExport(this.#spa);
    return this.#disks.filter((disk) => used.has(disk)).map(({ inner }) => inner);
  }
}

const LAYOUTS: readonly [string, (next: () => VdevSpec) => VdevSpec[]][] = [
  [
    'two mirrors',
    (next) => [
      { kind: 'mirror', children: [next(), next()] },
      { kind: 'mirror', children: [next(), next()] },
    ],
  ],
  ['raidz2', (next) => [{ kind: 'raidz', parity: 2, children: [next(), next(), next(), next()] }]],
  ['a disk', (next) => [next()]],
];

test.each(LAYOUTS)('anything may be done to %s', { timeout: 300_000 }, (_name, layout) => {
  for (const seed of [SEED]) {
    const tinkerer = new Tinkerer(layout, seed);
    try {
      for (let step = 0; step < STEPS; step += 1) tinkerer.step();
      const images = tinkerer.settle();
      const options = ['--exported', '--no-feature-conservative'];
      if (hasZdb) expect(checkPool(images, 'tank', options)).toEqual([]);
    } catch (error) {
      throw new Error(`seed ${seed}: ${tinkerer.log.join('; ')}`, { cause: error });
    }
  }
});
