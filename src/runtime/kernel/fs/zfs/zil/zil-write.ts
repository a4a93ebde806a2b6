/**
 * Packing records into log blocks. A record lies in one block; the data of a write that is fetched
 * only now may be cut into several records.
 * @see uts/common/fs/zfs/zil.c zil_lwb_commit(), zil_lwb_write_issue()
 */
import {
  type BlockPointer,
  SPA_BLKPTR_SIZE,
  SPA_OLD_MAXBLOCKSIZE,
  writeBlkptr,
} from '../ondisk/blkptr.ts';
import { viewOf, writeSafeU64 } from '../ondisk/struct.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { lrWrite, zilChain } from '../ondisk/zil-phys.ts';
import { type Itx, roundUp8, type WriteItx, writeRecord } from './itx.ts';
import { sealedSize } from './zil-block.ts';

/** `zil_block_buckets` */
const BUCKETS: readonly number[] = [4096, 12_288, 36_864, SPA_OLD_MAXBLOCKSIZE];
/** `zil_max_waste_space`: so little room at the end of a block is not worth cutting data for. */
const MAX_WASTE: number = SPA_OLD_MAXBLOCKSIZE / 8;

function bucketFor(size: number): number {
  return BUCKETS.find((bucket) => bucket >= size) ?? SPA_OLD_MAXBLOCKSIZE;
}

export interface LogTarget {
  readonly txg: number;
  nextSequence(): number;
  readonly recentSize: number;
  /** The block after the one called `name`. */
  allocate(size: number, name: Uint32Array): BlockPointer;
  issue(bp: BlockPointer, buffer: Uint8Array, size: number, next: BlockPointer): void;
  /** Data of a write as it is now; null when nobody needs it any more. */
  read(itx: WriteItx, offset: number, length: number): Uint8Array | null;
  /** Writes the block that the data is in; null when it must go into the log. */
  writeBlock(itx: WriteItx): BlockPointer | null;
}

export class LogWriter {
  readonly #target: LogTarget;
  #bp: BlockPointer;
  #buffer: Uint8Array;
  #used: number = zilChain.sizeBytes;
  /** Bytes of all records still to come, about. */
  #left = 0;
  #total = 0;

  constructor(first: BlockPointer, target: LogTarget) {
    this.#target = target;
    this.#bp = first;
    this.#buffer = new Uint8Array(first.lsize);
  }

  /** Writes all; how many bytes that were. */
  write(itxs: readonly Itx[]): number {
    const pieces = itxs.map((itx) => ({ itx, bytes: this.#encode(itx) }));
    for (const { itx, bytes } of pieces) {
      this.#left += bytes?.length ?? (itx.kind === 'write' ? lrWrite.sizeBytes + itx.length : 0);
    }
    this.#total = this.#left + zilChain.sizeBytes;
    for (const { itx, bytes } of pieces) {
      if (bytes !== null) this.#put(bytes);
      else if (itx.kind === 'write') this.#putCut(itx);
    }
    this.#issue(Math.max(this.#total, this.#target.recentSize));
    return this.#total;
  }

  /** The record, or null for a write whose data is fetched as there is room. */
  #encode(itx: Itx): Uint8Array | null {
    if (itx.kind === 'record') return itx.encode();
    if (itx.kind !== 'write') return null;
    if (itx.state === 'indirect') return this.#pointTo(itx);
    if (itx.data === null) return null;
    const bytes = writeRecord(itx, itx.offset, itx.length, itx.data.length);
    bytes.set(itx.data, lrWrite.sizeBytes);
    return bytes;
  }

  #pointTo(itx: WriteItx): Uint8Array | null {
    const bp = this.#target.writeBlock(itx);
    if (bp === null) return null;
    const packed = new Uint8Array(SPA_BLKPTR_SIZE);
    writeBlkptr(packed, 0, bp);
    return writeRecord(itx, itx.offset, itx.length, 0, packed);
  }

  get #room(): number {
    return this.#buffer.length - this.#used;
  }

  #put(record: Uint8Array): void {
    if (record.length > this.#room) this.#issue(this.#left + zilChain.sizeBytes);
    if (record.length > this.#room) throw new ZfsError('EOVERFLOW', 'Cannot log: record too long');
    const view = viewOf(record);
    writeSafeU64(view, 16, this.#target.txg);
    writeSafeU64(view, 24, this.#target.nextSequence());
    this.#buffer.set(record, this.#used);
    this.#used += record.length;
    this.#left = Math.max(0, this.#left - record.length);
  }

  #putCut(itx: WriteItx): void {
    for (let done = 0; done < itx.length; ) {
      const left = itx.length - done;
      const room = this.#room - lrWrite.sizeBytes;
      const isEmpty = this.#used === zilChain.sizeBytes;
      if (room < left && room < MAX_WASTE && !isEmpty) {
        this.#issue(this.#left + lrWrite.sizeBytes + zilChain.sizeBytes);
        continue;
      }
      const count = Math.min(left, Math.floor(room / 8) * 8);
      const data = this.#target.read(itx, itx.offset + done, count);
      // The file has lost its name since: there is nothing to keep.
      if (data === null) return;
      const record = writeRecord(itx, itx.offset + done, count, roundUp8(count));
      record.set(data, lrWrite.sizeBytes);
      this.#put(record);
      done += count;
    }
  }

  /** Ends the block and goes on with another one for `wanted` bytes. */
  #issue(wanted: number): void {
    const bp = this.#bp;
    const next = this.#target.allocate(bucketFor(wanted), bp.cksum);
    const size = sealedSize(this.#buffer, this.#used, next);
    this.#target.issue(bp, this.#buffer, size, next);
    this.#bp = next;
    this.#buffer = new Uint8Array(next.lsize);
    this.#used = zilChain.sizeBytes;
  }
}
