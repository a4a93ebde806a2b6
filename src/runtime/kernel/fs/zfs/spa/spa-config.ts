/**
 * Finding the devices of a pool by their labels, and putting the vdev tree together: each label has
 * the branch of its own top-level vdev only.
 * @see uts/common/fs/zfs/spa_config.c, lib/libzutil/zutil_import.c
 */
import type { BlockDevice } from '#runtime/host.ts';
import { type Uberblock, VDEV_LABELS } from '../ondisk/label.ts';
import {
  type NvList,
  nvGetList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
} from '../ondisk/nvlist.ts';
import {
  ashiftOf,
  isNewer,
  type LabelSeal,
  readBestConfig,
  readUberblocks,
} from '../vdev/vdev-label.ts';

/** A device with the label of a pool on it. */
export interface LabeledDevice {
  readonly device: BlockDevice;
  readonly config: NvList;
  /** Its own guid; two devices of one guid are a duplicate, the newer one counts. */
  readonly guid: bigint;
  readonly txg: number;
}

/** A pool that was found on some devices. */
export interface FoundPool {
  readonly name: string;
  readonly guid: bigint;
  /** The newest label's configuration. */
  readonly config: NvList;
  readonly devices: readonly LabeledDevice[];
}

/** Reads the label of one device; null when it has none. */
export function readLabeledDevice(device: BlockDevice, seal: LabelSeal): LabeledDevice | null {
  const config = readBestConfig(device, seal);
  if (config === null) return null;
  const guid = nvGetUint64(config, 'guid');
  if (guid === undefined) return null;
  return { device, config, guid, txg: nvGetNumber(config, 'txg') ?? 0 };
}

/** All pools on `devices`, by name. */
export function findPools(devices: readonly BlockDevice[], seal: LabelSeal): FoundPool[] {
  const byGuid = new Map<bigint, LabeledDevice[]>();
  for (const device of devices) {
    const labeled = readLabeledDevice(device, seal);
    const poolGuid = labeled === null ? undefined : nvGetUint64(labeled.config, 'pool_guid');
    if (labeled === null || poolGuid === undefined) continue;
    const list = byGuid.get(poolGuid) ?? [];
    list.push(labeled);
    byGuid.set(poolGuid, list);
  }
  const pools: FoundPool[] = [];
  for (const [guid, found] of byGuid) {
    const newest = found.reduce((a, b) => (b.txg > a.txg ? b : a));
    const name = nvGetString(newest.config, 'name');
    if (name !== undefined) pools.push({ name, guid, config: newest.config, devices: found });
  }
  return pools.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The branches that labels show, by the id of the top-level vdev; the newest counts. */
export function topLevelConfigs(pool: FoundPool): Map<number, NvList> {
  const tops = new Map<number, { txg: number; tree: NvList }>();
  for (const { config, txg } of pool.devices) {
    const tree = nvGetList(config, 'vdev_tree');
    const id = tree && nvGetNumber(tree, 'id');
    if (tree === undefined || id === undefined) continue;
    const known = tops.get(id);
    if (known === undefined || txg > known.txg) tops.set(id, { txg, tree });
  }
  return new Map([...tops].map(([id, { tree }]) => [id, tree]));
}

/** Every uberblock in any label of any device, the best first. */
export function findUberblocks(pool: FoundPool, seal: LabelSeal): Uberblock[] {
  const all: Uberblock[] = [];
  for (const { device, config } of pool.devices) {
    for (let l = 0; l < VDEV_LABELS; l += 1) {
      all.push(...readUberblocks(device, l, ashiftOf(config), seal));
    }
  }
  return all.sort((a, b) => (isNewer(a, b) ? -1 : 1));
}

/** Guids of all leaves in a branch. */
export function leafGuids(tree: NvList): bigint[] {
  const children = nvGetListArray(tree, 'children');
  if (children.length > 0) return children.flatMap(leafGuids);
  const guid = nvGetUint64(tree, 'guid');
  return guid === undefined ? [] : [guid];
}
