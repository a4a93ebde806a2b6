/**
 * Which decoded dnodes of a pool stay in memory: a ring of them all, whatever objset they are of. When
 * there are too many, the hand goes round and drops those that are clean and that nobody asked for
 * since it came by last.
 * @see uts/common/fs/zfs/dnode.c, arc.c arc_dnode_limit
 */

export interface CachedDnode {
  wasUsed: boolean;
  /** Lets go of it; false while it is dirty. */
  letGo(): boolean;
}

export class DnodeCache {
  readonly limit: number;
  /** In the order in which the hand meets them. */
  readonly #ring: Set<CachedDnode> = new Set();

  constructor(limit: number) {
    this.limit = limit;
  }

  get count(): number {
    return this.#ring.size;
  }

  add(dnode: CachedDnode): void {
    this.#ring.add(dnode);
    if (this.#ring.size > this.limit) this.#sweep();
  }

  remove(dnode: CachedDnode): void {
    this.#ring.delete(dnode);
  }

  /** Once round at most: what is dirty or in use may be more than the limit. */
  #sweep(): void {
    let steps = Math.min(this.#ring.size, SWEEP_STEPS);
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

/** Two would do in the long run; a few more bring a cache back that was full of dirty ones. */
const SWEEP_STEPS = 8;
