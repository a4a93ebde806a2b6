/**
 * The metaslabs of all top-level vdevs, as the vdevs' arrays of space maps list them. Free space is
 * read when a metaslab is first allocated from.
 * @see uts/common/fs/zfs/vdev.c vdev_metaslab_init()
 */
import type { MetaslabGroup } from '../metaslab/metaslab-class.ts';
import { Metaslab } from '../metaslab/metaslab.ts';
import { nvGetNumber } from '../ondisk/nvlist.ts';
import { readSafeU64, viewOf } from '../ondisk/struct.ts';
import type { Spa } from './spa.ts';
import { loadMetaslab, readSpaceMapHeader } from './space-map-sync.ts';

/** Makes the metaslabs of every top-level vdev, each in the class that its vdev belongs to. */
export function openMetaslabs(spa: Spa): void {
  const isLog = (group: MetaslabGroup): boolean => isLogVdev(spa, group.vdev);
  const all = spa.zio.tops.flatMap((_, id) => openGroup(spa, id) ?? []);
  spa.metaslabs.groups = all.filter((group) => !isLog(group));
  spa.logMetaslabs.groups = all.filter(isLog);
}

export function isLogVdev(spa: Spa, id: number): boolean {
  const vdev = spa.zio.tops[id]?.vdev;
  return vdev !== undefined && nvGetNumber(vdev.config, 'is_log') === 1;
}

/** The metaslabs of one top-level vdev; undefined where there is none. */
export function openGroup(spa: Spa, id: number): MetaslabGroup | undefined {
  const top = spa.zio.tops[id];
  if (top === undefined || top.asize === 0) return undefined;
  const { config } = top.vdev;
  const metaslabShift = nvGetNumber(config, 'metaslab_shift') ?? 24;
  const count = Math.floor(top.asize / 2 ** metaslabShift);
  const objects = readArray(spa, nvGetNumber(config, 'metaslab_array') ?? 0, count);
  const metaslabs = objects.map((object, n) => openMetaslab(spa, n, metaslabShift, object));
  return {
    vdev: id,
    metaslabs,
    metaslabShift,
    psizeToAsize: (psize: number) => top.vdev.psizeToAsize(psize),
    load: (metaslab: Metaslab) => loadMetaslab(spa, metaslab, top.vdev.ashift),
    isAllocatable: () => top.vdev.isReadable,
  };
}

function readArray(spa: Spa, array: number, count: number): number[] {
  if (array === 0) return Array.from({ length: count }, () => 0);
  const view = viewOf(spa.mos.dnode(array).readBytes(0, count * 8));
  return Array.from({ length: count }, (_, n) => readSafeU64(view, n * 8));
}

function openMetaslab(spa: Spa, id: number, shift: number, object: number): Metaslab {
  const { length, allocatedBytes } = readSpaceMapHeader(spa, object);
  const metaslab = new Metaslab(id, id * 2 ** shift, 2 ** shift, object, allocatedBytes);
  metaslab.spaceMapLength = length;
  return metaslab;
}
