/**
 * Whether what is referenced is exactly what the space maps say is allocated.
 * @see cmd/zdb/zdb.c zdb_leak_init(), zdb_leak_fini()
 */
import type { RangeTree } from '#kernel/fs/zfs/metaslab/range-tree.ts';
import type { BlockPointer } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { SPA_GANGBLOCKSIZE } from '#kernel/fs/zfs/ondisk/label.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Output } from '#lib/libc/stdio.ts';
import {
  allocatedRanges,
  logChanges,
  readLogs,
  readMetaslabs,
  type VdevOnDisk,
} from '#lib/libzpool/space-maps.ts';
import { hex } from '#cmd/zdb/blkptr-text.ts';
import { applyLogs } from '#cmd/zdb/metaslab-dump.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

interface Place {
  readonly vdev: number;
  readonly offset: number;
  readonly size: number;
}

export class LeakCheck {
  readonly #zdb: ZdbPool;
  #vdevs: readonly VdevOnDisk[] = [];
  /** By vdev and metaslab: what is allocated and not yet claimed. */
  readonly #unclaimed: Map<number, RangeTree[]> = new Map();
  readonly #dedup: Set<string> = new Set();
  /** Of deduplicated blocks that were met again. */
  dedupBytes = 0;
  dedupBlocks = 0;
  /** Allocated and free bytes of data vdevs and of log vdevs. */
  readonly normal: { allocated: number; space: number } = { allocated: 0, space: 0 };
  readonly log: { allocated: number; space: number } = { allocated: 0, space: 0 };
  /** What logs of space maps add to the maps' own sums. */
  unflushedBytes = 0;
  complaints = '';

  constructor(zdb: ZdbPool) {
    this.#zdb = zdb;
  }

  get isChecked(): boolean {
    return this.#zdb.count('L') === 0;
  }

  get vdevs(): readonly VdevOnDisk[] {
    return this.#vdevs;
  }

  /** Loads the space maps; progress goes to `err` as zdb shows it. */
  *load(err: Output): Task<void> {
    const { pager, pool } = this.#zdb;
    this.#vdevs = yield* pager.run(() => readMetaslabs(pool));
    for (const vdev of this.#vdevs) {
      const sums = vdev.isLog ? this.log : this.normal;
      sums.space += vdev.metaslabs.length * 2 ** vdev.shift;
      for (const { map } of vdev.metaslabs) sums.allocated += map?.allocatedBytes ?? 0;
    }
    this.unflushedBytes = yield* pager.run(() => this.#unflushed());
    if (!this.isChecked) return;
    for (const vdev of this.#vdevs) {
      const trees: RangeTree[] = [];
      const count = vdev.metaslabs.length;
      for (const metaslab of vdev.metaslabs) {
        const where = `concrete vdev ${vdev.id}, metaslab ${metaslab.id} of ${count}`;
        yield* err.write(`\rloading ${where} ...`);
        const tree = yield* pager.run(() => {
          const ranges = allocatedRanges(pool, vdev, metaslab);
          applyLogs(this.#zdb, vdev, metaslab, ranges);
          return ranges;
        });
        trees.push(tree);
      }
      this.#unclaimed.set(vdev.id, trees);
    }
    yield* err.write('\n');
  }

  #unflushed(): number {
    let sum = 0;
    for (const { txg, map } of readLogs(this.#zdb.pool)) {
      for (const { vdev: id, start, size, isFree } of logChanges(this.#zdb.pool, map)) {
        const vdev = this.#vdevs.find((each) => each.id === id);
        const metaslab = vdev?.metaslabs[Math.floor(start / 2 ** vdev.shift)];
        if (metaslab !== undefined && txg >= metaslab.unflushedTxg) sum += isFree ? -size : size;
      }
    }
    return sum;
  }

  /** All places of a block, those of a gang block's members too. Only reads. */
  placesOf(bp: BlockPointer): Place[] {
    const first = bp.dvas[0];
    if (first === undefined) return [];
    const { zio } = this.#zdb.pool;
    const members = first.isGang ? zio.readGangHeader(bp, first) : [];
    const places = bp.dvas.map(({ vdev, offset, asize, isGang }) => {
      const top = zio.tops[vdev]?.vdev;
      const size = isGang && top !== undefined ? top.psizeToAsize(SPA_GANGBLOCKSIZE) : asize;
      return { vdev, offset, size };
    });
    return [...members.flatMap((member) => this.placesOf(member)), ...places];
  }

  /** Takes the places of a block out of what is allocated. */
  claim(bp: BlockPointer, places: readonly Place[]): void {
    const first = bp.dvas[0];
    if (first === undefined) return;
    if (bp.isDedup) {
      const key = `${first.vdev}:${first.offset}`;
      if (this.#dedup.has(key)) {
        this.dedupBytes += bp.dvas.reduce((sum, dva) => sum + dva.asize, 0);
        this.dedupBlocks += 1;
        return;
      }
      this.#dedup.add(key);
    }
    if (!this.isChecked) return;
    for (const { vdev, offset, size } of places) this.#claimRange(vdev, offset, size);
  }

  #claimRange(id: number, start: number, size: number): void {
    const vdev = this.#vdevs.find((each) => each.id === id);
    const tree = this.#unclaimed.get(id)?.[Math.floor(start / 2 ** (vdev?.shift ?? 0))];
    if (tree?.contains(start, size) === true) {
      tree.remove(start, size);
      return;
    }
    const place = `vdev ${id}, offset 0x${hex(start)}, size ${size}`;
    this.complaints += `zdb: block is referenced but not allocated: ${place}\n`;
  }

  /** Lines for what nobody referenced. */
  leaks(): string {
    let text = '';
    for (const [vdev, trees] of this.#unclaimed) {
      for (const tree of trees) {
        tree.forEach((start, size) => {
          text += `leaked space: vdev ${vdev}, offset 0x${hex(start)}, size ${size}\n`;
        });
      }
    }
    return text;
  }
}
