/**
 * A set of byte ranges: sorted, disjoint, neighbours joined. Two parallel arrays and binary search.
 * @see uts/common/fs/zfs/range_tree.c
 */
import { assert } from '#base/assert.ts';

export class RangeTree {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Bytes in all ranges. */
  space = 0;

  get count(): number {
    return this.#starts.length;
  }

  get isEmpty(): boolean {
    return this.#starts.length === 0;
  }

  /** Index of the first range that ends after `at`. */
  #indexAfter(at: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds a range that must not overlap the set. */
  add(start: number, size: number): void {
    const end = start + size;
    const i = this.#indexAfter(start);
    const next = this.#starts[i];
    assert(next === undefined || next >= end, `range ${start}+${size} is not there twice`);
    const joinsLeft = i > 0 && this.#ends[i - 1] === start;
    const joinsRight = next === end;
    if (joinsLeft && joinsRight) {
      this.#ends[i - 1] = this.#ends[i] as number;
      this.#starts.splice(i, 1);
      this.#ends.splice(i, 1);
    } else if (joinsLeft) {
      this.#ends[i - 1] = end;
    } else if (joinsRight) {
      this.#starts[i] = start;
    } else {
      this.#starts.splice(i, 0, start);
      this.#ends.splice(i, 0, end);
    }
    this.space += size;
  }

  /** Takes out a range that must be in the set as a whole. */
  remove(start: number, size: number): void {
    const end = start + size;
    const i = this.#indexAfter(start);
    const from = this.#starts[i];
    const to = this.#ends[i];
    assert(
      from !== undefined && to !== undefined && from <= start && to >= end,
      `range ${start}+${size} is there`,
    );
    if (from === start && to === end) {
      this.#starts.splice(i, 1);
      this.#ends.splice(i, 1);
    } else if (from === start) {
      this.#starts[i] = end;
    } else if (to === end) {
      this.#ends[i] = start;
    } else {
      this.#ends[i] = start;
      this.#starts.splice(i + 1, 0, end);
      this.#ends.splice(i + 1, 0, to);
    }
    this.space -= size;
  }

  /** Whether any byte of the range is in the set. */
  overlaps(start: number, size: number): boolean {
    const next = this.#starts[this.#indexAfter(start)];
    return next !== undefined && next < start + size;
  }

  /** Whether all of the range is in the set. */
  contains(start: number, size: number): boolean {
    const i = this.#indexAfter(start);
    const from = this.#starts[i];
    return from !== undefined && from <= start && (this.#ends[i] as number) >= start + size;
  }

  /** The start of the first range at or after `from` with room for `size`, going round once. */
  findFit(from: number, size: number): number | undefined {
    const first = this.#indexAfter(from);
    const count = this.#starts.length;
    for (let n = 0; n < count; n += 1) {
      const i = first + n < count ? first + n : first + n - count;
      const start = this.#starts[i] as number;
      const at = n === 0 && start < from ? from : start;
      if ((this.#ends[i] as number) - at >= size) return at;
    }
    const start = this.#starts[first];
    if (start !== undefined && (this.#ends[first] as number) - start >= size) return start;
    return undefined;
  }

  forEach(visit: (start: number, size: number) => void): void {
    for (let i = 0; i < this.#starts.length; i += 1) {
      const start = this.#starts[i] as number;
      visit(start, (this.#ends[i] as number) - start);
    }
  }

  clear(): void {
    this.#starts.length = 0;
    this.#ends.length = 0;
    this.space = 0;
  }

  /** Moves everything into `other`. */
  vacateInto(other: RangeTree): void {
    if (other.isEmpty) {
      other.#starts.push(...this.#starts);
      other.#ends.push(...this.#ends);
      other.space = this.space;
    } else {
      this.forEach((start, size) => other.add(start, size));
    }
    this.clear();
  }
}
