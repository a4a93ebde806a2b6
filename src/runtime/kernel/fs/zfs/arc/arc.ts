/**
 * The adaptive replacement cache: unpacked blocks, bounded in memory. Blocks read once are in the MRU
 * list, blocks read again in the MFU list; two ghost lists remember what was evicted from each, and
 * a hit in a ghost list shifts the balance between the two.
 * Surprising: blocks are never changed in place (copy on write), so a cached buffer needs no lock
 * and no invalidation but one: the place was freed and used again, which the birth txg tells.
 * @see uts/common/fs/zfs/arc.c
 */
import {
  type BlockPointer,
  type Dva,
  physicalBirthOf,
  SPA_MINBLOCKSIZE,
} from '../ondisk/blkptr.ts';
import type { ZioContext } from '../zio/zio.ts';

interface Entry {
  readonly birth: number;
  readonly bytes: Uint8Array;
}

interface Ghost {
  readonly birth: number;
  readonly size: number;
}

/** `arc_stats` */
export interface ArcStats {
  hits: number;
  misses: number;
  mruGhostHits: number;
  mfuGhostHits: number;
  evictedBytes: number;
}

/** One number for a place: 512-byte units times the number of possible vdevs. */
const MAX_VDEVS = 512;

function keyOf(dva: Dva): number {
  return (dva.offset / SPA_MINBLOCKSIZE) * MAX_VDEVS + dva.vdev;
}

/** A list in order of use with its size in bytes: a Map keeps insertion order. */
class CacheList<T> {
  readonly entries: Map<number, T> = new Map();
  sizeBytes = 0;
  readonly #sizeOf: (entry: T) => number;

  constructor(sizeOf: (entry: T) => number) {
    this.#sizeOf = sizeOf;
  }

  put(key: number, entry: T): void {
    this.delete(key);
    this.entries.set(key, entry);
    this.sizeBytes += this.#sizeOf(entry);
  }

  delete(key: number): T | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.sizeBytes -= this.#sizeOf(entry);
    return entry;
  }

  /** Takes out the entry that was not used for longest. */
  shift(): [number, T] | undefined {
    for (const [key, entry] of this.entries) {
      this.delete(key);
      return [key, entry];
    }
    return undefined;
  }
}

export class Arc {
  readonly #zio: ZioContext;
  readonly #mru = new CacheList<Entry>((entry) => entry.bytes.length);
  readonly #mfu = new CacheList<Entry>((entry) => entry.bytes.length);
  readonly #mruGhost = new CacheList<Ghost>((ghost) => ghost.size);
  readonly #mfuGhost = new CacheList<Ghost>((ghost) => ghost.size);
  readonly stats: ArcStats = {
    hits: 0,
    misses: 0,
    mruGhostHits: 0,
    mfuGhostHits: 0,
    evictedBytes: 0,
  };
  /** `arc_c`: bytes the cache may hold. */
  readonly limitBytes: number;
  /** `arc_p`: how much of that the MRU list should have. */
  #mruTarget: number;

  constructor(zio: ZioContext, limitBytes: number) {
    this.#zio = zio;
    this.limitBytes = limitBytes;
    this.#mruTarget = limitBytes / 2;
  }

  /** Bytes held now; at most `limitBytes` between calls. */
  get sizeBytes(): number {
    return this.#mru.sizeBytes + this.#mfu.sizeBytes;
  }

  /** The block's bytes, shared: they must not be changed. */
  read(bp: BlockPointer): Uint8Array {
    const dva = bp.dvas[0];
    if (dva === undefined) return this.#zio.read(bp);
    const key = keyOf(dva);
    const birth = physicalBirthOf(bp);
    const cached = this.#find(key, birth);
    if (cached !== undefined) return cached;
    const bytes = this.#zio.read(bp);
    this.stats.misses += 1;
    this.#insert(key, birth, bytes);
    return bytes;
  }

  /** Keeps what was just written: it is likely to be read. `bytes` now belongs to the cache. */
  insert(bp: BlockPointer, bytes: Uint8Array): void {
    const dva = bp.dvas[0];
    if (dva !== undefined) this.#insert(keyOf(dva), physicalBirthOf(bp), bytes);
  }

  /** Forgets the block: it was freed, or rewritten in place within its txg. */
  forget(bp: BlockPointer): void {
    const dva = bp.dvas[0];
    if (dva === undefined) return;
    const key = keyOf(dva);
    this.#mru.delete(key);
    this.#mfu.delete(key);
  }

  #find(key: number, birth: number): Uint8Array | undefined {
    const often = this.#mfu.delete(key);
    if (often !== undefined && often.birth === birth) {
      this.#mfu.put(key, often);
      this.stats.hits += 1;
      return often.bytes;
    }
    const once = this.#mru.delete(key);
    if (once !== undefined && once.birth === birth) {
      this.#mfu.put(key, once);
      this.stats.hits += 1;
      return once.bytes;
    }
    return undefined;
  }

  #insert(key: number, birth: number, bytes: Uint8Array): void {
    const size = bytes.length;
    if (size > this.limitBytes / 2) return;
    this.#mru.delete(key);
    this.#mfu.delete(key);
    const wasOnce = this.#mruGhost.delete(key);
    const wasOften = this.#mfuGhost.delete(key);
    if (wasOnce?.birth === birth) {
      this.stats.mruGhostHits += 1;
      this.#mruTarget = Math.min(this.#mruTarget + size, this.limitBytes);
      this.#mfu.put(key, { birth, bytes });
    } else if (wasOften?.birth === birth) {
      this.stats.mfuGhostHits += 1;
      this.#mruTarget = Math.max(this.#mruTarget - size, 0);
      this.#mfu.put(key, { birth, bytes });
    } else {
      this.#mru.put(key, { birth, bytes });
    }
    while (this.sizeBytes > this.limitBytes) this.#evict();
  }

  #evict(): void {
    const fromMru = this.#mru.sizeBytes > this.#mruTarget || this.#mfu.entries.size === 0;
    const [list, ghosts] = fromMru ? [this.#mru, this.#mruGhost] : [this.#mfu, this.#mfuGhost];
    const victim = list.shift();
    if (victim === undefined) return;
    const [key, { birth, bytes }] = victim;
    this.stats.evictedBytes += bytes.length;
    ghosts.put(key, { birth, size: bytes.length });
    while (ghosts.sizeBytes > this.limitBytes) ghosts.shift();
  }
}
