/**
 * Sending a snapshot: every object with its blocks, or only what was born after another snapshot or a
 * bookmark. The age in the block pointers says at once which parts of the tree can be left out.
 * Surprising: a stream is drawn piece by piece, so that it need never be in memory as a whole; the
 * snapshot can't be destroyed while somebody draws.
 * @see uts/common/fs/zfs/dmu_send.c, dmu_traverse.c
 */
import { EINVAL, EXDEV, type Errno } from '#kernel/os/errno.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { Objset } from '../dmu/objset.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import {
  type BlockPointer,
  isHole,
  readBlkptr,
  SPA_BLKPTR_SIZE,
  SPA_OLD_MAXBLOCKSIZE,
} from '../ondisk/blkptr.ts';
import { isMetadataType } from '../ondisk/dmu-ot.ts';
import { DMU_OST_ZFS, DNODE_FLAG_SPILL_BLKPTR, DNODE_MIN_SIZE } from '../ondisk/dnode-phys.ts';
import { type NvList, nvlistPack, nvUint64 } from '../ondisk/nvlist.ts';
import * as drr from '../ondisk/replay-record.ts';
import { ZIO_COMPRESS_LZ4 } from '../ondisk/zio-algorithm.ts';
import type { Spa } from './spa.ts';
import { StreamWriter } from '../zio/stream-writer.ts';

/** `DMU_OBJECT_END`: to the end of the object. */
const OBJECT_END: bigint = 2n ** 64n - 1n;
const NOTHING: Uint8Array = new Uint8Array(0);
/** Compression algorithms up to this one are known to every receiver. */
const LAST_LEGACY_COMPRESS: number = ZIO_COMPRESS_LZ4 - 1;

/** Where an increment begins: a snapshot or a bookmark of one. */
export interface SendFrom {
  readonly guid: bigint;
  readonly creationTxg: number;
  readonly creationTime: number;
  /** Of another file system: then the stream makes a clone. */
  readonly isOrigin: boolean;
}

/** `enum lzc_send_flags` and where a stream that broke off goes on. */
export interface SendOptions {
  /** `-L`: blocks of more than 128 KiB as they are. */
  readonly isLargeBlockOk?: boolean;
  /** `-e`: blocks that fit into their pointers as such. */
  readonly isEmbedOk?: boolean;
  /** `-c`: blocks as they are on disk. */
  readonly isCompressOk?: boolean;
  readonly resume?: { readonly object: number; readonly offset: number };
}

interface Visit {
  readonly bp: BlockPointer;
  readonly level: number;
  readonly blkid: number;
}

/** Pointers of `dnode` born after `fromTxg`, holes too; in order, from block `firstBlkid` on. */
export function* changed(dnode: Dnode, fromTxg: number, firstBlkid = 0): Generator<Visit> {
  const entries = 2 ** dnode.epbs;
  function* walk(bp: BlockPointer, level: number, blkid: number): Generator<Visit> {
    if (bp.birth <= fromTxg || (blkid + 1) * entries ** level <= firstBlkid) return;
    if (level === 0 || isHole(bp)) {
      yield { bp, level, blkid };
      return;
    }
    const bytes = dnode.objset.arc.read(bp);
    for (let i = 0; i < entries; i += 1) {
      yield* walk(readBlkptr(bytes, i * SPA_BLKPTR_SIZE), level - 1, blkid * entries + i);
    }
  }
  for (const [i, bp] of dnode.blkptrs.entries()) yield* walk(bp, dnode.nlevels - 1, i);
}

class Sender {
  readonly #spa: Spa;
  readonly #out: StreamWriter;
  readonly #toGuid: bigint;
  readonly #fromTxg: number;
  readonly #features: number;
  readonly #resume: { readonly object: number; readonly offset: number };
  #maxObject = 0;
  /** Free objects that were not told yet. */
  #freeFrom = 0;
  #freeCount = 0;

  constructor(
    spa: Spa,
    out: StreamWriter,
    toGuid: bigint,
    fromTxg: number,
    features: number,
    resume: SendOptions['resume'],
  ) {
    this.#spa = spa;
    this.#out = out;
    this.#toGuid = toGuid;
    this.#fromTxg = fromTxg;
    this.#features = features;
    this.#resume = resume ?? { object: 0, offset: 0 };
  }

  #has(feature: number): boolean {
    return Math.floor(this.#features / feature) % 2 === 1;
  }

  *objset(objset: Objset): Generator<Uint8Array> {
    const meta = objset.metaDnode;
    const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
    this.#maxObject = (meta.maxblkid + 1) * perBlock;
    const firstBlock = Math.floor(this.#resume.object / perBlock);
    let end = firstBlock * perBlock;
    for (const { bp, level, blkid } of changed(meta, this.#fromTxg, firstBlock)) {
      const span = perBlock * 2 ** (meta.epbs * level);
      const first = blkid * span;
      // A full stream tells of what was never there, too.
      if (this.#fromTxg === 0 && first > end) yield* this.#freeObjects(end, first - end);
      end = first + span;
      if (isHole(bp)) yield* this.#freeObjects(first, span);
      else yield* this.#dnodeBlock(objset, first, perBlock);
    }
    yield* this.#flushFree();
  }

  *#dnodeBlock(objset: Objset, first: number, count: number): Generator<Uint8Array> {
    for (let object = first; object < first + count; ) {
      const dnode = object === 0 ? undefined : objset.tryDnode(object);
      if (object !== 0 && object >= this.#resume.object) {
        if (dnode === undefined) {
          yield* this.#freeObjects(object, 1);
        } else {
          yield* this.#flushFree();
          yield* this.#object(dnode);
        }
      }
      object += dnode?.slots ?? 1;
    }
  }

  *#freeObjects(first: number, count: number): Generator<Uint8Array> {
    const kept = Math.min(count, this.#maxObject - first);
    if (kept <= 0) return;
    if (this.#freeCount > 0 && this.#freeFrom + this.#freeCount === first) {
      this.#freeCount += kept;
      return;
    }
    yield* this.#flushFree();
    this.#freeFrom = first;
    this.#freeCount = kept;
  }

  *#flushFree(): Generator<Uint8Array> {
    if (this.#freeCount === 0) return;
    const count = BigInt(this.#freeCount);
    const value = { firstObject: this.#freeFrom, count, toGuid: this.#toGuid };
    this.#freeCount = 0;
    yield* this.#out.record(drr.DRR_FREEOBJECTS, (bytes) =>
      drr.drrFreeObjects.write(bytes, 0, value),
    );
  }

  *#object(dnode: Dnode): Generator<Uint8Array> {
    const hasSpill = (dnode.flags & DNODE_FLAG_SPILL_BLKPTR) !== 0 && !isHole(dnode.spill);
    const { object, dataBlockSize } = dnode;
    const maxSize = this.#has(drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS)
      ? dataBlockSize
      : SPA_OLD_MAXBLOCKSIZE;
    const value = {
      object,
      type: dnode.type,
      bonusType: dnode.bonusType,
      blksz: Math.min(dataBlockSize, maxSize),
      bonusLen: dnode.bonusLen,
      checksumType: dnode.checksum,
      compress: dnode.compress,
      slots: dnode.slots,
      flags: hasSpill ? drr.DRR_OBJECT_SPILL : 0,
      toGuid: this.#toGuid,
    };
    const bonus = dnode.bonus.slice(0, dnode.bonusLen);
    yield* this.#out.record(drr.DRR_OBJECT, (bytes) => drr.drrObject.write(bytes, 0, value), bonus);
    yield* this.#free(object, (dnode.maxblkid + 1) * dataBlockSize, OBJECT_END);
    if (hasSpill) yield* this.#spill(dnode);
    const resumeAt = object === this.#resume.object ? this.#resume.offset : 0;
    const firstBlkid = Math.floor(resumeAt / dataBlockSize);
    for (const { bp, level, blkid } of changed(dnode, this.#fromTxg, firstBlkid)) {
      const span = dataBlockSize * 2 ** (dnode.epbs * level);
      if (isHole(bp)) yield* this.#free(object, blkid * span, BigInt(span));
      else yield* this.#block(dnode, blkid * span, bp);
    }
  }

  *#free(object: number, offset: number, length: bigint): Generator<Uint8Array> {
    const value = { object, offset, length, toGuid: this.#toGuid };
    yield* this.#out.record(drr.DRR_FREE, (bytes) => drr.drrFree.write(bytes, 0, value));
  }

  *#spill(dnode: Dnode): Generator<Uint8Array> {
    const content = dnode.spillBlock() ?? NOTHING;
    const value = {
      object: dnode.object,
      length: content.length,
      toGuid: this.#toGuid,
      flags: dnode.spill.birth > this.#fromTxg ? 0 : drr.DRR_SPILL_UNMODIFIED,
      compression: 0,
      compressedSize: 0,
    };
    yield* this.#out.record(drr.DRR_SPILL, (bytes) => drr.drrSpill.write(bytes, 0, value), content);
  }

  *#block(dnode: Dnode, offset: number, bp: BlockPointer): Generator<Uint8Array> {
    if (bp.embedded !== null) {
      const isKnown = bp.compress <= LAST_LEGACY_COMPRESS || this.#has(drr.DMU_BACKUP_FEATURE_LZ4);
      if (isKnown && this.#has(drr.DMU_BACKUP_FEATURE_EMBED_DATA)) {
        yield* this.#embedded(dnode, offset, bp, bp.embedded);
        return;
      }
    }
    const mayBeLarge = this.#has(drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS);
    const isSplit = bp.lsize > SPA_OLD_MAXBLOCKSIZE && !mayBeLarge;
    const isPacked =
      this.#has(drr.DMU_BACKUP_FEATURE_COMPRESSED) &&
      !isSplit &&
      bp.isLittleEndian &&
      bp.embedded === null &&
      !isMetadataType(bp.type) &&
      bp.psize !== bp.lsize;
    if (isPacked) {
      const stored = this.#spa.zio.readStored(bp);
      yield* this.#write(dnode, offset, stored, bp.lsize, bp.compress);
      return;
    }
    const content = dnode.objset.arc.read(bp);
    const step = isSplit ? SPA_OLD_MAXBLOCKSIZE : content.length;
    for (let at = 0; at < content.length; at += step) {
      const part = content.subarray(at, at + step);
      yield* this.#write(dnode, offset + at, part, part.length, 0);
    }
  }

  *#write(
    dnode: Dnode,
    offset: number,
    payload: Uint8Array,
    logicalSize: number,
    compression: number,
  ): Generator<Uint8Array> {
    const value = {
      object: dnode.object,
      type: dnode.type,
      offset,
      logicalSize,
      toGuid: this.#toGuid,
      checksumType: 0,
      flags: 0,
      compression,
      compressedSize: compression === 0 ? 0 : payload.length,
    };
    yield* this.#out.record(drr.DRR_WRITE, (bytes) => drr.drrWrite.write(bytes, 0, value), payload);
  }

  *#embedded(
    dnode: Dnode,
    offset: number,
    bp: BlockPointer,
    payload: Uint8Array,
  ): Generator<Uint8Array> {
    const value = {
      object: dnode.object,
      offset: BigInt(offset),
      length: dnode.dataBlockSize,
      toGuid: this.#toGuid,
      compression: bp.compress,
      etype: bp.checksum,
      lsize: bp.lsize,
      psize: bp.psize,
    };
    yield* this.#out.record(
      drr.DRR_WRITE_EMBEDDED,
      (bytes) => drr.drrWriteEmbedded.write(bytes, 0, value),
      payload,
    );
  }
}

function featuresOf(spa: Spa, objset: Objset, options: SendOptions): number {
  let features = objset.type === DMU_OST_ZFS ? drr.DMU_BACKUP_FEATURE_SA_SPILL : 0;
  const isActive = (guid: string): boolean => spa.dsl.featureUses(guid) > 0;
  const isEmbedOk = options.isEmbedOk === true && isActive('com.delphix:embedded_data');
  if (options.isLargeBlockOk === true && isActive('org.open-zfs:large_blocks')) {
    features += drr.DMU_BACKUP_FEATURE_LARGE_BLOCKS;
  }
  if (isEmbedOk) features += drr.DMU_BACKUP_FEATURE_EMBED_DATA;
  if (options.isCompressOk === true) features += drr.DMU_BACKUP_FEATURE_COMPRESSED;
  if ((isEmbedOk || options.isCompressOk === true) && isActive('org.illumos:lz4_compress')) {
    features += drr.DMU_BACKUP_FEATURE_LZ4;
  }
  if (options.resume !== undefined) features += drr.DMU_BACKUP_FEATURE_RESUMING;
  return features;
}

/** `from`, a snapshot, as the beginning of an increment to `snapshot`. */
export function sendFromSnapshot(from: DslDataset, snapshot: DslDataset): SendFrom {
  const { guid, creationTxg, creationTime } = from.phys;
  return { guid, creationTxg, creationTime, isOrigin: from.dir !== snapshot.dir };
}

/**
 * The stream of `snapshot`, as a whole or from `from`, in pieces (the largest is one block); each is
 * the taker's to keep. EXDEV when `from` is no ancestor. A failing read throws ZfsError from within.
 */
export function dmuSend(
  spa: Spa,
  snapshot: DslDataset,
  from: DslDataset | SendFrom | null,
  options: SendOptions = {},
): Generator<Uint8Array> | Errno {
  if (snapshot.snapshotName === undefined) return EINVAL;
  let source: SendFrom | null = null;
  if (from !== null && 'phys' in from) {
    if (!isBefore(spa, from, snapshot)) return EXDEV;
    source = sendFromSnapshot(from, snapshot);
  } else if (from !== null) {
    if (from.creationTxg >= snapshot.phys.creationTxg) return EXDEV;
    source = from;
  }
  return pieces(spa, snapshot, source, options);
}

function* pieces(
  spa: Spa,
  snapshot: DslDataset,
  from: SendFrom | null,
  options: SendOptions,
): Generator<Uint8Array> {
  snapshot.longHolds += 1;
  try {
    const objset = Objset.open(spa.arc, snapshot.bp, null);
    const out = new StreamWriter(spa.zio.checksums.fletcher);
    const features = featuresOf(spa, objset, options);
    const { guid, creationTime } = snapshot.phys;
    const begin = {
      payloadLen: 0,
      magic: drr.DMU_BACKUP_MAGIC,
      versionInfo: drr.DMU_SUBSTREAM + features * 4,
      creationTime,
      type: objset.type,
      flags:
        drr.DRR_FLAG_FREERECORDS |
        drr.DRR_FLAG_SPILL_BLOCK |
        (from?.isOrigin === true ? drr.DRR_FLAG_CLONE : 0),
      toGuid: guid,
      fromGuid: from === null ? 0n : from.guid,
      toName: snapshot.fullName,
    };
    const { resume } = options;
    yield* out.begin(begin, resume === undefined ? NOTHING : resumePayload(resume));
    const fromTxg = from?.creationTxg ?? 0;
    yield* new Sender(spa, out, guid, fromTxg, features, resume).objset(objset);
    yield* out.end(guid);
  } finally {
    snapshot.longHolds -= 1;
  }
}

function resumePayload(resume: { object: number; offset: number }): Uint8Array {
  const list: NvList = new Map([
    ['resume_object', nvUint64(resume.object)],
    ['resume_offset', nvUint64(resume.offset)],
  ]);
  return nvlistPack(list);
}

/** Whether `from` is an earlier snapshot of the same line, or of its origins. */
export function isBefore(spa: Spa, from: DslDataset, snapshot: DslDataset): boolean {
  let object = snapshot.phys.prevSnapObj;
  while (object !== 0) {
    if (object === from.object) return true;
    object = spa.dsl.datasetByObject(object).phys.prevSnapObj;
  }
  return false;
}

/**
 * Takes pieces together or apart, so that a reader gets about as much as it asks for at a time.
 */
export class SendSource {
  readonly #pieces: Iterator<Uint8Array>;
  #rest: Uint8Array = NOTHING;

  constructor(pieces: Iterator<Uint8Array>) {
    this.#pieces = pieces;
  }

  /** The next bytes, at most `limit` of them; empty at the end. */
  next(limit: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (size < limit) {
      if (this.#rest.length === 0) {
        const { value, done } = this.#pieces.next();
        if (done === true) break;
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, limit - size);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      size += part.length;
    }
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Gives up before the end: the snapshot is let go. */
  close(): void {
    this.#pieces.return?.();
    this.#rest = NOTHING;
  }
}
