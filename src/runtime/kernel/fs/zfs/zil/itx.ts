/**
 * Changes that wait in memory in case somebody wants them to last before their txg is written. Most
 * never reach the log: the txg comes first. So a change is kept as what it was, and becomes a
 * record only when it is logged.
 * @see uts/common/fs/zfs/zil.c zil_itx_assign(), sys/zil_impl.h
 */
import { lrCommon, lrWrite, TX_WRITE } from '../ondisk/zil-phys.ts';

/** A change whose record needs nothing but itself. */
export interface RecordItx {
  readonly kind: 'record';
  /** The file it belongs to. */
  readonly object: number;
  /** Logged with any commit, not only with one of its own file. */
  isSync: boolean;
  /** The record; `lr_t` is filled in by the log except for type and length. */
  encode(): Uint8Array;
}

/**
 * A write. The data is copied at once (a synchronous write), or fetched when it is logged, or
 * written to its own place then, with a pointer in the log.
 */
export interface WriteItx {
  readonly kind: 'write';
  readonly object: number;
  isSync: boolean;
  readonly state: 'copied' | 'needCopy' | 'indirect';
  readonly offset: number;
  readonly length: number;
  /** With `copied` only. */
  readonly data: Uint8Array | null;
}

/** A change that no record can tell: whoever wants it to last must wait for the txg. */
export interface TxgItx {
  readonly kind: 'txg';
  readonly object: number;
  isSync: boolean;
}

export type Itx = RecordItx | WriteItx | TxgItx;

/** Records are whole 64-bit words. */
export function roundUp8(size: number): number {
  return Math.ceil(size / 8) * 8;
}

/** A zeroed record of `size` bytes and more, with type and length. */
export function newRecord(type: number, size: number): Uint8Array {
  const bytes = new Uint8Array(roundUp8(size));
  lrCommon.write(bytes, 0, { txtype: BigInt(type), reclen: bytes.length, txg: 0, seq: 0 });
  return bytes;
}

/** `lr_write_t` of a write with `room` bytes of data behind it, which are the caller's to put. */
export function writeRecord(
  itx: WriteItx,
  offset: number,
  length: number,
  room: number,
  blkptr: Uint8Array = new Uint8Array(128),
): Uint8Array {
  const bytes = newRecord(TX_WRITE, lrWrite.sizeBytes + room);
  lrWrite.write(bytes, 0, { foid: itx.object, offset, length, blkoff: 0, blkptr });
  return bytes;
}
