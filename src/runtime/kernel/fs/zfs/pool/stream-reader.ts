/**
 * A send stream taken apart: records with their payloads, each checked against the running checksum.
 * @see uts/common/fs/zfs/dmu_recv.c receive_read_record()
 */
import { viewOf } from '../ondisk/struct.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import {
  DMU_BACKUP_MAGIC,
  DRR_BEGIN,
  DRR_CHECKSUM_OFFSET,
  DRR_END,
  DRR_OBJECT,
  DRR_SIZE,
  DRR_SPILL,
  DRR_WRITE,
  DRR_WRITE_EMBEDDED,
  drrBegin,
  drrObject,
  drrSpill,
  drrWrite,
  drrWriteEmbedded,
} from '../ondisk/replay-record.ts';
import { SPA_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import type { Fletcher } from '../zio/fletcher.ts';

export interface StreamRecord {
  readonly type: number;
  /** The 312 bytes. */
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}

const round8 = (size: number): number => Math.ceil(size / 8) * 8;

function invalid(detail: string): ZfsError {
  return new ZfsError('EINVAL', `invalid stream (${detail})`);
}

function payloadSize(type: number, bytes: Uint8Array): number {
  switch (type) {
    case DRR_BEGIN:
      return drrBegin.read(bytes).payloadLen;
    case DRR_OBJECT:
      return round8(drrObject.read(bytes).bonusLen);
    case DRR_WRITE: {
      const { compression, compressedSize, logicalSize } = drrWrite.read(bytes);
      return compression === 0 ? logicalSize : compressedSize;
    }
    case DRR_SPILL: {
      const { compressedSize, length } = drrSpill.read(bytes);
      return compressedSize === 0 ? length : compressedSize;
    }
    case DRR_WRITE_EMBEDDED:
      return round8(drrWriteEmbedded.read(bytes).psize);
    default:
      return 0;
  }
}

export class StreamReader {
  readonly #bytes: Uint8Array;
  readonly #fletcher: Fletcher;
  #at = 0;
  #sum: Uint32Array = new Uint32Array(8);

  constructor(bytes: Uint8Array, fletcher: Fletcher) {
    this.#bytes = bytes;
    this.#fletcher = fletcher;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  #take(size: number): Uint8Array {
    if (this.#at + size > this.#bytes.length) throw invalid('it ends in the middle of a record');
    const part = this.#bytes.slice(this.#at, this.#at + size);
    this.#at += size;
    return part;
  }

  /** The next record. ZfsError EINVAL when it is damaged, ECKSUM when its checksum is wrong. */
  next(): StreamRecord {
    const bytes = this.#take(DRR_SIZE);
    const type = viewOf(bytes).getUint32(0, true);
    if (type === DRR_BEGIN) {
      const { magic } = drrBegin.read(bytes);
      if (magic !== DMU_BACKUP_MAGIC) throw invalid('bad magic number');
      this.#sum = new Uint32Array(8);
    }
    const before = this.#sum;
    const head = this.#fletcher.fletcher4(bytes.subarray(0, DRR_CHECKSUM_OFFSET), before);
    if (type !== DRR_BEGIN) this.#check(bytes, DRR_CHECKSUM_OFFSET, head);
    if (type === DRR_END) this.#check(bytes, 8, before);
    this.#sum = this.#fletcher.fletcher4(bytes.subarray(DRR_CHECKSUM_OFFSET), head);
    const size = payloadSize(type, bytes);
    if (size > SPA_MAXBLOCKSIZE) throw invalid(`a record of ${size} bytes`);
    const payload = this.#take(size);
    this.#sum = this.#fletcher.fletcher4(payload, this.#sum);
    return { type, bytes, payload };
  }

  /** All zeros stands for "not given". */
  #check(bytes: Uint8Array, at: number, expected: Uint32Array): void {
    const view = viewOf(bytes);
    const given = Array.from({ length: 8 }, (_, i) => view.getUint32(at + i * 4, true));
    if (given.every((word) => word === 0)) return;
    if (given.some((word, i) => word !== expected[i])) {
      throw new ZfsError('ECKSUM', 'invalid stream (checksum mismatch)');
    }
  }
}
