/**
 * One of the cache's four lists: entries in order of use, linked through themselves, so that moving
 * one costs a few stores and a list holds nothing that its entries don't.
 * @see uts/common/fs/zfs/arc.c arc_state_t
 */

import type { BlockPointer } from '../ondisk/blkptr.ts';

/** A block, or with `bytes` null only the memory of one. */
export interface ArcEntry {
  readonly key: number;
  birth: number;
  bytes: Uint8Array | null;
  /** What it was read by, when it may go to a cache device. */
  source: BlockPointer | null;
  sizeBytes: number;
  list: ArcList | null;
  newer: ArcEntry | null;
  older: ArcEntry | null;
}

export class ArcList {
  #newest: ArcEntry | null = null;
  #oldest: ArcEntry | null = null;
  /** Bytes of the blocks in it, or that were in it. */
  sizeBytes = 0;
  count = 0;

  get oldest(): ArcEntry | null {
    return this.#oldest;
  }

  /** Puts an entry that is in no list in front. */
  push(entry: ArcEntry): void {
    entry.list = this;
    entry.newer = null;
    entry.older = this.#newest;
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.sizeBytes += entry.sizeBytes;
    this.count += 1;
  }

  remove(entry: ArcEntry): void {
    const { newer, older } = entry;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    entry.list = null;
    entry.newer = null;
    entry.older = null;
    this.sizeBytes -= entry.sizeBytes;
    this.count -= 1;
  }

  /** An entry of this list becomes the newest. */
  touch(entry: ArcEntry): void {
    if (this.#newest === entry) return;
    this.remove(entry);
    this.push(entry);
  }
}
