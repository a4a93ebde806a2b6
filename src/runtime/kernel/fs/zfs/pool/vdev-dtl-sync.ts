/**
 * Dirty time logs on disk: of each leaf one space map over txgs instead of sectors, its object
 * number in the leaf's configuration as `DTL`. Written anew whenever it changed.
 * @see uts/common/fs/zfs/vdev.c vdev_dtl_load(), vdev_dtl_sync()
 */
import { dmuWrite } from '../dmu/dmu.ts';
import { dmuObjectAlloc, dmuObjectFree } from '../dmu/dmu-object.ts';
import { freeBlocks, markDirty } from '../dmu/dbuf.ts';
import { DMU_POOL_VDEV_ZAP_MAP } from '../dsl/dsl-pool.ts';
import { zapDestroy, zapRemove } from '../zap/zap.ts';
import { DMU_OT_SPACE_MAP, DMU_OT_SPACE_MAP_HEADER } from '../ondisk/dmu-ot.ts';
import { SPACE_MAP_SIZE_V0, spaceMapPhys } from '../ondisk/dsl-phys.ts';
import { nvGetNumber, nvUint64 } from '../ondisk/nvlist.ts';
import { forEachSpaceMapEntry, SpaceMapWriter } from '../ondisk/space-map.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { Spa } from './spa.ts';
import { allLeaves } from './spa-config-sync.ts';

/** `vdev_dtl_sm_blksz` */
const DTL_BLOCK_SIZE = 4096;
const DTL_KEY = 'DTL';

/** Reads the logs of all leaves. */
export function loadDtls(spa: Spa): void {
  for (const leaf of allLeaves(spa)) {
    const object = dtlObject(leaf);
    if (object === 0) continue;
    const dnode = spa.mos.dnode(object);
    const { length } = spaceMapPhys.read(dnode.bonus);
    forEachSpaceMapEntry(dnode.readBytes(0, length), ({ isFree, offset, run }) => {
      if (isFree) leaf.missing.remove(offset, offset + run);
      else leaf.missing.add(offset, offset + run);
    });
  }
}

/**
 * Writes the logs that changed; an empty one's object is given back. True when the configuration
 * names other objects than before.
 */
export function syncDtls(spa: Spa): boolean {
  const named = (): string => allLeaves(spa).map(dtlObject).join();
  const before = named();
  for (const leaf of allLeaves(spa)) {
    if (!leaf.isDtlDirty) continue;
    leaf.isDtlDirty = false;
    syncDtl(spa, leaf);
  }
  return named() !== before;
}

function dtlObject(leaf: VdevDisk): number {
  return nvGetNumber(leaf.config, DTL_KEY) ?? 0;
}

function syncDtl(spa: Spa, leaf: VdevDisk): void {
  let object = dtlObject(leaf);
  if (leaf.missing.isEmpty) {
    if (object !== 0) freeDtl(spa, leaf);
    return;
  }
  if (object === 0) {
    const header = DMU_OT_SPACE_MAP_HEADER;
    const size = DTL_BLOCK_SIZE;
    const made = dmuObjectAlloc(spa.mos, DMU_OT_SPACE_MAP, size, header, SPACE_MAP_SIZE_V0);
    object = made.object;
    leaf.config.set(DTL_KEY, nvUint64(object));
    spa.isConfigDirty = true;
  }
  const dnode = spa.mos.dnode(object);
  const writer = new SpaceMapWriter();
  writer.debug(false, spa.pass, spa.txg);
  let alloc = 0;
  for (const [start, end] of leaf.missing.ranges) {
    writer.range(false, start, end - start);
    alloc += end - start;
  }
  const bytes = writer.bytes();
  freeBlocks(dnode, 0, dnode.maxblkid + 1);
  dmuWrite(dnode, 0, bytes);
  spaceMapPhys.write(dnode.bonus, 0, { object, length: bytes.length, alloc });
  markDirty(dnode);
}

function freeDtl(spa: Spa, leaf: VdevDisk): void {
  const object = dtlObject(leaf);
  if (object === 0) return;
  dmuObjectFree(spa.mos.dnode(object));
  leaf.config.delete(DTL_KEY);
  spa.isConfigDirty = true;
}

/** Gives back what the MOS keeps for a vdev that leaves the pool; in syncing context. */
export function freeVdevObjects(spa: Spa, vdev: Vdev): void {
  if (vdev instanceof VdevDisk) freeDtl(spa, vdev);
  const map = spa.dsl.directoryNumber(DMU_POOL_VDEV_ZAP_MAP);
  for (const key of ['com.delphix:vdev_zap_leaf', 'com.delphix:vdev_zap_top']) {
    const object = nvGetNumber(vdev.config, key) ?? 0;
    vdev.config.delete(key);
    if (object === 0 || map === undefined) continue;
    zapDestroy(spa.mos, object);
    zapRemove(spa.mos, map, object.toString(16));
  }
}

/**
 * `vdev_dtl_required`: whether some block could not be read any more without this vdev.
 */
export function isDtlRequired(spa: Spa, vdev: Vdev): boolean {
  const { top } = vdev;
  if (vdev === top) return true;
  if (!vdev.isReadable) return false;
  const others = top.leaves().filter((leaf) => leaf instanceof VdevDisk);
  const gone = new Set(vdev.leaves());
  // The txgs in which somebody missed something, and one in which nobody did.
  const txgs = new Set([spa.txg]);
  for (const leaf of others) {
    for (const [start, end] of leaf.missing.ranges) txgs.add(start).add(end - 1);
  }
  const withoutIt = (node: Vdev, txg: number): boolean => {
    if (gone.has(node) || node === vdev) return true;
    if (node.children.length === 0) return !node.isReadable || node.hasLost(txg);
    const lost = node.children.filter((child) => withoutIt(child, txg)).length;
    const spare = node.type === 'raidz' ? (nvGetNumber(node.config, 'nparity') ?? 1) : -1;
    return spare >= 0 ? lost > spare : lost === node.children.length;
  };
  return [...txgs].some((txg) => withoutIt(top, txg) && !top.hasLost(txg));
}
