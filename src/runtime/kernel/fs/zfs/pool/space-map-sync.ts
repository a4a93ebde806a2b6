/**
 * Space maps as objects: loading a metaslab's free space, and writing what a pass allocated and
 * freed. A map that has become much longer than what it says is written anew (condensed).
 * @see uts/common/fs/zfs/space_map.c, metaslab.c metaslab_sync()
 */
import { dmuWrite } from '../dmu/dmu.ts';
import { dmuObjectAlloc } from '../dmu/dmu-object.ts';
import { freeBlocks, markDirty } from '../dmu/dbuf.ts';
import type { MetaslabGroup } from '../metaslab/metaslab-class.ts';
import type { Metaslab } from '../metaslab/metaslab.ts';
import type { RangeTree } from '../metaslab/range-tree.ts';
import { DMU_OT_SPACE_MAP, DMU_OT_SPACE_MAP_HEADER } from '../ondisk/dmu-ot.ts';
import {
  SPACE_MAP_HISTOGRAM_OFFSET,
  SPACE_MAP_SIZE_V0,
  SPACE_MAP_SIZE_V1,
  spaceMapPhys,
} from '../ondisk/dsl-phys.ts';
import { forEachSpaceMapEntry, SpaceMapWriter } from '../ondisk/space-map.ts';
import { viewOf, writeSafeU64 } from '../ondisk/struct.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import type { Spa } from './spa.ts';

/** `space_map_blksz` */
const SPACE_MAP_BLOCK_SIZE = 4096;
/** `zfs_condense_pct`, and no map shorter than this is worth it. */
const CONDENSE_RATIO = 2;
const CONDENSE_LEAST_BYTES: number = 4 * SPACE_MAP_BLOCK_SIZE;
const HISTOGRAM_FEATURE = 'com.delphix:spacemap_histogram';

/** Reads the header of a metaslab's space map. */
export function readSpaceMapHeader(
  spa: Spa,
  object: number,
): { length: number; allocatedBytes: number } {
  if (object === 0) return { length: 0, allocatedBytes: 0 };
  const { length, alloc } = spaceMapPhys.read(spa.mos.dnode(object).bonus);
  return { length, allocatedBytes: alloc };
}

/** Fills in the metaslab's free ranges. */
export function loadMetaslab(spa: Spa, metaslab: Metaslab, ashift: number): void {
  const sector = 2 ** ashift;
  const free = metaslab.allocatable;
  free.clear();
  free.add(metaslab.start, metaslab.size);
  if (metaslab.spaceMapObject !== 0) {
    const dnode = spa.mos.dnode(metaslab.spaceMapObject);
    const bytes = dnode.readBytes(0, metaslab.spaceMapLength);
    forEachSpaceMapEntry(bytes, (entry) => {
      const start = metaslab.start + entry.offset * sector;
      const size = entry.run * sector;
      if (start + size > metaslab.start + metaslab.size) {
        throw corrupt('space_map_phys_t', `entry ${start}+${size} is outside its metaslab`);
      }
      if (entry.isFree) free.add(start, size);
      else free.remove(start, size);
    });
  }
  metaslab.holdBack();
  metaslab.isLoaded = true;
}

function createSpaceMap(spa: Spa, group: MetaslabGroup, metaslab: Metaslab): void {
  const hasHistogram = spa.isFeatureEnabled(HISTOGRAM_FEATURE);
  const bonusSize = hasHistogram ? SPACE_MAP_SIZE_V1 : SPACE_MAP_SIZE_V0;
  const header = DMU_OT_SPACE_MAP_HEADER;
  const map = dmuObjectAlloc(spa.mos, DMU_OT_SPACE_MAP, SPACE_MAP_BLOCK_SIZE, header, bonusSize);
  metaslab.spaceMapObject = map.object;
  metaslab.spaceMapLength = 0;
  if (hasHistogram) spa.featureCount(HISTOGRAM_FEATURE, 1);
  const slot = new Uint8Array(8);
  writeSafeU64(viewOf(slot), 0, map.object);
  dmuWrite(spa.mos.dnode(metaslabArrayOf(spa, group.vdev)), metaslab.id * 8, slot);
}

/** The object that lists the space maps of a top-level vdev. */
export function metaslabArrayOf(spa: Spa, vdev: number): number {
  const pair = spa.zio.tops[vdev]?.vdev.config.get('metaslab_array');
  if (pair?.type !== 'uint64') throw corrupt('vdev_tree', `vdev ${vdev} has no metaslab_array`);
  return Number(pair.value);
}

/** Writes what the metaslab allocated and freed since it was last written. */
export function syncMetaslab(
  spa: Spa,
  group: MetaslabGroup,
  metaslab: Metaslab,
  ashift: number,
): void {
  if (!metaslab.isLoaded) loadMetaslab(spa, metaslab, ashift);
  if (metaslab.spaceMapObject === 0) createSpaceMap(spa, group, metaslab);
  const dnode = spa.mos.dnode(metaslab.spaceMapObject);
  const sector = 2 ** ashift;
  const writer = new SpaceMapWriter();
  const put = (tree: RangeTree, isFree: boolean): void => {
    if (tree.isEmpty) return;
    writer.debug(isFree, spa.pass, spa.txg);
    tree.forEach((start, size) => {
      writer.range(isFree, (start - metaslab.start) / sector, size / sector);
    });
  };
  if (shouldCondense(metaslab)) {
    freeBlocks(dnode, 0, dnode.maxblkid + 1);
    metaslab.spaceMapLength = 0;
    put(metaslab.allocatedRanges(), false);
  } else {
    put(metaslab.allocating, false);
    put(metaslab.freeing, true);
  }
  const bytes = writer.bytes();
  dmuWrite(dnode, metaslab.spaceMapLength, bytes);
  metaslab.spaceMapLength += bytes.length;
  const buckets = metaslab.histogram(ashift);
  metaslab.spaceMapWritten();
  spaceMapPhys.write(dnode.bonus, 0, {
    object: metaslab.spaceMapObject,
    length: metaslab.spaceMapLength,
    alloc: metaslab.allocatedBytes,
  });
  if (dnode.bonusLen >= SPACE_MAP_SIZE_V1) {
    const view = viewOf(dnode.bonus);
    buckets.forEach((count, i) => writeSafeU64(view, SPACE_MAP_HISTOGRAM_OFFSET + i * 8, count));
  }
  markDirty(dnode);
}

/** One entry a free range is the most that a fresh map would take. */
function shouldCondense(metaslab: Metaslab): boolean {
  if (metaslab.spaceMapLength < CONDENSE_LEAST_BYTES) return false;
  return metaslab.spaceMapLength > CONDENSE_RATIO * 8 * (metaslab.allocatable.count + 2);
}
