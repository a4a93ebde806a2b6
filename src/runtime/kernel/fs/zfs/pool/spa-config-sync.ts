/**
 * The configuration as it is written: a packed nvlist with the whole tree into the MOS, and into each
 * label its own branch; and the order in which labels and uberblocks reach stable storage.
 * @see uts/common/fs/zfs/spa_config.c, vdev_label.c vdev_config_sync()
 */
import { dmuWrite } from '../dmu/dmu.ts';
import { dmuObjectAlloc } from '../dmu/dmu-object.ts';
import { markDirty } from '../dmu/dbuf.ts';
import { DMU_POOL_CONFIG } from '../dsl/dsl-pool.ts';
import { writeBlkptr } from '../ondisk/blkptr.ts';
import { DMU_OT_PACKED_NVLIST, DMU_OT_PACKED_NVLIST_SIZE } from '../ondisk/dmu-ot.ts';
import {
  labelOffset,
  MMP_MAGIC,
  SPA_VERSION_FEATURES,
  type Uberblock,
  UBERBLOCK_MAGIC,
  uberblockCount,
  uberblockOffset,
  VDEV_LABELS,
  VDEV_PHYS_OFFSET,
} from '../ondisk/label.ts';
import {
  type NvList,
  type NvValue,
  nvBoolean,
  nvList,
  nvListArray,
  nvlistPack,
  nvString,
  nvUint64,
} from '../ondisk/nvlist.ts';
import { viewOf, writeSafeU64 } from '../ondisk/struct.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { SPA_FEATURES } from '../spa/spa-features.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { encodeLabel, encodeUberblock } from '../vdev/vdev-label.ts';
import { guidSum, vdevConfig } from '../vdev/vdev-tree.ts';
import type { Spa } from './spa.ts';

const CONFIG_BLOCK_SIZE = 16384;

function featuresForRead(spa: Spa): NvList {
  const active = SPA_FEATURES.filter(
    ({ guid, isInLabel }) => isInLabel && spa.dsl.featureUses(guid) > 0,
  );
  return new Map(active.map(({ guid }) => [guid, nvBoolean()]));
}

function common(spa: Spa): [string, NvValue][] {
  const { name, guid, hostname, hostid = 0 } = spa.identity;
  return [
    ['version', nvUint64(SPA_VERSION_FEATURES)],
    ['name', nvString(name)],
    ['state', nvUint64(spa.state)],
    ['txg', nvUint64(spa.txg)],
    ['pool_guid', nvUint64(guid)],
    ['errata', nvUint64(0)],
    ...(hostid === 0 ? [] : [['hostid', nvUint64(hostid)] as [string, NvValue]]),
    ['hostname', nvString(hostname)],
    ...(spa.comment === '' ? [] : [['comment', nvString(spa.comment)] as [string, NvValue]]),
  ];
}

/** What the MOS keeps: everything. */
export function poolConfig(spa: Spa): NvList {
  const children = spa.zio.tops.map((top, id) => {
    return top === undefined ? holeConfig(id) : vdevConfig(top.vdev, true);
  });
  const tree: NvList = new Map<string, NvValue>([
    ['type', nvString('root')],
    ['id', nvUint64(0)],
    ['guid', nvUint64(spa.identity.guid)],
    ['create_txg', nvUint64(4)],
    ['children', nvListArray(children)],
  ]);
  return new Map([
    ...common(spa),
    ['com.delphix:has_per_vdev_zaps', nvBoolean()],
    ['vdev_children', nvUint64(spa.zio.tops.length)],
    ['vdev_tree', nvList(tree)],
    ['features_for_read', nvList(featuresForRead(spa))],
  ]);
}

/** Where a log vdev was removed. */
function holeConfig(id: number): NvList {
  const zeros = ['guid', 'metaslab_array', 'metaslab_shift', 'ashift', 'asize', 'is_log'];
  return new Map<string, NvValue>([
    ['type', nvString('hole')],
    ['id', nvUint64(id)],
    ...zeros.map((name) => [name, nvUint64(0)] as const),
    ['is_hole', nvUint64(1)],
  ]);
}

/** What a label says of holes, as it has its own branch only. */
function holeArray(spa: Spa): [string, NvValue][] {
  const holes = spa.zio.tops.flatMap((top, id) => (top === undefined ? [BigInt(id)] : []));
  return holes.length === 0 ? [] : [['hole_array', { type: 'uint64_array', value: holes }]];
}

function labelConfig(spa: Spa, leaf: VdevDisk): NvList {
  const { top } = leaf;
  return new Map([
    ...common(spa),
    ['top_guid', nvUint64(top.guid)],
    ['guid', nvUint64(leaf.guid)],
    ['vdev_children', nvUint64(spa.zio.tops.length)],
    ...holeArray(spa),
    ['vdev_tree', nvList(vdevConfig(top, false))],
    ['features_for_read', nvList(featuresForRead(spa))],
  ]);
}

/** Writes the packed configuration into the MOS. */
export function syncConfigObject(spa: Spa): void {
  syncPackedList(spa, DMU_POOL_CONFIG, poolConfig(spa));
}

/** `spa_sync_nvlist`: a packed list that the object directory names; made the first time. */
export function syncPackedList(spa: Spa, name: string, list: NvList): void {
  const { mos, dsl } = spa;
  let object = dsl.directoryNumber(name);
  if (object === undefined) {
    const sizeType = DMU_OT_PACKED_NVLIST_SIZE;
    const made = dmuObjectAlloc(mos, DMU_OT_PACKED_NVLIST, CONFIG_BLOCK_SIZE, sizeType, 8);
    object = made.object;
    spa.setDirectoryNumber(name, object);
  }
  const dnode = mos.dnode(object);
  const packed = nvlistPack(list);
  const padded = new Uint8Array(Math.ceil(packed.length / CONFIG_BLOCK_SIZE) * CONFIG_BLOCK_SIZE);
  padded.set(packed);
  dmuWrite(dnode, 0, padded);
  writeSafeU64(viewOf(dnode.bonus), 0, packed.length);
  markDirty(dnode);
}

/** Every disk and file of the tree, open or not. */
export function allLeaves(spa: Spa): VdevDisk[] {
  return spa.zio.tops.flatMap((top) => {
    if (top === undefined) return [];
    return top.vdev.leaves().filter((leaf) => leaf instanceof VdevDisk);
  });
}

function makeUberblock(spa: Spa): Uberblock {
  const rootbp = new Uint8Array(128);
  writeBlkptr(rootbp, 0, spa.mos.rootBp);
  return {
    magic: UBERBLOCK_MAGIC,
    version: SPA_VERSION_FEATURES,
    txg: spa.txg,
    guidSum: guidSum(
      spa.identity.guid,
      spa.zio.tops.map((top) => top?.vdev),
    ),
    timestamp: spa.nowSeconds(),
    rootbp,
    softwareVersion: SPA_VERSION_FEATURES,
    mmpMagic: MMP_MAGIC,
    mmpDelay: 0n,
    mmpConfig: 0n,
    checkpointTxg: 0,
  };
}

/** The leaves that can be written to. */
function openLeaves(spa: Spa): VdevDisk[] {
  return allLeaves(spa).filter((leaf) => leaf.isOpen);
}

/** A leaf that can't be flushed has missed the txg; too many of them, and the txg has failed. */
function flushAll(spa: Spa, leaves: readonly VdevDisk[]): void {
  let failure: unknown;
  for (const leaf of leaves) {
    try {
      leaf.flush();
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      failure = error;
      leaf.noteMissing(spa.txg, spa.txg + 1);
    }
  }
  if (failure === undefined) return;
  if (spa.zio.tops.some((top) => top?.vdev.hasLost(spa.txg) === true)) throw failure;
}

/** Writes the named labels of all leaves; how many writes succeeded. */
function writeLabels(spa: Spa, leaves: readonly VdevDisk[], which: readonly number[]): number {
  let good = 0;
  for (const disk of leaves) {
    const config = labelConfig(spa, disk);
    for (const l of which) {
      const at = labelOffset(disk.device?.sizeBytes ?? 0, l) + VDEV_PHYS_OFFSET;
      if (disk.tryWritePhysical(at, encodeLabel(config, at, spa.zio.checksums))) good += 1;
    }
  }
  return good;
}

function writeUberblocks(spa: Spa, leaves: readonly VdevDisk[]): number {
  const ub = makeUberblock(spa);
  let good = 0;
  for (const disk of leaves) {
    const { ashift } = disk;
    const slot = uberblockOffset(ashift, spa.txg % uberblockCount(ashift));
    for (let l = 0; l < VDEV_LABELS; l += 1) {
      const at = labelOffset(disk.device?.sizeBytes ?? 0, l) + slot;
      const bytes = encodeUberblock(ub, ashift, at, spa.zio.checksums);
      if (disk.tryWritePhysical(at, bytes)) good += 1;
    }
  }
  return good;
}

/**
 * `vdev_config_sync`: makes the txg the pool's state. Blocks, flush; labels 0 and 2, flush;
 * uberblocks, flush; labels 1 and 3, flush. Whenever it is cut short, either the old or the new
 * uberblock is found, with labels that fit.
 */
export function syncLabels(spa: Spa): void {
  const leaves = openLeaves(spa);
  flushAll(spa, leaves);
  if (spa.isConfigDirty) {
    writeLabels(spa, leaves, [0, 2]);
    flushAll(spa, leaves);
  }
  if (writeUberblocks(spa, leaves) === 0) {
    throw new ZfsError('EIO', `Cannot write pool "${spa.identity.name}": no uberblock was written`);
  }
  flushAll(spa, leaves);
  if (spa.isConfigDirty) {
    writeLabels(spa, leaves, [1, 3]);
    flushAll(spa, leaves);
  }
}
