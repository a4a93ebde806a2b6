/**
 * The configuration of an open pool with states and counters, as libzfs wants it.
 * @see uts/common/fs/zfs/spa.c spa_get_stats(), vdev.c vdev_get_stats()
 */
import {
  type NvList,
  type NvValue,
  nvGetListArray,
  nvList,
  nvListArray,
  nvUint64,
} from '#abi/illumos/nvpair.ts';
import {
  packVdevStat,
  VDEV_AUX_BAD_GUID_SUM,
  VDEV_AUX_BAD_LABEL,
  VDEV_AUX_BAD_LOG,
  VDEV_AUX_CORRUPT_DATA,
  VDEV_AUX_ERR_EXCEEDED,
  VDEV_AUX_EXTERNAL,
  VDEV_AUX_IO_FAILURE,
  VDEV_AUX_NONE,
  VDEV_AUX_NO_REPLICAS,
  VDEV_AUX_OPEN_FAILED,
  VDEV_AUX_SPARED,
  VDEV_AUX_TOO_SMALL,
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_FAULTED,
  VDEV_STATE_HEALTHY,
  VDEV_STATE_OFFLINE,
  VDEV_STATE_REMOVED,
  type VdevStat,
} from '#abi/illumos/zfs-stat.ts';
import { DMU_POOL_FEATURES_FOR_READ, DMU_POOL_FEATURES_FOR_WRITE } from '../dsl/dsl-pool.ts';
import type { Spa } from '../pool/spa.ts';
import { poolConfig } from '../pool/spa-config-sync.ts';
import { zapEntries } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import type { Vdev, VdevAux, VdevState } from '../vdev/vdev.ts';

const STATE_OF: Readonly<Record<VdevState, number>> = {
  ONLINE: VDEV_STATE_HEALTHY,
  DEGRADED: VDEV_STATE_DEGRADED,
  FAULTED: VDEV_STATE_FAULTED,
  OFFLINE: VDEV_STATE_OFFLINE,
  UNAVAIL: VDEV_STATE_CANT_OPEN,
  REMOVED: VDEV_STATE_REMOVED,
};

const AUX_OF: Readonly<Record<VdevAux, number>> = {
  NONE: VDEV_AUX_NONE,
  OPEN_FAILED: VDEV_AUX_OPEN_FAILED,
  CORRUPT_DATA: VDEV_AUX_CORRUPT_DATA,
  NO_REPLICAS: VDEV_AUX_NO_REPLICAS,
  BAD_GUID_SUM: VDEV_AUX_BAD_GUID_SUM,
  TOO_SMALL: VDEV_AUX_TOO_SMALL,
  BAD_LABEL: VDEV_AUX_BAD_LABEL,
  SPARED: VDEV_AUX_SPARED,
  ERR_EXCEEDED: VDEV_AUX_ERR_EXCEEDED,
  IO_FAILURE: VDEV_AUX_IO_FAILURE,
  BAD_LOG: VDEV_AUX_BAD_LOG,
  EXTERNAL: VDEV_AUX_EXTERNAL,
};

function statOf(vdev: Vdev, space: Partial<VdevStat>): NvValue {
  const { stats } = vdev;
  return packVdevStat({
    ...space,
    state: STATE_OF[vdev.state],
    aux: AUX_OF[vdev.aux],
    readOps: stats.readOps,
    writeOps: stats.writeOps,
    readBytes: stats.readBytes,
    writeBytes: stats.writeBytes,
    readErrors: stats.readErrors,
    writeErrors: stats.writeErrors,
    checksumErrors: stats.checksumErrors,
    selfHealedBytes: stats.repairedBytes,
  });
}

function withStats(config: NvList, vdev: Vdev, space: Partial<VdevStat>): NvList {
  const out = new Map(config);
  const children = nvGetListArray(config, 'children');
  if (children.length > 0) {
    const branches = children.map((child, n) => {
      const below = vdev.children[n];
      return below === undefined ? child : withStats(child, below, {});
    });
    out.set('children', nvListArray(branches));
  }
  out.set('vdev_stats', statOf(vdev, space));
  return out;
}

/** Bytes of one top-level vdev. */
function spaceOf(spa: Spa, id: number): Partial<VdevStat> {
  let spaceBytes = 0;
  let allocatedBytes = 0;
  for (const { group, metaslab } of spa.allMetaslabs()) {
    if (group.vdev !== id) continue;
    spaceBytes += metaslab.size;
    allocatedBytes += metaslab.allocatedBytes;
  }
  return { spaceBytes, allocatedBytes };
}

/** The pool's state follows from its top-level vdevs: the worst counts. */
function rootState(spa: Spa): number {
  const states = spa.zio.tops.flatMap((top) => (top === undefined ? [] : [top.vdev.state]));
  if (states.some((state) => state === 'UNAVAIL' || state === 'FAULTED')) {
    return VDEV_STATE_CANT_OPEN;
  }
  const isWhole = states.every((state) => state === 'ONLINE');
  return isWhole ? VDEV_STATE_HEALTHY : VDEV_STATE_DEGRADED;
}

/** `spa_get_stats`: everything that `zpool status` and `list` show. */
export function poolStats(spa: Spa): NvList {
  const config = new Map(poolConfig(spa));
  const tree = config.get('vdev_tree');
  if (tree?.type === 'nvlist') {
    const root = new Map(tree.value);
    const totals: Partial<VdevStat> = {};
    const branches = nvGetListArray(tree.value, 'children').map((child) => {
      const id = Number(child.get('id')?.type === 'uint64' ? nvNumber(child.get('id')) : -1);
      const vdev = spa.zio.tops[id]?.vdev;
      if (vdev === undefined) return child;
      const space = spaceOf(spa, id);
      totals.spaceBytes = (totals.spaceBytes ?? 0) + (space.spaceBytes ?? 0);
      totals.allocatedBytes = (totals.allocatedBytes ?? 0) + (space.allocatedBytes ?? 0);
      return withStats(child, vdev, space);
    });
    root.set('children', nvListArray(branches));
    root.set('vdev_stats', packVdevStat({ ...totals, state: rootState(spa) }));
    config.set('vdev_tree', nvList(root));
  }
  config.set('error_count', nvUint64(0));
  config.set('feature_stats', nvList(featureStats(spa)));
  if (spa.isSuspended) config.set('suspended', nvUint64(1));
  return config;
}

function nvNumber(pair: NvValue | undefined): number {
  return pair?.type === 'uint64' ? Number(pair.value) : -1;
}

/** Uses of every enabled feature, by guid. `spa_feature_stats_from_disk` */
function featureStats(spa: Spa): NvList {
  const stats = new Map<string, NvValue>();
  for (const list of [DMU_POOL_FEATURES_FOR_READ, DMU_POOL_FEATURES_FOR_WRITE]) {
    const object = spa.dsl.directoryNumber(list);
    if (object === undefined) continue;
    for (const { name, value } of zapEntries(spa.mos, object)) {
      stats.set(name, nvUint64(firstInteger(value)));
    }
  }
  return stats;
}
