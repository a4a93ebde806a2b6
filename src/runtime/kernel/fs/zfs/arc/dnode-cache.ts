/**
 * Which decoded dnodes of a pool stay in memory: a ring of them all, whatever objset they are of. When
 * there are too many, the hand goes round and drops those that are clean and that nobody asked for
 * since it came by last.
 * @see uts/common/fs/zfs/dnode.c, arc.c arc_dnode_limit
 */

/** The hand moves after so many new ones, three steps for each: one should drop something. */
const TURN = 32;
const STEPS: number = 3 * TURN;

export interface CachedDnode {
  wasUsed: boolean;
  /** Lets go of it; false while it is dirty. */
  letGo(): boolean;
}

export class DnodeCache {
  readonly limit: number;
  /** In the order in which the hand meets them. */
  readonly #ring: Set<CachedDnode> = new Set();
  /** Since the hand last moved. */
  #added = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get count(): number {
    return this.#ring.size;
  }

  add(dnode: CachedDnode): void {
    this.#ring.add(dnode);
    this.#added += 1;
    if (this.#added < TURN || this.#ring.size <= this.limit) return;
    this.#added = 0;
    this.#sweep();
  }

  remove(dnode: CachedDnode): void {
    this.#ring.delete(dnode);
  }

  /** A few steps only: what is dirty or in use may be more than the limit. */
  #sweep(): void {
    let steps = Math.min(this.#ring.size, STEPS);
    for (const dnode of this.#ring) {
      if (steps === 0 || this.#ring.size <= this.limit) return;
      steps -= 1;
      this.#ring.delete(dnode);
      const isKept = dnode.wasUsed || !dnode.letGo();
      dnode.wasUsed = false;
      if (isKept) this.#ring.add(dnode);
    }
  }
}
