/**
 * Writing the dirty state of an object: data blocks first, then the indirect blocks that point to
 * them, level by level, up to the pointers in the dnode.
 * @see uts/common/fs/zfs/dnode_sync.c, dbuf.c dbuf_sync_list()
 */
import { type BlockPointer, fillOfBlkptr, isHole, SPA_BLKPTR_SIZE } from '../ondisk/blkptr.ts';
import { DMU_OT_DNODE, isMetadataType } from '../ondisk/dmu-ot.ts';
import { DNODE_MIN_SIZE } from '../ondisk/dnode-phys.ts';
import {
  ZIO_CHECKSUM_FLETCHER_4,
  ZIO_CHECKSUM_INHERIT,
  ZIO_CHECKSUM_SHA256,
  ZIO_CHECKSUM_SHA512,
  ZIO_COMPRESS_INHERIT,
  ZIO_COMPRESS_ON,
} from '../ondisk/zio-algorithm.ts';
import { viewOf } from '../ondisk/struct.ts';
import { setPointer } from './dbuf.ts';
import type { Dnode, EarlyBlock } from './dnode.ts';

/** `ZCHECKSUM_FLAG_METADATA` */
const METADATA_CHECKSUMS: readonly number[] = [
  ZIO_CHECKSUM_FLETCHER_4,
  ZIO_CHECKSUM_SHA256,
  ZIO_CHECKSUM_SHA512,
];

/** What a block is written with; see spa/zio-write.ts. */
export interface SyncProperties {
  readonly type: number;
  readonly level: number;
  readonly compress: number;
  readonly checksum: number;
  readonly copies: number;
  readonly fill: number;
}

/** The write half of a pool during a sync. */
export interface SyncContext {
  readonly txg: number;
  write(bytes: Uint8Array, props: SyncProperties, previous: BlockPointer): BlockPointer;
}

/** Metadata has at least fletcher4, and what is stronger when the dataset has. */
export function metadataChecksum(checksum: number): number {
  return METADATA_CHECKSUMS.includes(checksum) ? checksum : ZIO_CHECKSUM_FLETCHER_4;
}

/** `dmu_write_policy`: metadata is compressed, has a strong checksum and one copy more. */
export function writePolicy(dnode: Dnode, level: number, isSpill: boolean): SyncProperties {
  const { objset } = dnode;
  const type = isSpill ? dnode.bonusType : dnode.type;
  const isMetadata = level > 0 || isSpill || isMetadataType(type);
  const common = { type, level, fill: 0 };
  if (isMetadata) {
    const { settings } = objset;
    // With redundant_metadata=most the lowest indirect blocks of files have no copy more.
    const isLowest = level === 1 && !isSpill && !isMetadataType(type);
    const extra = settings.redundantMetadata !== 0 && isLowest ? 0 : 1;
    return {
      ...common,
      compress: ZIO_COMPRESS_ON,
      checksum: metadataChecksum(settings.checksum),
      copies: objset.isMos ? 3 : Math.min(settings.copies + extra, 3),
    };
  }
  const { compress, checksum } = dnode;
  return {
    ...common,
    compress: compress === ZIO_COMPRESS_INHERIT ? objset.settings.compress : compress,
    checksum: checksum === ZIO_CHECKSUM_INHERIT ? objset.settings.checksum : checksum,
    copies: objset.isMos ? 3 : objset.settings.copies,
  };
}

/** Whether the two pointers have the same places: then the block was written over. */
function isRewrite(a: BlockPointer, b: BlockPointer): boolean {
  const first = a.dvas[0];
  const second = b.dvas[0];
  return (
    first !== undefined &&
    second !== undefined &&
    first.vdev === second.vdev &&
    first.offset === second.offset &&
    a.birth === b.birth
  );
}

/** Writes one block and accounts for it; answers the new pointer. */
function syncBlock(
  dnode: Dnode,
  bytes: Uint8Array,
  props: SyncProperties,
  previous: BlockPointer,
  context: SyncContext,
  early?: EarlyBlock,
): BlockPointer {
  const isThere = early?.bytes === bytes;
  if (isThere) early.isUsed = true;
  const bp = isThere ? early.bp : context.write(bytes, props, previous);
  if (!isRewrite(previous, bp)) {
    if (!isHole(previous)) dnode.objset.killBlock(dnode, previous);
    if (!isHole(bp)) dnode.objset.bearBlock(dnode, bp);
  }
  const { arc, settings } = dnode.objset;
  if (!isHole(bp)) arc.insert(bp, bytes, settings.secondaryCache);
  return bp;
}

/** Dnodes in use in a block of a meta-dnode. */
function countDnodes(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0) {
      at += DNODE_MIN_SIZE;
    } else {
      count += 1;
      at += DNODE_MIN_SIZE * (1 + (bytes[at + 12] as number));
    }
  }
  return count;
}

/** Sum of what the pointers in an indirect block count; zeros the block when all are holes. */
function fillOfIndirect(bytes: Uint8Array): number {
  let fill = 0;
  let isAllHoles = true;
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; at += SPA_BLKPTR_SIZE) {
    const below = fillOfBlkptr(view, at);
    if (below === undefined) continue;
    isAllHoles = false;
    fill += below;
  }
  if (isAllHoles) bytes.fill(0);
  return fill;
}

const byNumber = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]): number =>
  a - b;

/** Writes everything dirty below `dnode`; the dnode itself is written by the objset. */
export function syncDnodeBlocks(dnode: Dnode, context: SyncContext): void {
  if (dnode.hasDirtyBlocks) {
    const props = writePolicy(dnode, 0, false);
    const dirty = [...dnode.dirty].sort(byNumber);
    dnode.dirty.clear();
    for (const [blkid, bytes] of dirty) {
      const fill = dnode.type === DMU_OT_DNODE ? countDnodes(bytes) : 1;
      const previous = dnode.pointerAt(0, blkid);
      const early = dnode.earlyBlock(blkid);
      const bp = syncBlock(dnode, bytes, { ...props, fill }, previous, context, early);
      setPointer(dnode, 0, blkid, bp);
    }
    dnode.forgetEarly();
  }
  for (let level = 1; level < dnode.nlevels && dnode.hasDirtyIndirect; level += 1) {
    const map = dnode.dirtyIndirect.get(level);
    if (map === undefined || map.size === 0) continue;
    const props = writePolicy(dnode, level, false);
    const dirty = [...map].sort(byNumber);
    for (const [blkid, bytes] of dirty) {
      const fill = fillOfIndirect(bytes);
      const previous = dnode.pointerAt(level, blkid);
      const bp = syncBlock(dnode, bytes, { ...props, fill }, previous, context);
      setPointer(dnode, level, blkid, bp);
    }
    map.clear();
  }
  dnode.dropEmptyMaps();
  if (dnode.dirtySpill !== null) {
    const props = { ...writePolicy(dnode, 0, true), fill: 1 };
    dnode.spill = syncBlock(dnode, dnode.dirtySpill, props, dnode.spill, context);
    dnode.dirtySpill = null;
  }
}
