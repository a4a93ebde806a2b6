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
  readLabelConfigs,
  readUberblocks,
} from '../vdev/vdev-label.ts';

/** A device with the label of a pool, a spare or a cache device on it. */
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
  /** Spares and cache devices of any pool: their labels don't say of which. */
  readonly auxDevices: readonly LabeledDevice[];
}

interface Candidate {
  readonly device: BlockDevice;
  /** What its valid labels say. */
  readonly configs: readonly NvList[];
}

function txgOf(config: NvList): number {
  return nvGetNumber(config, 'txg') ?? 0;
}

function newest(configs: readonly NvList[]): NvList | undefined {
  return configs.reduce<NvList | undefined>(
    (best, each) => (best === undefined || txgOf(each) > txgOf(best) ? each : best),
    undefined,
  );
}

function labeled(device: BlockDevice, configs: readonly NvList[]): LabeledDevice[] {
  const config = newest(configs);
  const guid = config && nvGetUint64(config, 'guid');
  if (config === undefined || guid === undefined) return [];
  return [{ device, config, guid, txg: txgOf(config) }];
}

/**
 * Each device with the newest label that counts: one that is newer than every uberblock was written
 * by a txg that did not come to its end.
 */
function settle(candidates: readonly Candidate[], seal: LabelSeal): LabeledDevice[] {
  const isTorn = candidates.some(({ configs }) => new Set(configs.map(txgOf)).size > 1);
  if (!isTorn) return candidates.flatMap(({ device, configs }) => labeled(device, configs));
  const all = candidates.flatMap(({ device, configs }) => labeled(device, configs));
  const last = uberblocksOn(all, seal)[0]?.txg ?? 0;
  return candidates.flatMap(({ device, configs }) =>
    labeled(
      device,
      configs.filter((config) => txgOf(config) <= last),
    ),
  );
}

/** All pools on `devices`, by name. */
export function findPools(devices: readonly BlockDevice[], seal: LabelSeal): FoundPool[] {
  const byGuid = new Map<bigint, Candidate[]>();
  const auxDevices: LabeledDevice[] = [];
  for (const device of devices) {
    const configs = readLabelConfigs(device, seal);
    const best = newest(configs);
    if (best === undefined) continue;
    const poolGuid = nvGetUint64(best, 'pool_guid');
    if (poolGuid === undefined) {
      auxDevices.push(...labeled(device, configs));
      continue;
    }
    const list = byGuid.get(poolGuid) ?? [];
    list.push({ device, configs });
    byGuid.set(poolGuid, list);
  }
  const pools: FoundPool[] = [];
  for (const [guid, candidates] of byGuid) {
    const found = settle(candidates, seal);
    const config = newest(found.map((each) => each.config));
    const name = config && nvGetString(config, 'name');
    if (config === undefined || name === undefined) continue;
    pools.push({ name, guid, config, devices: found, auxDevices });
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
  return uberblocksOn(pool.devices, seal);
}

function uberblocksOn(devices: readonly LabeledDevice[], seal: LabelSeal): Uberblock[] {
  const all: Uberblock[] = [];
  for (const { device, config } of devices) {
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
