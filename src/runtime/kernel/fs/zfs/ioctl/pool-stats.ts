/**
 * The configuration of an open pool with states and counters, as libzfs wants it.
 * @see uts/common/fs/zfs/spa.c spa_get_stats(), vdev.c vdev_get_stats()
 */
import {
  type NvList,
  type NvValue,
  nvGetListArray,
  nvGetNumber,
  nvList,
  nvListArray,
  nvUint64,
} from '#abi/illumos/nvpair.ts';
import {
  packScanStat,
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
import { fragmentation, poolHealth } from '../pool/spa-prop.ts';
import type { Spa } from '../pool/spa.ts';
import { poolConfig } from '../pool/spa-config-sync.ts';
import { zapEntries } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import type { Vdev, VdevAux, VdevState } from '../vdev/vdev.ts';
import type { VdevDisk } from '../vdev/vdev-disk.ts';
import { vdevConfig } from '../vdev/vdev-tree.ts';

/** A vdev's state as programs get it. */
export const STATE_OF: Readonly<Record<VdevState, number>> = {
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

/** What is the same for all vdevs of one answer. */
interface Asked {
  readonly spa: Spa;
  /** Since the pool was opened. */
  readonly ageNs: number;
}

function statOf(vdev: Vdev, asked: Asked, space: Partial<VdevStat>): Partial<VdevStat> {
  const { stats } = vdev;
  return {
    ...space,
    timestampNs: asked.ageNs,
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
    scanProcessedBytes: stats.repairedBytes,
  };
}

function withStats(config: NvList, vdev: Vdev, asked: Asked, space: Partial<VdevStat>): NvList {
  const out = new Map(config);
  const children = nvGetListArray(config, 'children');
  if (children.length > 0) {
    const branches = children.map((child, n) => {
      const below = vdev.children[n];
      return below === undefined ? child : withStats(child, below, asked, {});
    });
    out.set('children', nvListArray(branches));
  }
  out.set('vdev_stats', packVdevStat(statOf(vdev, asked, space)));
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
  return { spaceBytes, allocatedBytes, fragmentation: fragmentation(spa, id) };
}

const SUMMED = ['readOps', 'writeOps', 'readBytes', 'writeBytes'] as const;

/** Of the whole pool: the space of data vdevs, and all that was read and written. */
function rootStat(asked: Asked, branches: readonly Partial<VdevStat>[]): NvValue {
  const { spa, ageNs } = asked;
  const { sizeBytes, allocatedBytes } = spa.metaslabs.space;
  const state = poolHealth(spa);
  const root: Partial<VdevStat> = {
    timestampNs: ageNs,
    state,
    aux: state === VDEV_STATE_CANT_OPEN ? VDEV_AUX_NO_REPLICAS : VDEV_AUX_NONE,
    spaceBytes: sizeBytes,
    allocatedBytes,
  };
  for (const key of SUMMED) {
    root[key] = branches.reduce((sum, branch) => sum + (branch[key] ?? 0), 0);
  }
  return packVdevStat(root);
}

/** Of a cache device: its ring, and what is in it. */
function cacheSpace({ arc }: Spa, vdev: VdevDisk): Partial<VdevStat> {
  const space = arc.l2?.spaceOf(vdev);
  return space === undefined
    ? {}
    : { spaceBytes: space.sizeBytes, allocatedBytes: space.allocatedBytes };
}

/** Spares and cache devices. */
function auxConfigs(asked: Asked, devices: readonly VdevDisk[], isSpare: boolean): NvValue {
  return nvListArray(
    devices.map((vdev) => {
      const isInUse = isSpare && asked.spa.aux.isInUse(vdev);
      const space = isSpare ? {} : cacheSpace(asked.spa, vdev);
      const stat = statOf(vdev, asked, space);
      const config = new Map(vdevConfig(vdev, true));
      const aux = isInUse ? { aux: VDEV_AUX_SPARED } : {};
      config.set('vdev_stats', packVdevStat({ ...stat, ...aux }));
      return config;
    }),
  );
}

/** `pool_scan_stat_t`; undefined before the first scan. */
function scanStat({ spa }: Asked): NvValue | undefined {
  const { phys, pass, isScanning } = spa.scan;
  if (phys.func === 0) return undefined;
  return packScanStat({
    func: phys.func,
    state: phys.state,
    startSeconds: phys.startTime,
    endSeconds: phys.endTime,
    toExamineBytes: phys.toExamine,
    examinedBytes: phys.examined,
    toProcessBytes: phys.toProcess,
    processedBytes: phys.processed,
    errors: phys.errors,
    passExaminedBytes: pass.examinedBytes,
    passStartSeconds: pass.startSeconds,
    passPausedSeconds: isScanning ? pass.pausedAtSeconds : 0,
    passTotalPausedSeconds: pass.pausedSeconds,
    // A block that was looked at has been read: nothing is put off.
    passIssuedBytes: pass.examinedBytes,
    issuedBytes: phys.examined,
  });
}

/** `spa_get_stats`: everything that `zpool status` and `list` show. */
export function poolStats(spa: Spa, ageNs: bigint): NvList {
  const asked: Asked = { spa, ageNs: Number(ageNs) };
  const config = new Map(poolConfig(spa));
  const tree = config.get('vdev_tree');
  if (tree?.type === 'nvlist') {
    const root = new Map(tree.value);
    const stats: Partial<VdevStat>[] = [];
    const branches = nvGetListArray(tree.value, 'children').map((child) => {
      const id = nvGetNumber(child, 'id') ?? -1;
      const vdev = spa.zio.tops[id]?.vdev;
      if (vdev === undefined) {
        return new Map([...child, ['vdev_stats', packVdevStat({})] as const]);
      }
      const space = spaceOf(spa, id);
      stats.push(statOf(vdev, asked, space));
      return withStats(child, vdev, asked, space);
    });
    root.set('children', nvListArray(branches));
    root.set('vdev_stats', rootStat(asked, stats));
    const scan = scanStat(asked);
    if (scan !== undefined) root.set('scan_stats', scan);
    const { spares, caches } = spa.aux;
    if (spares.length > 0) root.set('spares', auxConfigs(asked, spares, true));
    if (caches.length > 0) root.set('l2cache', auxConfigs(asked, caches, false));
    config.set('vdev_tree', nvList(root));
  }
  config.set('error_count', nvUint64(spa.errorLog.places(spa.dsl).length));
  config.set('feature_stats', nvList(featureStats(spa)));
  if (spa.isSuspended) config.set('suspended', nvUint64(spa.failMode));
  return config;
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
