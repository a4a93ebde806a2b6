/**
 * Attach, replace and detach: a leaf gets company in a mirror, `replacing` or `spare` vdev, which is
 * made above it if need be, and the resilver fills the newcomer; with one child left such a vdev goes
 * away again. The change is made in the open txg, so that all of its writes reach the newcomer, and
 * is on disk when the call returns.
 * Surprising: the last child of a top-level mirror takes over the mirror's guid, so that a label of a
 * detached disk can't pass for another top-level vdev.
 * @see uts/common/fs/zfs/spa.c spa_vdev_attach(), spa_vdev_detach()
 */
import { BlockDeviceError } from '#runtime/host.ts';
import {
  EBUSY,
  EDOM,
  EINVAL,
  EIO,
  ENODEV,
  ENOTSUP,
  EOVERFLOW,
  type Errno,
} from '#kernel/os/errno.ts';
import { TXG_INITIAL } from '../dsl/dsl-create.ts';
import { dataSize } from '../ondisk/label.ts';
import { nvGetNumber, nvString, nvUint64 } from '../ondisk/nvlist.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { VdevMirror } from '../vdev/vdev-mirror.ts';
import { buildVdev } from '../vdev/vdev-tree.ts';
import type { Spa } from './spa.ts';
import { createVdevZap } from './spa-create.ts';
import { spaSync } from './spa-sync.ts';
import { findVdev, topEntry } from './vdev-find.ts';
import { clearLabels, newLeafConfig, tryClearLabels, type VdevSpec } from './vdev-create.ts';
import { freeVdevObjects, isDtlRequired } from './vdev-dtl-sync.ts';

/** What belongs to the top-level vdev, whichever that is. */
const TOP_KEYS = [
  'metaslab_array',
  'metaslab_shift',
  'ashift',
  'asize',
  'is_log',
  'non_allocating',
  'alloc_bias',
  'com.delphix:vdev_zap_top',
];

/** `vdev_top_transfer` */
function transferTop(from: Vdev, to: Vdev): void {
  for (const key of TOP_KEYS) {
    const value = from.config.get(key);
    if (value === undefined) continue;
    to.config.set(key, value);
    from.config.delete(key);
  }
}

/** Puts `by` in the place of `vdev`. */
function putInPlace(spa: Spa, vdev: Vdev, by: Vdev): void {
  const { parent } = vdev;
  if (parent === null) {
    const top = topEntry(spa, vdev);
    by.id = vdev.id;
    by.parent = null;
    transferTop(vdev, by);
    top.vdev = by;
  } else {
    parent.setChildren(parent.children.map((child) => (child === vdev ? by : child)));
  }
}

/** `vdev_add_parent`: a vdev of two or more in the place of one. */
function addParent(spa: Spa, child: Vdev, type: 'mirror' | 'replacing' | 'spare'): Vdev {
  const identity = { type, id: child.id, guid: spa.newGuid(), ashift: child.ashift };
  const made = new VdevMirror(identity, []);
  const created = child.config.get('create_txg');
  if (created !== undefined) made.config.set('create_txg', created);
  putInPlace(spa, child, made);
  made.setChildren([child]);
  return made;
}

/** `vdev_remove_parent`: the only child takes its parent's place. */
function removeParent(spa: Spa, parent: Vdev): void {
  const child = parent.children[0] as Vdev;
  if (parent.parent === null) child.guid = parent.guid;
  putInPlace(spa, parent, child);
  if (child instanceof VdevDisk) child.set('unspare', false);
}

/** `vdev_get_min_asize`: the least room that a device in this place must have. */
function leastSize(spa: Spa, vdev: Vdev): number {
  const { parent } = vdev;
  if (parent === null) return topEntry(spa, vdev).asize;
  const least = leastSize(spa, parent);
  return parent.type === 'raidz' ? Math.ceil(least / parent.children.length) : least;
}

export interface AttachOptions {
  /** Takes the place of the old one when it is resilvered. */
  readonly isReplacing: boolean;
}

/** Which vdev has to be above the two; or why that can't be. */
function parentType(
  old: VdevDisk,
  isSpare: boolean,
  isReplacing: boolean,
): 'mirror' | 'replacing' | 'spare' | Errno {
  const { parent } = old;
  if (!isReplacing) return parent === null || parent.type === 'mirror' ? 'mirror' : ENOTSUP;
  if (parent?.type === 'spare') {
    // Spare replaces spare, and another disk replaces another disk.
    if (isSpare !== old.has('is_spare')) return ENOTSUP;
    return isSpare ? 'spare' : 'replacing';
  }
  return isSpare ? 'spare' : 'replacing';
}

/**
 * Attaches a device to leaf `guid`, or has it replaced by it. ENODEV no such vdev, ENOTSUP not there,
 * EOVERFLOW too small, EDOM sectors too large.
 */
export function spaVdevAttach(
  spa: Spa,
  guid: bigint,
  spec: VdevSpec,
  { isReplacing }: AttachOptions,
): Errno | undefined {
  const old = findVdev(spa, guid);
  if (old === undefined) return ENODEV;
  if (!(old instanceof VdevDisk)) return ENOTSUP;
  if (!('device' in spec)) return EINVAL;
  const { device } = spec;
  const spare = spa.aux.spares.find((each) => each.device === device);
  if (spare !== undefined && nvGetNumber(old.top.config, 'is_log') === 1) return ENOTSUP;
  const type = parentType(old, spare !== undefined, isReplacing);
  if (typeof type !== 'string') return type;
  if (dataSize(device.sizeBytes) < leastSize(spa, old)) return EOVERFLOW;
  if (Math.log2(device.sectorSize) > old.ashift) return EDOM;
  try {
    clearLabels(device);
  } catch (error) {
    if (!(error instanceof BlockDeviceError)) throw error;
    return EIO;
  }
  // In place: the old one is told apart by its path.
  if (isReplacing && spec.path === old.path) old.config.set('path', nvString(`${old.path}/old`));
  const config = newLeafConfig({ ...spec, device }, spa.txg, () => spa.newGuid());
  const added = buildVdev(config, old.ashift, () => device) as VdevDisk;
  if (spare !== undefined) {
    added.guid = spare.guid;
    added.set('is_spare', true);
  }
  const parent = old.parent?.type === type ? old.parent : addParent(spa, old, type);
  parent.setChildren([...parent.children, added]);
  added.noteMissing(TXG_INITIAL, spa.txg);
  added.observer = old.observer;
  spa.isConfigDirty = true;
  spa.syncTasks.push(() => {
    createVdevZap(spa, added, 'com.delphix:vdev_zap_leaf');
    spa.scan.begin('RESILVER');
  });
  spaSync(spa);
  spa.notify(spare === undefined ? 'vdev_attach' : 'vdev_spare', added);
  return undefined;
}

/**
 * Takes leaf `guid` out of its mirror, `replacing` or `spare`. EBUSY when it has the only valid copy
 * of something.
 */
export function spaVdevDetach(spa: Spa, guid: bigint): Errno | undefined {
  const vdev = findVdev(spa, guid);
  if (vdev === undefined) return ENODEV;
  const { parent } = vdev;
  if (!(vdev instanceof VdevDisk) || !(parent instanceof VdevMirror)) return ENOTSUP;
  if (isDtlRequired(spa, vdev)) return EBUSY;
  const [first] = parent.children;
  if (parent.type === 'replacing' && vdev !== first && first instanceof VdevDisk) {
    if (first.path === `${vdev.path}/old`) first.config.set('path', nvString(vdev.path));
  }
  const last = parent.children.at(-1);
  // Without the disk it stood in for, the spare stays for good.
  const keepsSpare =
    parent.type === 'spare' && vdev === first && last instanceof VdevDisk && last.has('is_spare');
  const wasSpare = vdev.has('is_spare');
  parent.setChildren(parent.children.filter((child) => child !== vdev));
  if (keepsSpare && parent.children.length === 1) {
    last.set('is_spare', false);
    spa.aux.remove('spares', last.guid);
  }
  if (parent.children.length === 1) removeParent(spa, parent);
  spa.isConfigDirty = true;
  spa.syncTasks.push(() => freeVdevObjects(spa, vdev));
  spaSync(spa);
  if (wasSpare) spa.aux.giveBack(vdev);
  else if (vdev.device !== null && vdev.isReadable) tryClearLabels(vdev.device);
  spa.notify('vdev_remove', vdev);
  if (!wasSpare && vdev.device !== null) spa.releaseDevice(vdev.device);
  return undefined;
}

/**
 * The vdev that has done its part: everything of it is on the newcomer.
 * `vdev_resilver_done_hunt`
 */
function findDone(spa: Spa, vdev: Vdev): Vdev | undefined {
  for (const child of vdev.children) {
    const found = findDone(spa, child);
    if (found !== undefined) return found;
  }
  const first = vdev.children[0];
  const last = vdev.children.at(-1);
  if (first === undefined || last === undefined || first === last) return undefined;
  const isWhole = (each: Vdev): boolean =>
    each.isReadable &&
    each.leaves().every((leaf) => leaf instanceof VdevDisk && leaf.missing.isEmpty);
  if (vdev.type === 'replacing') {
    return isWhole(last) && !isDtlRequired(spa, first) ? first : undefined;
  }
  if (vdev.type !== 'spare') return undefined;
  // Of several spares for one disk the older ones go; of a disk that was replaced, all.
  const second = vdev.children[1] as Vdev;
  const isReplaced = first instanceof VdevDisk && first.has('unspare') && isWhole(first);
  if (isReplaced) return isDtlRequired(spa, last) ? undefined : last;
  if (vdev.children.length > 2 && isWhole(last) && !isDtlRequired(spa, second)) return second;
  return undefined;
}

/** `spa_vdev_resilver_done`: what was replaced leaves. */
export function resilverDone(spa: Spa): void {
  for (;;) {
    const done = spa.zio.tops
      .map((top) => (top === undefined ? undefined : findDone(spa, top.vdev)))
      .find((vdev) => vdev !== undefined);
    if (!(done instanceof VdevDisk)) return;
    const { parent } = done;
    const grand = parent?.parent;
    // A disk that a spare stands in for was replaced: the spare is free again.
    const isSpared = parent?.type === 'replacing' && grand?.type === 'spare' && parent.id === 0;
    if (spaVdevDetach(spa, done.guid) !== undefined) return;
    const stays = isSpared ? grand.children[0] : undefined;
    if (stays instanceof VdevDisk) stays.config.set('unspare', nvUint64(1));
  }
}
