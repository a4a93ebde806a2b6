/**
 * The intent log of one file system or volume: what was changed since the last txg and must not be
 * lost when the power fails now.
 *
 *   header ─→ block ─→ block ─→ block that is not written yet
 *
 * Each block names the next one, which therefore has its place before there is anything to put in it.
 * When a txg is written all that the log has is in it: the written blocks are given back, and the
 * header points to the one that waits.
 * @see uts/common/fs/zfs/zil.c
 */
import type { EarlyBlock } from '../dmu/dnode.ts';
import { type SyncProperties, writePolicy } from '../dmu/dnode-sync.ts';
import type { IntentLog, Objset } from '../dmu/objset.ts';
import { type BlockPointer, type Dva, HOLE, isHole, readBlkptr } from '../ondisk/blkptr.ts';
import { writeBlkptr } from '../ondisk/blkptr.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import {
  ZIL_CLAIM_LR_SEQ_VALID,
  ZIL_MIN_BLKSZ,
  ZIL_REPLAY_NEEDED,
  type ZilHeader,
  zilHeader,
} from '../ondisk/zil-phys.ts';
import type { Itx, WriteItx } from './itx.ts';
import { firstName, type LogRecord, logPointer, nextName } from './zil-block.ts';
import { indirectPointer, parseLog } from './zil-parse.ts';
import { LogWriter } from './zil-write.ts';

/** What a log needs of its pool. */
export interface ZilHost {
  /** The txg that is open or being written. */
  readonly txg: number;
  newGuid(): bigint;
  /** Room for a log block, on a log device where there is one. */
  allocate(sizeBytes: number): readonly Dva[] | undefined;
  /** Seals and writes the first `sizeBytes` of a log block. */
  write(bp: BlockPointer, buffer: Uint8Array, sizeBytes: number): void;
  /** Everything written so far is on stable storage afterwards. */
  flush(): void;
  /** The block's bytes when they are right; null when they are not, which is no error here. */
  read(bp: BlockPointer): Uint8Array | null;
  /** Whether the data of a write can be read. */
  isReadable(bp: BlockPointer): boolean;
  /** Writes a data block before its txg; a hole when there is nothing in it. */
  writeBlock(bytes: Uint8Array, props: SyncProperties): BlockPointer;
  free(bp: BlockPointer): void;
  /** Takes the places of a block that was written before the pool was opened. */
  claim(bp: BlockPointer): boolean;
  /** Writes the open txg. */
  sync(): void;
}

/** What the log asks of those who write to it. */
export interface LogSource {
  /** Whether the file still has a name: else its data need not be kept. */
  isLinked(object: number): boolean;
}

/** `zfs_sync_type_t` */
export const SYNC_ALWAYS = 1;
export const SYNC_DISABLED = 2;
/** `ZFS_LOGBIAS_THROUGHPUT` */
export const LOGBIAS_THROUGHPUT = 1;

export class Zil implements IntentLog {
  readonly objset: Objset;
  readonly #objsetId: number;
  readonly #host: ZilHost;
  #header: ZilHeader;
  /** The block that the next records go to. */
  #next: BlockPointer | null = null;
  /** Blocks that were written since the last txg. */
  #written: BlockPointer[] = [];
  #itxs: Itx[] = [];
  /** Data blocks that records of this txg point to. */
  #early: EarlyBlock[] = [];
  #lrSeq = 0;
  /** How much the last commits wrote, for the size of the next block. */
  #recentSize = ZIL_MIN_BLKSZ;
  #mustDestroy = false;
  /** Counted for kstats and tests. */
  readonly stats = { commits: 0, blocks: 0, bytes: 0 };

  constructor(objset: Objset, objsetId: number, host: ZilHost) {
    this.objset = objset;
    this.#objsetId = objsetId;
    this.#host = host;
    this.#header = zilHeader.read(objset.zilHeader);
    objset.intentLog = this;
  }

  /** Whether there are records of before a crash that were not replayed yet. */
  get needsReplay(): boolean {
    return (this.#header.flags & ZIL_REPLAY_NEEDED) !== 0 && !this.#mustDestroy;
  }

  get pendingCount(): number {
    return this.#itxs.length;
  }

  assign(itx: Itx): void {
    this.#itxs.push(itx);
  }

  /** What waits of a file goes with the next commit, whichever that is for: it gets a new name. */
  makeSync(object: number): void {
    for (const itx of this.#itxs) if (itx.object === object) itx.isSync = true;
  }

  /** The file is gone, and its number may soon be another one's. */
  dropAsync(object: number): void {
    const stays = (itx: Itx): boolean => itx.isSync || itx.object !== object;
    if (!this.#itxs.every(stays)) this.#itxs = this.#itxs.filter(stays);
  }

  /**
   * What was done to `object` (0: to anything), and every change of names, is on stable storage
   * afterwards. ZfsError when the pool does not take it.
   */
  commit(object: number, source: LogSource): void {
    if (this.objset.settings.sync === SYNC_DISABLED) return;
    const chosen = this.#take(object);
    if (chosen.length === 0) return;
    this.stats.commits += 1;
    if (chosen.some((itx) => itx.kind === 'txg') || this.#isClaimed || !this.#open()) {
      this.#host.sync();
      return;
    }
    try {
      this.#log(chosen, source);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      // No room for the log, or a device that fails: the txg is the other way to make it last.
      this.#mustDestroy = true;
      this.objset.isDirty = true;
      this.#host.sync();
    }
  }

  get #isClaimed(): boolean {
    return this.#header.claimTxg !== 0;
  }

  #take(object: number): Itx[] {
    const chosen: Itx[] = [];
    const rest: Itx[] = [];
    for (const itx of this.#itxs) {
      (itx.isSync || object === 0 || itx.object === object ? chosen : rest).push(itx);
    }
    this.#itxs = rest;
    return chosen;
  }

  /**
   * `zil_create`: whether there is a chain to write to. The first block of a new one is known to
   * nobody until the header is written, with the txg; that keeps what was to be logged as well.
   */
  #open(): boolean {
    if (this.#next !== null) return true;
    const guids = [this.#host.newGuid(), this.#host.newGuid()] as const;
    this.#next = this.#allocate(ZIL_MIN_BLKSZ, firstName(guids, this.#objsetId)) ?? null;
    this.objset.isDirty = true;
    return false;
  }

  #allocate(size: number, name: Uint32Array): BlockPointer | undefined {
    const dvas = this.#host.allocate(size);
    return dvas === undefined ? undefined : logPointer(dvas, size, this.#host.txg, name);
  }

  #log(chosen: readonly Itx[], source: LogSource): void {
    const host = this.#host;
    const writer = new LogWriter(this.#next as BlockPointer, {
      txg: host.txg,
      nextSequence: () => (this.#lrSeq += 1),
      recentSize: this.#recentSize,
      allocate: (size, name) => {
        const next = this.#allocate(size, nextName(name));
        if (next === undefined) throw new ZfsError('ENOSPC', 'Cannot log: no room');
        return next;
      },
      issue: (bp, buffer, size, next) => {
        // From now on the block is the log's to give back, whatever happens to the write.
        this.#written.push(bp);
        this.#next = next;
        host.write(bp, buffer, size);
        this.stats.blocks += 1;
        this.stats.bytes += size;
      },
      read: (itx, offset, length) => this.#read(itx, offset, length, source),
      writeBlock: (itx) => (source.isLinked(itx.object) ? this.#writeBlock(itx) : null),
    });
    const size = writer.write(chosen);
    host.flush();
    this.#recentSize = Math.max(size, Math.floor(this.#recentSize / 2));
  }

  #read(itx: WriteItx, offset: number, length: number, source: LogSource): Uint8Array | null {
    const dnode = source.isLinked(itx.object) ? this.objset.tryDnode(itx.object) : undefined;
    return dnode?.readBytes(offset, length) ?? null;
  }

  /** `dmu_sync`: writes the block that the write is in; null when it is not one block. */
  #writeBlock(itx: WriteItx): BlockPointer | null {
    const dnode = this.objset.tryDnode(itx.object);
    if (dnode === undefined) return null;
    const size = dnode.dataBlockSize;
    const blkid = Math.floor(itx.offset / size);
    const bytes = dnode.dirty.get(blkid);
    if (bytes === undefined || itx.offset + itx.length > (blkid + 1) * size) return null;
    const known = dnode.earlyBlock(blkid);
    if (known?.bytes === bytes) return known.bp;
    const bp = this.#host.writeBlock(bytes, { ...writePolicy(dnode, 0, false), fill: 1 });
    if (isHole(bp)) return null;
    const early = { bytes, bp, isUsed: false };
    dnode.early.set(blkid, early);
    this.#early.push(early);
    return bp;
  }

  /** `zil_sync` */
  sync(): void {
    this.#itxs = [];
    this.#freeUnused();
    if (this.#mustDestroy) {
      this.destroy();
    } else if (!this.#isClaimed) {
      for (const bp of this.#written) this.#host.free(bp);
      this.#written = [];
      writeBlkptr(this.#header.log, 0, this.#next ?? HOLE);
    }
    const bytes = new Uint8Array(zilHeader.sizeBytes);
    zilHeader.write(bytes, 0, this.#header);
    this.objset.zilHeader = bytes;
  }

  /** Data that was written early and changed again before the txg. */
  #freeUnused(): void {
    for (const { bp, isUsed } of this.#early) if (!isUsed) this.#host.free(bp);
    this.#early = [];
  }

  destroy(): void {
    const host = this.#host;
    this.#freeUnused();
    for (const bp of this.#written) host.free(bp);
    if (this.#next !== null) host.free(this.#next);
    if (this.#isClaimed) this.#freeClaimed();
    this.#written = [];
    this.#next = null;
    this.#itxs = [];
    this.#mustDestroy = false;
    this.#header = zilHeader.read(new Uint8Array(zilHeader.sizeBytes));
  }

  #freeClaimed(): void {
    const found: BlockPointer[] = [];
    this.#parse({
      block: (bp) => {
        found.push(bp);
        return true;
      },
      record: (record) => {
        const data = indirectPointer(record);
        if (data !== undefined && data.birth >= this.#header.claimTxg) found.push(data);
        return true;
      },
    });
    for (const bp of new Map(found.map((each) => [placeOf(each), each])).values()) {
      this.#host.free(bp);
    }
  }

  #parse(visitor: Parameters<typeof parseLog>[2]): ReturnType<typeof parseLog> {
    return parseLog(this.#header, (bp) => this.#host.read(bp), visitor);
  }

  /**
   * `zil_claim`: at import, takes the places of blocks that no space map knows of, so that nothing is
   * written over them before they are replayed. The highest txg that a claimed block is from.
   */
  claim(): number {
    const first = readBlkptr(this.#header.log, 0);
    if (isHole(first)) return 0;
    const host = this.#host;
    if (this.#isClaimed) return 0;
    let highest = 0;
    const taken = new Set<string>();
    const claim = (bp: BlockPointer): boolean => {
      // Older blocks are in the space maps already.
      if (bp.birth < host.txg || bp.embedded !== null) return true;
      // Several records may point to one block of data.
      if (taken.has(placeOf(bp))) return true;
      taken.add(placeOf(bp));
      highest = Math.max(highest, bp.birth);
      return host.claim(bp);
    };
    const extent = this.#parse({
      block: claim,
      record: (record) => {
        const data = indirectPointer(record);
        if (data === undefined) return true;
        // The power failed before the data was there: nobody was told that this write lasts.
        if (data.birth >= host.txg && !host.isReadable(data)) return false;
        return claim(data);
      },
    });
    this.objset.isDirty = true;
    if (extent.recordCount === 0 && extent.blockCount === 1) {
      this.#restart(first);
      return highest;
    }
    this.#header.claimTxg = host.txg;
    this.#header.claimBlkSeq = extent.blkSeq;
    this.#header.claimLrSeq = extent.lrSeq;
    this.#header.flags |= ZIL_REPLAY_NEEDED | ZIL_CLAIM_LR_SEQ_VALID;
    return highest;
  }

  /** An empty log goes on with its one block, under another name. */
  #restart(bp: BlockPointer): void {
    const guids = [this.#host.newGuid(), this.#host.newGuid()] as const;
    this.#next = { ...bp, cksum: firstName(guids, this.#objsetId) };
  }

  /** Hands the claimed records to `apply`, in order; then the log is empty. */
  replay(apply: (record: LogRecord) => void): void {
    const { claimTxg, replaySeq } = this.#header;
    this.#parse({
      block: () => true,
      record: (record) => {
        if (record.seq <= replaySeq || record.txg < claimTxg) return true;
        apply(record);
        // Should a txg be written in between, it says how far this got.
        this.#header.replaySeq = record.seq;
        return true;
      },
    });
    this.#mustDestroy = true;
    this.objset.isDirty = true;
  }
}

function placeOf(bp: BlockPointer): string {
  const dva = bp.dvas[0];
  return `${dva?.vdev}:${dva?.offset}`;
}
