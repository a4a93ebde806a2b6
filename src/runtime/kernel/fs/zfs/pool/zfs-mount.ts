/**
 * Datasets as file systems: the content that can be changed, and the mounted form with its vnodes.
 * Here is also the throttle: how much may be dirty in memory, and whether the pool has room for it.
 * @see uts/common/fs/zfs/zfs_vfsops.c zfs_mount(), dmu_tx.c dmu_tx_delay()
 */
import { EIO, ENOSPC, type Errno } from '#kernel/os/errno.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { ZfsFs } from '../zpl/zfs-fs.ts';
import { type DatasetSpace, ZfsVfs } from '../zpl/zfs-vfs.ts';
import type { Spa } from './spa.ts';
import { zfsNow } from './spa-create.ts';
import { hasLogDevice, zilOf } from './spa-log.ts';
import { isSpaDirty, spaSync } from './spa-sync.ts';

/** `zfs_dirty_data_max`: so much may wait in memory; then the txg is written. */
const DIRTY_DATA_MAX: number = 64 * 2 ** 20;

/** Opens the file system in `dataset`; keep one at most for each. */
export function openFileSystem(spa: Spa, dataset: DslDataset): ZfsFs {
  return new ZfsFs(dataset.objset, {
    get txg(): number {
      return spa.txg;
    },
    now: () => zfsNow(spa),
  });
}

/** Bytes that can still be written, as people see them: deflated, less what is kept back. */
export function availableBytes(spa: Spa): number {
  const { sizeBytes, allocatedBytes } = spa.space;
  const free = sizeBytes - allocatedBytes - spa.slopBytes;
  const top = spa.zio.tops.find((each) => each !== undefined);
  const inflation = top === undefined ? 1 : top.vdev.psizeToAsize(131072) / 131072;
  return Math.max(0, Math.floor(free / inflation));
}

function datasetSpace(spa: Spa, dataset: DslDataset): DatasetSpace {
  return {
    referencedBytes: dataset.phys.referencedBytes,
    availableBytes: availableBytes(spa),
  };
}

/** Whether `sizeBytes` more may become dirty; writes the txg when enough has gathered. */
function admit(spa: Spa, dataset: DslDataset, sizeBytes: number): Errno | undefined {
  if (spa.isSuspended) return EIO;
  spa.dirtyBytes += sizeBytes;
  if (spa.dirtyBytes > DIRTY_DATA_MAX) spaSync(spa);
  const wanted = spa.dirtyBytes * dataset.objset.settings.copies;
  if (wanted <= availableBytes(spa)) return undefined;
  // What waits may compress, or free more than it takes: know before saying no.
  spaSync(spa);
  const needed = sizeBytes * dataset.objset.settings.copies;
  if (needed > availableBytes(spa)) return ENOSPC;
  spa.dirtyBytes = sizeBytes;
  return undefined;
}

/** Mounts the head or snapshot in `dataset`; where it appears is the mount table's business. */
export function mountDataset(
  spa: Spa,
  dataset: DslDataset,
  fsid: number,
  special: SpecialFiles,
  isReadOnly: boolean,
): ZfsVfs {
  const host = {
    special,
    space: () => datasetSpace(spa, dataset),
    admit: (sizeBytes: number) => admit(spa, dataset, sizeBytes),
    commit: () => {
      if (isSpaDirty(spa)) spaSync(spa);
    },
    // A log of before a crash is replayed even when nothing else may change the file system.
    zil: dataset.snapshotName === undefined ? zilOf(spa, dataset) : null,
    hasLogDevice: () => hasLogDevice(spa),
  };
  const isFrozen = isReadOnly || dataset.snapshotName !== undefined;
  return new ZfsVfs(fsid, openFileSystem(spa, dataset), host, isFrozen);
}
