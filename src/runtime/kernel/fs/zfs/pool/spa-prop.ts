/**
 * Properties of pools: what is counted, what is kept in the configuration, and what is kept in the
 * MOS (`pool_props`). `feature@…` enables a feature.
 * @man zpoolprops(7)  @see uts/common/fs/zfs/spa.c spa_prop_get(), spa_sync_props()
 */
import { type NvList, type NvValue, nvList, nvString, nvUint64 } from '#abi/illumos/nvpair.ts';
import { isFeatureProp, zpoolProp } from '#abi/illumos/zfs-prop.ts';
import {
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_HEALTHY,
} from '#abi/illumos/zfs-stat.ts';
import type { Errno } from '#kernel/os/errno.ts';
import { Bpobj } from '../dsl/bpobj.ts';
import { DMU_POOL_FREE_BPOBJ, DMU_POOL_PROPS } from '../dsl/dsl-pool.ts';
import type { RangeTree } from '../metaslab/range-tree.ts';
import { SPA_VERSION_FEATURES } from '../ondisk/label.ts';
import { zapEntries, zapLookupNumber, zapRemove, zapSet } from '../zap/zap.ts';
import { firstInteger, zapU64 } from '../zap/zap-value.ts';
import { spaHistoryInternal } from './spa-history.ts';
import { checkPoolProp, featureCalled } from './spa-prop-check.ts';
import { enableFeature } from './feature-enable.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

/** `zprop_source_t` */
const SOURCE_NONE = 1;
const SOURCE_DEFAULT = 2;
const SOURCE_LOCAL = 8;

/** Kept in the MOS as numbers. */
const STORED = [
  'bootfs',
  'delegation',
  'autoreplace',
  'failmode',
  'listsnapshots',
  'autoexpand',
  'dedupditto',
  'bootsize',
  'multihost',
  'ashift',
  'autotrim',
];

/** `zfs_frag_table`: how bad free pieces of 512 bytes, 1 K … 16 M are, in percent. */
const FRAGMENTATION = [100, 100, 98, 95, 90, 80, 70, 60, 50, 40, 30, 20, 15, 10, 5, 0];
const SMALLEST_SHIFT = 9;

/** `metaslab_fragmentation`: of the pieces in one metaslab. */
function fragmentationOf(free: RangeTree): number {
  let total = 0;
  let weighted = 0;
  free.forEach((_start, size) => {
    const step = Math.floor(Math.log2(size)) - SMALLEST_SHIFT;
    const place = Math.min(Math.max(step, 0), FRAGMENTATION.length - 1);
    total += size;
    weighted += size * (FRAGMENTATION[place] as number);
  });
  return total === 0 ? 0 : Math.floor(weighted / total);
}

/** Of metaslabs, by their size; those that were never looked at count as whole. */
export function fragmentation(spa: Spa, vdev?: number): number {
  let total = 0;
  let weighted = 0;
  for (const { group, metaslab } of spa.metaslabs.all()) {
    if (vdev !== undefined && group.vdev !== vdev) continue;
    total += metaslab.size;
    if (metaslab.isLoaded) weighted += fragmentationOf(metaslab.allocatable) * metaslab.size;
  }
  return total === 0 ? 0 : Math.floor(weighted / total);
}

/** `spa->spa_root_vdev->vdev_state`: the worst of the top-level vdevs, data and log. */
export function poolHealth(spa: Spa): number {
  const states = spa.zio.tops.flatMap((top) => (top === undefined ? [] : [top.vdev.state]));
  if (states.some((state) => state === 'UNAVAIL' || state === 'FAULTED')) {
    return VDEV_STATE_CANT_OPEN;
  }
  return states.every((state) => state === 'ONLINE') ? VDEV_STATE_HEALTHY : VDEV_STATE_DEGRADED;
}

function prop(value: NvValue, source: number): NvValue {
  return nvList(
    new Map<string, NvValue>([
      ['source', nvUint64(source)],
      ['value', value],
    ]),
  );
}

function freeingBytes(spa: Spa): number {
  const object = spa.dsl.directoryNumber(DMU_POOL_FREE_BPOBJ);
  return object === undefined ? 0 : new Bpobj(spa.dsl, object).space.used;
}

/** What is counted, not set. */
function countedProps(spa: Spa): [string, NvValue][] {
  const { sizeBytes, allocatedBytes } = spa.metaslabs.space;
  const capacity = sizeBytes === 0 ? 0 : Math.floor((allocatedBytes * 100) / sizeBytes);
  const numbers: [string, number | bigint][] = [
    ['size', sizeBytes],
    ['allocated', allocatedBytes],
    ['free', sizeBytes - allocatedBytes],
    ['checkpoint', 0],
    ['fragmentation', fragmentation(spa)],
    ['expandsize', 0],
    ['readonly', spa.isReadOnly ? 1 : 0],
    ['capacity', capacity],
    ['dedupratio', 100],
    ['health', poolHealth(spa)],
    ['freeing', freeingBytes(spa)],
    ['leaked', 0],
    ['guid', spa.identity.guid],
    ['maxblocksize', 2 ** 20],
    ['maxdnodesize', 512],
  ];
  return numbers.map(([name, value]) => [name, prop(nvUint64(value), SOURCE_NONE)]);
}

/** What the pool keeps; a dataset is named, not numbered. */
function storedProps(spa: Spa): [string, NvValue][] {
  const object = spa.dsl.directoryNumber(DMU_POOL_PROPS);
  const found: [string, NvValue][] = [];
  if (object === undefined) return found;
  for (const { name, value } of zapEntries(spa.mos, object)) {
    const number = firstInteger(value);
    const row = zpoolProp(name);
    if (row === undefined) continue;
    if (name === 'bootfs') {
      const isThere = number !== 0n && spa.mos.tryDnode(Number(number)) !== undefined;
      const text = isThere ? spa.dsl.datasetByObject(Number(number)).fullName : '';
      found.push([name, prop(nvString(text), number === 0n ? SOURCE_DEFAULT : SOURCE_LOCAL)]);
      continue;
    }
    found.push([
      name,
      prop(nvUint64(number), number === row.default ? SOURCE_DEFAULT : SOURCE_LOCAL),
    ]);
  }
  return found;
}

/** `spa_prop_get`: name → { source, value }. */
export function spaPropGet(spa: Spa): NvList {
  const props = new Map<string, NvValue>(countedProps(spa));
  props.set('name', prop(nvString(spa.identity.name), SOURCE_NONE));
  props.set('version', prop(nvUint64(SPA_VERSION_FEATURES), SOURCE_DEFAULT));
  if (spa.comment !== '') props.set('comment', prop(nvString(spa.comment), SOURCE_LOCAL));
  if (spa.altroot !== '') {
    props.set('altroot', prop(nvString(spa.altroot), SOURCE_LOCAL));
    props.set('cachefile', prop(nvString('none'), SOURCE_LOCAL));
  }
  for (const [name, value] of storedProps(spa)) props.set(name, value);
  return props;
}

function store(spa: Spa, name: string, value: NvValue): void {
  if (isFeatureProp(name)) {
    const feature = featureCalled(name);
    if (feature === undefined || spa.isFeatureEnabled(feature.guid)) return;
    enableFeature(spa, feature);
    spa.adoptFeatures();
    spa.isConfigDirty = true;
  } else if (name === 'comment' && value.type === 'string') {
    spa.comment = value.value;
    spa.isConfigDirty = true;
  } else if (name === 'bootfs' && value.type === 'string') {
    const dataset = value.value === '' ? undefined : spa.dsl.findDataset(value.value);
    storeNumber(spa, name, BigInt(dataset?.object ?? 0));
  } else if (value.type === 'uint64' && STORED.includes(name)) storeNumber(spa, name, value.value);
}

function storeNumber(spa: Spa, name: string, value: bigint): void {
  const object = spa.dsl.directoryNumber(DMU_POOL_PROPS);
  if (object !== undefined) zapSet(spa.mos, object, name, zapU64(value));
}

/** `spa_prop_clear_bootfs`: a dataset is gone, and nothing is booted from it. In a sync task. */
export function clearBootfs(spa: Spa, dataset: number): void {
  const object = spa.dsl.directoryNumber(DMU_POOL_PROPS);
  if (object === undefined || zapLookupNumber(spa.mos, object, 'bootfs') !== dataset) return;
  zapRemove(spa.mos, object, 'bootfs');
}

/** Properties that are asked for often, or when the disks may not answer any more. */
export function adoptPoolProps(spa: Spa): void {
  const object = spa.dsl.directoryNumber(DMU_POOL_PROPS);
  const number = (name: string): number =>
    object === undefined ? 0 : (zapLookupNumber(spa.mos, object, name) ?? 0);
  spa.failMode = number('failmode');
  spa.autoExpand = number('autoexpand') === 1;
}

/** Sets properties, all in one txg or none. */
export function spaPropSet(spa: Spa, props: NvList): Errno | undefined {
  for (const [name, value] of props) {
    const error = checkPoolProp(spa, name, value);
    if (error !== undefined) return error;
  }
  // The configuration is written by the txg in which it is dirty from the start.
  if (props.has('comment') || [...props.keys()].some(isFeatureProp)) spa.isConfigDirty = true;
  const error = runTask(spa, () => {
    for (const [name, value] of props) {
      store(spa, name, value);
      const shown = value.type === 'uint64' || value.type === 'string' ? value.value : '';
      spaHistoryInternal(spa, 'set', null, `${name}=${shown}`);
    }
  });
  if (error === undefined) adoptPoolProps(spa);
  return error;
}
