/**
 * Making directories, datasets, clones and snapshots. All of it is bookkeeping in the MOS, done while
 * a txg is written; no data is touched, so that it takes as long for ten files as for ten million.
 * @see uts/common/fs/zfs/dsl_dir.c dsl_dir_create_sync(), dsl_dataset.c
 */
import { dmuObjectAlloc } from '../dmu/dmu-object.ts';
import { DMU_OT_DSL_CLONES, DMU_OT_DSL_DATASET, DMU_OT_DSL_DIR } from '../ondisk/dmu-ot.ts';
import {
  DMU_OT_DSL_DIR_CHILD_MAP,
  DMU_OT_DSL_DS_SNAP_MAP,
  DMU_OT_DSL_PROPS,
  DMU_OT_NEXT_CLONES,
} from '../ondisk/dmu-ot.ts';
import {
  DD_FLAG_USED_BREAKDOWN,
  DD_USED_REFRSRV,
  DS_FLAG_CI_DATASET,
  DS_FLAG_UNIQUE_ACCURATE,
  type DslDatasetPhys,
  dslDatasetPhys,
  dslDirPhys,
} from '../ondisk/dsl-phys.ts';
import { zapCreate, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { adjustCount, initNewDir } from './dsl-counts.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { Deadlist, intKey } from './dsl-deadlist.ts';
import type { DslDir } from './dsl-dir.ts';
import { activateFeature, datasetFeatures } from './dsl-extension.ts';
import { DMU_POOL_DIRECTORY_OBJECT, DMU_POOL_ROOT_DATASET, type DslPool } from './dsl-pool.ts';

/** `TXG_INITIAL`; what is made in it counts as made in txg 1. */
export const TXG_INITIAL = 4;

/** `dsl_dir_create_sync`. `parent` null makes the root directory. */
export function createDir(pool: DslPool, parent: DslDir | null, name: string): DslDir {
  const { mos, writable } = pool;
  const { object } = dmuObjectAlloc(mos, DMU_OT_DSL_DIR, 0, DMU_OT_DSL_DIR, dslDirPhys.sizeBytes);
  const mapObject = parent?.phys.childDirZapobj ?? DMU_POOL_DIRECTORY_OBJECT;
  zapSetNumber(mos, mapObject, parent === null ? DMU_POOL_ROOT_DATASET : name, object);
  const dir = pool.dirAt(object, name, parent);
  dir.phys.creationTime = writable.nowSeconds();
  dir.phys.parentObj = parent?.object ?? 0;
  dir.phys.propsZapobj = zapCreate(mos, DMU_OT_DSL_PROPS);
  dir.phys.childDirZapobj = zapCreate(mos, DMU_OT_DSL_DIR_CHILD_MAP);
  dir.phys.flags = DD_FLAG_USED_BREAKDOWN;
  dir.store();
  initNewDir(dir);
  if (!dir.isInternal && !name.startsWith('%')) adjustCount(parent, 'filesystem', 1);
  return dir;
}

function emptyDataset(): DslDatasetPhys {
  return dslDatasetPhys.read(new Uint8Array(dslDatasetPhys.sizeBytes));
}

function allocDataset(pool: DslPool, phys: DslDatasetPhys): number {
  const size = dslDatasetPhys.sizeBytes;
  const dnode = dmuObjectAlloc(pool.mos, DMU_OT_DSL_DATASET, 0, DMU_OT_DSL_DATASET, size);
  dslDatasetPhys.write(dnode.bonus, 0, phys);
  return dnode.object;
}

function creationTxg(pool: DslPool): number {
  const { txg } = pool.writable;
  return txg === TXG_INITIAL ? 1 : txg;
}

/**
 * `dsl_dataset_create_sync_dd`: the head of `dir`. With `origin` null it is the first of all
 * (`$ORIGIN`); every other one is a clone, of the empty `$ORIGIN@$ORIGIN` when of nothing else.
 */
export function createDataset(dir: DslDir, origin: DslDataset | null): DslDataset {
  const { pool } = dir;
  const { mos, writable } = pool;
  const phys = emptyDataset();
  phys.dirObj = dir.object;
  phys.flags = DS_FLAG_UNIQUE_ACCURATE;
  phys.fsidGuid = writable.newGuid() & 0xffffffffffffffn;
  phys.guid = writable.newGuid();
  phys.snapnamesZapobj = zapCreate(mos, DMU_OT_DSL_DS_SNAP_MAP);
  phys.creationTime = writable.nowSeconds();
  phys.creationTxg = creationTxg(pool);
  if (origin === null) {
    phys.deadlistObj = Deadlist.alloc(pool);
  } else {
    const from = origin.phys;
    phys.prevSnapObj = origin.object;
    phys.prevSnapTxg = from.creationTxg;
    phys.referencedBytes = from.referencedBytes;
    phys.compressedBytes = from.compressedBytes;
    phys.uncompressedBytes = from.uncompressedBytes;
    phys.bp.set(from.bp);
    phys.flags |= from.flags & DS_FLAG_CI_DATASET;
    from.numChildren += 1;
    const originHead = pool.head(origin.dir);
    const deadlist = new Deadlist(pool, originHead.phys.deadlistObj);
    phys.deadlistObj = deadlist.clone(phys.prevSnapTxg);
  }
  const object = allocDataset(pool, phys);
  if (origin !== null) linkClone(origin, dir, object);
  dir.phys.headDatasetObj = object;
  dir.store();
  const made = pool.datasetAt(object, dir);
  if (origin !== null) copyFeatures(origin, made);
  zeroLog(made);
  return made;
}

/**
 * `dsl_dataset_zero_zil`: a snapshot's objset block has the header of its head's log. What is made of
 * the snapshot has none of its own yet.
 */
export function zeroLog(head: DslDataset): void {
  if (!head.hasObjset) return;
  const { objset } = head;
  if (objset.zilHeader.every((byte) => byte === 0)) return;
  objset.zilHeader = new Uint8Array(objset.zilHeader.length);
  objset.isDirty = true;
}

/** A snapshot or clone has blocks of the same features. */
export function copyFeatures(from: DslDataset, to: DslDataset): void {
  for (const guid of datasetFeatures(from)) activateFeature(to, guid);
}

/** Notes the clone with its origin and with the origin's directory. */
function linkClone(origin: DslDataset, dir: DslDir, object: number): void {
  const { mos } = origin.pool;
  if (origin.phys.nextClonesObj === 0) {
    origin.phys.nextClonesObj = zapCreate(mos, DMU_OT_NEXT_CLONES);
  }
  zapSetNumber(mos, origin.phys.nextClonesObj, intKey(object), object);
  origin.store();
  dir.phys.originObj = origin.object;
  if (origin.dir.phys.clones === 0) {
    origin.dir.phys.clones = zapCreate(mos, DMU_OT_DSL_CLONES);
    origin.dir.store();
  }
  zapSetNumber(mos, origin.dir.phys.clones, intKey(object), object);
}

/** The empty snapshot that everything not cloned from something else is cloned from. */
export function originSnapshot(pool: DslPool): DslDataset {
  const head = pool.head(pool.specialDir('$ORIGIN'));
  return pool.datasetByObject(head.phys.prevSnapObj);
}

/** `dsl_dataset_snapshot_sync_impl`: freezes the head as it is at the end of this txg. */
export function createSnapshot(head: DslDataset, name: string): DslDataset {
  const { pool } = head;
  const { mos, writable } = pool;
  const txg = name === '$ORIGIN' ? 1 : writable.txg;
  const phys = emptyDataset();
  const from = head.phys;
  phys.dirObj = from.dirObj;
  phys.fsidGuid = writable.newGuid() & 0xffffffffffffffn;
  phys.guid = writable.newGuid();
  phys.prevSnapObj = from.prevSnapObj;
  phys.prevSnapTxg = from.prevSnapTxg;
  phys.nextSnapObj = head.object;
  phys.numChildren = 1;
  phys.creationTime = writable.nowSeconds();
  phys.creationTxg = txg;
  phys.deadlistObj = from.deadlistObj;
  phys.referencedBytes = from.referencedBytes;
  phys.compressedBytes = from.compressedBytes;
  phys.uncompressedBytes = from.uncompressedBytes;
  phys.uniqueBytes = from.uniqueBytes;
  phys.flags = from.flags;
  phys.bp.set(from.bp);
  phys.uniqueBytes = 0;
  const object = allocDataset(pool, phys);
  if (from.prevSnapObj !== 0) relinkPrevious(head, object);
  const old = new Deadlist(pool, from.deadlistObj);
  from.deadlistObj = old.clone(Number.POSITIVE_INFINITY);
  new Deadlist(pool, from.deadlistObj).addKey(from.prevSnapTxg);
  from.prevSnapObj = object;
  from.prevSnapTxg = txg;
  // Nothing is the head's own any more: all of its refreservation is unused again.
  const unused = Math.min(from.uniqueBytes, head.refreservation);
  if (unused > 0) head.dir.didUse(DD_USED_REFRSRV, unused, 0, 0);
  from.uniqueBytes = 0;
  from.flags |= DS_FLAG_UNIQUE_ACCURATE;
  zapSetNumber(mos, from.snapnamesZapobj, name, object);
  adjustCount(head.dir, 'snapshot', 1);
  head.store();
  const made = pool.datasetAt(object, head.dir, name);
  copyFeatures(head, made);
  pool.watcher?.snapshotted(head.object, object);
  return made;
}

/** The snapshot before the new one, or the origin of a clone, is followed by the new one. */
function relinkPrevious(head: DslDataset, object: number): void {
  const { pool } = head;
  const previous = pool.datasetByObject(head.phys.prevSnapObj);
  if (previous.phys.nextSnapObj === head.object) {
    previous.phys.nextSnapObj = object;
    previous.store();
  } else if (previous.phys.nextClonesObj !== 0) {
    zapRemove(pool.mos, previous.phys.nextClonesObj, intKey(head.object));
    zapSetNumber(pool.mos, previous.phys.nextClonesObj, intKey(object), object);
  }
}
