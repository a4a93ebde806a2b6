/**
 * The walk of a scrub or resilver through one objset, in genuine order: the objset block, the
 * meta-dnode's blocks, and with each block of dnodes the blocks of its objects; the accounting
 * objects last. It stops at a level-0 block when enough was done and goes on there another time,
 * in another txg or after a reboot.
 * @see uts/common/fs/zfs/dsl_scan.c dsl_scan_visitbp(), dsl_scan_check_resume()
 */
import type { Arc } from '../arc/arc.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { Objset } from '../dmu/objset.ts';
import {
  type BlockPointer,
  isHole,
  physicalBirthOf,
  readBlkptr,
  SPA_BLKPTR_SIZE,
} from '../ondisk/blkptr.ts';
import { DNODE_MIN_SIZE } from '../ondisk/dnode-phys.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';

/** `zbookmark_phys_t`: a block by its place. */
export interface BlockPlace {
  /** Number of the dataset; 0 is the MOS. */
  readonly objset: number;
  readonly object: number;
  /** -1: the objset block itself. */
  readonly level: number;
  /** -1: a spill block. */
  readonly blkid: number;
}

/** `DMU_SPILL_BLKID` as a signed number. */
const DMU_SPILL_BLKID = -1;
/** `ZB_ROOT_LEVEL` */
const ZB_ROOT_LEVEL = -1;

/** What is done with each block. */
export interface ScanWork {
  /** Looks at the block; false when it has no good copy. */
  block(place: BlockPlace, bp: BlockPointer): boolean;
  /** Whether it is time to stop. */
  isFull(): boolean;
}

export class ObjsetWalk {
  readonly #arc: Arc;
  readonly #work: ScanWork;
  readonly #objset: number;
  readonly #minTxg: number;
  readonly #maxTxg: number;
  /** Where to go on; null once that place is reached. */
  #resume: { readonly object: number; readonly blkid: number } | null;
  /** The block before which the walk stopped. */
  stoppedAt: BlockPlace | null = null;
  #open: Objset | undefined;

  /** `resume` is the bookmark of the last stop in this objset, or null to begin. */
  constructor(
    arc: Arc,
    work: ScanWork,
    objset: number,
    txgs: { readonly min: number; readonly max: number },
    resume: { readonly object: number; readonly blkid: number } | null,
  ) {
    this.#arc = arc;
    this.#work = work;
    this.#objset = objset;
    this.#minTxg = txgs.min;
    this.#maxTxg = txgs.max;
    this.#resume = resume;
  }

  /** True when it is through; else `stoppedAt` tells where to go on. */
  run(rootBp: BlockPointer): boolean {
    if (isHole(rootBp) || rootBp.birth <= this.#minTxg) return true;
    if (this.#resume === null && !this.#look(0, ZB_ROOT_LEVEL, 0, rootBp)) return true;
    const objset = quietly(() => Objset.open(this.#arc, rootBp, null));
    if (objset === undefined) return true;
    this.#open = objset;
    if (this.#dnode(objset.metaDnode)) return false;
    // Never a place to stop at: they are small.
    for (const special of [objset.groupUsed, objset.userUsed]) {
      if (special.type !== 0) this.#dnode(special);
    }
    return true;
  }

  #look(object: number, level: number, blkid: number, bp: BlockPointer): boolean {
    // A block newer than the walk's end is looked into all the same: older ones may be below it.
    if (physicalBirthOf(bp) > this.#maxTxg) return true;
    return this.#work.block({ objset: this.#objset, object, level, blkid }, bp);
  }

  /** True when the walk stops inside. */
  #dnode(dnode: Dnode): boolean {
    let start = 0;
    const resume = this.#resume;
    if (resume !== null && dnode.object >= 0) {
      if (dnode.object === resume.object) {
        start = resume.blkid < 0 ? Number.POSITIVE_INFINITY : resume.blkid;
        this.#resume = null;
      } else if (dnode.object === 0) {
        // On the way to the object: its block of dnodes has been looked at.
        const perBlock = dnode.dataBlockSize / DNODE_MIN_SIZE;
        start = Math.floor(resume.object / perBlock) + 0.5;
      } else if (dnode.object < resume.object) {
        return false;
      } else {
        this.#resume = null;
      }
    }
    for (const [i, bp] of dnode.blkptrs.entries()) {
      if (this.#block(dnode, bp, dnode.nlevels - 1, i, start)) return true;
    }
    if (!isHole(dnode.spill) && dnode.spill.birth > this.#minTxg) {
      this.#look(dnode.object, 0, DMU_SPILL_BLKID, dnode.spill);
    }
    return false;
  }

  /** `start` + 0.5: level-0 block `start` is entered but not looked at again. */
  #block(dnode: Dnode, bp: BlockPointer, level: number, blkid: number, start: number): boolean {
    if (isHole(bp) || bp.birth <= this.#minTxg) return false;
    const span = 2 ** (dnode.epbs * level);
    const first = blkid * span;
    if (first + span <= start) return false;
    const isOnTheWay = first < start;
    if (level === 0 && dnode.object >= 0 && !isOnTheWay && this.#work.isFull()) {
      this.stoppedAt = { objset: this.#objset, object: dnode.object, level: 0, blkid };
      return true;
    }
    if (!isOnTheWay && !this.#look(dnode.object, level, blkid, bp)) return false;
    if (level === 0) return dnode.object === 0 && this.#dnodesIn(dnode, blkid);
    const bytes = quietly(() => this.#arc.read(bp));
    if (bytes === undefined) return false;
    const entries = 2 ** dnode.epbs;
    const childSpan = span / entries;
    const from = isOnTheWay ? Math.floor((start - first) / childSpan) : 0;
    for (let i = from; i < entries; i += 1) {
      const child = readBlkptr(bytes, i * SPA_BLKPTR_SIZE);
      if (this.#block(dnode, child, level - 1, blkid * entries + i, start)) return true;
    }
    return false;
  }

  /** The objects whose dnodes are in block `blkid` of the meta-dnode. */
  #dnodesIn(meta: Dnode, blkid: number): boolean {
    const objset = this.#open as Objset;
    const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
    const bytes = quietly(() => meta.block(blkid)) ?? null;
    if (bytes === null) return false;
    for (let slot = 0; slot < perBlock; ) {
      const isUsed = bytes[slot * DNODE_MIN_SIZE] !== 0;
      const object = blkid * perBlock + slot;
      slot += isUsed ? 1 + (bytes[slot * DNODE_MIN_SIZE + 12] as number) : 1;
      if (!isUsed || (this.#resume !== null && object < this.#resume.object)) continue;
      const dnode = quietly(() => objset.tryDnode(object));
      if (dnode !== undefined && this.#dnode(dnode)) return true;
    }
    return false;
  }
}

/** What can't be read was counted when it was looked at. */
function quietly<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return undefined;
  }
}
