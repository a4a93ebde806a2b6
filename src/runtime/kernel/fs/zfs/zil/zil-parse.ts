/**
 * Walking a log from its header: blocks as long as each is what the one before said, records in them.
 * @see uts/common/fs/zfs/zil.c zil_parse()
 */
import { type BlockPointer, isHole, readBlkptr } from '../ondisk/blkptr.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { lrWrite, TX_WRITE, type ZilHeader, ZIL_CLAIM_LR_SEQ_VALID } from '../ondisk/zil-phys.ts';
import { decodeLogBlock, type LogBlock, type LogRecord, sequenceOf } from './zil-block.ts';

export interface LogVisitor {
  /** Called for each block before it is read; false ends the walk. */
  block(bp: BlockPointer): boolean;
  /** Called for each record; false ends the walk before it. */
  record(record: LogRecord): boolean;
}

export interface LogExtent {
  blockCount: number;
  recordCount: number;
  /** Highest sequence number of a block, of a record. */
  blkSeq: number;
  lrSeq: number;
}

/** The bytes of a log block when they are right, null at the end of the log. */
export type ReadLogBlock = (bp: BlockPointer) => Uint8Array | null;

function readBlock(bp: BlockPointer, read: ReadLogBlock): LogBlock | null {
  try {
    const bytes = read(bp);
    return bytes === null ? null : decodeLogBlock(bytes, bp);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return null;
  }
}

const placeOf = (bp: BlockPointer): string => `${bp.dvas[0]?.vdev}:${bp.dvas[0]?.offset}`;

/** Visits blocks and records; of a claimed log only those that were claimed. */
export function parseLog(header: ZilHeader, read: ReadLogBlock, visitor: LogVisitor): LogExtent {
  const extent: LogExtent = { blockCount: 0, recordCount: 0, blkSeq: 0, lrSeq: 0 };
  const isClaimed = header.claimTxg !== 0;
  const lastBlk = isClaimed ? header.claimBlkSeq : Number.POSITIVE_INFINITY;
  const knowsRecord = isClaimed && (header.flags & ZIL_CLAIM_LR_SEQ_VALID) !== 0;
  const lastRecord = knowsRecord ? header.claimLrSeq : Number.POSITIVE_INFINITY;
  const seen = new Set<string>();
  for (let bp = readBlkptr(header.log, 0); !isHole(bp); ) {
    const seq = sequenceOf(bp);
    if (seq > lastBlk || seen.has(placeOf(bp)) || !visitor.block(bp)) break;
    seen.add(placeOf(bp));
    extent.blkSeq = seq;
    extent.blockCount += 1;
    if (extent.lrSeq === lastRecord && extent.blkSeq === lastBlk) break;
    const block = readBlock(bp, read);
    if (block === null) break;
    for (const record of block.records) {
      if (record.seq > lastRecord || !visitor.record(record)) return extent;
      extent.lrSeq = record.seq;
      extent.recordCount += 1;
    }
    bp = block.next;
  }
  return extent;
}

/** The pointer to the data of a write that did not copy it into the log; else undefined. */
export function indirectPointer(record: LogRecord): BlockPointer | undefined {
  if (record.type !== TX_WRITE || record.bytes.length < lrWrite.sizeBytes) return undefined;
  const bp = readBlkptr(lrWrite.read(record.bytes).blkptr, 0);
  return isHole(bp) ? undefined : bp;
}
