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
  readPlace,
  SPA_MINBLOCKSIZE,
} from '../ondisk/blkptr.ts';
import type { VdevDisk } from '../vdev/vdev-disk.ts';
import type { ZioContext } from '../zio/zio.ts';
import { type ArcEntry, ArcList } from './arc-list.ts';
import { DnodeCache } from './dnode-cache.ts';
import { L2Arc, mayGoToL2 } from './l2arc.ts';

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
/** What an entry takes beside its block, about: itself, its place in the index, a buffer. */
const ENTRY_BYTES = 256;
/** Ghosts may take this part of the limit. */
const GHOST_SHARE = 16;
/** Decoded dnodes may take an eighth of what blocks do, at about two kilobytes each. */
const DNODE_SHARE: number = 8 * 2048;
const LEAST_DNODES = 1024;
/** Index of `secondarycache`: the value that is the default. */
const CACHE_ALL = 2;

function keyOf(dva: Dva): number {
  return (dva.offset / SPA_MINBLOCKSIZE) * MAX_VDEVS + dva.vdev;
}

export class Arc {
  readonly #zio: ZioContext;
  readonly #index: Map<number, ArcEntry> = new Map();
  readonly #mru = new ArcList();
  readonly #mfu = new ArcList();
  readonly #mruGhost = new ArcList();
  readonly #mfuGhost = new ArcList();
  readonly stats: ArcStats = {
    hits: 0,
    misses: 0,
    mruGhostHits: 0,
    mfuGhostHits: 0,
    evictedBytes: 0,
  };
  /** `arc_c`: bytes the cache may hold. */
  readonly limitBytes: number;
  readonly dnodes: DnodeCache;
  /** `arc_p`: how much of the limit the MRU list should have. */
  #mruTarget: number;
  /** Only where there are cache devices. */
  #l2: L2Arc | null = null;

  constructor(zio: ZioContext, limitBytes: number) {
    this.#zio = zio;
    this.limitBytes = limitBytes;
    this.dnodes = new DnodeCache(Math.max(LEAST_DNODES, Math.floor(limitBytes / DNODE_SHARE)));
    this.#mruTarget = limitBytes / 2;
  }

  /** Bytes held now, with what it takes to hold them; at most `limitBytes` between calls. */
  get sizeBytes(): number {
    const blocks = this.#mru.sizeBytes + this.#mfu.sizeBytes;
    return blocks + this.#index.size * ENTRY_BYTES + (this.#l2?.memoryBytes ?? 0);
  }

  /** The second level; null without a cache device. */
  get l2(): L2Arc | null {
    return this.#l2;
  }

  /** These are the pool's cache devices now. */
  setCaches(vdevs: readonly VdevDisk[]): void {
    if (vdevs.length > 0) this.#l2 ??= new L2Arc(this.#zio, this.limitBytes);
    this.#l2?.setDevices(vdevs);
    if (vdevs.length === 0) this.#l2 = null;
  }

  /** `arc_p` now. */
  get mruTargetBytes(): number {
    return this.#mruTarget;
  }

  /**
   * The block's bytes, shared: they must not be changed. `secondary` is its dataset's
   * `secondarycache`.
   */
  read(bp: BlockPointer, secondary = CACHE_ALL): Uint8Array {
    const dva = bp.dvas[0];
    if (dva === undefined) return this.#zio.read(bp);
    const key = keyOf(dva);
    const birth = physicalBirthOf(bp);
    const cached = this.#find(key, birth);
    if (cached !== undefined) return cached;
    const bytes = this.#l2?.read(key, birth, bp) ?? this.#zio.read(bp);
    this.stats.misses += 1;
    this.#insert(key, birth, bytes, this.#sourceOf(bp, secondary));
    return bytes;
  }

  /**
   * What `read` would give for the pointer at `at` of an indirect block, if it is here: without
   * decoding all of the pointer.
   */
  peek(indirect: Uint8Array, at: number): Uint8Array | undefined {
    const place = readPlace(indirect, at);
    if (place === undefined) return undefined;
    return this.#find(place.sector * MAX_VDEVS + place.vdev, place.birth);
  }

  /** Keeps what was just written: it is likely to be read. `bytes` now belongs to the cache. */
  insert(bp: BlockPointer, bytes: Uint8Array, secondary = CACHE_ALL): void {
    const dva = bp.dvas[0];
    if (dva === undefined) return;
    const source = this.#sourceOf(bp, secondary);
    this.#insert(keyOf(dva), physicalBirthOf(bp), bytes, source);
  }

  #sourceOf(bp: BlockPointer, secondary: number): BlockPointer | null {
    return this.#l2 !== null && mayGoToL2(bp, secondary) ? bp : null;
  }

  /** Forgets the block: it was freed, or rewritten in place within its txg. */
  forget(bp: BlockPointer): void {
    const dva = bp.dvas[0];
    if (dva === undefined) return;
    const key = keyOf(dva);
    const entry = this.#index.get(key);
    if (entry !== undefined) this.#drop(entry);
    this.#l2?.forget(key);
  }

  #drop(entry: ArcEntry): void {
    entry.list?.remove(entry);
    this.#index.delete(entry.key);
  }

  #find(key: number, birth: number): Uint8Array | undefined {
    const entry = this.#index.get(key);
    if (entry === undefined || entry.bytes === null || entry.birth !== birth) return undefined;
    this.stats.hits += 1;
    if (entry.list === this.#mfu) {
      this.#mfu.touch(entry);
    } else {
      entry.list?.remove(entry);
      this.#mfu.push(entry);
    }
    return entry.bytes;
  }

  #insert(key: number, birth: number, bytes: Uint8Array, source: BlockPointer | null): void {
    const sizeBytes = bytes.length;
    const old = this.#index.get(key);
    const ghostOf = old?.bytes === null && old.birth === birth ? old.list : null;
    if (old !== undefined) this.#drop(old);
    if (sizeBytes > this.limitBytes / 2) return;
    if (ghostOf !== null) this.#adapt(ghostOf, sizeBytes);
    const entry: ArcEntry = {
      key,
      birth,
      bytes,
      source,
      sizeBytes,
      list: null,
      newer: null,
      older: null,
    };
    this.#index.set(key, entry);
    (ghostOf === null ? this.#mru : this.#mfu).push(entry);
    while (this.sizeBytes > this.limitBytes && this.#mru.count + this.#mfu.count > 0) {
      this.#evict();
    }
  }

  /** `arc_adapt`: a block that was let go too early says which list is too short. */
  #adapt(ghosts: ArcList, sizeBytes: number): void {
    const mru = Math.max(this.#mruGhost.sizeBytes, sizeBytes);
    const mfu = Math.max(this.#mfuGhost.sizeBytes, sizeBytes);
    if (ghosts === this.#mruGhost) {
      this.stats.mruGhostHits += 1;
      const step = sizeBytes * Math.max(1, mfu / mru);
      this.#mruTarget = Math.min(this.#mruTarget + step, this.limitBytes);
    } else {
      this.stats.mfuGhostHits += 1;
      const step = sizeBytes * Math.max(1, mru / mfu);
      this.#mruTarget = Math.max(this.#mruTarget - step, 0);
    }
  }

  #evict(): void {
    const fromMru = this.#mru.sizeBytes > this.#mruTarget || this.#mfu.count === 0;
    const list = fromMru && this.#mru.count > 0 ? this.#mru : this.#mfu;
    const victim = list.oldest;
    if (victim !== null) {
      this.stats.evictedBytes += victim.sizeBytes;
      list.remove(victim);
      const { source, bytes } = victim;
      if (source !== null && bytes !== null) {
        this.#l2?.stage(victim.key, victim.birth, source, bytes);
      }
      victim.bytes = null;
      victim.source = null;
      (list === this.#mru ? this.#mruGhost : this.#mfuGhost).push(victim);
    }
    this.#trimGhosts();
  }

  /** Ghosts stand for as much as the limit again, and take little themselves. */
  #trimGhosts(): void {
    const [recent, often] = [this.#mruGhost, this.#mfuGhost];
    const most = this.limitBytes / GHOST_SHARE / ENTRY_BYTES;
    while (recent.count > 0 && this.#mru.sizeBytes + recent.sizeBytes > this.limitBytes) {
      this.#drop(recent.oldest as ArcEntry);
    }
    while (
      recent.count + often.count > most ||
      recent.sizeBytes + often.sizeBytes > this.limitBytes
    ) {
      const longer = recent.count > often.count ? recent : often;
      this.#drop(longer.oldest as ArcEntry);
    }
  }
}
