/**
 * Adding top-level vdevs, logs, spares and cache devices, and taking away those that can go: spares,
 * caches, logs. A log vdev leaves a hole, so that the vdevs behind it keep their numbers.
 * @see uts/common/fs/zfs/spa.c spa_vdev_add(), vdev_removal.c spa_vdev_remove()
 */
import { BlockDeviceError, type BlockDevice } from '#runtime/host.ts';
import { EBUSY, EINVAL, EIO, ENODEV, ENOTSUP, EOVERFLOW, type Errno } from '#kernel/os/errno.ts';
import { dmuObjectFree } from '../dmu/dmu-object.ts';
import { SPA_MINDEVSIZE } from '../ondisk/label.ts';
import { nvGetNumber } from '../ondisk/nvlist.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { buildVdev } from '../vdev/vdev-tree.ts';
import { Zil } from '../zil/zil.ts';
import { isLogVdev, openGroup } from './metaslab-open.ts';
import type { Spa } from './spa.ts';
import type { AuxKind } from './spa-aux.ts';
import { createVdevObjects } from './spa-create.ts';
import { spaSync } from './spa-sync.ts';
import {
  clearLabels,
  devicesOf,
  newLeafConfig,
  newTopVdev,
  tryClearLabels,
  type VdevSpec,
} from './vdev-create.ts';
import { freeVdevObjects } from './vdev-dtl-sync.ts';
import { findVdev } from './vdev-find.ts';

/** What `zpool add` and `zpool create` are asked for. */
export interface AddRequest {
  readonly data?: readonly VdevSpec[];
  readonly logs?: readonly VdevSpec[];
  readonly spares?: readonly VdevSpec[];
  readonly caches?: readonly VdevSpec[];
  readonly ashift?: number;
}

/** Puts a new top-level vdev into the first hole, or behind the last one. */
function addTop(spa: Spa, spec: VdevSpec, isLog: boolean, ashift: number | undefined): Vdev {
  const { tops } = spa.zio;
  const hole = tops.indexOf(undefined);
  const id = hole < 0 ? tops.length : hole;
  const made = newTopVdev(spec, id, spa.txg, () => spa.newGuid(), ashift, isLog);
  for (const device of devicesOf(spec)) clearLabels(device);
  const vdev = buildVdev(made.config, made.ashift, (guid) => made.devices.get(guid) ?? null);
  tops[id] = { vdev, asize: made.asize };
  spa.observe(vdev);
  return vdev;
}

/** Makes the new vdev's space part of the pool; its space maps come with the txg. */
function openSpace(spa: Spa, vdev: Vdev): void {
  const group = openGroup(spa, vdev.id);
  if (group === undefined) return;
  const from = isLogVdev(spa, vdev.id) ? spa.logMetaslabs : spa.metaslabs;
  from.groups = [...from.groups, group].sort((a, b) => a.vdev - b.vdev);
}

/** EOVERFLOW for a device that is too small, EIO for one that fails, EINVAL for a bad request. */
export function spaVdevAdd(spa: Spa, request: AddRequest): Errno | undefined {
  const { data = [], logs = [], spares = [], caches = [], ashift } = request;
  const isLeaf = (spec: VdevSpec): boolean => 'device' in spec;
  if (![...spares, ...caches].every(isLeaf)) return EINVAL;
  const devices = [...data, ...logs, ...spares, ...caches].flatMap(devicesOf);
  if (devices.length === 0 || new Set(devices).size !== devices.length) return EINVAL;
  if (devices.some((device) => device.sizeBytes < SPA_MINDEVSIZE)) return EOVERFLOW;
  try {
    const tops = [
      ...data.map((spec) => addTop(spa, spec, false, ashift)),
      ...logs.map((spec) => addTop(spa, spec, true, ashift)),
    ];
    for (const vdev of tops) openSpace(spa, vdev);
    for (const spec of spares) addAux(spa, 'spares', spec);
    for (const spec of caches) addAux(spa, 'l2cache', spec);
    spa.isConfigDirty = true;
    spa.syncTasks.push(() => {
      for (const vdev of tops) createVdevObjects(spa, vdev);
    });
  } catch (error) {
    if (error instanceof BlockDeviceError) return EIO;
    throw error;
  }
  spaSync(spa);
  spa.notify('vdev_add');
  return undefined;
}

function addAux(spa: Spa, kind: AuxKind, spec: VdevSpec): void {
  const { device } = spec as { device: BlockDevice };
  const config = newLeafConfig({ ...spec, device } as never, spa.txg, () => spa.newGuid());
  config.delete('create_txg');
  spa.aux.add(kind, config, device);
}

/** The log blocks of all datasets are given back; what they say is in the txg just written. */
function resetLogs(spa: Spa): void {
  spaSync(spa);
  spa.syncTasks.push(() => {
    for (const dataset of spa.dsl.openDatasets()) {
      const objset = dataset.openedObjset;
      if (objset === undefined || !(objset.intentLog instanceof Zil)) continue;
      // What a crash left must be replayed first: the device is then in use.
      if (objset.intentLog.needsReplay) continue;
      objset.intentLog.destroy();
      objset.isDirty = true;
    }
  });
  spaSync(spa);
}

/** The objects that the MOS keeps for a top-level vdev; in syncing context. */
function freeTopObjects(spa: Spa, vdev: Vdev): void {
  const group = spa.logMetaslabs.groupOf(vdev.id);
  for (const { spaceMapObject } of group?.metaslabs ?? []) {
    if (spaceMapObject === 0) continue;
    dmuObjectFree(spa.mos.dnode(spaceMapObject));
    spa.featureCount('com.delphix:spacemap_histogram', -1);
  }
  const array = nvGetNumber(vdev.config, 'metaslab_array') ?? 0;
  if (array !== 0) dmuObjectFree(spa.mos.dnode(array));
  for (const each of vdev.all()) freeVdevObjects(spa, each);
}

function removeLog(spa: Spa, vdev: Vdev): Errno | undefined {
  const group = spa.logMetaslabs.groupOf(vdev.id);
  resetLogs(spa);
  const isUsed = group?.metaslabs.some(
    ({ allocatedBytes, allocating }) => allocatedBytes + allocating.space > 0,
  );
  if (isUsed === true) return EBUSY;
  spa.isConfigDirty = true;
  spa.syncTasks.push(() => {
    freeTopObjects(spa, vdev);
    spa.logMetaslabs.groups = spa.logMetaslabs.groups.filter((each) => each !== group);
    const { tops } = spa.zio;
    if (vdev.id === tops.length - 1) tops.pop();
    else tops[vdev.id] = undefined;
  });
  spaSync(spa);
  spa.notify('vdev_remove_dev', vdev);
  for (const leaf of vdev.leaves()) {
    if (!(leaf instanceof VdevDisk) || leaf.device === null) continue;
    tryClearLabels(leaf.device);
    spa.releaseDevice(leaf.device);
  }
  return undefined;
}

/**
 * Takes a spare, cache device or log away. ENODEV no such vdev, EBUSY a spare in use, ENOTSUP any
 * other vdev: data can't be moved off.
 */
export function spaVdevRemove(spa: Spa, guid: bigint): Errno | undefined {
  const spare = spa.aux.spares.find((each) => each.guid === guid);
  if (spare !== undefined && spa.aux.isInUse(spare)) return EBUSY;
  const aux = spa.aux.remove('spares', guid) ?? spa.aux.remove('l2cache', guid);
  if (aux !== undefined) {
    if (aux.device !== null) tryClearLabels(aux.device);
    spaSync(spa);
    spa.notify('vdev_remove_aux', aux);
    if (aux.device !== null) spa.releaseDevice(aux.device);
    return undefined;
  }
  const vdev = findVdev(spa, guid);
  if (vdev === undefined) return ENODEV;
  if (vdev.parent !== null || !isLogVdev(spa, vdev.id)) return ENOTSUP;
  return removeLog(spa, vdev);
}
