/**
 * An object in memory: its dnode, and its blocks by number, clean ones through the cache, changed
 * ones as dirty buffers until the txg is written (dmu/dnode-sync.ts).
 * Surprising: blocks of a clean object are shared with the cache and must not be written to; ask
 * `dirtyBlock` (dmu/dbuf.ts) for a buffer of your own.
 * @see uts/common/fs/zfs/dnode.c, dbuf.c
 */
import {
  type BlockPointer,
  HOLE,
  isHole,
  readBlkptr,
  SPA_BLKPTR_SIZE,
  SPA_BLKPTRSHIFT,
  SPA_MINBLOCKSIZE,
} from '../ondisk/blkptr.ts';
import {
  DN_MAX_LEVELS,
  DN_MAX_NBLKPTR,
  DNODE_CORE_SIZE,
  DNODE_FLAG_SPILL_BLKPTR,
  DNODE_FLAG_USED_BYTES,
  DNODE_MIN_SIZE,
  dnodePhys,
} from '../ondisk/dnode-phys.ts';
import { writeBlkptr } from '../ondisk/blkptr.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import type { Objset } from './objset.ts';

/** A dirty block that was written before its txg, because a log record points to it. */
export interface EarlyBlock {
  /** The content that was written; another buffer in its place makes this void. */
  readonly bytes: Uint8Array;
  readonly bp: BlockPointer;
  /** The txg took it over as the block. */
  isUsed: boolean;
}

export class Dnode {
  readonly objset: Objset;
  /** Negative for the accounting objects that live in the objset block itself. */
  readonly object: number;
  /** How many 512-byte slots it takes. */
  slots = 1;
  /** `DMU_OT_NONE` once freed. */
  type = 0;
  indblkshift = 17;
  nlevels = 1;
  bonusType = 0;
  checksum = 0;
  compress = 0;
  flags: number = DNODE_FLAG_USED_BYTES;
  dataBlockSize = 0;
  bonusLen = 0;
  maxblkid = 0;
  /** Bytes allocated, deflated. */
  used = 0;
  blkptrs: BlockPointer[] = [];
  /** All the room there is for it; `bonusLen` of it counts. */
  bonus: Uint8Array = new Uint8Array(0);
  spill: BlockPointer = HOLE;

  #dirty: Map<number, Uint8Array> | undefined;
  #early: Map<number, EarlyBlock> | undefined;
  #dirtyIndirect: Map<number, Map<number, Uint8Array>> | undefined;
  dirtySpill: Uint8Array | null = null;
  /** Whether the dnode itself must be written. */
  isDirty = false;
  /** Parsed content that a layer above keeps with its object (a ZAP's index). */
  parsed: object | null = null;
  /** Set whenever somebody asks for the object; the cache of dnodes clears it in passing. */
  wasUsed = true;
  /** The decoded bonus that a layer above keeps with its object (a file's attributes). */
  attributes: object | null = null;
  /** `attributes` is newer than `bonus`: `packStaleBonus` comes before whoever reads that. */
  isBonusStale = false;

  constructor(objset: Objset, object: number) {
    this.objset = objset;
    this.object = object;
  }

  /** Changed data blocks by number; written and cleared by the sync. */
  get dirty(): Map<number, Uint8Array> {
    this.#dirty ??= new Map();
    return this.#dirty;
  }

  /** Of the dirty blocks those that are on disk already, by number. */
  get early(): Map<number, EarlyBlock> {
    this.#early ??= new Map();
    return this.#early;
  }

  earlyBlock(blkid: number): EarlyBlock | undefined {
    return this.#early?.get(blkid);
  }

  forgetEarly(): void {
    this.#early = undefined;
  }

  /** Changed indirect blocks: by level (1 …), then by number. */
  get dirtyIndirect(): Map<number, Map<number, Uint8Array>> {
    this.#dirtyIndirect ??= new Map();
    return this.#dirtyIndirect;
  }

  get hasDirtyBlocks(): boolean {
    return this.#dirty !== undefined && this.#dirty.size > 0;
  }

  get hasDirtyIndirect(): boolean {
    return this.#dirtyIndirect !== undefined && this.#dirtyIndirect.size > 0;
  }

  /** Gives up maps with nothing in them: most objects in memory are clean. */
  dropEmptyMaps(): void {
    if (this.#dirty?.size === 0) this.#dirty = undefined;
    if (this.#dirtyIndirect === undefined) return;
    for (const map of this.#dirtyIndirect.values()) if (map.size > 0) return;
    this.#dirtyIndirect = undefined;
  }

  /** Pointers per indirect block, as a shift. */
  get epbs(): number {
    return this.indblkshift - SPA_BLKPTRSHIFT;
  }

  get bonusRoom(): number {
    const spill = (this.flags & DNODE_FLAG_SPILL_BLKPTR) === 0 ? 0 : SPA_BLKPTR_SIZE;
    return (
      this.slots * DNODE_MIN_SIZE - DNODE_CORE_SIZE - this.blkptrs.length * SPA_BLKPTR_SIZE - spill
    );
  }

  letGo(): boolean {
    return this.objset.letGo(this);
  }

  /** Brings `bonus` up to date with `attributes`. */
  packStaleBonus(): void {
    if (!this.isBonusStale) return;
    this.isBonusStale = false;
    this.objset.packBonus?.(this);
  }

  /** Takes over what is in the slots at `at` of a meta-dnode's block. */
  load(bytes: Uint8Array, at: number): void {
    const phys = dnodePhys.read(bytes, at);
    const size = (1 + phys.extraSlots) * DNODE_MIN_SIZE;
    const bonusAt = DNODE_CORE_SIZE + phys.nblkptr * SPA_BLKPTR_SIZE;
    const isBad =
      at + size > bytes.length ||
      phys.nblkptr < 1 ||
      phys.nblkptr > DN_MAX_NBLKPTR ||
      phys.nlevels < 1 ||
      phys.nlevels > DN_MAX_LEVELS ||
      phys.indblkshift < 9 ||
      phys.indblkshift > 24 ||
      bonusAt + phys.bonuslen > size;
    if (isBad) throw corrupt('dnode_phys_t', `object ${this.object} is damaged`);
    this.slots = 1 + phys.extraSlots;
    this.type = phys.type;
    this.indblkshift = phys.indblkshift;
    this.nlevels = phys.nlevels;
    this.bonusType = phys.bonustype;
    this.checksum = phys.checksum;
    this.compress = phys.compress;
    this.flags = phys.flags;
    this.dataBlockSize = phys.datablkszsec * SPA_MINBLOCKSIZE;
    this.bonusLen = phys.bonuslen;
    this.maxblkid = phys.maxblkid;
    this.used =
      (phys.flags & DNODE_FLAG_USED_BYTES) === 0 ? phys.used * SPA_MINBLOCKSIZE : phys.used;
    this.blkptrs = Array.from({ length: phys.nblkptr }, (_, i) =>
      readBlkptr(bytes, at + DNODE_CORE_SIZE + i * SPA_BLKPTR_SIZE),
    );
    const hasSpill = (phys.flags & DNODE_FLAG_SPILL_BLKPTR) !== 0;
    this.spill = hasSpill ? readBlkptr(bytes, at + size - SPA_BLKPTR_SIZE) : HOLE;
    this.bonus = bytes.slice(at + bonusAt, at + bonusAt + this.bonusRoom);
  }

  /** Writes the dnode into the slots at `at`; the inverse of `load`. */
  store(bytes: Uint8Array, at: number): void {
    const size = this.slots * DNODE_MIN_SIZE;
    bytes.fill(0, at, at + size);
    if (this.type === 0) return;
    dnodePhys.write(bytes, at, {
      type: this.type,
      indblkshift: this.indblkshift,
      nlevels: this.nlevels,
      nblkptr: this.blkptrs.length,
      bonustype: this.bonusType,
      checksum: this.checksum,
      compress: this.compress,
      flags: this.flags | DNODE_FLAG_USED_BYTES,
      datablkszsec: this.dataBlockSize / SPA_MINBLOCKSIZE,
      bonuslen: this.bonusLen,
      extraSlots: this.slots - 1,
      maxblkid: this.maxblkid,
      used: this.used,
    });
    this.blkptrs.forEach((bp, i) => {
      writeBlkptr(bytes, at + DNODE_CORE_SIZE + i * SPA_BLKPTR_SIZE, bp);
    });
    const bonusAt = at + DNODE_CORE_SIZE + this.blkptrs.length * SPA_BLKPTR_SIZE;
    bytes.set(this.bonus.subarray(0, Math.min(this.bonusLen, this.bonusRoom)), bonusAt);
    if ((this.flags & DNODE_FLAG_SPILL_BLKPTR) !== 0) {
      writeBlkptr(bytes, at + size - SPA_BLKPTR_SIZE, this.spill);
    }
  }

  /** The pointer to block `blkid` of `level`, as the dirty state has it. */
  pointerAt(level: number, blkid: number): BlockPointer {
    if (level >= this.nlevels) return HOLE;
    if (level === this.nlevels - 1) return this.blkptrs[blkid] ?? HOLE;
    const entries = 2 ** this.epbs;
    const parent = this.indirectBlock(level + 1, Math.floor(blkid / entries));
    return parent === null ? HOLE : readBlkptr(parent, (blkid % entries) * SPA_BLKPTR_SIZE);
  }

  /** The bytes of an indirect block, or null where there is a hole. Shared: not to be changed. */
  indirectBlock(level: number, blkid: number): Uint8Array | null {
    const dirty = this.#dirtyIndirect?.get(level)?.get(blkid);
    if (dirty !== undefined) return dirty;
    const bp = this.pointerAt(level, blkid);
    if (isHole(bp)) return null;
    if (bp.level !== level || bp.lsize !== 2 ** this.indblkshift) {
      throw corrupt('dnode_phys_t', `object ${this.object} has a bad indirect block`);
    }
    return this.#readBlock(bp, level, blkid);
  }

  /** What has no good copy is told to the dataset: `zpool status -v` names the file. */
  #readBlock(bp: BlockPointer, level: number, blkid: number): Uint8Array {
    try {
      return this.objset.arc.read(bp, this.objset.settings.secondaryCache);
    } catch (error) {
      if (error instanceof ZfsError && (error.code === 'EIO' || error.code === 'ECKSUM')) {
        this.objset.owner?.blockLost?.(this.object, level, blkid);
      }
      throw error;
    }
  }

  /** The bytes of data block `blkid`, or null where there is a hole. Shared: not to be changed. */
  block(blkid: number): Uint8Array | null {
    const dirty = this.#dirty?.get(blkid);
    if (dirty !== undefined) return dirty;
    if (blkid > this.maxblkid) return null;
    const cached = this.#peek(blkid);
    if (cached !== undefined) return cached;
    const bp = this.pointerAt(0, blkid);
    if (isHole(bp)) return null;
    const bytes = this.#readBlock(bp, 0, blkid);
    if (bytes.length !== this.dataBlockSize) {
      throw corrupt('dnode_phys_t', `object ${this.object} has a block of a wrong size`);
    }
    return bytes;
  }

  /** Block `blkid` if it is in the cache and its pointer in an indirect block: the hot way. */
  #peek(blkid: number): Uint8Array | undefined {
    // Bit operations are for the blocks of all but huge objects.
    if (this.nlevels === 1 || blkid >= 2 ** 31) return undefined;
    const parent = this.indirectBlock(1, blkid >> this.epbs);
    if (parent === null) return undefined;
    const within = blkid & (2 ** this.epbs - 1);
    const bytes = this.objset.arc.peek(parent, within * SPA_BLKPTR_SIZE);
    return bytes?.length === this.dataBlockSize ? bytes : undefined;
  }

  /** Copies a range into `target`; holes and what lies past the last block read as zeros. */
  read(offset: number, target: Uint8Array): void {
    const size = this.dataBlockSize;
    let done = 0;
    while (done < target.length) {
      const at = offset + done;
      const within = at % size;
      const count = Math.min(size - within, target.length - done);
      const bytes = this.block(Math.floor(at / size));
      if (bytes === null) target.fill(0, done, done + count);
      else target.set(bytes.subarray(within, within + count), done);
      done += count;
    }
  }

  /** A fresh copy of `length` bytes at `offset`. */
  readBytes(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.read(offset, bytes);
    return bytes;
  }

  /** The spill block's bytes, or null. */
  spillBlock(): Uint8Array | null {
    if (this.dirtySpill !== null) return this.dirtySpill;
    if (isHole(this.spill)) return null;
    return this.objset.arc.read(this.spill, this.objset.settings.secondaryCache);
  }
}
