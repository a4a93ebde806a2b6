/**
 * The log of blocks without a good copy: what a running scan found, and what was found since the
 * last one ended, each a ZAP in the MOS from the block's place to nothing. A scan that ends replaces
 * the old log by its own.
 * @see uts/common/fs/zfs/spa_errlog.c
 */
import { DMU_POOL_DIRECTORY_OBJECT, type DslPool } from '../dsl/dsl-pool.ts';
import { DMU_OT_ERROR_LOG } from '../ondisk/dmu-ot.ts';
import { zapCreate, zapDestroy, zapEntries, zapSet, zapSetNumber } from '../zap/zap.ts';
import { zapString } from '../zap/zap-value.ts';
import type { BlockPlace } from './dsl-scan-visit.ts';

const DMU_POOL_ERRLOG_LAST = 'errlog_last';
const DMU_POOL_ERRLOG_SCRUB = 'errlog_scrub';

/** `bookmark_to_name`: four hexadecimal numbers; negative ones as 64 bits. */
function keyOf(place: BlockPlace): string {
  const hex = (value: number): string => BigInt.asUintN(64, BigInt(value)).toString(16);
  return [place.objset, place.object, place.level, place.blkid].map(hex).join(':');
}

function placeOf(key: string): BlockPlace {
  const [objset = 0, object = 0, level = 0, blkid = 0] = key
    .split(':')
    .map((part) => Number(BigInt.asIntN(64, BigInt(`0x${part}`))));
  return { objset, object, level, blkid };
}

export class ErrorLog {
  /** Found since the last sync, to be written. */
  #newLast: Set<string> = new Set();
  #newScrub: Set<string> = new Set();
  #isScanOver = false;

  /** A block has no good copy. */
  note(place: BlockPlace, isScanning: boolean): void {
    (isScanning ? this.#newScrub : this.#newLast).add(keyOf(place));
  }

  /** The scan ended: with the next sync its log is the log. */
  rotate(): void {
    this.#isScanOver = true;
  }

  get isDirty(): boolean {
    return this.#isScanOver || this.#newLast.size > 0 || this.#newScrub.size > 0;
  }

  /** Writes what is new; in syncing context. */
  sync(dsl: DslPool): void {
    if (!this.isDirty) return;
    this.#append(dsl, DMU_POOL_ERRLOG_SCRUB, this.#newScrub);
    this.#newScrub = new Set();
    if (this.#isScanOver) {
      this.#isScanOver = false;
      const last = dsl.directoryNumber(DMU_POOL_ERRLOG_LAST) ?? 0;
      if (last !== 0) zapDestroy(dsl.mos, last);
      const scrub = dsl.directoryNumber(DMU_POOL_ERRLOG_SCRUB) ?? 0;
      setObject(dsl, DMU_POOL_ERRLOG_LAST, scrub);
      setObject(dsl, DMU_POOL_ERRLOG_SCRUB, 0);
    }
    this.#append(dsl, DMU_POOL_ERRLOG_LAST, this.#newLast);
    this.#newLast = new Set();
  }

  #append(dsl: DslPool, name: string, keys: ReadonlySet<string>): void {
    if (keys.size === 0) return;
    let object = dsl.directoryNumber(name) ?? 0;
    if (object === 0) {
      object = zapCreate(dsl.mos, DMU_OT_ERROR_LOG);
      setObject(dsl, name, object);
    }
    for (const key of keys) zapSet(dsl.mos, object, key, zapString(''));
  }

  /** All blocks known to have no good copy. */
  places(dsl: DslPool): BlockPlace[] {
    const keys = new Set([...this.#newLast, ...this.#newScrub]);
    for (const name of [DMU_POOL_ERRLOG_LAST, DMU_POOL_ERRLOG_SCRUB]) {
      if (this.#isScanOver && name === DMU_POOL_ERRLOG_LAST) continue;
      const object = dsl.directoryNumber(name) ?? 0;
      if (object === 0) continue;
      for (const entry of zapEntries(dsl.mos, object)) keys.add(entry.name);
    }
    return Array.from(keys, placeOf);
  }
}

function setObject(dsl: DslPool, name: string, object: number): void {
  if ((dsl.directoryNumber(name) ?? 0) !== object) {
    zapSetNumber(dsl.mos, DMU_POOL_DIRECTORY_OBJECT, name, object);
  }
}
