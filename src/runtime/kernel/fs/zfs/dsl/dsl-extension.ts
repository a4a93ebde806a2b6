/**
 * What newer features keep with a dataset: its object, which had a bonus buffer only, becomes a ZAP as
 * well. In it are the features that the dataset's blocks use, and the state of a receive that broke off.
 * @see uts/common/fs/zfs/dsl_dataset.c dsl_dataset_zapify(), dsl_dataset_activate_feature()
 */
import type { Dnode } from '../dmu/dnode.ts';
import { dmuObjectFree } from '../dmu/dmu-object.ts';
import { markDirty } from '../dmu/dbuf.ts';
import { DMU_OTN_ZAP_METADATA } from '../ondisk/dmu-ot.ts';
import { initZap, zapLookup, zapRemove, zapSet, zapSetNumber } from '../zap/zap.ts';
import type { ZapValue } from '../zap/zap-value.ts';
import type { DslDataset } from './dsl-dataset.ts';
import type { DslPool } from './dsl-pool.ts';

const EXTENSIBLE_DATASET = 'com.delphix:extensible_dataset';

export const FEATURE_LARGE_BLOCKS = 'org.open-zfs:large_blocks';
export const FEATURE_SHA512 = 'org.illumos:sha512';
export const FEATURE_BOOKMARKS = 'com.delphix:bookmarks';
export const FEATURE_FS_SS_LIMIT = 'com.joyent:filesystem_limits';

/** Features that are counted by the datasets whose blocks use them. */
const BLOCK_FEATURES: readonly string[] = [
  FEATURE_LARGE_BLOCKS,
  FEATURE_SHA512,
  'org.illumos:skein',
  'org.illumos:edonr',
];

/** `dmu_object_is_zapified` */
function isZapified(dnode: Dnode): boolean {
  return dnode.type === DMU_OTN_ZAP_METADATA;
}

/** What the ZAP of a directory's or dataset's object says; undefined also when it has none. */
export function objectField(pool: DslPool, object: number, name: string): ZapValue | undefined {
  if (!isZapified(pool.mos.dnode(object))) return undefined;
  return zapLookup(pool.mos, object, name);
}

/** `dmu_object_zapify`: gives the object of a dataset or directory a ZAP, once. */
export function zapify(pool: DslPool, object: number): void {
  const dnode = pool.mos.dnode(object);
  if (isZapified(dnode)) return;
  dnode.type = DMU_OTN_ZAP_METADATA;
  initZap(dnode);
  markDirty(dnode);
  pool.writable.featureCount(EXTENSIBLE_DATASET, 1);
}

/** `dmu_object_free_zapified` */
export function freeZapified(pool: DslPool, object: number): void {
  const dnode = pool.mos.dnode(object);
  if (isZapified(dnode)) pool.writable.featureCount(EXTENSIBLE_DATASET, -1);
  dmuObjectFree(dnode);
}

/** A field of the dataset's ZAP; undefined also when it has none. */
export function extensionField(dataset: DslDataset, name: string): ZapValue | undefined {
  return objectField(dataset.pool, dataset.object, name);
}

export function setExtensionField(dataset: DslDataset, name: string, value: ZapValue): void {
  zapify(dataset.pool, dataset.object);
  zapSet(dataset.pool.mos, dataset.object, name, value);
}

export function removeExtensionField(dataset: DslDataset, name: string): void {
  if (extensionField(dataset, name) === undefined) return;
  zapRemove(dataset.pool.mos, dataset.object, name);
}

/** The features that the dataset's blocks use. */
export function datasetFeatures(dataset: DslDataset): string[] {
  return BLOCK_FEATURES.filter((guid) => extensionField(dataset, guid) !== undefined);
}

/** Notes that the dataset's blocks use a feature, and counts it. */
export function activateFeature(dataset: DslDataset, guid: string): void {
  if (extensionField(dataset, guid) !== undefined) return;
  const { pool, object } = dataset;
  zapify(pool, object);
  zapSetNumber(pool.mos, object, guid, 0);
  pool.writable.featureCount(guid, 1);
}

export function deactivateFeature(dataset: DslDataset, guid: string): void {
  removeExtensionField(dataset, guid);
  dataset.pool.writable.featureCount(guid, -1);
}
