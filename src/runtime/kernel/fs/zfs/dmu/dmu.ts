/**
 * Writing ranges of bytes into objects.
 * @see uts/common/fs/zfs/dmu.c dmu_write()
 */
import { adoptBlock, dirtyBlock } from './dbuf.ts';
import type { Dnode } from './dnode.ts';

/** Writes `source` at `offset`; blocks that are covered as a whole are not read first. */
export function dmuWrite(dnode: Dnode, offset: number, source: Uint8Array): void {
  const size = dnode.dataBlockSize;
  let done = 0;
  while (done < source.length) {
    const at = offset + done;
    const blkid = Math.floor(at / size);
    const within = at % size;
    const count = Math.min(size - within, source.length - done);
    const part = source.subarray(done, done + count);
    if (count === size) {
      if (dnode.dirty.has(blkid)) dirtyBlock(dnode, blkid).set(part);
      else adoptBlock(dnode, blkid, part.slice());
    } else {
      dirtyBlock(dnode, blkid).set(part, within);
    }
    done += count;
  }
}
