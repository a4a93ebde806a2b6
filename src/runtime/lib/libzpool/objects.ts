/**
 * Walking the objects of an objset without opening them all.
 * @see uts/common/fs/zfs/dmu_object.c dmu_object_next()
 */
import type { Objset } from '#kernel/fs/zfs/dmu/objset.ts';
import { DNODE_MIN_SIZE } from '#kernel/fs/zfs/ondisk/dnode-phys.ts';

/** The first allocated object after `object`, or undefined when it was the last. */
export function nextObject(objset: Objset, object: number): number | undefined {
  const meta = objset.metaDnode;
  const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
  const last = (meta.maxblkid + 1) * perBlock;
  for (let next = object + 1; next < last; ) {
    const bytes = meta.block(Math.floor(next / perBlock));
    if (bytes === null) {
      next = (Math.floor(next / perBlock) + 1) * perBlock;
      continue;
    }
    // Large dnodes take several slots, so a block is walked from its start.
    let slot = 0;
    while (slot < perBlock) {
      const at = slot * DNODE_MIN_SIZE;
      const number = next - (next % perBlock) + slot;
      if (bytes[at] !== 0 && number >= next) return number;
      slot += bytes[at] === 0 ? 1 : 1 + (bytes[at + 12] as number);
    }
    next = (Math.floor(next / perBlock) + 1) * perBlock;
  }
  return undefined;
}
