/**
 * Exchanging the contents of a clone and of the head it was made beside: how a received increment
 * takes the place of what was there, all at once.
 * @see uts/common/fs/zfs/dsl_dataset.c dsl_dataset_clone_swap_sync_impl()
 */
import { assert } from '#base/assert.ts';
import { DD_USED_HEAD, DD_USED_REFRSRV, DD_USED_SNAP } from '../ondisk/dsl-phys.ts';
import { originTxg } from './dsl-account.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { Deadlist } from './dsl-deadlist.ts';
import { activateFeature, datasetFeatures, deactivateFeature } from './dsl-extension.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;

/** Both must have the same previous snapshot and nothing dirty. */
export function cloneSwap(clone: DslDataset, head: DslDataset): void {
  const { pool } = head;
  assert(clone.phys.prevSnapObj === head.phys.prevSnapObj, 'both branch off at the same snapshot');
  clone.closeObjset();
  head.closeObjset();
  swapFeatures(clone, head);
  const cloneList = new Deadlist(pool, clone.phys.deadlistObj);
  const headList = new Deadlist(pool, head.phys.deadlistObj);
  const origin = pool.datasetByObject(clone.phys.prevSnapObj);
  origin.phys.uniqueBytes = cloneList.spaceRange(origin.phys.prevSnapTxg, FOR_EVER).used;
  origin.dirty();
  const now = clone.phys;
  const old = head.phys;
  const used = now.referencedBytes + cloneList.space.used - old.referencedBytes;
  const comp = now.compressedBytes + cloneList.space.comp - old.compressedBytes;
  const uncomp = now.uncompressedBytes + cloneList.space.uncomp - old.uncompressedBytes;
  const delta = {
    used: used - headList.space.used,
    comp: comp - headList.space.comp,
    uncomp: uncomp - headList.space.uncomp,
  };
  head.dir.didUse(DD_USED_HEAD, delta.used, delta.comp, delta.uncomp);
  clone.dir.didUse(DD_USED_HEAD, -delta.used, -delta.comp, -delta.uncomp);
  const from = originTxg(head);
  const snapUsed =
    cloneList.spaceRange(from, FOR_EVER).used - headList.spaceRange(from, FOR_EVER).used;
  head.dir.transfer(DD_USED_HEAD, DD_USED_SNAP, -snapUsed, snapUsed);
  // The head's refreservation is used by what it has of its own, which changes.
  const own = (unique: number): number => Math.min(head.refreservation, unique);
  const unused = own(old.uniqueBytes) - own(now.uniqueBytes);
  if (unused !== 0) head.dir.didUse(DD_USED_REFRSRV, unused, 0, 0);
  const bp = now.bp.slice();
  now.bp.set(old.bp);
  old.bp.set(bp);
  for (const field of SWAPPED) {
    const value = now[field];
    now[field] = old[field];
    old[field] = value;
  }
  clone.dirty();
  head.dirty();
}

const SWAPPED = [
  'referencedBytes',
  'compressedBytes',
  'uncompressedBytes',
  'uniqueBytes',
  'deadlistObj',
] as const;

function swapFeatures(a: DslDataset, b: DslDataset): void {
  const ofA = datasetFeatures(a);
  const ofB = datasetFeatures(b);
  for (const guid of ofA) deactivateFeature(a, guid);
  for (const guid of ofB) deactivateFeature(b, guid);
  for (const guid of ofB) activateFeature(a, guid);
  for (const guid of ofA) activateFeature(b, guid);
}
