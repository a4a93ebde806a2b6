/**
 * Who pays for a block: space accounting of datasets and of the MOS, and what becomes of a block that
 * is referenced no more: freed, or put on the deadlist when the previous snapshot has it too.
 * @see uts/common/fs/zfs/dsl_dataset.c dsl_dataset_block_born(), dsl_dataset_block_kill()
 */
import type { BlockOwner } from '../dmu/objset.ts';
import { type BlockPointer, isHole, SPA_OLD_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import { DD_USED_HEAD, DD_USED_REFRSRV, DD_USED_SNAP } from '../ondisk/dsl-phys.ts';
import { ZIO_CHECKSUM_SHA512 } from '../ondisk/zio-algorithm.ts';
import { compressedSize, uncompressedSize } from './bpobj.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { Deadlist } from './dsl-deadlist.ts';
import { FEATURE_LARGE_BLOCKS, FEATURE_SHA512 } from './dsl-extension.ts';
import type { DslPool } from './dsl-pool.ts';

/** The MOS's own space, pushed into `$MOS` once a pass. */
export class MosOwner implements BlockOwner {
  readonly delta = { used: 0, comp: 0, uncomp: 0 };
  readonly #services: () => DslPool['writable'];

  constructor(services: () => DslPool['writable']) {
    this.#services = services;
  }

  dsize(bp: BlockPointer): number {
    return this.#services().dsize(bp);
  }

  holeBirth(): number {
    return this.#services().holeBirth;
  }

  blockBorn(bp: BlockPointer): void {
    this.delta.used += this.dsize(bp);
    this.delta.comp += compressedSize(bp);
    this.delta.uncomp += uncompressedSize(bp);
  }

  blockKill(bp: BlockPointer): void {
    this.delta.used -= this.dsize(bp);
    this.delta.comp -= compressedSize(bp);
    this.delta.uncomp -= uncompressedSize(bp);
    this.#services().freeBlock(bp);
  }

  /** Moves what has gathered into the `$MOS` directory. */
  flush(pool: DslPool): void {
    const { used, comp, uncomp } = this.delta;
    if (used === 0 && comp === 0 && uncomp === 0) return;
    Object.assign(this.delta, { used: 0, comp: 0, uncomp: 0 });
    pool.specialDir('$MOS').didUse(DD_USED_HEAD, used, comp, uncomp);
  }
}

export class DatasetOwner implements BlockOwner {
  readonly #dataset: DslDataset;

  constructor(dataset: DslDataset) {
    this.#dataset = dataset;
  }

  blockLost(object: number, level: number, blkid: number): void {
    const { pool, object: objset } = this.#dataset;
    pool.watcher?.blockLost(objset, object, level, blkid);
  }

  dsize(bp: BlockPointer): number {
    return this.#dataset.pool.writable.dsize(bp);
  }

  holeBirth(): number {
    return this.#dataset.pool.writable.holeBirth;
  }

  blockBorn(bp: BlockPointer): void {
    if (isHole(bp)) return;
    const used = this.dsize(bp);
    const uncomp = uncompressedSize(bp);
    const { phys, dir, newFeatures } = this.#dataset;
    // What fits into an unused refreservation was counted when that was set.
    const delta = this.#dataset.parentDelta(used);
    phys.referencedBytes += used;
    phys.compressedBytes += compressedSize(bp);
    phys.uncompressedBytes += uncomp;
    phys.uniqueBytes += used;
    dir.didUse(DD_USED_HEAD, delta, compressedSize(bp), uncomp);
    if (delta !== used) dir.transfer(DD_USED_REFRSRV, DD_USED_HEAD, delta - used, used - delta);
    if (bp.lsize > SPA_OLD_MAXBLOCKSIZE) newFeatures.add(FEATURE_LARGE_BLOCKS);
    if (bp.checksum === ZIO_CHECKSUM_SHA512) newFeatures.add(FEATURE_SHA512);
    this.#dataset.dirty();
  }

  blockKill(bp: BlockPointer): void {
    if (isHole(bp)) return;
    const dataset = this.#dataset;
    const { phys, dir, pool } = dataset;
    const used = this.dsize(bp);
    const uncomp = uncompressedSize(bp);
    if (bp.birth > phys.prevSnapTxg) {
      pool.writable.freeBlock(bp);
      const delta = dataset.parentDelta(-used);
      phys.uniqueBytes -= used;
      dir.didUse(DD_USED_HEAD, delta, -compressedSize(bp), -uncomp);
      const kept = used + delta;
      if (kept !== 0) dir.transfer(DD_USED_HEAD, DD_USED_REFRSRV, -kept, kept);
    } else {
      new Deadlist(pool, phys.deadlistObj).insert(bp);
      const previous = pool.datasetAt(phys.prevSnapObj, dir);
      const isNext = previous.phys.nextSnapObj === dataset.object;
      if (isNext && bp.birth > previous.phys.prevSnapTxg) {
        previous.phys.uniqueBytes += used;
        previous.dirty();
      }
      if (bp.birth > originTxg(dataset)) dir.transfer(DD_USED_HEAD, DD_USED_SNAP, -used, used);
    }
    phys.referencedBytes -= used;
    phys.compressedBytes -= compressedSize(bp);
    phys.uncompressedBytes -= uncomp;
    dataset.dirty();
  }
}

/** `dd_origin_txg`: blocks up to then belong to the origin of a clone. */
export function originTxg(dataset: DslDataset): number {
  const { originObj } = dataset.dir.phys;
  if (originObj === 0) return 0;
  return dataset.pool.datasetByObject(originObj).phys.creationTxg;
}
