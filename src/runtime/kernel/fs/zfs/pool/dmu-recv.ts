/**
 * Receiving a stream: its objects and blocks into a new dataset, or on top of the snapshot that an
 * increment is from; then a snapshot with the sender's guid. What fails leaves nothing behind.
 * @see uts/common/fs/zfs/dmu_recv.c
 */
import { EEXIST, EINVAL, ENODEV, ENOENT, type Errno, EBUSY } from '#kernel/os/errno.ts';
import { adoptBlock, freeBlocks, setBlockSize } from '../dmu/dbuf.ts';
import { dmuWrite } from '../dmu/dmu.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { dmuObjectClaim, dmuObjectFree, setBonus, setSpill } from '../dmu/dmu-object.ts';
import type { Objset } from '../dmu/objset.ts';
import { createObjset } from '../dmu/objset-sync.ts';
import { createDataset, createDir, createSnapshot, originSnapshot } from '../dsl/dsl-create.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { destroyHead, rollback } from '../dsl/dsl-destroy.ts';
import { SPA_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import { isValidObjectType } from '../ondisk/dmu-ot.ts';
import { DMU_OST_ZFS, DMU_OST_ZVOL, DN_MAX_OBJECT } from '../ondisk/dnode-phys.ts';
import { DS_FLAG_INCONSISTENT } from '../ondisk/dsl-phys.ts';
import {
  DMU_SPILL_BLKID,
  DMU_SUBSTREAM,
  DRR_BEGIN,
  DRR_END,
  DRR_FLAG_SPILL_BLOCK,
  DRR_FREE,
  DRR_FREEOBJECTS,
  DRR_OBJECT,
  DRR_SPILL,
  DRR_WRITE,
  DRR_WRITE_EMBEDDED,
  type DrrBegin,
  drrBegin,
  drrFree,
  drrFreeObjects,
  drrObject,
  drrSpill,
  drrWrite,
  drrWriteEmbedded,
} from '../ondisk/replay-record.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { checkName } from './dsl-ops.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';
import { StreamReader, type StreamRecord } from './stream-reader.ts';

/** So much of a stream is kept dirty before a txg is written. */
const DIRTY_LIMIT: number = 32 * 2 ** 20;

function bad(detail: string): ZfsError {
  return new ZfsError('EINVAL', `invalid stream (${detail})`);
}

function receiveObject(
  objset: Objset,
  { bytes, payload }: StreamRecord,
  tellsSpill: boolean,
): void {
  const drr = drrObject.read(bytes);
  const isBad =
    drr.object === 0 ||
    drr.object >= DN_MAX_OBJECT ||
    !isValidObjectType(drr.type) ||
    drr.blksz === 0 ||
    drr.blksz % 512 !== 0 ||
    drr.blksz > SPA_MAXBLOCKSIZE ||
    drr.bonusLen > 320;
  if (isBad) throw bad(`object ${drr.object}`);
  if (drr.slots > 1) throw new ZfsError('ENOTSUP', 'large dnodes are not supported yet');
  let dnode = objset.tryDnode(drr.object);
  if (dnode !== undefined) {
    const isSame = dnode.type === drr.type && dnode.bonusType === drr.bonusType;
    if (isSame && dnode.dataBlockSize !== drr.blksz) {
      // Another block size makes it a new file: what it had goes.
      freeBlocks(dnode, 0, dnode.maxblkid + 1);
    }
    const canStay = isSame && (dnode.dataBlockSize === drr.blksz || dnode.maxblkid === 0);
    if (canStay && drr.bonusLen <= dnode.bonusRoom) {
      if (dnode.dataBlockSize !== drr.blksz) setBlockSize(dnode, drr.blksz);
    } else {
      dmuObjectFree(dnode);
      dnode = undefined;
    }
  }
  const { type, blksz, bonusType, bonusLen } = drr;
  dnode ??= dmuObjectClaim(objset, drr.object, type, blksz, bonusType, bonusLen);
  dnode.checksum = drr.checksumType;
  dnode.compress = drr.compress;
  // Where the sender always sends spill blocks, an old one must not stay.
  if (tellsSpill) setSpill(dnode, null);
  setBonus(dnode, payload.slice(0, bonusLen));
  dnode.parsed = null;
}

/** Puts whole blocks, or parts of a larger one, in place. */
function putBlock(dnode: Dnode, offset: number, content: Uint8Array): void {
  dnode.parsed = null;
  const size = dnode.dataBlockSize;
  if (content.length === size && offset % size === 0) {
    adoptBlock(dnode, offset / size, content);
  } else {
    dmuWrite(dnode, offset, content);
  }
}

function receiveFree(objset: Objset, bytes: Uint8Array): void {
  const { object, offset, length } = drrFree.read(bytes);
  const dnode = objset.tryDnode(object);
  if (dnode === undefined) return;
  dnode.parsed = null;
  const from = Math.ceil(offset / dnode.dataBlockSize);
  const end = (dnode.maxblkid + 1) * dnode.dataBlockSize;
  const stop = length > BigInt(end) ? end : Math.min(end, offset + Number(length));
  const until = stop === end ? dnode.maxblkid + 1 : Math.floor(stop / dnode.dataBlockSize);
  if (until > from) freeBlocks(dnode, from, until - from);
}

function receiveFreeObjects(objset: Objset, bytes: Uint8Array): void {
  const { firstObject, count } = drrFreeObjects.read(bytes);
  const end = count > BigInt(DN_MAX_OBJECT) ? DN_MAX_OBJECT : firstObject + Number(count);
  for (const object of Array.from(objset.objects(Math.max(firstObject, 1)))) {
    if (object >= end) return;
    const dnode = objset.tryDnode(object);
    if (dnode !== undefined) dmuObjectFree(dnode);
  }
}

function toOffset(offset: bigint): number {
  if (offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(`offset ${offset}`);
  return Number(offset);
}

function receiveRecord(spa: Spa, objset: Objset, record: StreamRecord, tellsSpill: boolean): void {
  const { type, bytes, payload } = record;
  const { compressor } = spa.zio;
  switch (type) {
    case DRR_OBJECT:
      receiveObject(objset, record, tellsSpill);
      return;
    case DRR_WRITE: {
      const drr = drrWrite.read(bytes);
      if (drr.logicalSize > SPA_MAXBLOCKSIZE) throw bad(`a block of ${drr.logicalSize} bytes`);
      const isPacked = drr.compression > 2;
      const content = isPacked
        ? compressor.decompress(drr.compression, payload, drr.logicalSize)
        : payload;
      putBlock(objset.dnode(drr.object), drr.offset, content);
      return;
    }
    case DRR_WRITE_EMBEDDED: {
      const drr = drrWriteEmbedded.read(bytes);
      if (drr.lsize > SPA_MAXBLOCKSIZE) throw bad(`a block of ${drr.lsize} bytes`);
      const stored = payload.subarray(0, drr.psize);
      const isPacked = drr.compression > 2;
      const content = isPacked
        ? compressor.decompress(drr.compression, stored, drr.lsize)
        : stored.slice(0, drr.lsize);
      const dnode = objset.dnode(drr.object);
      const offset = BigInt.asIntN(64, drr.offset);
      if (offset === DMU_SPILL_BLKID * BigInt(drr.length)) setSpill(dnode, content);
      else putBlock(dnode, toOffset(offset), content);
      return;
    }
    case DRR_SPILL: {
      const drr = drrSpill.read(bytes);
      if (drr.length % 512 !== 0) throw bad(`a spill block of ${drr.length} bytes`);
      const isPacked = drr.compressedSize !== 0 && drr.compression > 2;
      setSpill(
        objset.dnode(drr.object),
        isPacked ? compressor.decompress(drr.compression, payload, drr.length) : payload,
      );
      return;
    }
    case DRR_FREE:
      receiveFree(objset, bytes);
      return;
    case DRR_FREEOBJECTS:
      receiveFreeObjects(objset, bytes);
      return;
    default:
      throw bad(`record type ${type}`);
  }
}

/** The dataset to receive into, made or found. */
function target(spa: Spa, name: string, begin: DrrBegin): DslDataset | Errno {
  const existing = spa.dsl.findDataset(name);
  if (begin.fromGuid !== 0n) {
    if (existing === undefined) return ENOENT;
    const previous = spa.dsl.datasetByObject(existing.phys.prevSnapObj);
    if (previous.phys.guid !== begin.fromGuid) return ENODEV;
    return existing.bp.birth > existing.phys.prevSnapTxg ? EBUSY : existing;
  }
  if (existing !== undefined) return EEXIST;
  const at = name.lastIndexOf('/');
  const parent = at < 0 ? undefined : spa.dsl.findDir(name.slice(0, at));
  if (parent === undefined) return ENOENT;
  let made: DslDataset | undefined;
  spa.syncTasks.push(() => {
    const dir = createDir(spa.dsl, parent, name.slice(at + 1));
    made = createDataset(dir, originSnapshot(spa.dsl));
    const owner = spa.dsl.ownerOf(made) ?? spa.mosOwner;
    made.adoptObjset(createObjset(spa.arc, begin.type, owner));
  });
  spaSync(spa);
  return made ?? EINVAL;
}

/**
 * Receives one stream as `name` with the snapshot that the stream names. Errors are values: EEXIST
 * and ENOENT for the destination, ENODEV when the newest snapshot is not the stream's source, EBUSY
 * when it was changed since. A damaged stream throws ZfsError and is undone.
 */
export function dmuRecv(spa: Spa, stream: Uint8Array, name: string): DslDataset | Errno {
  const nameError = checkName(name);
  if (nameError !== undefined) return nameError;
  const reader = new StreamReader(stream, spa.zio.checksums.fletcher);
  const first = reader.next();
  if (first.type !== DRR_BEGIN) throw bad('it does not begin with BEGIN');
  const begin = drrBegin.read(first.bytes);
  if ((begin.versionInfo & 3) !== DMU_SUBSTREAM) {
    throw new ZfsError('ENOTSUP', 'cannot receive: stream packages are not supported yet');
  }
  if (begin.type !== DMU_OST_ZFS && begin.type !== DMU_OST_ZVOL) throw bad('objset type');
  const snapshotName = begin.toName.split('@')[1] ?? '';
  if (snapshotName === '') throw bad('it names no snapshot');
  const head = target(spa, name, begin);
  if (!('phys' in head)) return head;
  head.phys.flags |= DS_FLAG_INCONSISTENT;
  head.dirty();
  try {
    receiveRecords(spa, head, reader, (begin.flags & DRR_FLAG_SPILL_BLOCK) !== 0);
  } catch (error) {
    if (error instanceof ZfsError && !spa.isSuspended) undo(spa, head, begin);
    throw error;
  }
  head.phys.flags &= ~DS_FLAG_INCONSISTENT;
  head.dirty();
  let made: DslDataset | undefined;
  spa.syncTasks.push(() => {
    made = createSnapshot(head, snapshotName);
    made.phys.guid = begin.toGuid;
    made.phys.creationTime = begin.creationTime;
    made.store();
  });
  spaSync(spa);
  return made ?? EINVAL;
}

function receiveRecords(
  spa: Spa,
  head: DslDataset,
  reader: StreamReader,
  tellsSpill: boolean,
): void {
  let dirty = 0;
  for (;;) {
    const record = reader.next();
    if (record.type === DRR_END) return;
    receiveRecord(spa, head.objset, record, tellsSpill);
    dirty += record.payload.length;
    if (dirty > DIRTY_LIMIT) {
      spaSync(spa);
      dirty = 0;
    }
  }
}

/** Takes back what a stream that broke off has done. */
function undo(spa: Spa, head: DslDataset, begin: DrrBegin): void {
  // What is still dirty is written once more, so that the books are right before it is freed.
  spaSync(spa);
  spa.syncTasks.push(() => {
    if (begin.fromGuid === 0n) {
      destroyHead(head);
    } else {
      rollback(head);
      head.phys.flags &= ~DS_FLAG_INCONSISTENT;
      head.dirty();
    }
  });
  spaSync(spa);
}
