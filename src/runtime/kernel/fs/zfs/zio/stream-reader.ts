/**
 * A send stream taken apart as it comes in: records with their payloads, each checked against the
 * running checksum. Bytes are pushed in pieces of any size; no more than one record is kept.
 * @see uts/common/fs/zfs/dmu_recv.c receive_read_record()
 */
import { SPA_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
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
import { viewOf } from '../ondisk/struct.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Fletcher } from './fletcher.ts';

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
  readonly #fletcher: Fletcher;
  #sum: Uint32Array = new Uint32Array(8);
  /** The record at hand: first its 312 bytes, then its payload, filled as bytes come. */
  #head: Uint8Array = new Uint8Array(DRR_SIZE);
  #payload: Uint8Array | null = null;
  #filled = 0;
  /** Bytes of whole records so far. */
  bytesRead = 0;

  constructor(fletcher: Fletcher) {
    this.#fletcher = fletcher;
  }

  /** Whether the stream stands between two records. */
  get isBetweenRecords(): boolean {
    return this.#payload === null && this.#filled === 0;
  }

  /**
   * Takes bytes of `source` from `at` on until a record is whole. Answers the position behind what was
   * taken, and the record. ZfsError EINVAL when it is damaged, ECKSUM when its checksum is wrong.
   */
  push(source: Uint8Array, at: number): { at: number; record: StreamRecord | null } {
    let from = at;
    while (from < source.length) {
      const target = this.#payload ?? this.#head;
      const part = source.subarray(from, from + target.length - this.#filled);
      target.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled < target.length) break;
      this.#filled = 0;
      const record = this.#payload === null ? this.#headDone() : this.#payloadDone(this.#payload);
      if (record !== null) return { at: from, record };
    }
    return { at: from, record: null };
  }

  /** The 312 bytes are there: they are checked, and the payload is awaited if there is one. */
  #headDone(): StreamRecord | null {
    const bytes = this.#head;
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
    if (size === 0) return this.#whole(new Uint8Array(0));
    this.#payload = new Uint8Array(size);
    return null;
  }

  #payloadDone(payload: Uint8Array): StreamRecord {
    this.#payload = null;
    this.#sum = this.#fletcher.fletcher4(payload, this.#sum);
    return this.#whole(payload);
  }

  #whole(payload: Uint8Array): StreamRecord {
    const bytes = this.#head;
    this.#head = new Uint8Array(DRR_SIZE);
    this.bytesRead += bytes.length + payload.length;
    return { type: viewOf(bytes).getUint32(0, true), bytes, payload };
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
