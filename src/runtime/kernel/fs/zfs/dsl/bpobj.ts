/**
 * A list of block pointers in an object of the MOS, with their sums, and of other such lists: what is
 * to be freed later (sync_bplist, free_bpobj) and what died since a snapshot (deadlists).
 * @see uts/common/fs/zfs/bpobj.c
 */
import { dirtyBlock, freeBlocks, markDirty } from '../dmu/dbuf.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { dmuObjectAlloc, dmuObjectFree } from '../dmu/dmu-object.ts';
import {
  type BlockPointer,
  readBlkptr,
  SPA_BLKPTR_SIZE,
  SPA_OLD_MAXBLOCKSIZE,
  writeBlkptr,
} from '../ondisk/blkptr.ts';
import {
  DMU_OT_BPOBJ,
  DMU_OT_BPOBJ_HDR,
  DMU_OT_BPOBJ_SUBOBJ,
  isMetadataType,
} from '../ondisk/dmu-ot.ts';
import { type BpobjPhys, bpobjPhys } from '../ondisk/dsl-phys.ts';
import { readSafeU64, viewOf, writeSafeU64 } from '../ondisk/struct.ts';
import { zapLookupNumber, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { DMU_POOL_DIRECTORY_OBJECT, type DslPool } from './dsl-pool.ts';

export interface Space {
  used: number;
  comp: number;
  uncomp: number;
}

const EMPTY_BPOBJ = 'empty_bpobj';
const EMPTY_BPOBJ_FEATURE = 'com.delphix:empty_bpobj';

/** `BP_GET_PSIZE`: an embedded block takes no space. */
export function compressedSize(bp: BlockPointer): number {
  return bp.embedded === null ? bp.psize : 0;
}

/** `BP_GET_UCSIZE`: what the block holds; metadata counts as it is stored. */
export function uncompressedSize(bp: BlockPointer): number {
  return bp.level > 0 || isMetadataType(bp.type) ? compressedSize(bp) : bp.lsize;
}

export class Bpobj {
  readonly pool: DslPool;
  readonly object: number;
  readonly #dnode: Dnode;
  readonly phys: BpobjPhys;

  constructor(pool: DslPool, object: number) {
    this.pool = pool;
    this.object = object;
    this.#dnode = pool.mos.dnode(object);
    const bonus = new Uint8Array(bpobjPhys.sizeBytes);
    bonus.set(this.#dnode.bonus.subarray(0, Math.min(this.#dnode.bonusLen, bonus.length)));
    this.phys = bpobjPhys.read(bonus);
  }

  /** `bpobj_alloc`: a new empty list. */
  static alloc(pool: DslPool, blockSize = SPA_OLD_MAXBLOCKSIZE): number {
    const { sizeBytes } = bpobjPhys;
    return dmuObjectAlloc(pool.mos, DMU_OT_BPOBJ, blockSize, DMU_OT_BPOBJ_HDR, sizeBytes).object;
  }

  /** `bpobj_alloc_empty`: all empty lists are one shared object, with the feature. */
  static allocEmpty(pool: DslPool): number {
    const { writable, mos } = pool;
    if (!writable.isFeatureEnabled(EMPTY_BPOBJ_FEATURE)) return Bpobj.alloc(pool);
    let object = emptyObject(pool);
    if (object === undefined) {
      object = Bpobj.alloc(pool);
      zapSetNumber(mos, DMU_POOL_DIRECTORY_OBJECT, EMPTY_BPOBJ, object);
    }
    writable.featureCount(EMPTY_BPOBJ_FEATURE, 1);
    return object;
  }

  static isEmptyObject(pool: DslPool, object: number): boolean {
    return emptyObject(pool) === object;
  }

  /** `bpobj_decr_empty`: one user of the shared empty list less. */
  static decrementEmpty(pool: DslPool): void {
    pool.writable.featureCount(EMPTY_BPOBJ_FEATURE, -1);
    if (pool.featureUses(EMPTY_BPOBJ_FEATURE) > 0) return;
    const object = emptyObject(pool);
    if (object === undefined) return;
    zapRemove(pool.mos, DMU_POOL_DIRECTORY_OBJECT, EMPTY_BPOBJ);
    dmuObjectFree(pool.mos.dnode(object));
  }

  /** `bpobj_free`: the list, its sub-lists and what says where they are. */
  static free(pool: DslPool, object: number): void {
    if (Bpobj.isEmptyObject(pool, object)) {
      Bpobj.decrementEmpty(pool);
      return;
    }
    const bpobj = new Bpobj(pool, object);
    for (const sub of bpobj.subobjects()) Bpobj.free(pool, sub);
    if (bpobj.phys.subobjs !== 0) dmuObjectFree(pool.mos.dnode(bpobj.phys.subobjs));
    dmuObjectFree(pool.mos.dnode(object));
  }

  get isEmpty(): boolean {
    return this.phys.numBlkptrs === 0 && this.phys.numSubobjs === 0;
  }

  get space(): Space {
    return { used: this.phys.bytes, comp: this.phys.comp, uncomp: this.phys.uncomp };
  }

  #store(): void {
    bpobjPhys.write(this.#dnode.bonus, 0, this.phys);
    markDirty(this.#dnode);
  }

  /** Adds one pointer. */
  enqueue(bp: BlockPointer): void {
    const { phys } = this;
    const at = phys.numBlkptrs * SPA_BLKPTR_SIZE;
    const size = this.#dnode.dataBlockSize;
    // Without what nobody asks of a freed block the list compresses better.
    const embedded = bp.embedded === null ? null : new Uint8Array(bp.embedded.length);
    const stored = { ...bp, embedded, fill: 0, cksum: new Uint32Array(8) };
    writeBlkptr(dirtyBlock(this.#dnode, Math.floor(at / size)), at % size, stored);
    phys.numBlkptrs += 1;
    phys.bytes += this.pool.writable.dsize(bp);
    phys.comp += compressedSize(bp);
    phys.uncomp += uncompressedSize(bp);
    this.#store();
  }

  /** Object numbers of the lists in this list. */
  subobjects(): number[] {
    const { subobjs, numSubobjs } = this.phys;
    if (subobjs === 0 || numSubobjs === 0) return [];
    const bytes = this.pool.mos.dnode(subobjs).readBytes(0, numSubobjs * 8);
    return Array.from({ length: numSubobjs }, (_, i) => readSafeU64(viewOf(bytes), i * 8));
  }

  /** `bpobj_enqueue_subobj`: the other list becomes a part of this one, and this one its owner. */
  enqueueSubobject(object: number): void {
    if (Bpobj.isEmptyObject(this.pool, object)) {
      Bpobj.decrementEmpty(this.pool);
      return;
    }
    const sub = new Bpobj(this.pool, object);
    if (sub.isEmpty) {
      Bpobj.free(this.pool, object);
      return;
    }
    const { phys } = this;
    const { mos } = this.pool;
    if (phys.subobjs === 0) {
      const list = dmuObjectAlloc(mos, DMU_OT_BPOBJ_SUBOBJ, SPA_OLD_MAXBLOCKSIZE, 0, 0);
      phys.subobjs = list.object;
    }
    const list = mos.dnode(phys.subobjs);
    const at = phys.numSubobjs * 8;
    const bytes = dirtyBlock(list, Math.floor(at / list.dataBlockSize));
    writeSafeU64(viewOf(bytes), at % list.dataBlockSize, object);
    phys.numSubobjs += 1;
    phys.bytes += sub.phys.bytes;
    phys.comp += sub.phys.comp;
    phys.uncomp += sub.phys.uncomp;
    this.#store();
  }

  /** Every pointer, those of sub-lists too. */
  *pointers(): Generator<BlockPointer> {
    const size = this.#dnode.dataBlockSize;
    for (let i = 0; i < this.phys.numBlkptrs; i += 1) {
      const at = i * SPA_BLKPTR_SIZE;
      const bytes = this.#dnode.block(Math.floor(at / size));
      if (bytes !== null) yield readBlkptr(bytes, at % size);
    }
    for (const sub of this.subobjects()) yield* new Bpobj(this.pool, sub).pointers();
  }

  /** Takes everything out. The sub-lists are freed. */
  clear(): void {
    const { phys, pool } = this;
    for (const sub of this.subobjects()) Bpobj.free(pool, sub);
    if (phys.subobjs !== 0) dmuObjectFree(pool.mos.dnode(phys.subobjs));
    freeBlocks(this.#dnode, 0, this.#dnode.maxblkid + 1);
    Object.assign(phys, { numBlkptrs: 0, bytes: 0, comp: 0, uncomp: 0, subobjs: 0, numSubobjs: 0 });
    this.#store();
  }
}

function emptyObject(pool: DslPool): number | undefined {
  return zapLookupNumber(pool.mos, DMU_POOL_DIRECTORY_OBJECT, EMPTY_BPOBJ);
}
