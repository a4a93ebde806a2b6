/**
 * What the records of a stream do to the objset that is received into.
 * @see uts/common/fs/zfs/dmu_recv.c receive_object(), receive_write() …
 */
import { adoptBlock, freeBlocks, setBlockSize } from '../dmu/dbuf.ts';
import { dmuWrite } from '../dmu/dmu.ts';
import { dmuObjectClaim, dmuObjectFree, setBonus, setSpill } from '../dmu/dmu-object.ts';
import type { Dnode } from '../dmu/dnode.ts';
import type { Objset } from '../dmu/objset.ts';
import { SPA_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import { isValidObjectType } from '../ondisk/dmu-ot.ts';
import { DN_MAX_OBJECT } from '../ondisk/dnode-phys.ts';
import {
  DMU_SPILL_BLKID,
  DRR_FREE,
  DRR_FREEOBJECTS,
  DRR_OBJECT,
  DRR_SPILL,
  DRR_WRITE,
  DRR_WRITE_EMBEDDED,
  drrFree,
  drrFreeObjects,
  drrObject,
  drrSpill,
  drrWrite,
  drrWriteEmbedded,
} from '../ondisk/replay-record.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import {
  ZIO_CHECKSUM_FLETCHER_2,
  ZIO_CHECKSUM_OFF,
  ZIO_CHECKSUM_SHA256,
  ZIO_CHECKSUM_SHA512,
  ZIO_COMPRESS_LZ4,
} from '../ondisk/zio-algorithm.ts';
import type { Spa } from './spa.ts';
import type { StreamRecord } from '../zio/stream-reader.ts';

export function badStream(detail: string): ZfsError {
  return new ZfsError('EINVAL', `invalid stream (${detail})`);
}

/** Whether blocks can be written with these algorithms; 0 stands for the dataset's. */
function isWritable(checksum: number, compress: number): boolean {
  const isChecksum =
    checksum <= ZIO_CHECKSUM_OFF ||
    (checksum >= ZIO_CHECKSUM_FLETCHER_2 && checksum <= ZIO_CHECKSUM_SHA256) ||
    checksum === ZIO_CHECKSUM_SHA512;
  return isChecksum && compress <= ZIO_COMPRESS_LZ4;
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
  if (isBad || !isWritable(drr.checksumType, drr.compress)) {
    throw badStream(`object ${drr.object}`);
  }
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

/** The object that a record is about, which an earlier record has made. */
function existing(objset: Objset, object: number): Dnode {
  const dnode = objset.tryDnode(object);
  if (dnode === undefined) throw badStream(`object ${object} does not exist`);
  return dnode;
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
  if (offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER)) throw badStream(`offset ${offset}`);
  return Number(offset);
}

/** Applies one record to `objset`. ZfsError EINVAL when it can't be right. */
export function receiveRecord(
  spa: Spa,
  objset: Objset,
  record: StreamRecord,
  tellsSpill: boolean,
): void {
  const { type, bytes, payload } = record;
  const { compressor } = spa.zio;
  switch (type) {
    case DRR_OBJECT:
      receiveObject(objset, record, tellsSpill);
      return;
    case DRR_WRITE: {
      const drr = drrWrite.read(bytes);
      if (drr.logicalSize > SPA_MAXBLOCKSIZE)
        throw badStream(`a block of ${drr.logicalSize} bytes`);
      const isPacked = drr.compression > 2;
      const content = isPacked
        ? compressor.decompress(drr.compression, payload, drr.logicalSize)
        : payload;
      putBlock(existing(objset, drr.object), drr.offset, content);
      return;
    }
    case DRR_WRITE_EMBEDDED: {
      const drr = drrWriteEmbedded.read(bytes);
      if (drr.lsize > SPA_MAXBLOCKSIZE) throw badStream(`a block of ${drr.lsize} bytes`);
      const stored = payload.subarray(0, drr.psize);
      const isPacked = drr.compression > 2;
      const content = isPacked
        ? compressor.decompress(drr.compression, stored, drr.lsize)
        : stored.slice(0, drr.lsize);
      const dnode = existing(objset, drr.object);
      const offset = BigInt.asIntN(64, drr.offset);
      if (offset === DMU_SPILL_BLKID * BigInt(drr.length)) setSpill(dnode, content);
      else putBlock(dnode, toOffset(offset), content);
      return;
    }
    case DRR_SPILL: {
      const drr = drrSpill.read(bytes);
      if (drr.length % 512 !== 0) throw badStream(`a spill block of ${drr.length} bytes`);
      const isPacked = drr.compressedSize !== 0 && drr.compression > 2;
      setSpill(
        existing(objset, drr.object),
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
      throw badStream(`record type ${type}`);
  }
}
