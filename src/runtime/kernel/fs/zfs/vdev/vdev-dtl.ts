/**
 * Dirty time logs: the txgs in which something was written that a leaf did not get, because it was
 * away, failed, or was attached later. A resilver copies the blocks of these txgs and no others.
 * Kept as half-open ranges [start, end) of txgs, sorted, apart and never touching.
 * @see uts/common/fs/zfs/vdev.c vdev_dtl_dirty()
 */
export class TxgRanges {
  #ranges: (readonly [start: number, end: number])[] = [];

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** The first txg in the set; 0 when there is none. */
  get min(): number {
    return this.#ranges[0]?.[0] ?? 0;
  }

  /** The last txg in the set; 0 when there is none. */
  get max(): number {
    return (this.#ranges.at(-1)?.[1] ?? 1) - 1;
  }

  get ranges(): readonly (readonly [start: number, end: number])[] {
    return this.#ranges;
  }

  contains(txg: number): boolean {
    return this.#ranges.some(([start, end]) => txg >= start && txg < end);
  }

  /** Adds `[start, end)`; what is there already may overlap. */
  add(start: number, end: number): void {
    if (start >= end) return;
    let low = start;
    let high = end;
    const apart = this.#ranges.filter(([from, to]) => {
      if (to < start || from > end) return true;
      low = Math.min(low, from);
      high = Math.max(high, to);
      return false;
    });
    this.#ranges = [...apart, [low, high] as const].sort((a, b) => a[0] - b[0]);
  }

  addAll(other: TxgRanges): void {
    for (const [start, end] of other.#ranges) this.add(start, end);
  }

  /** Takes out `[start, end)`, whatever of it is there. */
  remove(start: number, end: number): void {
    this.#ranges = this.#ranges.flatMap(([from, to]) => {
      if (to <= start || from >= end) return [[from, to] as const];
      const rest: (readonly [number, number])[] = [];
      if (from < start) rest.push([from, start]);
      if (to > end) rest.push([end, to]);
      return rest;
    });
  }

  clear(): void {
    this.#ranges = [];
  }
}
