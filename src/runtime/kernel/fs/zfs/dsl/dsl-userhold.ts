/**
 * Holds: names that keep a snapshot from being destroyed. In a ZAP of the snapshot, tag → time; those
 * that last only as long as a program does are in a ZAP of the pool as well, to be found after a crash.
 * @see uts/common/fs/zfs/dsl_userhold.c, dsl_pool.c dsl_pool_user_hold_create_obj()
 */
import { DMU_OT_USERREFS } from '../ondisk/dmu-ot.ts';
import { zapCount, zapCreate, zapEntries, zapLookup, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { intKey } from './dsl-deadlist.ts';
import { DMU_POOL_DIRECTORY_OBJECT, type DslPool } from './dsl-pool.ts';

/** `DMU_POOL_TMP_USERREFS` */
const TMP_USERREFS = 'tmp_userrefs';

/** When each hold was put, by tag. */
export function holdsOf(snapshot: DslDataset): Map<string, number> {
  const { pool, phys } = snapshot;
  if (phys.userrefsObj === 0) return new Map();
  return new Map(
    Array.from(zapEntries(pool.mos, phys.userrefsObj), ({ name, value }) => [
      name,
      numberOf(value),
    ]),
  );
}

export function holdCount(snapshot: DslDataset): number {
  const { pool, phys } = snapshot;
  return phys.userrefsObj === 0 ? 0 : zapCount(pool.mos, phys.userrefsObj);
}

export function isHeldAs(snapshot: DslDataset, tag: string): boolean {
  const { pool, phys } = snapshot;
  return phys.userrefsObj !== 0 && zapLookup(pool.mos, phys.userrefsObj, tag) !== undefined;
}

/** In a sync task; the tag is a new one. */
export function addHold(snapshot: DslDataset, tag: string, isTemporary: boolean): void {
  const { pool, phys } = snapshot;
  const { mos, writable } = pool;
  if (phys.userrefsObj === 0) {
    phys.userrefsObj = zapCreate(mos, DMU_OT_USERREFS);
    snapshot.dirty();
  }
  zapSetNumber(mos, phys.userrefsObj, tag, writable.nowSeconds());
  if (!isTemporary) return;
  let list = pool.directoryNumber(TMP_USERREFS);
  if (list === undefined) {
    list = zapCreate(mos, DMU_OT_USERREFS);
    zapSetNumber(mos, DMU_POOL_DIRECTORY_OBJECT, TMP_USERREFS, list);
  }
  zapSetNumber(mos, list, `${intKey(snapshot.object)}-${tag}`, writable.nowSeconds());
}

/** In a sync task; the tag is there. */
export function removeHold(snapshot: DslDataset, tag: string): void {
  const { pool, phys } = snapshot;
  zapRemove(pool.mos, phys.userrefsObj, tag);
  const list = pool.directoryNumber(TMP_USERREFS);
  if (list !== undefined) zapRemove(pool.mos, list, `${intKey(snapshot.object)}-${tag}`);
}

/** Temporary holds that nobody released: a crash, or a pool that was taken away. */
export function leftoverHolds(pool: DslPool): { snapshot: DslDataset; tag: string }[] {
  const list = pool.directoryNumber(TMP_USERREFS);
  if (list === undefined) return [];
  return Array.from(zapEntries(pool.mos, list), ({ name }) => {
    const at = name.indexOf('-');
    const object = Number.parseInt(name.slice(0, at), 16);
    return { snapshot: pool.datasetByObject(object), tag: name.slice(at + 1) };
  });
}
