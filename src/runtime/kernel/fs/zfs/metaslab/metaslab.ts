/**
 * A metaslab: a piece of a top-level vdev with its free space. What is freed may not be used again
 * for two txgs more, so that the pool can be rewound to an older uberblock.
 * Surprising: `freed` and `deferred` ranges are free in the space map on disk and still not for use.
 * @see uts/common/fs/zfs/metaslab.c
 */
import { SPACE_MAP_HISTOGRAM_SIZE } from '../ondisk/dsl-phys.ts';
import { RangeTree } from './range-tree.ts';

/** `TXG_DEFER_SIZE` */
export const TXG_DEFER_SIZE = 2;

export class Metaslab {
  readonly id: number;
  readonly start: number;
  readonly size: number;
  /** Space map object in the MOS, 0 before the first allocation. */
  spaceMapObject: number;
  /** `smp_alloc`: bytes allocated as the space map on disk has it. */
  allocatedBytes: number;
  /** `smp_length` */
  spaceMapLength = 0;
  readonly allocatable = new RangeTree();
  isLoaded = false;
  /** Allocated since the space map was last written. */
  readonly allocating = new RangeTree();
  /** Freed since the space map was last written. */
  readonly freeing = new RangeTree();
  /** Freed in this txg and written as such. */
  readonly freed = new RangeTree();
  readonly deferred: readonly RangeTree[] = [new RangeTree(), new RangeTree()];
  /** Where the next search begins. */
  #cursor: number;

  constructor(id: number, start: number, size: number, object: number, allocated: number) {
    this.id = id;
    this.start = start;
    this.size = size;
    this.spaceMapObject = object;
    this.allocatedBytes = allocated;
    this.#cursor = start;
  }

  get isDirty(): boolean {
    return !this.allocating.isEmpty || !this.freeing.isEmpty;
  }

  /** Free space for use now; an upper bound until the space map is loaded. */
  get freeBytes(): number {
    return this.isLoaded ? this.allocatable.space : this.size - this.allocatedBytes;
  }

  /** What the whole txg has done is not for use, although the space map says it is free. */
  holdBack(): void {
    for (const tree of [this.freed, ...this.deferred]) {
      tree.forEach((start, size) => this.allocatable.remove(start, size));
    }
  }

  /** Takes `size` bytes, or undefined. */
  allocate(size: number): number | undefined {
    const start = this.allocatable.findFit(this.#cursor, size);
    if (start === undefined) return undefined;
    this.allocatable.remove(start, size);
    this.allocating.add(start, size);
    this.#cursor = start + size;
    return start;
  }

  /** Takes a place that was written before the pool was opened; false when it is not free. */
  claim(start: number, size: number): boolean {
    if (!this.allocatable.contains(start, size)) return false;
    this.allocatable.remove(start, size);
    this.allocating.add(start, size);
    return true;
  }

  free(start: number, size: number): void {
    this.freeing.add(start, size);
  }

  /** After the space map was written: what it says is done. */
  spaceMapWritten(): void {
    this.allocatedBytes += this.allocating.space - this.freeing.space;
    this.allocating.clear();
    this.freeing.vacateInto(this.freed);
  }

  /** At the end of a txg: what was freed two txgs ago can be used, what was freed now must wait. */
  syncDone(txg: number, mayDefer: boolean): void {
    const slot = this.deferred[txg % TXG_DEFER_SIZE] as RangeTree;
    const release = (tree: RangeTree): void => {
      if (this.isLoaded) tree.forEach((start, size) => this.allocatable.add(start, size));
      tree.clear();
    };
    release(slot);
    if (mayDefer) this.freed.vacateInto(slot);
    else release(this.freed);
  }

  /** Number of free ranges by size, as the space map's header keeps it. */
  histogram(ashift: number): number[] {
    const buckets = new Array<number>(SPACE_MAP_HISTOGRAM_SIZE).fill(0);
    const count = (_start: number, size: number): void => {
      const bucket = Math.min(Math.floor(Math.log2(size)) - ashift, buckets.length - 1);
      if (bucket >= 0) buckets[bucket] = (buckets[bucket] as number) + 1;
    };
    for (const tree of [this.allocatable, this.freed, this.freeing, ...this.deferred]) {
      tree.forEach(count);
    }
    return buckets;
  }

  /** Everything that is not free in the space map after it has been written now. */
  allocatedRanges(): RangeTree {
    const used = new RangeTree();
    used.add(this.start, this.size);
    for (const tree of [this.allocatable, this.freed, this.freeing, ...this.deferred]) {
      tree.forEach((start, size) => used.remove(start, size));
    }
    return used;
  }
}
