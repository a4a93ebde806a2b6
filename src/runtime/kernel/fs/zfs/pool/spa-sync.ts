/**
 * Writing a txg: everything dirty, in passes, until writing no longer changes anything; then the
 * uberblock that makes it so.
 *
 *   pass 1   frees left over from the last txg; datasets; sync tasks; MOS; space maps
 *   pass 2 … MOS and space maps only, as each changes the other; blocks of this very txg are
 *            written over in place, frees are put off to the next txg
 *
 * @see uts/common/fs/zfs/spa.c spa_sync(), dsl_pool.c dsl_pool_sync()
 */
import { assert } from '#base/assert.ts';
import { isObjsetDirty, syncObjset } from '../dmu/objset-sync.ts';
import { Bpobj } from '../dsl/bpobj.ts';
import { activateFeature } from '../dsl/dsl-extension.ts';
import { DMU_POOL_FREE_BPOBJ, DMU_POOL_SYNC_BPOBJ } from '../dsl/dsl-pool.ts';
import { DD_USED_HEAD } from '../ondisk/dsl-phys.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { applySpaceDeltas } from '../zpl/zfs-userspace.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { Spa } from './spa.ts';
import { syncConfigObject, syncLabels } from './spa-config-sync.ts';
import { syncMetaslab } from './space-map-sync.ts';
import { syncDtls } from './vdev-dtl-sync.ts';

const MAX_PASSES = 100;
const SYNC_BPOBJ_BLOCK_SIZE = 16384;

/** Whether there is anything to write. */
export function isSpaDirty(spa: Spa): boolean {
  if (spa.isConfigDirty || spa.syncTasks.length > 0 || isObjsetDirty(spa.mos)) return true;
  if (spa.scan.isDirty || spa.errorLog.isDirty || spa.aux.isDirty) return true;
  if (spa.dsl.dirtyDirs.size > 0 || spa.dsl.dirtyDatasets.size > 0) return true;
  for (const dataset of spa.dsl.openDatasets()) {
    if (dataset.openedObjset !== undefined && isObjsetDirty(dataset.openedObjset)) return true;
  }
  return false;
}

/**
 * Writes the open txg and opens the next one. ZfsError when the pool could not take it: then it is
 * suspended, and what is on disk is the txg before.
 */
export function spaSync(spa: Spa): void {
  if (spa.isSuspended) {
    throw new ZfsError('EIO', `Cannot write pool "${spa.identity.name}": it is suspended`);
  }
  const { writer, dirtyBytes } = spa;
  const beganNs = writer.watch === undefined ? 0n : spa.host.clock.monotonicNs();
  let passes = 0;
  let isWhole = false;
  writer.txg = spa.txg;
  try {
    for (let pass = 1; ; pass += 1) {
      assert(pass <= MAX_PASSES, 'a txg converges');
      spa.pass = pass;
      writer.pass = pass;
      passes = pass;
      syncPass(spa);
      if (!isObjsetDirty(spa.mos)) break;
    }
    isWhole = true;
    writer.flush();
    syncLabels(spa);
  } catch (error) {
    spa.isSuspended = true;
    spa.canResume = isWhole;
    if (!isWhole) writer.discard();
    spa.onSuspend();
    throw error;
  } finally {
    spa.pass = 0;
    writer.pass = 0;
  }
  finishTxg(spa);
  writer.watch?.synced({ txg: spa.txg - 1, passes, dirtyBytes, beganNs });
}

function finishTxg(spa: Spa): void {
  spa.isConfigDirty = false;
  spa.dirtyBytes = 0;
  spa.dsl.clearWaiting();
  syncDone(spa);
  spa.arc.l2?.feed();
  spa.txg += 1;
}

/**
 * `zio_resume`: a suspended pool goes on where it was, when its devices take the writes that failed.
 * False when they don't; nothing is lost then but time. A pool that could not even work out what to
 * write stays as it is: its last txg is what the next import finds.
 */
export function spaResume(spa: Spa): boolean {
  if (!spa.isSuspended) return true;
  if (!spa.canResume || !spa.writer.retry()) return false;
  try {
    syncLabels(spa);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return false;
  }
  // Nobody else could have the blocks that were made up for.
  for (const top of spa.zio.tops) {
    if (top?.vdev instanceof VdevDisk) top.vdev.missing.remove(spa.txg, spa.txg + 1);
  }
  spa.isSuspended = false;
  finishTxg(spa);
  return true;
}

function syncPass(spa: Spa): void {
  const isFirst = spa.pass === 1;
  if (isFirst) {
    freeLeftovers(spa);
    syncDatasets(spa);
    runSyncTasks(spa);
    syncDatasets(spa);
    spa.scan.sync();
    spa.aux.sync();
    spa.errorLog.sync(spa.dsl);
  }
  const hasNewDtl = syncDtls(spa);
  if (isFirst ? spa.isConfigDirty : hasNewDtl) syncConfigObject(spa);
  storeDsl(spa);
  spa.mosOwner.flush(spa.dsl);
  storeDsl(spa);
  syncObjset(spa.mos, spa.writer, applySpaceDeltas);
  putOffFrees(spa);
  for (const { group, metaslab } of spa.allMetaslabs()) {
    if (!metaslab.isDirty) continue;
    syncMetaslab(spa, group, metaslab, spa.ashiftOf(group.vdev));
  }
  spa.writer.flushOrKeep();
}

/** What a late pass of the last txg put off, and blocks of destroyed snapshots. */
function freeLeftovers(spa: Spa): void {
  const deferred = spa.dsl.directoryNumber(DMU_POOL_SYNC_BPOBJ);
  if (deferred !== undefined) {
    const bpobj = new Bpobj(spa.dsl, deferred);
    if (!bpobj.isEmpty) {
      for (const bp of bpobj.pointers()) spa.freeNow(bp);
      bpobj.clear();
    }
  }
  const destroyed = spa.dsl.directoryNumber(DMU_POOL_FREE_BPOBJ);
  if (destroyed === undefined) return;
  const bpobj = new Bpobj(spa.dsl, destroyed);
  if (bpobj.isEmpty) return;
  const { used, comp, uncomp } = bpobj.space;
  for (const bp of bpobj.pointers()) spa.freeBlock(bp);
  bpobj.clear();
  spa.dsl.specialDir('$FREE').didUse(DD_USED_HEAD, -used, -comp, -uncomp);
}

function syncDatasets(spa: Spa): void {
  for (const dataset of spa.dsl.openDatasets()) {
    const objset = dataset.openedObjset;
    if (objset === undefined || !isObjsetDirty(objset)) continue;
    dataset.bp = syncObjset(objset, spa.writer, applySpaceDeltas);
    for (const guid of dataset.newFeatures) activateFeature(dataset, guid);
    dataset.newFeatures.clear();
  }
}

function runSyncTasks(spa: Spa): void {
  for (const task of spa.syncTasks.splice(0)) task();
}

/** Puts changed directories and datasets into their objects. */
function storeDsl(spa: Spa): void {
  const { dirtyDirs, dirtyDatasets } = spa.dsl;
  for (const dir of dirtyDirs) dir.store();
  dirtyDirs.clear();
  for (const dataset of dirtyDatasets) dataset.store();
  dirtyDatasets.clear();
}

/** `spa_sync_deferred_frees`: what late passes freed is noted for the next txg. */
function putOffFrees(spa: Spa): void {
  if (spa.deferredFrees.length === 0) return;
  let object = spa.dsl.directoryNumber(DMU_POOL_SYNC_BPOBJ);
  if (object === undefined) {
    object = Bpobj.alloc(spa.dsl, SYNC_BPOBJ_BLOCK_SIZE);
    spa.setDirectoryNumber(DMU_POOL_SYNC_BPOBJ, object);
  }
  const bpobj = new Bpobj(spa.dsl, object);
  for (const bp of spa.deferredFrees.splice(0)) bpobj.enqueue(bp);
}

function syncDone(spa: Spa): void {
  const { sizeBytes, allocatedBytes } = spa.space;
  const mayDefer = sizeBytes - allocatedBytes > spa.slopBytes;
  for (const { metaslab } of spa.allMetaslabs()) metaslab.syncDone(spa.txg, mayDefer);
}
