/**
 * What can be said of a device from outside: take it offline or online, declare it faulty, forget its
 * errors, look at it again. States that must last are settings of the leaf's configuration.
 * @see uts/common/fs/zfs/vdev.c vdev_offline(), vdev_online(), vdev_fault(), vdev_clear()
 */
import type { BlockDevice } from '#runtime/host.ts';
import { EBUSY, EIO, ENODEV, ENOTSUP, type Errno, isErrno } from '#kernel/os/errno.ts';
import { dataSize } from '../ondisk/label.ts';
import { nvGetNumber, nvGetUint64, nvUint64 } from '../ondisk/nvlist.ts';
import { emptyStats, type Vdev, type VdevAux, type VdevState } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { readLabelConfigs } from '../vdev/vdev-label.ts';
import { isLogVdev, openGroup } from './metaslab-open.ts';
import { mustResilver } from './scan-ops.ts';
import type { Spa } from './spa.ts';
import { allLeaves } from './spa-config-sync.ts';
import { spaResume, spaSync } from './spa-sync.ts';
import { spaVdevDetach } from './spa-vdev-attach.ts';
import { isDtlRequired } from './vdev-dtl-sync.ts';
import { findVdev } from './vdev-find.ts';

function findLeaf(spa: Spa, guid: bigint): VdevDisk | Errno {
  const vdev = findVdev(spa, guid) ?? spa.aux.caches.find((cache) => cache.guid === guid);
  if (vdev === undefined) return ENODEV;
  return vdev instanceof VdevDisk ? vdev : ENOTSUP;
}

/** Whether something would be lost without it. A cache has only copies. */
function isNeeded(spa: Spa, leaf: VdevDisk): boolean {
  return !spa.aux.caches.includes(leaf) && isDtlRequired(spa, leaf);
}

/** Writes the change, and begins a resilver if somebody who is back has missed something. */
function commit(spa: Spa): void {
  spa.isConfigDirty = true;
  spa.aux.changed();
  for (const leaf of allLeaves(spa)) if (!leaf.isReadable) leaf.resilverTxg = 0;
  if (mustResilver(spa)) {
    spa.syncTasks.push(() => spa.scan.begin('RESILVER'));
  }
  spaSync(spa);
}

/**
 * `vdev_offline`: for now only, or until it is told otherwise. EBUSY when it has the only valid copy
 * of something.
 */
export function vdevOffline(spa: Spa, guid: bigint, isForNow: boolean): Errno | undefined {
  const leaf = findLeaf(spa, guid);
  if (isErrno(leaf)) return leaf;
  if (leaf.state !== 'OFFLINE') {
    if (isNeeded(spa, leaf)) return EBUSY;
    // What is open goes to it as well, so that nothing half written stays behind.
    spaSync(spa);
  }
  if (isForNow) leaf.isOfflineForNow = true;
  else leaf.set('offline', true);
  commit(spa);
  spa.notify('vdev_offline', leaf);
  return undefined;
}

/** `vdev_online`: its state afterwards; with a fault that stays it is not ONLINE. */
export function vdevOnline(
  spa: Spa,
  guid: bigint,
  options: { readonly expands?: boolean; readonly unspares?: boolean } = {},
): VdevState | Errno {
  const leaf = findLeaf(spa, guid);
  if (isErrno(leaf)) return leaf;
  leaf.set('offline', false);
  leaf.isOfflineForNow = false;
  reopenLeaf(spa, leaf);
  const isCache = spa.aux.caches.includes(leaf);
  if ((options.expands === true || spa.autoExpand) && !isCache) expand(spa, leaf.top);
  commit(spa);
  if (options.unspares === true && leaf.parent?.type === 'spare' && leaf.state === 'ONLINE') {
    const [, spare] = leaf.parent.children;
    if (spare !== undefined) spaVdevDetach(spa, spare.guid);
  }
  spa.notify('vdev_online', leaf);
  return leaf.state;
}

/**
 * `vdev_fault`: not to be used any more. One that has the only valid copy of something is called
 * degraded instead.
 */
export function vdevFault(spa: Spa, guid: bigint, reason: VdevAux): Errno | undefined {
  const leaf = findLeaf(spa, guid);
  if (isErrno(leaf)) return leaf;
  leaf.faultReason = reason;
  const isKept = isNeeded(spa, leaf);
  leaf.set('faulted', !isKept);
  leaf.set('degraded', isKept);
  commit(spa);
  return undefined;
}

/** `vdev_degrade` */
export function vdevDegrade(spa: Spa, guid: bigint, reason: VdevAux): Errno | undefined {
  const leaf = findLeaf(spa, guid);
  if (isErrno(leaf)) return leaf;
  if (leaf.state === 'FAULTED' || leaf.state === 'DEGRADED') return undefined;
  leaf.faultReason = reason;
  leaf.set('degraded', true);
  commit(spa);
  return undefined;
}

/** The device answers no more: `vdev_remove_wanted`. */
export function vdevRemoved(spa: Spa, leaf: VdevDisk): void {
  leaf.isRemoved = true;
  commit(spa);
}

/**
 * `vdev_clear`: forgets errors and faults of one vdev and all below it, or of the whole pool; a
 * suspended pool goes on. EIO when its devices still fail.
 */
export function vdevClear(spa: Spa, guid?: bigint): Errno | undefined {
  const aux = [...spa.aux.spares, ...spa.aux.caches];
  const top = guid === undefined ? undefined : findVdev(spa, guid);
  const own = aux.find((vdev) => vdev.guid === guid);
  if (guid !== undefined && top === undefined && own === undefined) return ENODEV;
  let all: Vdev[] = own === undefined ? [] : [own];
  if (top !== undefined) all = [...top.all()];
  if (guid === undefined) {
    all = [...spa.zio.tops.flatMap((each) => [...(each?.vdev.all() ?? [])]), ...aux];
  }
  for (const vdev of all) {
    const { resilveredBytes } = vdev.stats;
    Object.assign(vdev.stats, emptyStats(), { resilveredBytes });
    if (!(vdev instanceof VdevDisk)) continue;
    vdev.set('faulted', false);
    vdev.set('degraded', false);
    reopenLeaf(spa, vdev);
  }
  spa.diagnosis.forget(all.map((vdev) => vdev.guid));
  if (!spaResume(spa)) return EIO;
  commit(spa);
  spa.notify('vdev_clear', top);
  return undefined;
}

/** `vdev_reopen` of everything: devices may have come, gone or grown. */
export function vdevReopen(spa: Spa): void {
  for (const leaf of allLeaves(spa)) reopenLeaf(spa, leaf);
  expandAll(spa);
  commit(spa);
}

/** `spa_async_autoexpand`: with autoexpand=on; true when something has grown. */
export function expandAll(spa: Spa): boolean {
  if (!spa.autoExpand) return false;
  const tops = spa.zio.tops.flatMap((top) => top?.vdev ?? []);
  return tops.filter((top) => expand(spa, top)).length > 0;
}

/** Looks whether the device is there and is the one that it should be. */
function reopenLeaf(spa: Spa, leaf: VdevDisk): void {
  leaf.device ??= spa.findDevice(leaf.path);
  leaf.isRemoved = false;
  leaf.openFailure = 'NONE';
  if (leaf.device === null) return;
  const own = readLabelConfigs(leaf.device, spa.zio.checksums).map((config) =>
    nvGetUint64(config, 'guid'),
  );
  // Labels that can't be read at all are another matter than those of another disk.
  if (own.length > 0 && !own.includes(leaf.guid)) leaf.openFailure = 'CORRUPT_DATA';
  else if (own.length === 0)
    leaf.openFailure = isReadable(leaf.device) ? 'BAD_LABEL' : 'OPEN_FAILED';
  if (leaf.openFailure === 'NONE') leaf.set('not_present', false);
}

function isReadable(device: BlockDevice): boolean {
  try {
    device.read(0, new Uint8Array(device.sectorSize));
    return true;
  } catch {
    return false;
  }
}

/**
 * `vdev_expand`: more metaslabs, where all devices of the vdev have become larger. One that is away
 * may be the smallest.
 */
export function expand(spa: Spa, top: Vdev): boolean {
  const entry = spa.zio.tops[top.id];
  if (entry === undefined || top.state !== 'ONLINE') return false;
  const asize = sizeOf(top);
  const shift = nvGetNumber(top.config, 'metaslab_shift') ?? 24;
  if (Math.floor(asize / 2 ** shift) <= Math.floor(entry.asize / 2 ** shift)) return false;
  // New metaslabs begin where the old ones end: those keep their state.
  spaSync(spa);
  entry.asize = asize;
  top.config.set('asize', nvUint64(asize));
  const made = openGroup(spa, top.id);
  const from = isLogVdev(spa, top.id) ? spa.logMetaslabs : spa.metaslabs;
  const old = from.groupOf(top.id);
  if (made === undefined || old === undefined) return false;
  const metaslabs = [...old.metaslabs, ...made.metaslabs.slice(old.metaslabs.length)];
  from.groups = from.groups.map((group) => (group === old ? { ...old, metaslabs } : group));
  spa.isConfigDirty = true;
  spa.notify('vdev_autoexpand', top);
  return true;
}

/** Bytes for data, of the devices as they are now. */
function sizeOf(vdev: Vdev): number {
  if (vdev instanceof VdevDisk) {
    return vdev.device === null ? 0 : dataSize(vdev.device.sizeBytes);
  }
  const sizes = vdev.children.map(sizeOf).filter((size) => size > 0);
  const least = Math.min(...sizes);
  return vdev.type === 'raidz' ? least * vdev.children.length : least;
}
