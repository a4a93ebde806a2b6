/**
 * Names of a directory in memory, with cursors for readdir that stay valid while names come and go:
 * each name has a place that grows with time and is never used again.
 */
export interface IndexedEntry<T> {
  readonly name: string;
  readonly place: number;
  readonly value: T;
}

/** Places 0 and 1 are `.` and `..`. */
const FIRST_PLACE = 2;

export class DirectoryIndex<T> {
  readonly #byName = new Map<string, IndexedEntry<T>>();
  /** Sorted by place; `undefined` where a name went away. */
  #order: (IndexedEntry<T> | undefined)[] = [];
  /** The place of each element of `#order`, gone ones too. */
  #places: number[] = [];
  #nextPlace = FIRST_PLACE;

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): T | undefined {
    return this.#byName.get(name)?.value;
  }

  /** Adds `name`, or gives it another value in a new place. */
  set(name: string, value: T): void {
    this.delete(name);
    const entry = { name, place: this.#nextPlace, value };
    this.#nextPlace += 1;
    this.#byName.set(name, entry);
    this.#order.push(entry);
    this.#places.push(entry.place);
  }

  delete(name: string): void {
    const entry = this.#byName.get(name);
    if (entry === undefined) return;
    this.#byName.delete(name);
    this.#order[this.#indexOf(entry.place)] = undefined;
    if (this.#order.length > 32 && this.#order.length > 2 * this.#byName.size) this.#compact();
  }

  /** At most `limit` entries whose place is ≥ `cursor`. */
  from(cursor: number, limit: number): IndexedEntry<T>[] {
    const found: IndexedEntry<T>[] = [];
    for (let i = this.#indexOf(cursor); i < this.#order.length && found.length < limit; i += 1) {
      const entry = this.#order[i];
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** Index of the first element whose place is ≥ `place`. */
  #indexOf(place: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    const kept = this.#order.filter((entry) => entry !== undefined);
    this.#order = kept;
    this.#places = kept.map((entry) => entry.place);
  }
}
