/**
 * The numbers that describe pools and vdevs between kernel and libzfs: states, and the two arrays of
 * counters that a configuration carries (`vdev_stats`, `scan_stats`), by name and place.
 * @spec uts/common/sys/fs/zfs.h vdev_state_t, vdev_aux_t, vdev_stat_t, pool_scan_stat_t
 */
import type { NvValue } from '#abi/illumos/nvpair.ts';

export const VDEV_STATE_UNKNOWN = 0;
export const VDEV_STATE_CLOSED = 1;
export const VDEV_STATE_OFFLINE = 2;
export const VDEV_STATE_REMOVED = 3;
export const VDEV_STATE_CANT_OPEN = 4;
export const VDEV_STATE_FAULTED = 5;
export const VDEV_STATE_DEGRADED = 6;
export const VDEV_STATE_HEALTHY = 7;

export const VDEV_AUX_NONE = 0;
export const VDEV_AUX_OPEN_FAILED = 1;
export const VDEV_AUX_CORRUPT_DATA = 2;
export const VDEV_AUX_NO_REPLICAS = 3;
export const VDEV_AUX_BAD_GUID_SUM = 4;
export const VDEV_AUX_TOO_SMALL = 5;
export const VDEV_AUX_BAD_LABEL = 6;
export const VDEV_AUX_VERSION_NEWER = 7;
export const VDEV_AUX_VERSION_OLDER = 8;
export const VDEV_AUX_UNSUP_FEAT = 9;
export const VDEV_AUX_SPARED = 10;
export const VDEV_AUX_ERR_EXCEEDED = 11;
export const VDEV_AUX_IO_FAILURE = 12;
export const VDEV_AUX_BAD_LOG = 13;
export const VDEV_AUX_EXTERNAL = 14;
export const VDEV_AUX_SPLIT_POOL = 15;

export const POOL_STATE_ACTIVE = 0;
export const POOL_STATE_EXPORTED = 1;
export const POOL_STATE_DESTROYED = 2;
export const POOL_STATE_SPARE = 3;
export const POOL_STATE_L2CACHE = 4;
export const POOL_STATE_UNINITIALIZED = 5;
export const POOL_STATE_UNAVAIL = 6;
export const POOL_STATE_POTENTIALLY_ACTIVE = 7;

export const POOL_SCAN_NONE = 0;
export const POOL_SCAN_SCRUB = 1;
export const POOL_SCAN_RESILVER = 2;

export const DSS_NONE = 0;
export const DSS_SCANNING = 1;
export const DSS_FINISHED = 2;
export const DSS_CANCELED = 3;

/** `vdev_stat_t`; of its arrays by I/O type reads and writes are all that is used. */
const VDEV_STAT_FIELDS = [
  'timestampNs',
  'state',
  'aux',
  'allocatedBytes',
  'spaceBytes',
  'deflatedSpaceBytes',
  'replaceableSizeBytes',
  'expandableSizeBytes',
  'readOps',
  'writeOps',
  'readBytes',
  'writeBytes',
  'readErrors',
  'writeErrors',
  'checksumErrors',
  'selfHealedBytes',
  'scanRemoving',
  'scanProcessedBytes',
  'fragmentation',
  'checkpointSpaceBytes',
] as const;

/** `vdev_stat_t` as it travels in `vdev_stats`. */
export type VdevStat = Record<(typeof VDEV_STAT_FIELDS)[number], number>;

/** `pool_scan_stat_t` */
const SCAN_STAT_FIELDS = [
  'func',
  'state',
  'startSeconds',
  'endSeconds',
  'toExamineBytes',
  'examinedBytes',
  'toProcessBytes',
  'processedBytes',
  'errors',
  'passExaminedBytes',
  'passStartSeconds',
  'passPausedSeconds',
  'passTotalPausedSeconds',
  'passIssuedBytes',
  'issuedBytes',
] as const;

/** `pool_scan_stat_t` as it travels in `scan_stats`. */
export type PoolScanStat = Record<(typeof SCAN_STAT_FIELDS)[number], number>;

function pack<K extends string>(fields: readonly K[], stat: Partial<Record<K, number>>): NvValue {
  const value = fields.map((field) => BigInt(Math.floor(stat[field] ?? 0)));
  return { type: 'uint64_array', value };
}

function unpack<K extends string>(
  fields: readonly K[],
  pair: NvValue | undefined,
): Record<K, number> | undefined {
  if (pair?.type !== 'uint64_array') return undefined;
  const entries = fields.map((field, n) => [field, Number(pair.value[n] ?? 0n)]);
  return Object.fromEntries(entries) as Record<K, number>;
}

export function packVdevStat(stat: Partial<VdevStat>): NvValue {
  return pack(VDEV_STAT_FIELDS, stat);
}

/** Of `vdev_stats`; undefined when there are none. */
export function unpackVdevStat(pair: NvValue | undefined): VdevStat | undefined {
  return unpack(VDEV_STAT_FIELDS, pair);
}

export function packScanStat(stat: Partial<PoolScanStat>): NvValue {
  return pack(SCAN_STAT_FIELDS, stat);
}

export function unpackScanStat(pair: NvValue | undefined): PoolScanStat | undefined {
  return unpack(SCAN_STAT_FIELDS, pair);
}
