/**
 * Where the next data or the next hole of an object is, without reading any data: by the pointers, a
 * whole indirect block at a time where there is none.
 * @see uts/common/fs/zfs/dnode.c dnode_next_offset()
 */
import { isHole } from '../ondisk/blkptr.ts';
import type { Dnode } from './dnode.ts';

/** Blocks from `blkid` on that are holes because the pointer to all of them is one; 0 for none. */
function emptySpan(dnode: Dnode, blkid: number): number {
  for (let level = dnode.nlevels - 1; level >= 0; level -= 1) {
    const span = 2 ** (dnode.epbs * level);
    const at = Math.floor(blkid / span);
    const isDirty = level > 0 && (dnode.dirtyIndirect?.get(level)?.has(at) ?? false);
    if (!isDirty && isHole(dnode.pointerAt(level, at))) return (at + 1) * span - blkid;
  }
  return 0;
}

/** The offset of the next data or hole at or after `offset`; undefined when none follows. */
export function nextContent(
  dnode: Dnode,
  offset: number,
  what: 'data' | 'hole',
): number | undefined {
  const size = dnode.dataBlockSize;
  const first = Math.floor(offset / size);
  const found = (blkid: number): number => Math.max(offset, blkid * size);
  const dirty = [...(dnode.dirty?.keys() ?? [])].filter((each) => each >= first);
  dirty.sort((a, b) => a - b);
  // A damaged dnode may claim blocks that its pointers can't reach.
  const reach = dnode.blkptrs.length * 2 ** (dnode.epbs * (dnode.nlevels - 1));
  const last = Math.min(dnode.maxblkid, reach - 1);
  for (let blkid = first; blkid <= last; ) {
    while (dirty.length > 0 && (dirty[0] as number) < blkid) dirty.shift();
    const empty = dirty[0] === blkid ? 0 : emptySpan(dnode, blkid);
    if ((empty === 0) === (what === 'data')) return found(blkid);
    blkid = empty === 0 ? blkid + 1 : Math.min(blkid + empty, dirty[0] ?? Number.POSITIVE_INFINITY);
  }
  return what === 'data' ? undefined : found(dnode.maxblkid + 1);
}
