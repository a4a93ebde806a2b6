/**
 * Finding pools on devices, and opening one of them.
 * Surprising: on illumos libzfs reads the labels in user space and hands the kernel a configuration;
 * here the kernel looks itself, with the same outcome.
 * @see lib/libzutil/zutil_import.c, uts/common/fs/zfs/spa.c spa_import()
 */
import type { BlockDevice } from '#runtime/host.ts';
import {
  type NvList,
  type NvValue,
  nvGetListArray,
  nvGetUint64,
  nvList,
  nvListArray,
  nvString,
  nvUint64,
} from '#abi/illumos/nvpair.ts';
import {
  packVdevStat,
  VDEV_AUX_NO_REPLICAS,
  VDEV_AUX_OPEN_FAILED,
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_HEALTHY,
  type VdevStat,
} from '#abi/illumos/zfs-stat.ts';
import type { Spa } from '../pool/spa.ts';
import { spaOpen } from '../pool/spa-open.ts';
import { findPools, type FoundPool, topLevelConfigs } from '../spa/spa-config.ts';
import { buildVdev } from '../vdev/vdev-tree.ts';
import type { Vdev, VdevState } from '../vdev/vdev.ts';
import { ZioContext } from '../zio/zio.ts';
import type { ZfsModule } from './zfs-module.ts';

/** A pool on devices that are open for it. */
export interface Candidate {
  readonly found: FoundPool;
  /** As `zpool import` lists it: the whole tree with states. */
  readonly config: NvList;
  readonly paths: ReadonlyMap<BlockDevice, string>;
  /** Gives the devices back. */
  release(): void;
}

/** Pools on the devices in `places` (directories, or devices) that are not open already. */
export function searchPools(module: ZfsModule, places: readonly string[]): Candidate[] {
  const { machine } = module;
  const paths = new Map<BlockDevice, string>();
  for (const place of places) {
    for (const { path, device } of machine.devicesIn(place)) {
      if (paths.has(device) || module.userOf(device) !== undefined) machine.closeDevice(device);
      else paths.set(device, path);
    }
  }
  const { checksums } = new ZioContext(machine.codecs);
  const pools = findPools([...paths.keys()], checksums);
  const used = new Set(pools.flatMap(({ devices }) => devices.map(({ device }) => device)));
  for (const device of paths.keys()) if (!used.has(device)) machine.closeDevice(device);
  return pools.map((found) => ({
    found,
    config: importConfig(found, paths),
    paths,
    release: () => {
      for (const { device } of found.devices) machine.closeDevice(device);
    },
  }));
}

/** Opens the candidate; its devices belong to the pool from now on. */
export function importPool(module: ZfsModule, candidate: Candidate, name: string): Spa {
  const { found, paths } = candidate;
  const spa = spaOpen(found, { ...module.poolOptions(), newName: name });
  // The devices may have other names here than where the pool was last open.
  const byGuid = new Map(found.devices.map(({ guid, device }) => [guid, paths.get(device)]));
  for (const top of spa.zio.tops) {
    for (const leaf of top?.vdev.leaves() ?? []) {
      const path = byGuid.get(leaf.guid);
      if (path !== undefined) leaf.config.set('path', nvString(path));
    }
  }
  spa.isConfigDirty = true;
  return spa;
}

/** The branch with the paths that its leaves have here. */
function withPaths(config: NvList, paths: ReadonlyMap<bigint, string | undefined>): NvList {
  const out = new Map(config);
  const children = nvGetListArray(config, 'children');
  if (children.length > 0) {
    out.set('children', nvListArray(children.map((child) => withPaths(child, paths))));
  }
  const path = paths.get(nvGetUint64(config, 'guid') ?? 0n);
  if (path !== undefined) out.set('path', nvString(path));
  return out;
}

const IMPORT_STATE: Partial<Record<VdevState, number>> = {
  ONLINE: VDEV_STATE_HEALTHY,
  DEGRADED: VDEV_STATE_DEGRADED,
};

function importStat(vdev: Vdev): Partial<VdevStat> {
  const state = IMPORT_STATE[vdev.state] ?? VDEV_STATE_CANT_OPEN;
  if (state !== VDEV_STATE_CANT_OPEN) return { state };
  return { state, aux: vdev.children.length > 0 ? VDEV_AUX_NO_REPLICAS : VDEV_AUX_OPEN_FAILED };
}

function withStates(config: NvList, vdev: Vdev): NvList {
  const out = new Map(config);
  const children = nvGetListArray(config, 'children').map((child, n) => {
    const below = vdev.children[n];
    return below === undefined ? child : withStates(child, below);
  });
  if (children.length > 0) out.set('children', nvListArray(children));
  out.set('vdev_stats', packVdevStat(importStat(vdev)));
  return out;
}

/** The pool's configuration as its labels tell it, and what of it is there. */
function importConfig(found: FoundPool, paths: ReadonlyMap<BlockDevice, string>): NvList {
  const byGuid = new Map(found.devices.map(({ guid, device }) => [guid, device]));
  const pathOf = new Map(found.devices.map(({ guid, device }) => [guid, paths.get(device)]));
  const count = Number(nvGetUint64(found.config, 'vdev_children') ?? 0n);
  const trees = topLevelConfigs(found);
  let isMissing = false;
  let isDegraded = false;
  const children: NvList[] = [];
  for (let id = 0; id < count; id += 1) {
    const tree = trees.get(id);
    if (tree === undefined) {
      isMissing = true;
      continue;
    }
    const vdev = buildVdev(tree, 9, (guid) => byGuid.get(guid) ?? null);
    if (vdev.state === 'UNAVAIL') isMissing = true;
    if (vdev.state !== 'ONLINE') isDegraded = true;
    children.push(withStates(withPaths(tree, pathOf), vdev));
  }
  let state = VDEV_STATE_HEALTHY;
  if (isMissing) state = VDEV_STATE_CANT_OPEN;
  else if (isDegraded) state = VDEV_STATE_DEGRADED;
  const aux = isMissing ? VDEV_AUX_NO_REPLICAS : 0;
  const root: NvList = new Map<string, NvValue>([
    ['type', nvString('root')],
    ['id', nvUint64(0)],
    ['guid', nvUint64(found.guid)],
    ['children', nvListArray(children)],
    ['vdev_stats', packVdevStat({ state, aux })],
  ]);
  return new Map([...found.config, ['vdev_tree', nvList(root)]]);
}
