/**
 * The space maps of a pool as they lie on disk: metaslab by metaslab, with what the log of space maps
 * (log_spacemap) adds to each.
 * @see uts/common/fs/zfs/space_map.c, spa_log_spacemap.c
 */
import type { LoadedPool } from '#kernel/fs/zfs/pool/spa-load.ts';
import { RangeTree } from '#kernel/fs/zfs/metaslab/range-tree.ts';
import {
  SPACE_MAP_HISTOGRAM_OFFSET,
  SPACE_MAP_HISTOGRAM_SIZE,
  SPACE_MAP_SIZE_V1,
  spaceMapPhys,
} from '#kernel/fs/zfs/ondisk/dsl-phys.ts';
import {
  type NvList,
  nvGetList,
  nvGetListArray,
  nvGetNumber,
} from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { forEachSpaceMapEntry } from '#kernel/fs/zfs/ondisk/space-map.ts';
import { readSafeU64, viewOf } from '#kernel/fs/zfs/ondisk/struct.ts';
import { zapEntries, zapLookupNumber } from '#kernel/fs/zfs/zap/zap.ts';
import { numberOf } from '#kernel/fs/zfs/zap/zap-value.ts';

/** `DMU_POOL_LOG_SPACEMAP_ZAP` */
const LOG_SPACEMAP_ZAP = 'com.delphix:log_spacemap_zap';
/** `VDEV_TOP_ZAP_MS_UNFLUSHED_PHYS_TXGS` */
const UNFLUSHED_TXGS = 'com.delphix:ms_unflushed_phys_txgs';

export interface SpaceMap {
  readonly object: number;
  readonly lengthBytes: number;
  /** Allocated, less freed: of a log it can be negative. */
  readonly allocatedBytes: number;
  /** Free ranges by size, from the sector on; null where the map has none. */
  readonly histogram: readonly number[] | null;
}

export interface MetaslabOnDisk {
  readonly id: number;
  readonly start: number;
  readonly size: number;
  /** Null where nothing was ever allocated. */
  readonly map: SpaceMap | null;
  /** Changes up to this txg are in the map, later ones in logs. */
  readonly unflushedTxg: number;
}

export interface VdevOnDisk {
  readonly id: number;
  readonly ashift: number;
  readonly isLog: boolean;
  readonly arrayObject: number;
  /** 0 without log_spacemap. */
  readonly unflushedObject: number;
  readonly topZap: number;
  readonly shift: number;
  readonly metaslabs: readonly MetaslabOnDisk[];
}

/** Top-level branches of a pool's configuration. */
export function topConfigs(config: NvList): readonly NvList[] {
  const tree = nvGetList(config, 'vdev_tree');
  return tree === undefined ? [] : nvGetListArray(tree, 'children');
}

/** The header of the space map in `object`; null for 0. */
export function readSpaceMap(pool: LoadedPool, object: number): SpaceMap | null {
  if (object === 0) return null;
  const dnode = pool.dsl.mos.dnode(object);
  const { length, alloc } = spaceMapPhys.read(dnode.bonus);
  let histogram: number[] | null = null;
  if (dnode.bonusLen >= SPACE_MAP_SIZE_V1) {
    const view = viewOf(dnode.bonus);
    histogram = Array.from({ length: SPACE_MAP_HISTOGRAM_SIZE }, (_, i) =>
      readSafeU64(view, SPACE_MAP_HISTOGRAM_OFFSET + i * 8),
    );
  }
  return { object, lengthBytes: length, allocatedBytes: alloc, histogram };
}

/** All top-level vdevs that hold data, with their metaslabs. */
export function readMetaslabs(pool: LoadedPool): VdevOnDisk[] {
  const { mos } = pool.dsl;
  return topConfigs(pool.config).flatMap((config, id) => {
    const top = pool.zio.tops[id];
    const arrayObject = nvGetNumber(config, 'metaslab_array') ?? 0;
    if (top === undefined || arrayObject === 0) return [];
    const shift = nvGetNumber(config, 'metaslab_shift') ?? 24;
    const topZap = nvGetNumber(config, 'com.delphix:vdev_zap_top') ?? 0;
    const unflushedObject = topZap === 0 ? 0 : (zapLookupNumber(mos, topZap, UNFLUSHED_TXGS) ?? 0);
    const count = Math.floor(top.asize / 2 ** shift);
    const maps = numbersOf(pool, arrayObject, count);
    const txgs = unflushedObject === 0 ? [] : numbersOf(pool, unflushedObject, count);
    const metaslabs = maps.map((object, n) => ({
      id: n,
      start: n * 2 ** shift,
      size: 2 ** shift,
      map: readSpaceMap(pool, object),
      unflushedTxg: txgs[n] ?? 0,
    }));
    const isLog = nvGetNumber(config, 'is_log') === 1;
    const { ashift } = top.vdev;
    return { id, ashift, isLog, arrayObject, unflushedObject, topZap, shift, metaslabs };
  });
}

function numbersOf(pool: LoadedPool, object: number, count: number): number[] {
  const view = viewOf(pool.dsl.mos.dnode(object).readBytes(0, count * 8));
  return Array.from({ length: count }, (_, i) => readSafeU64(view, i * 8));
}

/** The logs of space maps, oldest first. */
export function readLogs(pool: LoadedPool): { txg: number; map: SpaceMap }[] {
  const zap = pool.dsl.directoryNumber(LOG_SPACEMAP_ZAP);
  if (zap === undefined) return [];
  return [...zapEntries(pool.dsl.mos, zap)]
    .flatMap(({ name, value }) => {
      const map = readSpaceMap(pool, numberOf(value));
      return map === null ? [] : { txg: Number.parseInt(name, 16), map };
    })
    .sort((a, b) => a.txg - b.txg);
}

export interface LogChange {
  readonly vdev: number;
  readonly start: number;
  readonly size: number;
  readonly isFree: boolean;
}

/** What a log says; offsets are in sectors of 512 bytes. */
export function logChanges(pool: LoadedPool, map: SpaceMap): LogChange[] {
  const bytes = pool.dsl.mos.dnode(map.object).readBytes(0, map.lengthBytes);
  const changes: LogChange[] = [];
  forEachSpaceMapEntry(bytes, ({ vdev = 0, offset, run, isFree }) => {
    changes.push({ vdev, start: offset * 512, size: run * 512, isFree });
  });
  return changes;
}

/** The ranges that are allocated in a metaslab, without its logs. */
export function allocatedRanges(
  pool: LoadedPool,
  { ashift }: VdevOnDisk,
  metaslab: MetaslabOnDisk,
): RangeTree {
  const tree = new RangeTree();
  const { map, start } = metaslab;
  if (map === null) return tree;
  const bytes = pool.dsl.mos.dnode(map.object).readBytes(0, map.lengthBytes);
  const sector = 2 ** ashift;
  forEachSpaceMapEntry(bytes, ({ offset, run, isFree }) => {
    if (isFree) tree.remove(start + offset * sector, run * sector);
    else tree.add(start + offset * sector, run * sector);
  });
  return tree;
}
