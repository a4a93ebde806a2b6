/** A pool as an observer sees it: space, the vdev tree with states and counters, the open txg. */
import type { PoolReport, ScanReport, VdevReport } from '#runtime/observation.ts';
import { uberblockCount } from '../ondisk/label.ts';
import type { Spa } from '../pool/spa.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { VdevRaidz } from '../vdev/vdev-raidz.ts';
import type { Vdev } from '../vdev/vdev.ts';

export function poolReport(spa: Spa, scan: ScanReport | null): PoolReport {
  const { sizeBytes, allocatedBytes } = spa.space;
  const tops = spa.zio.tops.flatMap((top) => (top === undefined ? [] : [top.vdev]));
  const shown = tops.filter(({ type }) => type !== 'hole' && type !== 'missing');
  const ashift = Math.min(...shown.map((vdev) => vdev.ashift));
  return {
    name: spa.identity.name,
    guid: String(spa.identity.guid),
    state: poolState(shown),
    isSuspended: spa.isSuspended,
    isReadOnly: false,
    errorCount: 0,
    sizeBytes,
    allocatedBytes,
    freedBytes: sizeBytes - allocatedBytes,
    fragmentation: 0,
    txg: spa.txg,
    dirtyBytes: spa.dirtyBytes,
    uberblockSlots: Number.isFinite(ashift) ? uberblockCount(ashift) : 0,
    vdevs: shown.map((vdev) => vdevReport(spa, vdev, true)),
    scan,
  };
}

/** The worst of its top-level vdevs, as the kernel makes it. */
function poolState(tops: readonly Vdev[]): PoolReport['state'] {
  const states = tops.map(({ state }) => state);
  if (states.some((state) => state === 'UNAVAIL' || state === 'FAULTED')) return 'UNAVAIL';
  return states.every((state) => state === 'ONLINE') ? 'ONLINE' : 'DEGRADED';
}

function vdevReport(spa: Spa, vdev: Vdev, isTop: boolean): VdevReport {
  const { stats } = vdev;
  const isLog = spa.logMetaslabs.groupOf(vdev.id) !== undefined;
  return {
    guid: String(vdev.guid),
    name: vdevName(vdev),
    type: vdev.type,
    role: isTop && isLog ? 'log' : 'data',
    state: vdev.state,
    note: '',
    readOps: stats.readOps,
    writeOps: stats.writeOps,
    readBytes: stats.readBytes,
    writeBytes: stats.writeBytes,
    readErrors: stats.readErrors,
    writeErrors: stats.writeErrors,
    checksumErrors: stats.checksumErrors,
    repairedBytes: stats.repairedBytes,
    ...(isTop ? spaceOf(spa, vdev.id) : { sizeBytes: 0, allocatedBytes: 0 }),
    children: vdev.children.map((child) => vdevReport(spa, child, false)),
  };
}

function spaceOf(spa: Spa, id: number): { sizeBytes: number; allocatedBytes: number } {
  let sizeBytes = 0;
  let allocatedBytes = 0;
  for (const { group, metaslab } of spa.allMetaslabs()) {
    if (group.vdev !== id) continue;
    sizeBytes += metaslab.size;
    allocatedBytes += metaslab.allocatedBytes;
  }
  return { sizeBytes, allocatedBytes };
}

/** `zpool_vdev_name`: the disk without its slice 0, the file's path, or the kind and number. */
export function vdevName(vdev: Vdev): string {
  if (vdev instanceof VdevDisk) {
    const disk = /^\/dev\/dsk\/(\w+?)(?:s0)?$/.exec(vdev.path);
    return disk?.[1] ?? vdev.path;
  }
  if (vdev instanceof VdevRaidz) return `raidz${vdev.parityCount}-${vdev.id}`;
  return `${vdev.type}-${vdev.id}`;
}
