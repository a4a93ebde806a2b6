/**
 * Sending a snapshot: every object with its blocks, or only what was born after another snapshot. The
 * age in the block pointers says at once which parts of the tree can be left out.
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
import {
  DMU_OST_ZFS,
  DN_MAX_OBJECT,
  DNODE_FLAG_SPILL_BLKPTR,
  DNODE_MIN_SIZE,
} from '../ondisk/dnode-phys.ts';
import {
  DMU_BACKUP_FEATURE_SA_SPILL,
  DMU_BACKUP_MAGIC,
  DMU_SUBSTREAM,
  DRR_BEGIN,
  DRR_CHECKSUM_OFFSET,
  DRR_END,
  DRR_FLAG_FREERECORDS,
  DRR_FLAG_SPILL_BLOCK,
  DRR_FREE,
  DRR_FREEOBJECTS,
  DRR_OBJECT,
  DRR_OBJECT_SPILL,
  DRR_SIZE,
  DRR_SPILL,
  DRR_SPILL_UNMODIFIED,
  DRR_WRITE,
  drrBegin,
  drrFree,
  drrFreeObjects,
  drrObject,
  drrSpill,
  drrWrite,
} from '../ondisk/replay-record.ts';
import { viewOf } from '../ondisk/struct.ts';
import type { Fletcher } from '../zio/fletcher.ts';
import type { Spa } from './spa.ts';

/** `DMU_OBJECT_END`: to the end of the object. */
const OBJECT_END: bigint = 2n ** 64n - 1n;
const NOTHING: Uint8Array = new Uint8Array(0);

/** Where a stream goes, in pieces; each is the taker's to keep. */
export type Emit = (bytes: Uint8Array) => void;

/** Puts records out with the running checksum in them. */
class StreamWriter {
  readonly #fletcher: Fletcher;
  readonly #emit: Emit;
  #sum: Uint32Array = new Uint32Array(8);

  constructor(fletcher: Fletcher, emit: Emit) {
    this.#fletcher = fletcher;
    this.#emit = emit;
  }

  /** A record of `type` that `fill` writes into, and its payload, padded to 8 bytes. */
  record(type: number, fill: (bytes: Uint8Array) => void, payload: Uint8Array = NOTHING): void {
    const bytes = new Uint8Array(DRR_SIZE);
    fill(bytes);
    viewOf(bytes).setUint32(0, type, true);
    if (type === DRR_END) this.#put(bytes, 8);
    const head = this.#fletcher.fletcher4(bytes.subarray(0, DRR_CHECKSUM_OFFSET), this.#sum);
    this.#sum = head;
    if (type !== DRR_BEGIN) this.#put(bytes, DRR_CHECKSUM_OFFSET);
    this.#sum = this.#fletcher.fletcher4(bytes.subarray(DRR_CHECKSUM_OFFSET), head);
    this.#emit(bytes);
    if (payload.length === 0) return;
    const padded = new Uint8Array(Math.ceil(payload.length / 8) * 8);
    padded.set(payload);
    this.#sum = this.#fletcher.fletcher4(padded, this.#sum);
    this.#emit(padded);
  }

  #put(bytes: Uint8Array, at: number): void {
    const view = viewOf(bytes);
    this.#sum.forEach((word, i) => view.setUint32(at + i * 4, word, true));
  }
}

/** Pointers of `dnode` born after `fromTxg`, parents first, holes too; in order. */
function* changed(
  dnode: Dnode,
  fromTxg: number,
): Generator<{ bp: BlockPointer; level: number; blkid: number }> {
  function* walk(
    bp: BlockPointer,
    level: number,
    blkid: number,
  ): Generator<{ bp: BlockPointer; level: number; blkid: number }> {
    if (bp.birth <= fromTxg) return;
    if (level === 0 || isHole(bp)) {
      yield { bp, level, blkid };
      return;
    }
    const bytes = dnode.objset.arc.read(bp);
    const entries = 2 ** dnode.epbs;
    for (let i = 0; i < entries; i += 1) {
      yield* walk(readBlkptr(bytes, i * SPA_BLKPTR_SIZE), level - 1, blkid * entries + i);
    }
  }
  for (const [i, bp] of dnode.blkptrs.entries()) yield* walk(bp, dnode.nlevels - 1, i);
}

class Sender {
  readonly #out: StreamWriter;
  readonly #toGuid: bigint;
  readonly #fromTxg: number;
  /** Free objects that were not told yet. */
  #freeFrom = 0;
  #freeCount = 0n;

  constructor(out: StreamWriter, toGuid: bigint, fromTxg: number) {
    this.#out = out;
    this.#toGuid = toGuid;
    this.#fromTxg = fromTxg;
  }

  objset(objset: Objset): void {
    const meta = objset.metaDnode;
    const perBlock = meta.dataBlockSize / DNODE_MIN_SIZE;
    let end = 0;
    for (const { bp, level, blkid } of changed(meta, this.#fromTxg)) {
      const span = perBlock * 2 ** (meta.epbs * level);
      const first = blkid * span;
      // A full stream tells of what was never there, too.
      if (this.#fromTxg === 0 && first > end) this.#freeObjects(end, BigInt(first - end));
      end = first + span;
      if (isHole(bp)) this.#freeObjects(first, BigInt(span));
      else this.#dnodeBlock(objset, first, perBlock);
    }
    const last = (meta.maxblkid + 1) * perBlock;
    this.#freeObjects(last, BigInt(DN_MAX_OBJECT - last));
    this.#flushFree();
  }

  #dnodeBlock(objset: Objset, first: number, count: number): void {
    for (let object = first; object < first + count; ) {
      const dnode = object === 0 ? undefined : objset.tryDnode(object);
      if (dnode === undefined) {
        if (object !== 0) this.#freeObjects(object, 1n);
        object += 1;
      } else {
        this.#flushFree();
        this.#object(dnode);
        object += dnode.slots;
      }
    }
  }

  #freeObjects(first: number, count: bigint): void {
    if (this.#freeCount > 0n && BigInt(this.#freeFrom) + this.#freeCount === BigInt(first)) {
      this.#freeCount += count;
      return;
    }
    this.#flushFree();
    this.#freeFrom = first;
    this.#freeCount = count;
  }

  #flushFree(): void {
    if (this.#freeCount === 0n) return;
    const value = { firstObject: this.#freeFrom, count: this.#freeCount, toGuid: this.#toGuid };
    this.#out.record(DRR_FREEOBJECTS, (bytes) => drrFreeObjects.write(bytes, 0, value));
    this.#freeCount = 0n;
  }

  #object(dnode: Dnode): void {
    const hasSpill = (dnode.flags & DNODE_FLAG_SPILL_BLKPTR) !== 0 && !isHole(dnode.spill);
    const { object, dataBlockSize } = dnode;
    const value = {
      object,
      type: dnode.type,
      bonusType: dnode.bonusType,
      // Receivers of before large blocks take no more than 128 KiB at a time.
      blksz: Math.min(dataBlockSize, SPA_OLD_MAXBLOCKSIZE),
      bonusLen: dnode.bonusLen,
      checksumType: dnode.checksum,
      compress: dnode.compress,
      slots: dnode.slots,
      flags: hasSpill ? DRR_OBJECT_SPILL : 0,
      toGuid: this.#toGuid,
    };
    const bonus = dnode.bonus.slice(0, dnode.bonusLen);
    this.#out.record(DRR_OBJECT, (bytes) => drrObject.write(bytes, 0, value), bonus);
    this.#free(object, (dnode.maxblkid + 1) * dataBlockSize, OBJECT_END);
    if (hasSpill) this.#spill(dnode);
    for (const { bp, level, blkid } of changed(dnode, this.#fromTxg)) {
      const span = dataBlockSize * 2 ** (dnode.epbs * level);
      if (isHole(bp)) this.#free(object, blkid * span, BigInt(span));
      else this.#write(dnode, blkid * span, dnode.objset.arc.read(bp));
    }
  }

  #free(object: number, offset: number, length: bigint): void {
    const value = { object, offset, length, toGuid: this.#toGuid };
    this.#out.record(DRR_FREE, (bytes) => drrFree.write(bytes, 0, value));
  }

  #spill(dnode: Dnode): void {
    const content = dnode.spillBlock() ?? NOTHING;
    const value = {
      object: dnode.object,
      length: content.length,
      toGuid: this.#toGuid,
      flags: dnode.spill.birth > this.#fromTxg ? 0 : DRR_SPILL_UNMODIFIED,
      compression: 0,
      compressedSize: 0,
    };
    this.#out.record(DRR_SPILL, (bytes) => drrSpill.write(bytes, 0, value), content);
  }

  #write(dnode: Dnode, offset: number, content: Uint8Array): void {
    for (let at = 0; at < content.length; at += SPA_OLD_MAXBLOCKSIZE) {
      const part = content.subarray(at, at + SPA_OLD_MAXBLOCKSIZE);
      const value = {
        object: dnode.object,
        type: dnode.type,
        offset: offset + at,
        logicalSize: part.length,
        toGuid: this.#toGuid,
        checksumType: 0,
        flags: 0,
        compression: 0,
        compressedSize: 0,
      };
      this.#out.record(DRR_WRITE, (bytes) => drrWrite.write(bytes, 0, value), part);
    }
  }
}

/**
 * Sends `snapshot`, as a whole or from `from`, an earlier snapshot of the same file system or its
 * origin. EXDEV when `from` is not an ancestor.
 */
export function dmuSend(
  spa: Spa,
  snapshot: DslDataset,
  from: DslDataset | null,
  emit: Emit,
): Errno | undefined {
  if (snapshot.snapshotName === undefined) return EINVAL;
  if (from !== null && !isBefore(spa, from, snapshot)) return EXDEV;
  const objset = Objset.open(spa.arc, snapshot.bp, null);
  const out = new StreamWriter(spa.zio.checksums.fletcher, emit);
  const features = objset.type === DMU_OST_ZFS ? DMU_BACKUP_FEATURE_SA_SPILL : 0;
  const begin = {
    payloadLen: 0,
    magic: DMU_BACKUP_MAGIC,
    versionInfo: DMU_SUBSTREAM + features * 4,
    creationTime: snapshot.phys.creationTime,
    type: objset.type,
    flags: DRR_FLAG_FREERECORDS | DRR_FLAG_SPILL_BLOCK,
    toGuid: snapshot.phys.guid,
    fromGuid: from === null ? 0n : from.phys.guid,
    toName: snapshot.fullName,
  };
  out.record(DRR_BEGIN, (bytes) => drrBegin.write(bytes, 0, begin));
  new Sender(out, snapshot.phys.guid, from?.phys.creationTxg ?? 0).objset(objset);
  out.record(DRR_END, (bytes) => viewOf(bytes).setBigUint64(40, snapshot.phys.guid, true));
  return undefined;
}

/** Whether `from` is an earlier snapshot of the same line. */
function isBefore(spa: Spa, from: DslDataset, snapshot: DslDataset): boolean {
  let object = snapshot.phys.prevSnapObj;
  while (object !== 0) {
    if (object === from.object) return true;
    object = spa.dsl.datasetByObject(object).phys.prevSnapObj;
  }
  return false;
}
