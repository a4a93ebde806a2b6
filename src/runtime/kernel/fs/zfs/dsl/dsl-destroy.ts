/**
 * Destroying snapshots, file systems and clones; promoting, rolling back, renaming.
 * @see uts/common/fs/zfs/dsl_destroy.c, dsl_dataset.c
 */
import { assert } from '#base/assert.ts';
import { forEachPointer } from '../dmu/dbuf.ts';
import { dmuObjectFree } from '../dmu/dmu-object.ts';
import { Objset } from '../dmu/objset.ts';
import { isHole } from '../ondisk/blkptr.ts';
import {
  DD_USED_CHILD,
  DD_USED_CHILD_RSRV,
  DD_USED_HEAD,
  DD_USED_REFRSRV,
  DD_USED_SNAP,
} from '../ondisk/dsl-phys.ts';
import { zapDestroy, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { Bpobj } from './bpobj.ts';
import { originTxg } from './dsl-account.ts';
import { copyFeatures, zeroLog } from './dsl-create.ts';
import { removeAllBookmarks } from './dsl-bookmark.ts';
import { adjustCount, countBelow, ensureCounts } from './dsl-counts.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { Deadlist, intKey } from './dsl-deadlist.ts';
import type { DslDir } from './dsl-dir.ts';
import { datasetFeatures, deactivateFeature, freeZapified } from './dsl-extension.ts';
import { setRefreservation } from './dsl-limits.ts';
import { DMU_POOL_FREE_BPOBJ, type DslPool } from './dsl-pool.ts';
import { notifyPropChange } from './dsl-prop.ts';

/** Deadlist keys of clones that came from a snapshot that goes: as those of the head. */
function removeClonesKey(dir: DslDir, mintxg: number): void {
  const { pool } = dir;
  if (dir.phys.clones === 0) return;
  for (const clone of pool.clonesOf(dir)) {
    if (pool.originOf(clone).phys.creationTxg <= mintxg) continue;
    new Deadlist(pool, clone.phys.deadlistObj).removeKey(mintxg);
    removeClonesKey(clone.dir, mintxg);
  }
}

/** `dsl_destroy_snapshot_sync_impl`; a snapshot with clones or holds is the caller's to refuse. */
export function destroySnapshot(snapshot: DslDataset): void {
  const { pool, dir, phys, object } = snapshot;
  assert(phys.numChildren <= 1, 'a snapshot with clones stays');
  const next = pool.datasetByObject(phys.nextSnapObj);
  const previous = phys.prevSnapObj === 0 ? null : pool.datasetByObject(phys.prevSnapObj);
  const isAfterBranch = previous !== null && previous.phys.nextSnapObj !== object;
  if (previous !== null) {
    if (isAfterBranch && previous.phys.nextClonesObj !== 0) {
      const { nextClonesObj } = previous.phys;
      zapRemove(pool.mos, nextClonesObj, intKey(object));
      zapSetNumber(pool.mos, nextClonesObj, intKey(next.object), next.object);
    }
    if (!isAfterBranch) previous.phys.nextSnapObj = phys.nextSnapObj;
    previous.dirty();
  }
  next.phys.prevSnapObj = phys.prevSnapObj;
  next.phys.prevSnapTxg = phys.prevSnapTxg;
  const deadlist = new Deadlist(pool, next.phys.deadlistObj);
  if (previous !== null && !isAfterBranch) {
    const range = deadlist.spaceRange(previous.phys.prevSnapTxg, phys.prevSnapTxg);
    previous.phys.uniqueBytes += range.used;
  }
  const gone = deadlist.spaceRange(phys.prevSnapTxg, Number.POSITIVE_INFINITY);
  dir.didUse(DD_USED_SNAP, -gone.used, -gone.comp, -gone.uncomp);
  deadlist.moveInto(freeBpobj(pool), phys.prevSnapTxg);
  pool.specialDir('$FREE').didUse(DD_USED_HEAD, gone.used, gone.comp, gone.uncomp);
  deadlist.merge(phys.deadlistObj);
  Deadlist.free(pool, phys.deadlistObj);
  removeClonesKey(dir, phys.creationTxg);
  if (next.phys.nextSnapObj === 0) takeOverUnique(next);
  else adjustNextUnique(snapshot, next);
  next.dirty();
  const head = pool.head(dir);
  zapRemove(pool.mos, head.phys.snapnamesZapobj, snapshot.snapshotName ?? '');
  adjustCount(dir, 'snapshot', -1);
  if (phys.nextClonesObj !== 0) dmuObjectFree(pool.mos.dnode(phys.nextClonesObj));
  if (phys.propsObj !== 0) zapDestroy(pool.mos, phys.propsObj);
  if (phys.userrefsObj !== 0) zapDestroy(pool.mos, phys.userrefsObj);
  for (const guid of datasetFeatures(snapshot)) deactivateFeature(snapshot, guid);
  freeZapified(pool, object);
  pool.watcher?.destroyed(object, next.object);
  pool.forgetDataset(object);
}

/** The head has more of its own now: so much less of its refreservation is unused. */
function takeOverUnique(head: DslDataset): void {
  const before = head.phys.uniqueBytes;
  recalculateUnique(head);
  if (before >= head.refreservation) return;
  const filled = Math.min(head.phys.uniqueBytes, head.refreservation) - before;
  head.dir.didUse(DD_USED_REFRSRV, -filled, 0, 0);
}

function freeBpobj(pool: DslPool): Bpobj {
  const object = pool.directoryNumber(DMU_POOL_FREE_BPOBJ);
  assert(object !== undefined, 'a pool has a free_bpobj');
  return new Bpobj(pool, object);
}

/** What only the destroyed snapshot and the next one had is now the next one's own. */
function adjustNextUnique(snapshot: DslDataset, next: DslDataset): void {
  const { pool, phys, dir } = snapshot;
  const nextNext = pool.datasetByObject(next.phys.nextSnapObj);
  const range = new Deadlist(pool, nextNext.phys.deadlistObj).spaceRange(
    phys.prevSnapTxg,
    phys.creationTxg,
  );
  next.phys.uniqueBytes += range.used;
  new Deadlist(pool, pool.head(dir).phys.deadlistObj).removeKey(phys.creationTxg);
}

/** `dsl_dataset_recalc_head_uniq`: what the head has that its previous snapshot has not. */
export function recalculateUnique(head: DslDataset): void {
  const { pool, phys } = head;
  const previous = phys.prevSnapObj === 0 ? null : pool.datasetByObject(phys.prevSnapObj).phys;
  const deadlist = new Deadlist(pool, phys.deadlistObj).space;
  const before = previous?.referencedBytes ?? 0;
  phys.uniqueBytes = phys.referencedBytes - (before - deadlist.used);
  head.dirty();
}

/** `dsl_destroy_head_sync_impl`: a file system or volume without snapshots or children. */
export function destroyHead(head: DslDataset): void {
  const { pool, dir, phys, object } = head;
  const { mos } = pool;
  const origin = dir.phys.originObj === 0 ? null : pool.datasetByObject(dir.phys.originObj);
  removeAllBookmarks(head);
  setRefreservation(head, 'nothing', null);
  dir.setReserved(0);
  if (head.hasObjset) freeObjset(head);
  if (origin !== null) {
    if (origin.phys.nextClonesObj !== 0) {
      zapRemove(mos, origin.phys.nextClonesObj, intKey(object));
    }
    origin.phys.numChildren -= 1;
    origin.dirty();
    if (origin.dir.phys.clones !== 0) zapRemove(mos, origin.dir.phys.clones, intKey(object));
  }
  Deadlist.free(pool, phys.deadlistObj);
  zapDestroy(mos, phys.snapnamesZapobj);
  for (const guid of datasetFeatures(head)) deactivateFeature(head, guid);
  freeZapified(pool, object);
  pool.watcher?.destroyed(object, 0);
  pool.forgetDataset(object);
  destroyDir(dir);
}

/** Kills every block born after the previous snapshot (or the origin). */
function freeObjset(head: DslDataset): void {
  const { pool, phys } = head;
  head.openedObjset?.intentLog?.destroy();
  head.closeObjset();
  const rootBp = head.bp;
  if (isHole(rootBp)) return;
  const owner = pool.ownerOf(head);
  assert(owner !== null, 'the pool is open for writing');
  const objset = Objset.open(pool.arc, rootBp, owner);
  const minTxg = phys.prevSnapTxg;
  for (const object of Array.from(objset.objects())) {
    const dnode = objset.dnode(object);
    if (!isHole(dnode.spill) && dnode.spill.birth > minTxg) owner.blockKill(dnode.spill);
    forEachPointer(dnode, (bp) => owner.blockKill(bp), minTxg);
    objset.forget(object);
  }
  for (const special of [objset.userUsed, objset.groupUsed, objset.metaDnode]) {
    forEachPointer(special, (bp) => owner.blockKill(bp), minTxg);
  }
  if (rootBp.birth > minTxg) owner.blockKill(rootBp);
}

function destroyDir(dir: DslDir): void {
  const { pool, phys, parent } = dir;
  assert(phys.usedBytes === 0, `nothing is charged to ${dir.fullName} any more`);
  if (parent !== null) zapRemove(pool.mos, parent.phys.childDirZapobj, dir.name);
  if (!dir.name.startsWith('%')) adjustCount(parent, 'filesystem', -1);
  if (phys.clones !== 0) zapDestroy(pool.mos, phys.clones);
  zapDestroy(pool.mos, phys.childDirZapobj);
  zapDestroy(pool.mos, phys.propsZapobj);
  freeZapified(pool, dir.object);
  pool.forgetDir(dir.object);
}

/**
 * The head becomes its previous snapshot again. Surprising: what died since then lives again, so the
 * deadlist is emptied without freeing anything.
 */
export function rollback(head: DslDataset): void {
  const { pool, dir, phys } = head;
  const previous = pool.datasetByObject(phys.prevSnapObj);
  freeObjset(head);
  const old = new Deadlist(pool, phys.deadlistObj);
  const revived = old.spaceRange(originTxg(head), Number.POSITIVE_INFINITY).used;
  dir.transfer(DD_USED_SNAP, DD_USED_HEAD, -revived, revived);
  const { used } = old.spaceRange(previous.phys.prevSnapTxg, Number.POSITIVE_INFINITY);
  previous.phys.uniqueBytes -= used;
  previous.dirty();
  const emptied = old.clone(Number.POSITIVE_INFINITY);
  Deadlist.free(pool, phys.deadlistObj);
  phys.deadlistObj = emptied;
  phys.referencedBytes = previous.phys.referencedBytes;
  phys.compressedBytes = previous.phys.compressedBytes;
  phys.uncompressedBytes = previous.phys.uncompressedBytes;
  phys.uniqueBytes = 0;
  phys.bp.set(previous.phys.bp);
  for (const guid of datasetFeatures(head)) deactivateFeature(head, guid);
  copyFeatures(previous, head);
  head.dirty();
  zeroLog(head);
}

/** `dsl_dir_rename_sync`: under another parent or with another name. */
export function renameDir(dir: DslDir, newParent: DslDir, newName: string): void {
  const { pool, phys, parent } = dir;
  assert(parent !== null, 'the root directory keeps its name');
  if (parent !== newParent) {
    const { usedBytes, compressedBytes, uncompressedBytes, reserved } = phys;
    const unused = Math.max(0, reserved - usedBytes);
    parent.didUse(DD_USED_CHILD, -usedBytes, -compressedBytes, -uncompressedBytes);
    newParent.didUse(DD_USED_CHILD, usedBytes, compressedBytes, uncompressedBytes);
    parent.didUse(DD_USED_CHILD_RSRV, -unused, 0, 0);
    newParent.didUse(DD_USED_CHILD_RSRV, unused, 0, 0);
    const filesystems = 1 + (countBelow(dir, 'filesystem') ?? 0);
    const snapshots = countBelow(dir, 'snapshot') ?? 0;
    adjustCount(parent, 'filesystem', -filesystems);
    adjustCount(parent, 'snapshot', -snapshots);
    if (countBelow(newParent, 'filesystem') !== undefined) ensureCounts(dir);
    adjustCount(newParent, 'filesystem', 1 + (countBelow(dir, 'filesystem') ?? 0));
    adjustCount(newParent, 'snapshot', countBelow(dir, 'snapshot') ?? 0);
  }
  zapRemove(pool.mos, parent.phys.childDirZapobj, dir.name);
  zapSetNumber(pool.mos, newParent.phys.childDirZapobj, newName, dir.object);
  dir.name = newName;
  dir.parent = newParent;
  phys.parentObj = newParent.object;
  dir.dirty();
  if (parent !== newParent) notifyPropChange(dir);
}

export function renameSnapshot(snapshot: DslDataset, newName: string): void {
  const { pool, dir, object } = snapshot;
  const { snapnamesZapobj } = pool.head(dir).phys;
  zapRemove(pool.mos, snapnamesZapobj, snapshot.snapshotName ?? '');
  zapSetNumber(pool.mos, snapnamesZapobj, newName, object);
  snapshot.snapshotName = newName;
}
