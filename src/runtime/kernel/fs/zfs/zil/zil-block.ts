/**
 * One block of a log: what follows it, and its records. Only the slim form (chain in front) is
 * written; the old one (chain at the end) is read too.
 * @see uts/common/fs/zfs/zil.c zil_read_log_block()
 */
import { type BlockPointer, type Dva, isHole, readBlkptr, writeBlkptr } from '../ondisk/blkptr.ts';
import { DMU_OT_INTENT_LOG } from '../ondisk/dmu-ot.ts';
import { readSafeU64, viewOf } from '../ondisk/struct.ts';
import {
  lrCommon,
  TX_CI,
  ZIL_MIN_BLKSZ,
  ZIL_ZC_OBJSET,
  ZIL_ZC_SEQ,
  zilChain,
} from '../ondisk/zil-phys.ts';
import {
  ZIO_CHECKSUM_ZILOG,
  ZIO_CHECKSUM_ZILOG2,
  ZIO_COMPRESS_OFF,
} from '../ondisk/zio-algorithm.ts';

/** A record as it is in the log. */
export interface LogRecord {
  readonly type: number;
  /** The name in it was given without regard to case. */
  readonly ignoresCase: boolean;
  readonly txg: number;
  readonly seq: number;
  /** With `lr_t` in front. */
  readonly bytes: Uint8Array;
}

export interface LogBlock {
  readonly next: BlockPointer;
  readonly records: readonly LogRecord[];
}

/** The sequence number in a log block's name. */
export function sequenceOf(bp: BlockPointer): number {
  return (bp.cksum[ZIL_ZC_SEQ + 1] as number) * 2 ** 32 + (bp.cksum[ZIL_ZC_SEQ] as number);
}

/** The name of the first block of a new chain. `guids` are two random numbers. */
export function firstName(guids: readonly [bigint, bigint], objset: number): Uint32Array {
  const name = new Uint32Array(8);
  const words = new BigUint64Array(name.buffer);
  words[0] = guids[0];
  words[1] = guids[1];
  name[ZIL_ZC_OBJSET] = objset % 2 ** 32;
  name[ZIL_ZC_OBJSET + 1] = Math.floor(objset / 2 ** 32);
  name[ZIL_ZC_SEQ] = 1;
  return name;
}

/** The name of the block after the one called `name`. */
export function nextName(name: Uint32Array): Uint32Array {
  const next = name.slice();
  const seq = (name[ZIL_ZC_SEQ + 1] as number) * 2 ** 32 + (name[ZIL_ZC_SEQ] as number) + 1;
  next[ZIL_ZC_SEQ] = seq % 2 ** 32;
  next[ZIL_ZC_SEQ + 1] = Math.floor(seq / 2 ** 32);
  return next;
}

/** The pointer to a log block that may not be written yet. */
export function logPointer(
  dvas: readonly Dva[],
  size: number,
  txg: number,
  name: Uint32Array,
): BlockPointer {
  return {
    dvas,
    lsize: size,
    psize: size,
    compress: ZIO_COMPRESS_OFF,
    checksum: ZIO_CHECKSUM_ZILOG2,
    type: DMU_OT_INTENT_LOG,
    level: 0,
    isDedup: false,
    isEncrypted: false,
    isLittleEndian: true,
    birth: txg,
    physicalBirth: 0,
    fill: 0,
    cksum: name,
    embedded: null,
  };
}

/**
 * Completes a block whose records are in `buffer` behind the chain, up to `used`; what is to be
 * written: whole sectors of the log's own, less than the block when it isn't full.
 */
export function sealedSize(buffer: Uint8Array, used: number, next: BlockPointer): number {
  const chain = new Uint8Array(128);
  writeBlkptr(chain, 0, next);
  zilChain.write(buffer, 0, { nextBlk: chain, nused: used });
  return Math.min(Math.ceil(used / ZIL_MIN_BLKSZ) * ZIL_MIN_BLKSZ, buffer.length);
}

/** What a block with a right checksum holds, or null when it does not continue the chain. */
export function decodeLogBlock(bytes: Uint8Array, bp: BlockPointer): LogBlock | null {
  const isOld = bp.checksum === ZIO_CHECKSUM_ZILOG;
  const chainAt = isOld ? bytes.length - zilChain.sizeBytes : 0;
  const chain = zilChain.read(bytes, chainAt);
  const from = isOld ? 0 : zilChain.sizeBytes;
  const limit = isOld ? chainAt : bytes.length;
  if (chain.nused < from || chain.nused > limit) return null;
  const next = readBlkptr(chain.nextBlk, 0);
  const expected = nextName(bp.cksum);
  if (isHole(next) || expected.some((word, i) => word !== next.cksum[i])) return null;
  const records = decodeRecords(bytes.subarray(from, chain.nused));
  return records === null ? null : { next, records };
}

function decodeRecords(bytes: Uint8Array): LogRecord[] | null {
  const records: LogRecord[] = [];
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; ) {
    if (at + lrCommon.sizeBytes > bytes.length) return null;
    const reclen = readSafeU64(view, at + 8);
    if (reclen < lrCommon.sizeBytes || at + reclen > bytes.length) return null;
    const { txtype, txg, seq } = lrCommon.read(bytes, at);
    records.push({
      type: Number(txtype & 0xffffffffn),
      ignoresCase: (txtype & TX_CI) !== 0n,
      txg,
      seq,
      bytes: bytes.subarray(at, at + reclen),
    });
    at += reclen;
  }
  return records;
}
