/**
 * Enabling a feature in a pool that is there, with those that it needs.
 * @see uts/common/fs/zfs/zfeature.c feature_enable_sync()
 */
import type { Feature } from '#abi/illumos/zfs-feature.table.ts';
import {
  DMU_POOL_FEATURE_DESCRIPTIONS,
  DMU_POOL_FEATURE_ENABLED_TXG,
  DMU_POOL_FEATURES_FOR_READ,
  DMU_POOL_FEATURES_FOR_WRITE,
} from '../dsl/dsl-pool.ts';
import { DMU_OTN_ZAP_METADATA } from '../ondisk/dmu-ot.ts';
import { SPA_FEATURES } from '../spa/spa-features.ts';
import { zapCreate, zapSet, zapSetNumber } from '../zap/zap.ts';
import { zapString } from '../zap/zap-value.ts';
import type { Spa } from './spa.ts';

const ENABLED_TXG = 'com.delphix:enabled_txg';
const EXTENSIBLE_DATASET = 'com.delphix:extensible_dataset';

/** `fi_depends`: features that keep something with each dataset need its ZAP. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  'com.delphix:bookmarks': [EXTENSIBLE_DATASET],
  'com.joyent:filesystem_limits': [EXTENSIBLE_DATASET],
  'org.open-zfs:large_blocks': [EXTENSIBLE_DATASET],
  'org.illumos:sha512': [EXTENSIBLE_DATASET],
  'com.delphix:hole_birth': [ENABLED_TXG],
};

/** The object of the MOS with this name, made when it is not there. */
function zapOf(spa: Spa, name: string): number {
  const known = spa.dsl.directoryNumber(name);
  if (known !== undefined) return known;
  const object = zapCreate(spa.mos, DMU_OTN_ZAP_METADATA);
  spa.setDirectoryNumber(name, object);
  return object;
}

/** In a sync task. A feature that is enabled already stays as it is. */
export function enableFeature(spa: Spa, feature: Feature): void {
  const { guid } = feature;
  if (spa.isFeatureEnabled(guid)) return;
  for (const needed of NEEDS[guid] ?? []) {
    const row = SPA_FEATURES.find((each) => each.guid === needed);
    if (row !== undefined) enableFeature(spa, row);
  }
  const list = feature.isReadOnlyCompatible
    ? DMU_POOL_FEATURES_FOR_WRITE
    : DMU_POOL_FEATURES_FOR_READ;
  // enabled_txg counts the features that have noted their txg: itself first, below.
  const uses = feature.isActiveWhenEnabled && guid !== ENABLED_TXG ? 1 : 0;
  zapSetNumber(spa.mos, zapOf(spa, list), guid, uses);
  const descriptions = zapOf(spa, DMU_POOL_FEATURE_DESCRIPTIONS);
  zapSet(spa.mos, descriptions, guid, zapString(feature.description));
  if (!spa.isFeatureEnabled(ENABLED_TXG)) return;
  zapSetNumber(spa.mos, zapOf(spa, DMU_POOL_FEATURE_ENABLED_TXG), guid, spa.txg);
  spa.featureCount(ENABLED_TXG, 1);
}
