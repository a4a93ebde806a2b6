/**
 * Every block of the pool as its last written txg has it, without a trace on pool or cache: from the
 * MOS's root through dnodes and indirect blocks; datasets are found as they lie in the MOS, by their
 * bonus buffers. A block that several snapshots share is visited in the first that has it, by age.
 * Surprising: the pool goes on meanwhile. Blocks born after `maxTxg` are passed over, and a block
 * that was freed and written over no longer verifies, so that what was below it is not visited.
 */
import {
  type BlockPointer,
  type Dva,
  isHole,
  readBlkptr,
  SPA_BLKPTR_SIZE,
} from '../ondisk/blkptr.ts';
import { DMU_OT_DNODE, DMU_OT_DSL_DATASET, DMU_OT_NONE } from '../ondisk/dmu-ot.ts';
import {
  DNODE_CORE_SIZE,
  DNODE_FLAG_SPILL_BLKPTR,
  DNODE_MIN_SIZE,
  dnodePhys,
  OBJSET_GROUPUSED_OFFSET,
  OBJSET_PHYS_SIZE_V2,
  OBJSET_USERUSED_OFFSET,
} from '../ondisk/dnode-phys.ts';
import { dslDatasetPhys } from '../ondisk/dsl-phys.ts';
import { SPA_GBH_NBLKPTRS } from '../ondisk/label.ts';
import type { ZioContext } from '../zio/zio.ts';
import { peekBlock, peekGangHeader } from './peek.ts';

/** Told of each place: type and level are those of the whole block. */
export type Visit = (dva: Dva, type: number, level: number) => void;

interface FoundDataset {
  readonly bp: BlockPointer;
  readonly prevSnapTxg: number;
}

export class BlockWalk {
  readonly #zio: ZioContext;
  readonly #visit: Visit;
  readonly #maxTxg: number;
  readonly #datasets: FoundDataset[] = [];
  #isInMos = true;

  constructor(zio: ZioContext, maxTxg: number, visit: Visit) {
    this.#zio = zio;
    this.#maxTxg = maxTxg;
    this.#visit = visit;
  }

  /** One block of metadata read, or some pointers looked at, for each turn. */
  *steps(mosRoot: BlockPointer): Generator<void> {
    yield* this.#objset(mosRoot, 0);
    this.#isInMos = false;
    for (const { bp, prevSnapTxg } of this.#datasets) yield* this.#objset(bp, prevSnapTxg);
  }

  *#objset(root: BlockPointer, minTxg: number): Generator<void> {
    if (!this.#see(root, minTxg)) return;
    const bytes = peekBlock(this.#zio, root);
    yield;
    if (bytes === undefined) return;
    yield* this.#dnode(bytes, 0, minTxg);
    if (bytes.length < OBJSET_PHYS_SIZE_V2) return;
    yield* this.#dnode(bytes, OBJSET_USERUSED_OFFSET, minTxg);
    yield* this.#dnode(bytes, OBJSET_GROUPUSED_OFFSET, minTxg);
  }

  *#dnode(bytes: Uint8Array, at: number, minTxg: number): Generator<void> {
    const slot = bytes.subarray(at);
    const { type, nblkptr, nlevels, flags, extraSlots } = dnodePhys.read(slot);
    if (type === DMU_OT_NONE || DNODE_CORE_SIZE + nblkptr * SPA_BLKPTR_SIZE > slot.length) return;
    for (let n = 0; n < nblkptr; n += 1) {
      const bp = readBlkptr(slot, DNODE_CORE_SIZE + n * SPA_BLKPTR_SIZE);
      yield* this.#tree(bp, nlevels - 1, minTxg);
    }
    if ((flags & DNODE_FLAG_SPILL_BLKPTR) === 0) return;
    const end = (extraSlots + 1) * DNODE_MIN_SIZE;
    if (end <= slot.length) this.#see(readBlkptr(slot, end - SPA_BLKPTR_SIZE), minTxg);
  }

  *#tree(bp: BlockPointer, level: number, minTxg: number): Generator<void> {
    if (!this.#see(bp, minTxg)) return;
    if (level === 0 && bp.type !== DMU_OT_DNODE) return;
    const bytes = peekBlock(this.#zio, bp);
    yield;
    if (bytes === undefined) return;
    if (level === 0) {
      yield* this.#dnodes(bytes, minTxg);
      return;
    }
    for (let at = 0; at + SPA_BLKPTR_SIZE <= bytes.length; at += SPA_BLKPTR_SIZE) {
      yield* this.#tree(readBlkptr(bytes, at), level - 1, minTxg);
    }
    yield;
  }

  *#dnodes(bytes: Uint8Array, minTxg: number): Generator<void> {
    for (let at = 0; at + DNODE_MIN_SIZE <= bytes.length; ) {
      const slot = bytes.subarray(at);
      const { bonustype, bonuslen, nblkptr, extraSlots } = dnodePhys.read(slot);
      yield* this.#dnode(bytes, at, minTxg);
      const bonusAt = DNODE_CORE_SIZE + nblkptr * SPA_BLKPTR_SIZE;
      const hasDataset = bonustype === DMU_OT_DSL_DATASET && bonuslen > 0;
      if (this.#isInMos && hasDataset) {
        const { bp, prevSnapTxg } = dslDatasetPhys.read(slot.subarray(bonusAt));
        this.#datasets.push({ bp: readBlkptr(bp, 0), prevSnapTxg });
      }
      at += (extraSlots + 1) * DNODE_MIN_SIZE;
    }
  }

  /** Tells of the block's places; false when there is nothing to follow. */
  #see(bp: BlockPointer, minTxg: number): boolean {
    if (isHole(bp) || bp.birth <= minTxg || bp.birth > this.#maxTxg) return false;
    this.#places(bp, bp.type, bp.level, 0);
    return true;
  }

  #places(bp: BlockPointer, type: number, level: number, depth: number): void {
    for (const [copy, dva] of bp.dvas.entries()) {
      if (!dva.isGang) this.#visit(dva, type, level);
      else this.#gang(dva, type, level, copy === 0, depth);
    }
  }

  /** The header in each copy; its pieces once, as the headers of all copies name the same. */
  #gang(dva: Dva, type: number, level: number, isFirst: boolean, depth: number): void {
    const top = this.#zio.tops[dva.vdev];
    const header = peekGangHeader(this.#zio, dva);
    if (top === undefined || header === undefined || depth > MAX_GANG_DEPTH) return;
    this.#visit({ ...dva, asize: top.vdev.psizeToAsize(512), isGang: false }, type, level);
    if (!isFirst) return;
    for (let n = 0; n < SPA_GBH_NBLKPTRS; n += 1) {
      const piece = readBlkptr(header, n * SPA_BLKPTR_SIZE);
      if (!isHole(piece)) this.#places(piece, type, level, depth + 1);
    }
  }
}

const MAX_GANG_DEPTH = 10;
