/** A pool as an observer sees it: space, the vdev tree with states and counters, scan, open txg. */
import { DSS_FINISHED, DSS_SCANNING, POOL_SCAN_RESILVER } from '#abi/illumos/zfs-stat.ts';
import type { DeviceState, PoolReport, ScanReport, VdevReport } from '#runtime/observation.ts';
import { uberblockCount } from '../ondisk/label.ts';
import type { Spa } from '../pool/spa.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { VdevRaidz } from '../vdev/vdev-raidz.ts';
import type { Vdev, VdevAux } from '../vdev/vdev.ts';

/** `errorCount`: blocks in the error log. */
export function poolReport(spa: Spa, errorCount: number): PoolReport {
  const { sizeBytes, allocatedBytes } = spa.space;
  const tops = spa.zio.tops.flatMap((top) => (top === undefined ? [] : [top.vdev]));
  const shown = tops.filter(({ type }) => type !== 'hole' && type !== 'missing');
  const ashift = Math.min(...shown.map((vdev) => vdev.ashift));
  return {
    name: spa.identity.name,
    guid: String(spa.identity.guid),
    state: poolState(shown),
    isSuspended: spa.isSuspended,
    errorCount,
    sizeBytes,
    allocatedBytes,
    txg: spa.txg,
    dirtyBytes: spa.dirtyBytes,
    uberblockSlots: Number.isFinite(ashift) ? uberblockCount(ashift) : 0,
    vdevs: [
      ...shown.map((vdev) => vdevReport(spa, vdev, true)),
      ...spa.aux.spares.map((vdev) => spareReport(spa, vdev)),
      ...spa.aux.caches.map((vdev) => ({
        ...vdevReport(spa, vdev, false),
        ...spa.arc.l2?.spaceOf(vdev),
        role: 'cache' as const,
      })),
    ],
    scan: scanReport(spa),
  };
}

/** The worst of its top-level vdevs, as the kernel makes it. */
function poolState(tops: readonly Vdev[]): DeviceState {
  const states = tops.map(({ state }) => state);
  if (states.some((state) => state === 'UNAVAIL' || state === 'FAULTED')) return 'UNAVAIL';
  return states.every((state) => state === 'ONLINE') ? 'ONLINE' : 'DEGRADED';
}

function scanReport(spa: Spa): ScanReport | null {
  const { phys, isPaused } = spa.scan;
  if (phys.startTime === 0) return null;
  const isOver = phys.state !== DSS_SCANNING;
  const ended = phys.state === DSS_FINISHED ? 'finished' : 'canceled';
  return {
    kind: phys.func === POOL_SCAN_RESILVER ? 'resilver' : 'scrub',
    state: isOver ? ended : isPaused ? 'paused' : 'scanning',
    startSeconds: phys.startTime,
    endSeconds: isOver ? phys.endTime : null,
    examinedBytes: phys.examined,
    toExamineBytes: phys.toExamine,
    repairedBytes: phys.processed,
    errorCount: phys.errors,
  };
}

function vdevReport(spa: Spa, vdev: Vdev, isTop: boolean): VdevReport {
  const { stats } = vdev;
  const isLog = isTop && spa.logMetaslabs.groupOf(vdev.id) !== undefined;
  return {
    guid: String(vdev.guid),
    name: vdevName(vdev),
    type: vdev.type,
    role: isLog ? 'log' : 'data',
    state: vdev.state,
    note: noteOf(spa, vdev),
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

/** In use when its guid stands in the tree as well. */
function spareReport(spa: Spa, vdev: VdevDisk): VdevReport {
  const isInUse = spa.zio.tops.some((top) =>
    top?.vdev.leaves().some((leaf) => leaf.guid === vdev.guid),
  );
  const report = vdevReport(spa, vdev, false);
  const state = vdev.state === 'ONLINE' ? (isInUse ? 'INUSE' : 'AVAIL') : vdev.state;
  // The same guid is a row of the tree already.
  return { ...report, guid: `spare ${report.guid}`, role: 'spare', state };
}

/** What zpool status says behind the counts. */
const NOTES: Readonly<Record<VdevAux, string>> = {
  NONE: '',
  OPEN_FAILED: 'cannot open',
  CORRUPT_DATA: 'corrupted data',
  NO_REPLICAS: 'insufficient replicas',
  BAD_GUID_SUM: 'missing device',
  TOO_SMALL: 'device is too small',
  BAD_LABEL: 'bad label',
  SPARED: 'currently in use',
  ERR_EXCEEDED: 'too many errors',
  IO_FAILURE: 'experienced I/O failures',
  BAD_LOG: 'bad intent log',
  EXTERNAL: 'external device fault',
};

function noteOf(spa: Spa, vdev: Vdev): string {
  const isBehind = vdev instanceof VdevDisk && vdev.isReadable && !vdev.missing.isEmpty;
  return isBehind && spa.scan.isResilvering ? 'resilvering' : NOTES[vdev.aux];
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
