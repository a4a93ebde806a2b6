/**
 * Making, changing and freeing objects.
 * @see uts/common/fs/zfs/dmu_object.c, dnode.c dnode_allocate()
 */
import { assert } from '#base/assert.ts';
import { HOLE, isHole, SPA_MINBLOCKSIZE } from '../ondisk/blkptr.ts';
import { DMU_OT_DNODE, DMU_OT_SA } from '../ondisk/dmu-ot.ts';
import {
  DN_BONUS_SIZE,
  DN_MAX_INDBLKSHIFT,
  DNODE_FLAG_SPILL_BLKPTR,
  DNODE_FLAG_USED_BYTES,
  DNODE_MIN_SIZE,
} from '../ondisk/dnode-phys.ts';
import { freeBlocks, markDirty } from './dbuf.ts';
import { Dnode } from './dnode.ts';
import type { Objset } from './objset.ts';

/** Whether no object has the number, neither on disk nor in memory. */
function isFree(objset: Objset, object: number): boolean {
  if (objset.isKnown(object)) return false;
  const meta = objset.metaDnode;
  const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
  const bytes = meta.block(Math.floor(object / perBlock));
  if (bytes === null) return true;
  // Slots inside a large dnode are not zero; its first slot tells how many it has.
  let slot = 0;
  const wanted = object % perBlock;
  while (slot < wanted) {
    const isUsed = bytes[slot * DNODE_MIN_SIZE] !== 0;
    slot += isUsed ? 1 + (bytes[slot * DNODE_MIN_SIZE + 12] as number) : 1;
  }
  return slot === wanted && bytes[slot * DNODE_MIN_SIZE] === 0;
}

/** The lowest free number from where the last search ended. */
function findFreeObject(objset: Objset): number {
  let object = Math.max(objset.nextObject, 1);
  while (!isFree(objset, object)) object += 1;
  objset.nextObject = object + 1;
  return object;
}

/** A new object. `blockSize` 0 stands for the smallest. */
export function dmuObjectAlloc(
  objset: Objset,
  type: number,
  blockSize: number,
  bonusType: number,
  bonusLen: number,
): Dnode {
  return dmuObjectClaim(objset, findFreeObject(objset), type, blockSize, bonusType, bonusLen);
}

/** A new object with a given number, which must be free. */
export function dmuObjectClaim(
  objset: Objset,
  object: number,
  type: number,
  blockSize: number,
  bonusType: number,
  bonusLen: number,
): Dnode {
  assert(objset.tryDnode(object) === undefined, `object ${object} is free`);
  objset.discard(object);
  const dnode = new Dnode(objset, object);
  initDnode(dnode, type, blockSize, bonusType, bonusLen);
  if (object > 0) objset.remember(dnode);
  return dnode;
}

/** Fills in a dnode; as many pointers as the bonus leaves room for, as `dnode_allocate` does. */
export function initDnode(
  dnode: Dnode,
  type: number,
  blockSize: number,
  bonusType: number,
  bonusLen: number,
): void {
  dnode.type = type;
  dnode.dataBlockSize = blockSize === 0 ? SPA_MINBLOCKSIZE : blockSize;
  dnode.bonusType = bonusType;
  dnode.bonusLen = bonusLen;
  dnode.indblkshift = DN_MAX_INDBLKSHIFT;
  dnode.flags = DNODE_FLAG_USED_BYTES;
  const spare = Math.floor((DN_BONUS_SIZE - bonusLen) / 128);
  let pointerCount = 1 + Math.min(2, Math.max(0, spare));
  if (type === DMU_OT_DNODE) pointerCount = 3;
  // A file's attributes may grow to the end of the dnode, or spill.
  if (bonusType === DMU_OT_SA) pointerCount = 1;
  dnode.blkptrs = [HOLE, HOLE, HOLE].slice(0, pointerCount);
  dnode.bonus = new Uint8Array(dnode.bonusRoom);
  markDirty(dnode);
}

/** Gives the object and all its blocks back. Its number is free after the txg. */
export function dmuObjectFree(dnode: Dnode): void {
  freeBlocks(dnode, 0, dnode.maxblkid + 1);
  setSpill(dnode, null);
  dnode.objset.objectFreed(dnode);
  dnode.type = 0;
  dnode.dirty.clear();
  dnode.dirtyIndirect.clear();
  dnode.dropEmptyMaps();
  dnode.blkptrs = dnode.blkptrs.map(() => HOLE);
  dnode.parsed = null;
  dnode.attributes = null;
  dnode.isBonusStale = false;
  markDirty(dnode);
}

/** The content of the spill block, or null for none. `bytes` is a whole number of sectors. */
export function setSpill(dnode: Dnode, bytes: Uint8Array | null): void {
  if (bytes !== null) {
    if ((dnode.flags & DNODE_FLAG_SPILL_BLKPTR) === 0) {
      dnode.flags |= DNODE_FLAG_SPILL_BLKPTR;
      dnode.bonus = dnode.bonus.slice(0, dnode.bonusRoom);
    }
    dnode.dirtySpill = bytes;
    markDirty(dnode);
    return;
  }
  if ((dnode.flags & DNODE_FLAG_SPILL_BLKPTR) === 0) return;
  if (!isHole(dnode.spill)) dnode.objset.killBlock(dnode, dnode.spill);
  dnode.spill = HOLE;
  dnode.dirtySpill = null;
  dnode.flags &= ~DNODE_FLAG_SPILL_BLKPTR;
  const bonus = new Uint8Array(dnode.bonusRoom);
  bonus.set(dnode.bonus);
  dnode.bonus = bonus;
  markDirty(dnode);
}

/** Puts `bytes` into the bonus buffer. */
export function setBonus(dnode: Dnode, bytes: Uint8Array): void {
  assert(bytes.length <= dnode.bonusRoom, 'the bonus fits its dnode');
  dnode.bonus.fill(0);
  dnode.bonus.set(bytes);
  dnode.bonusLen = bytes.length;
  markDirty(dnode);
}
