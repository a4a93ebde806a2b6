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
  nvGetList,
  nvGetListArray,
  nvGetNumber,
  nvGetUint64,
  nvList,
  nvListArray,
  nvString,
  nvUint64,
} from '#abi/illumos/nvpair.ts';
import { SPA_FEATURES } from '#abi/illumos/zfs-feature.table.ts';
import {
  packVdevStat,
  VDEV_AUX_BAD_GUID_SUM,
  VDEV_AUX_CORRUPT_DATA,
  VDEV_AUX_NONE,
  VDEV_AUX_UNSUP_FEAT,
  VDEV_AUX_VERSION_NEWER,
  VDEV_AUX_NO_REPLICAS,
  VDEV_AUX_OPEN_FAILED,
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_HEALTHY,
  type VdevStat,
} from '#abi/illumos/zfs-stat.ts';
import type { Spa } from '../pool/spa.ts';
import { SPA_VERSION_BEFORE_FEATURES, SPA_VERSION_FEATURES } from '../ondisk/label.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { spaLoad } from '../pool/spa-load.ts';
import { spaOpen } from '../pool/spa-open.ts';
import { findPools, type FoundPool, topLevelConfigs } from '../spa/spa-config.ts';
import { canRead, canWrite } from '../spa/spa-features.ts';
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
  /** Gives the devices back, but for spares and cache devices. */
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
  const used = new Set(
    pools.flatMap(({ devices, auxDevices }) =>
      [...devices, ...auxDevices].map(({ device }) => device),
    ),
  );
  for (const device of paths.keys()) if (!used.has(device)) machine.closeDevice(device);
  return pools.map((found) => ({
    found,
    config: importConfig(module, found, paths),
    paths,
    release: () => {
      for (const { device } of found.devices) machine.closeDevice(device);
    },
  }));
}

/** Gives back spares and cache devices that no open pool has taken. */
export function releaseAux(module: ZfsModule, candidates: readonly Candidate[]): void {
  const found = candidates.flatMap((each) => each.found.auxDevices);
  for (const device of new Set(found.map((each) => each.device))) {
    if (module.userOf(device) === undefined) module.machine.closeDevice(device);
  }
}

/** Opens the candidate; its devices belong to the pool from now on. */
export function importPool(
  module: ZfsModule,
  candidate: Candidate,
  name: string,
  options: { readonly isReadOnly: boolean; readonly mayMissLog: boolean },
): Spa {
  const { found, paths } = candidate;
  const spa = spaOpen(found, { ...module.poolOptions(), newName: name, ...options });
  // The devices may have other names here than where the pool was last open.
  const byGuid = new Map(found.devices.map(({ guid, device }) => [guid, paths.get(device)]));
  for (const top of spa.zio.tops) {
    for (const leaf of top?.vdev.leaves() ?? []) {
      const path = byGuid.get(leaf.guid);
      if (path !== undefined) leaf.config.set('path', nvString(path));
    }
  }
  if (!options.isReadOnly) spa.isConfigDirty = true;
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

/** What there is of the top-level vdevs. */
interface TreeReport {
  readonly children: readonly NvList[];
  /** One that nothing is known of. */
  readonly isUnknown: boolean;
  readonly isMissing: boolean;
  readonly isDegraded: boolean;
}

function missingConfig(id: number): NvList {
  return new Map<string, NvValue>([
    ['type', nvString('missing')],
    ['id', nvUint64(id)],
    ['guid', nvUint64(0)],
    ['vdev_stats', packVdevStat({ state: VDEV_STATE_CANT_OPEN, aux: VDEV_AUX_OPEN_FAILED })],
  ]);
}

function reportTree(found: FoundPool, paths: ReadonlyMap<BlockDevice, string>): TreeReport {
  const devices = found.devices.toSorted((a, b) => a.txg - b.txg);
  const byGuid = new Map(devices.map(({ guid, device }) => [guid, device]));
  const pathOf = new Map(devices.map(({ guid, device }) => [guid, paths.get(device)]));
  const count = nvGetNumber(found.config, 'vdev_children') ?? 0;
  const holes = found.config.get('hole_array');
  const trees = topLevelConfigs(found);
  const children: NvList[] = [];
  let [isUnknown, isMissing, isDegraded] = [false, false, false];
  for (let id = 0; id < count; id += 1) {
    if (holes?.type === 'uint64_array' && holes.value.includes(BigInt(id))) continue;
    const tree = trees.get(id);
    if (tree === undefined) {
      isUnknown = true;
      children.push(missingConfig(id));
      continue;
    }
    const vdev = buildVdev(tree, 9, (guid) => byGuid.get(guid) ?? null);
    if (vdev.state === 'UNAVAIL') isMissing = true;
    if (vdev.state !== 'ONLINE') isDegraded = true;
    children.push(withStates(withPaths(tree, pathOf), vdev));
  }
  return { children, isUnknown, isMissing, isDegraded };
}

/** What opening the pool would say: features missing here, and when it was last written. */
interface LoadReport {
  readonly info: NvList;
  readonly aux: number;
  readonly extra: readonly (readonly [string, NvValue])[];
}

const NO_INFO: NvList = new Map();

function featureInfo(guids: readonly string[], canReadOnly: boolean): NvList {
  const features = new Map(guids.map((guid) => [guid, nvString(descriptionOf(guid))]));
  const info = new Map([['unsup_feat', nvList(features)]]);
  if (canReadOnly) info.set('can_rdonly', { type: 'boolean' });
  return info;
}

function descriptionOf(guid: string): string {
  return SPA_FEATURES.find((each) => each.guid === guid)?.description ?? '';
}

/** Looks into the pool without writing to it. `spa_tryimport` */
function tryLoad(module: ZfsModule, found: FoundPool): LoadReport {
  const version = nvGetNumber(found.config, 'version') ?? 0;
  const isNewer = version > SPA_VERSION_BEFORE_FEATURES && version !== SPA_VERSION_FEATURES;
  if (isNewer) return { info: NO_INFO, aux: VDEV_AUX_VERSION_NEWER, extra: [] };
  const inLabel = [...(nvGetList(found.config, 'features_for_read') ?? NO_INFO).keys()];
  const unreadable = inLabel.filter((guid) => !canRead(guid));
  if (unreadable.length > 0) {
    return { info: featureInfo(unreadable, false), aux: VDEV_AUX_UNSUP_FEAT, extra: [] };
  }
  try {
    const { codecs, arcLimitBytes } = module.poolOptions();
    const loaded = spaLoad(found, { codecs, arcLimitBytes, isReadOnly: true });
    const extra: [string, NvValue][] = [['timestamp', nvUint64(loaded.uberblock.timestamp)]];
    const comment = loaded.config.get('comment');
    if (comment !== undefined) extra.push(['comment', comment]);
    const frozen = [...loaded.activeFeatures.keys()].filter((guid) => !canWrite(guid));
    if (frozen.length === 0) return { info: NO_INFO, aux: VDEV_AUX_NONE, extra };
    return { info: featureInfo(frozen, true), aux: VDEV_AUX_UNSUP_FEAT, extra };
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return { info: NO_INFO, aux: VDEV_AUX_CORRUPT_DATA, extra: [] };
  }
}

/** The pool's configuration as its labels tell it, and what of it is there. */
function importConfig(
  module: ZfsModule,
  found: FoundPool,
  paths: ReadonlyMap<BlockDevice, string>,
): NvList {
  const { children, isUnknown, isMissing, isDegraded } = reportTree(found, paths);
  let state = VDEV_STATE_HEALTHY;
  let aux = VDEV_AUX_NONE;
  let report: LoadReport = { info: NO_INFO, aux, extra: [] };
  if (isUnknown) aux = VDEV_AUX_BAD_GUID_SUM;
  else if (isMissing) aux = VDEV_AUX_NO_REPLICAS;
  else {
    report = tryLoad(module, found);
    ({ aux } = report);
  }
  if (aux !== VDEV_AUX_NONE) state = VDEV_STATE_CANT_OPEN;
  else if (isDegraded) state = VDEV_STATE_DEGRADED;
  const root: NvList = new Map<string, NvValue>([
    ['type', nvString('root')],
    ['id', nvUint64(0)],
    ['guid', nvUint64(found.guid)],
    ['children', nvListArray(children)],
    ['vdev_stats', packVdevStat({ state, aux })],
  ]);
  return new Map([
    ...found.config,
    ...report.extra,
    ['vdev_tree', nvList(root)],
    ['load_info', nvList(report.info)],
    ['system_hostid', nvUint64(module.machine.hostid)],
  ]);
}
