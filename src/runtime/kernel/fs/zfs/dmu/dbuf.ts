/**
 * Changing blocks: buffers of one's own for data blocks, indirect blocks on the way up, growing
 * (more blocks, more levels), and freeing ranges. Everything here happens in memory within the open
 * txg; dmu/dnode-sync.ts writes it.
 * @see uts/common/fs/zfs/dbuf.c dbuf_dirty(), dnode.c dnode_free_range()
 */
import { assert } from '#base/assert.ts';
import {
  type BlockPointer,
  HOLE,
  hole,
  isHole,
  readBlkptr,
  SPA_BLKPTR_SIZE,
  writeBlkptr,
} from '../ondisk/blkptr.ts';
import type { Dnode } from './dnode.ts';

/** Notes that the dnode must be written. */
export function markDirty(dnode: Dnode): void {
  const { objset, object } = dnode;
  dnode.isDirty = true;
  objset.dirtyDnodes.add(dnode);
  // Somebody kept it while the cache let it go: it must be the one that others find.
  if (object > 0 && !objset.isKnown(object)) objset.remember(dnode);
}

/** A buffer for block `blkid` that may be changed until the txg is written. */
export function dirtyBlock(dnode: Dnode, blkid: number): Uint8Array {
  const known = dnode.dirty.get(blkid);
  if (known !== undefined) return isWritten(dnode, blkid) ? rewritable(dnode, blkid, known) : known;
  const clean = blkid <= dnode.maxblkid ? dnode.block(blkid) : null;
  const bytes = clean === null ? new Uint8Array(dnode.dataBlockSize) : clean.slice();
  return adoptBlock(dnode, blkid, bytes);
}

function isWritten(dnode: Dnode, blkid: number): boolean {
  return dnode.earlyBlock(blkid) !== undefined;
}

/** What was written early stays as it is: changes go to a copy. */
function rewritable(dnode: Dnode, blkid: number, known: Uint8Array): Uint8Array {
  if (dnode.earlyBlock(blkid)?.bytes !== known) return known;
  return adoptBlock(dnode, blkid, known.slice());
}

/** Makes `bytes` the content of block `blkid` without reading the old one. They are its now. */
export function adoptBlock(dnode: Dnode, blkid: number, bytes: Uint8Array): Uint8Array {
  assert(bytes.length === dnode.dataBlockSize, 'a block has the size of its object');
  if (blkid > dnode.maxblkid) {
    dnode.maxblkid = blkid;
    growLevels(dnode);
  }
  dnode.dirty.set(blkid, bytes);
  markDirty(dnode);
  return bytes;
}

/** Adds levels until the pointers in the dnode reach the last block. */
function growLevels(dnode: Dnode): void {
  while (dnode.maxblkid >= dnode.blkptrs.length * 2 ** (dnode.epbs * (dnode.nlevels - 1))) {
    const level = dnode.nlevels;
    dnode.nlevels += 1;
    if (dnode.blkptrs.every(isHole) && !hasDirty(dnode, level - 1)) continue;
    const bytes = new Uint8Array(2 ** dnode.indblkshift);
    dnode.blkptrs.forEach((bp, i) => writeBlkptr(bytes, i * SPA_BLKPTR_SIZE, bp));
    dnode.blkptrs = dnode.blkptrs.map(() => HOLE);
    indirectMap(dnode, level).set(0, bytes);
  }
}

function hasDirty(dnode: Dnode, level: number): boolean {
  return level === 0 ? dnode.dirty.size > 0 : (dnode.dirtyIndirect.get(level)?.size ?? 0) > 0;
}

function indirectMap(dnode: Dnode, level: number): Map<number, Uint8Array> {
  let map = dnode.dirtyIndirect.get(level);
  if (map === undefined) {
    map = new Map();
    dnode.dirtyIndirect.set(level, map);
  }
  return map;
}

/** A buffer for an indirect block that may be changed. */
export function dirtyIndirectBlock(dnode: Dnode, level: number, blkid: number): Uint8Array {
  const map = indirectMap(dnode, level);
  const known = map.get(blkid);
  if (known !== undefined) return known;
  const clean = dnode.indirectBlock(level, blkid);
  const bytes = clean === null ? newIndirect(dnode, level, blkid) : clean.slice();
  map.set(blkid, bytes);
  markDirty(dnode);
  return bytes;
}

/** An indirect block in place of a hole: its pointers are holes as old as that one. */
function newIndirect(dnode: Dnode, level: number, blkid: number): Uint8Array {
  const bytes = new Uint8Array(2 ** dnode.indblkshift);
  const { birth } = dnode.pointerAt(level, blkid);
  if (birth === 0) return bytes;
  const lsize = level === 1 ? dnode.dataBlockSize : 2 ** dnode.indblkshift;
  const old = hole(lsize, dnode.type, level - 1, birth);
  for (let at = 0; at < bytes.length; at += SPA_BLKPTR_SIZE) writeBlkptr(bytes, at, old);
  return bytes;
}

/** Puts `bp` where block `blkid` of `level` is pointed to. */
export function setPointer(dnode: Dnode, level: number, blkid: number, bp: BlockPointer): void {
  if (level === dnode.nlevels - 1) {
    dnode.blkptrs[blkid] = bp;
    markDirty(dnode);
    return;
  }
  const entries = 2 ** dnode.epbs;
  const parent = dirtyIndirectBlock(dnode, level + 1, Math.floor(blkid / entries));
  writeBlkptr(parent, (blkid % entries) * SPA_BLKPTR_SIZE, bp);
}

/**
 * Another size for the blocks of an object that has one block at most. The content is kept, cut or
 * filled up with zeros.
 */
export function setBlockSize(dnode: Dnode, size: number): void {
  assert(
    dnode.maxblkid === 0 && dnode.nlevels === 1,
    'the block size is fixed by the second block',
  );
  if (dnode.dataBlockSize === size) return;
  const old = dnode.block(0);
  dnode.dataBlockSize = size;
  markDirty(dnode);
  if (old === null) return;
  const bytes = new Uint8Array(size);
  bytes.set(old.subarray(0, Math.min(old.length, size)));
  dnode.dirty.set(0, bytes);
}

/** Gives blocks `from` … `from + count − 1` back; they read as zeros afterwards. */
export function freeBlocks(dnode: Dnode, from: number, count: number): void {
  // Up to the last block means up to the end: indirect blocks there go as a whole.
  const end = from + count > dnode.maxblkid ? Number.POSITIVE_INFINITY : from + count;
  if (dnode.dirty.size <= count) {
    for (const blkid of dnode.dirty.keys()) {
      if (blkid >= from && blkid < end) dnode.dirty.delete(blkid);
    }
  } else {
    for (let blkid = from; blkid < from + count; blkid += 1) dnode.dirty.delete(blkid);
  }
  markDirty(dnode);
  freeRange(dnode, dnode.nlevels - 1, 0, dnode.blkptrs.length, from, end);
}

/** Frees what lies below pointers `first` … of `level` within blocks `from` … `end`. */
function freeRange(
  dnode: Dnode,
  level: number,
  first: number,
  count: number,
  from: number,
  end: number,
): void {
  const span = 2 ** (dnode.epbs * level);
  const start = Math.max(first, Math.floor(from / span));
  const stop = Math.min(first + count, Math.ceil(end / span));
  for (let blkid = start; blkid < stop; blkid += 1) {
    const bp = dnode.pointerAt(level, blkid);
    const isDirty = level > 0 && (dnode.dirtyIndirect.get(level)?.has(blkid) ?? false);
    if (isHole(bp) && !isDirty) continue;
    if (level === 0 || (blkid * span >= from && (blkid + 1) * span <= end)) {
      killBelow(dnode, level, blkid);
      killPointer(dnode, level, blkid, bp);
    } else {
      freeRange(dnode, level - 1, blkid * 2 ** dnode.epbs, 2 ** dnode.epbs, from, end);
    }
  }
}

/** Frees all that an indirect block points to; the block itself is the caller's to free. */
function killBelow(dnode: Dnode, level: number, blkid: number): void {
  if (level === 0) return;
  const bytes = dnode.indirectBlock(level, blkid);
  const entries = 2 ** dnode.epbs;
  for (let i = 0; bytes !== null && i < entries; i += 1) {
    const bp = readBlkptr(bytes, i * SPA_BLKPTR_SIZE);
    killBelowIfThere(dnode, level - 1, blkid * entries + i, bp);
    if (!isHole(bp)) dnode.objset.killBlock(dnode, bp);
  }
  dnode.dirtyIndirect.get(level)?.delete(blkid);
}

function killBelowIfThere(dnode: Dnode, level: number, blkid: number, bp: BlockPointer): void {
  if (!isHole(bp) || (dnode.dirtyIndirect.get(level)?.has(blkid) ?? false)) {
    killBelow(dnode, level, blkid);
  }
}

/** Frees one block and leaves a hole that says since when it is one. */
function killPointer(dnode: Dnode, level: number, blkid: number, bp: BlockPointer): void {
  if (!isHole(bp)) dnode.objset.killBlock(dnode, bp);
  const lsize = level === 0 ? dnode.dataBlockSize : 2 ** dnode.indblkshift;
  setPointer(dnode, level, blkid, hole(lsize, dnode.type, level, dnode.objset.holeBirth()));
}

/** Calls `visit` with every pointer that is no hole and born after `minTxg`, children first. */
export function forEachPointer(
  dnode: Dnode,
  visit: (bp: BlockPointer, level: number, blkid: number) => void,
  minTxg = 0,
): void {
  const walk = (bp: BlockPointer, level: number, blkid: number): void => {
    // Nothing below is younger than the pointer to it.
    if (isHole(bp) || bp.birth <= minTxg) return;
    if (level > 0) {
      const bytes = dnode.objset.arc.read(bp);
      const entries = 2 ** dnode.epbs;
      for (let i = 0; i < entries; i += 1) {
        walk(readBlkptr(bytes, i * SPA_BLKPTR_SIZE), level - 1, blkid * entries + i);
      }
    }
    visit(bp, level, blkid);
  };
  dnode.blkptrs.forEach((bp, i) => walk(bp, dnode.nlevels - 1, i));
}
