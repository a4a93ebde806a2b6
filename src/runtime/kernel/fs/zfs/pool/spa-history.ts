/**
 * The history of a pool: each command and each change as a packed nvlist behind its length, in one
 * object used as a ring. What `zpool create` wrote comes first and is never overwritten.
 *
 *   | create … | newest … | oldest … |      offsets in the bonus: logical, physical = modulo ring
 *
 * @man zpool-history(8)  @see uts/common/fs/zfs/spa_history.c
 */
import { concatBytes } from '#base/bytes.ts';
import { dmuWrite } from '../dmu/dmu.ts';
import { markDirty } from '../dmu/dbuf.ts';
import type { Dnode } from '../dmu/dnode.ts';
import { dmuObjectAlloc } from '../dmu/dmu-object.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { SPA_OLD_MAXBLOCKSIZE } from '../ondisk/blkptr.ts';
import { DMU_OT_SPA_HISTORY, DMU_OT_SPA_HISTORY_OFFSETS } from '../ondisk/dmu-ot.ts';
import {
  type NvList,
  type NvValue,
  nvlistPack,
  nvlistUnpack,
  nvString,
  nvUint64,
} from '../ondisk/nvlist.ts';
import { nvlistUnpackNative } from '../ondisk/nvlist-native.ts';
import { type SpaHistoryPhys, spaHistoryPhys } from '../ondisk/spa-history-phys.ts';
import { readSafeU64, viewOf, writeSafeU64 } from '../ondisk/struct.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Spa } from './spa.ts';

const DMU_POOL_HISTORY = 'history';
const LENGTH_SIZE = 8;
/** The ring is a thousandth of the pool, within these. */
const MIN_RING: number = 128 * 1024;
const MAX_RING: number = 2 ** 30;

/** `ZPOOL_HIST_…` */
export const HISTORY_COMMAND = 'history command';
export const HISTORY_TIME = 'history time';
export const HISTORY_WHO = 'history who';
export const HISTORY_ZONE = 'history zone';
export const HISTORY_HOST = 'history hostname';
export const HISTORY_TXG = 'history txg';
export const HISTORY_INTERNAL_TEXT = 'history internal str';
export const HISTORY_INTERNAL_NAME = 'internal_name';
export const HISTORY_DATASET = 'dsname';
export const HISTORY_DATASET_ID = 'dsid';

class HistoryRing {
  readonly #dnode: Dnode;
  readonly phys: SpaHistoryPhys;

  constructor(dnode: Dnode) {
    this.#dnode = dnode;
    this.phys = spaHistoryPhys.read(dnode.bonus);
  }

  store(): void {
    spaHistoryPhys.write(this.#dnode.bonus, 0, this.phys);
    markDirty(this.#dnode);
  }

  #physical(logical: number): number {
    const { poolCreateLen, physMaxOff } = this.phys;
    const ring = physMaxOff - poolCreateLen;
    return ((logical - poolCreateLen) % ring) + poolCreateLen;
  }

  read(logical: number, size: number): Uint8Array {
    const { poolCreateLen, physMaxOff } = this.phys;
    if (logical < poolCreateLen) return this.#dnode.readBytes(logical, size);
    const at = this.#physical(logical);
    const first = Math.min(size, physMaxOff - at);
    const head = this.#dnode.readBytes(at, first);
    if (first === size) return head;
    return concatBytes([head, this.#dnode.readBytes(poolCreateLen, size - first)]);
  }

  #lengthAt(logical: number): number {
    return readSafeU64(viewOf(this.read(logical, LENGTH_SIZE)), 0);
  }

  /** Adds a record; the oldest give way. */
  append(record: Uint8Array): void {
    const { phys } = this;
    const bytes = new Uint8Array(LENGTH_SIZE + record.length);
    writeSafeU64(viewOf(bytes), 0, record.length);
    bytes.set(record, LENGTH_SIZE);
    const ring = phys.physMaxOff - phys.poolCreateLen;
    if (bytes.length >= ring) return;
    while (ring - (phys.eof - phys.bof) <= bytes.length) {
      phys.bof += LENGTH_SIZE + this.#lengthAt(phys.bof);
      phys.recordsLost += 1;
    }
    const at = this.#physical(phys.eof);
    const first = Math.min(bytes.length, phys.physMaxOff - at);
    dmuWrite(this.#dnode, at, bytes.subarray(0, first));
    if (first < bytes.length) dmuWrite(this.#dnode, phys.poolCreateLen, bytes.subarray(first));
    phys.eof += bytes.length;
  }

  /** Packed records, oldest first, that of the pool's creation before all. */
  *records(): Generator<Uint8Array> {
    const { poolCreateLen, bof, eof } = this.phys;
    const ranges: [number, number][] = [
      [0, poolCreateLen],
      [bof, eof],
    ];
    for (const [from, to] of ranges) {
      for (let at = from; at + LENGTH_SIZE <= to; ) {
        const size = this.#lengthAt(at);
        if (size === 0 || at + LENGTH_SIZE + size > to) {
          throw new ZfsError('EIO', `spa_history_phys_t: a record of ${size} bytes at ${at}`);
        }
        yield this.read(at + LENGTH_SIZE, size);
        at += LENGTH_SIZE + size;
      }
    }
  }
}

/** `spa_history_create_obj`: when a pool is made, or gets its first record. */
function createHistory(spa: Spa): Dnode {
  const size = spaHistoryPhys.sizeBytes;
  const dnode = dmuObjectAlloc(
    spa.mos,
    DMU_OT_SPA_HISTORY,
    SPA_OLD_MAXBLOCKSIZE,
    DMU_OT_SPA_HISTORY_OFFSETS,
    size,
  );
  spa.setDirectoryNumber(DMU_POOL_HISTORY, dnode.object);
  const wanted = Math.floor(spa.deflatedSizeBytes / 1000);
  const physMaxOff = Math.max(Math.min(wanted, MAX_RING), MIN_RING);
  const phys = { poolCreateLen: 0, physMaxOff, bof: 0, eof: 0, recordsLost: 0 };
  spaHistoryPhys.write(dnode.bonus, 0, phys);
  return dnode;
}

/** `spa_history_log_sync`: while a txg is written. */
function logSync(spa: Spa, record: NvList): void {
  const object = spa.dsl.directoryNumber(DMU_POOL_HISTORY);
  const dnode = object === undefined ? createHistory(spa) : spa.mos.dnode(object);
  const ring = new HistoryRing(dnode);
  const full = new Map<string, NvValue>([
    ...record,
    [HISTORY_TIME, nvUint64(spa.nowSeconds())],
    [HISTORY_HOST, nvString(spa.identity.hostname)],
  ]);
  ring.append(nvlistPack(full));
  const { phys } = ring;
  // The first command is `zpool create`; it stays, with what the kernel noted before it.
  if (phys.poolCreateLen === 0 && record.has(HISTORY_COMMAND)) {
    phys.poolCreateLen = phys.eof;
    phys.bof = phys.eof;
  }
  ring.store();
}

/**
 * `spa_history_log_nvl`: notes a command, or an ioctl with its arguments, in the next txg; with who
 * gave it and in which zone.
 */
export function spaHistoryLog(spa: Spa, record: NvList, who: { uid: number; zone: string }): void {
  if (spa.isSuspended) return;
  const full = new Map<string, NvValue>([
    ...record,
    [HISTORY_ZONE, nvString(who.zone)],
    [HISTORY_WHO, nvUint64(who.uid)],
  ]);
  spa.syncTasks.push(() => logSync(spa, full));
}

/** `spa_history_log`: a command line as it was typed. */
export function spaHistoryCommand(
  spa: Spa,
  command: string,
  who: { uid: number; zone: string },
): void {
  spaHistoryLog(spa, new Map([[HISTORY_COMMAND, nvString(command)]]), who);
}

/**
 * `spa_history_log_internal_ds`: what was done to `dataset`, or to the pool, in the txg that is
 * being written. Called by sync tasks only.
 */
export function spaHistoryInternal(
  spa: Spa,
  operation: string,
  dataset: DslDataset | null,
  text: string,
): void {
  const record = new Map<string, NvValue>();
  if (dataset !== null) {
    record.set(HISTORY_DATASET, nvString(dataset.fullName));
    record.set(HISTORY_DATASET_ID, nvUint64(dataset.object));
  }
  record.set(HISTORY_INTERNAL_TEXT, nvString(text));
  record.set(HISTORY_INTERNAL_NAME, nvString(operation));
  record.set(HISTORY_TXG, nvUint64(spa.txg));
  logSync(spa, record);
}

/** `spa_history_get`: all records, oldest first; those not yet written are not among them. */
export function spaHistoryRecords(spa: Spa): NvList[] {
  const object = spa.dsl.directoryNumber(DMU_POOL_HISTORY);
  if (object === undefined) return [];
  return Array.from(new HistoryRing(spa.mos.dnode(object)).records(), unpack);
}

/** Newer systems write the native encoding, whose first byte is 0; we write XDR, as older ones. */
function unpack(packed: Uint8Array): NvList {
  return packed[0] === 0 ? nvlistUnpackNative(packed) : nvlistUnpack(packed);
}
