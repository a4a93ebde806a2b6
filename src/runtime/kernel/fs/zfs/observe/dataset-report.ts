/** Datasets as an observer sees them, in the order of `zfs list -t all`. */
import { propWordOf, zfsProp } from '#abi/illumos/zfs-prop.ts';
import type { DatasetReport } from '#runtime/observation.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import type { DslDir } from '../dsl/dsl-dir.ts';
import { propGetNumber } from '../dsl/dsl-prop.ts';
import {
  DD_USED_CHILD,
  DD_USED_CHILD_RSRV,
  DD_USED_HEAD,
  DD_USED_REFRSRV,
  DD_USED_SNAP,
} from '../ondisk/dsl-phys.ts';
import { DMU_OST_ZVOL } from '../ondisk/dnode-phys.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Spa } from '../pool/spa.ts';
import { datasetAvailable } from '../dsl/dsl-space.ts';

/** Where a file system is mounted now; undefined = nowhere. */
export type MountedAt = (dataset: string) => string | undefined;

/** One after another; asking for the next may be put off, and datasets come and go meanwhile. */
export function* datasetReports(spa: Spa, mountedAt: MountedAt): Generator<DatasetReport> {
  for (const dir of spa.dsl.allDirs()) {
    if (dir.phys.headDatasetObj === 0) continue;
    const head = spa.dsl.head(dir);
    yield headReport(spa, dir, head, mountedAt);
    for (const snapshot of head.snapshots()) yield snapshotReport(snapshot);
  }
}

function headReport(spa: Spa, dir: DslDir, head: DslDataset, mountedAt: MountedAt): DatasetReport {
  const name = dir.fullName;
  const { usedBreakdown, usedBytes, compressedBytes, uncompressedBytes } = dir.phys;
  const part = (kind: number): number => usedBreakdown[kind] ?? 0;
  const mountpoint = mountedAt(name);
  return {
    name,
    type: isVolume(head) ? 'volume' : 'filesystem',
    ...common(head),
    usedBytes,
    availableBytes: datasetAvailable(head),
    usedBySnapshotsBytes: part(DD_USED_SNAP),
    usedByDatasetBytes: part(DD_USED_HEAD),
    usedByChildrenBytes: part(DD_USED_CHILD) + part(DD_USED_CHILD_RSRV),
    usedByReservationBytes: part(DD_USED_REFRSRV),
    compressRatio: ratio(uncompressedBytes, compressedBytes),
    compression: compressionOf(head),
    mountpoint: mountpoint ?? '',
    isMounted: mountpoint !== undefined,
    origin: originOf(spa, dir),
    cloneCount: 0,
    holdCount: 0,
  };
}

function snapshotReport(snapshot: DslDataset): DatasetReport {
  const { compressedBytes, uncompressedBytes, uniqueBytes, numChildren } = snapshot.phys;
  return {
    name: snapshot.fullName,
    type: 'snapshot',
    ...common(snapshot),
    usedBytes: uniqueBytes,
    availableBytes: 0,
    usedBySnapshotsBytes: 0,
    usedByDatasetBytes: 0,
    usedByChildrenBytes: 0,
    usedByReservationBytes: 0,
    compressRatio: ratio(uncompressedBytes, compressedBytes),
    compression: '',
    mountpoint: '',
    isMounted: false,
    origin: '',
    cloneCount: Math.max(0, numChildren - 1),
    holdCount: snapshot.phys.userrefsObj === 0 ? 0 : 1,
  };
}

function common(
  dataset: DslDataset,
): Pick<DatasetReport, 'guid' | 'createdSeconds' | 'createTxg' | 'referencedBytes'> {
  const { guid, creationTime, creationTxg, referencedBytes } = dataset.phys;
  return {
    guid: String(guid),
    createdSeconds: creationTime,
    createTxg: creationTxg,
    referencedBytes,
  };
}

function ratio(uncompressed: number, compressed: number): number {
  return compressed <= 0 ? 1 : Math.max(1, Math.floor((100 * uncompressed) / compressed) / 100);
}

function compressionOf(dataset: DslDataset): string {
  const row = zfsProp('compression');
  const value = propGetNumber(dataset, 'compression');
  return (row === undefined ? undefined : propWordOf(row, value)) ?? String(value);
}

function isVolume(head: DslDataset): boolean {
  try {
    return head.objset.type === DMU_OST_ZVOL;
  } catch (error) {
    // Damaged beyond repair: what it is can't be said, but it is there and takes space.
    if (!(error instanceof ZfsError)) throw error;
    return false;
  }
}

function originOf(spa: Spa, dir: DslDir): string {
  const { originObj } = dir.phys;
  if (originObj === 0) return '';
  const name = spa.dsl.datasetByObject(originObj).fullName;
  return name.includes('$ORIGIN') ? '' : name;
}
