/**
 * Writing an objset: its dirty objects, their dnodes into the meta-dnode, the meta-dnode, and last
 * the objset block, whose pointer is the result.
 * @see uts/common/fs/zfs/dmu_objset.c dmu_objset_sync()
 */
import type { Arc } from '../arc/arc.ts';
import { type BlockPointer, HOLE, isHole } from '../ondisk/blkptr.ts';
import { DMU_OT_DNODE, DMU_OT_OBJSET } from '../ondisk/dmu-ot.ts';
import {
  DNODE_BLOCK_SIZE,
  DNODE_MIN_SIZE,
  OBJSET_GROUPUSED_OFFSET,
  OBJSET_PHYS_SIZE_V3,
  OBJSET_USERUSED_OFFSET,
  OBJSET_ZIL_HEADER_OFFSET,
  objsetPhys,
} from '../ondisk/dnode-phys.ts';
import { ZIO_COMPRESS_ON } from '../ondisk/zio-algorithm.ts';
import { dirtyBlock } from './dbuf.ts';
import { initDnode } from './dmu-object.ts';
import type { Dnode } from './dnode.ts';
import { metadataChecksum, type SyncContext, syncDnodeBlocks } from './dnode-sync.ts';
import { type BlockOwner, Objset } from './objset.ts';
import {
  type ApplyDeltas,
  emptyDeltas,
  keepsUserSpace,
  noteSpaceChange,
  type SpaceDeltas,
} from './userspace.ts';

/** A new, empty objset, to be written by its first sync. */
export function createObjset(arc: Arc, type: number, owner: BlockOwner): Objset {
  const objset = new Objset(arc, type, owner, HOLE);
  initDnode(objset.metaDnode, DMU_OT_DNODE, DNODE_BLOCK_SIZE, 0, 0);
  objset.isDirty = true;
  return objset;
}

export function isObjsetDirty(objset: Objset): boolean {
  return objset.isDirty || objset.dirtyDnodes.size > 0;
}

/** Writes one object and puts its dnode into the meta-dnode's block. */
function syncDnode(dnode: Dnode, context: SyncContext, deltas: SpaceDeltas | null): void {
  const { objset, object } = dnode;
  if (dnode.type !== 0) syncDnodeBlocks(dnode, context);
  const at = object * DNODE_MIN_SIZE;
  const meta = objset.metaDnode;
  const bytes = dirtyBlock(meta, Math.floor(at / meta.dataBlockSize));
  if (deltas !== null) noteSpaceChange(deltas, dnode, bytes, at % meta.dataBlockSize);
  dnode.store(bytes, at % meta.dataBlockSize);
  dnode.isDirty = false;
  if (dnode.type === 0) objset.forget(object);
}

/** Writes all that is dirty; the new root pointer is left in `objset.rootBp`. */
export function syncObjset(
  objset: Objset,
  context: SyncContext,
  applyDeltas: ApplyDeltas,
): BlockPointer {
  // Packing may make a new layout of attributes, and so dirty more: the set grows while it is walked.
  for (const dnode of objset.dirtyDnodes) dnode.packStaleBonus();
  const special = new Set([objset.metaDnode, objset.userUsed, objset.groupUsed]);
  const dirty = [...objset.dirtyDnodes].filter((dnode) => !special.has(dnode));
  dirty.sort((a, b) => a.object - b.object);
  objset.dirtyDnodes.clear();
  const deltas = keepsUserSpace(objset) ? emptyDeltas() : null;
  for (const dnode of dirty) syncDnode(dnode, context, deltas);
  if (deltas !== null) applyDeltas(objset, deltas);
  for (const dnode of special) {
    syncDnodeBlocks(dnode, context);
    dnode.isDirty = false;
  }
  objset.dirtyDnodes.clear();
  objset.isDirty = false;
  objset.intentLog?.sync();
  const bytes = new Uint8Array(OBJSET_PHYS_SIZE_V3);
  objset.metaDnode.store(bytes, 0);
  bytes.set(objset.zilHeader, OBJSET_ZIL_HEADER_OFFSET);
  objsetPhys.write(bytes, 0, { type: objset.type, flags: objset.flags });
  objset.userUsed.store(bytes, OBJSET_USERUSED_OFFSET);
  objset.groupUsed.store(bytes, OBJSET_GROUPUSED_OFFSET);
  const fill = objset.metaDnode.blkptrs.reduce((sum, bp) => sum + (isHole(bp) ? 0 : bp.fill), 0);
  const previous = objset.rootBp;
  const bp = context.write(
    bytes,
    {
      type: DMU_OT_OBJSET,
      level: 0,
      compress: ZIO_COMPRESS_ON,
      checksum: metadataChecksum(objset.settings.checksum),
      copies: objset.isMos ? 3 : Math.min(objset.settings.copies + 1, 3),
      fill,
    },
    previous,
  );
  objset.replaceRoot(previous, bp);
  return bp;
}
