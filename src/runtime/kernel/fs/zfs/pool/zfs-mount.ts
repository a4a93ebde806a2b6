/**
 * Datasets as file systems: the content that can be changed, and the mounted form with its vnodes.
 * @see uts/common/fs/zfs/zfs_vfsops.c zfs_mount()
 */
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { datasetAvailable } from '../dsl/dsl-space.ts';
import { ZfsFs } from '../zpl/zfs-fs.ts';
import { type DatasetSpace, ZfsVfs } from '../zpl/zfs-vfs.ts';
import { admit } from './dmu-tx.ts';
import type { Zil } from '../zil/zil.ts';
import type { Spa } from './spa.ts';
import { zfsNow } from './spa-create.ts';
import { hasLogDevice, zilOf } from './spa-log.ts';
import { isSpaDirty, spaSync } from './spa-sync.ts';
import { snapshotDoor } from './zfs-snapdir.ts';

/** File systems in `.zfs/snapshot` have numbers of their own, above those of mounts. */
const SNAPSHOT_FSID = 0x4000_0000;

/** `ZPL_VERSION_SA` */
const ZPL_VERSION_SA = 5;

/** Opens the file system in `dataset`; keep one at most for each. */
export function openFileSystem(spa: Spa, dataset: DslDataset): ZfsFs {
  return new ZfsFs(dataset.objset, {
    get txg(): number {
      return spa.txg;
    },
    now: () => zfsNow(spa),
  });
}

function datasetSpace(dataset: DslDataset): DatasetSpace {
  return {
    referencedBytes: dataset.phys.referencedBytes,
    availableBytes: datasetAvailable(dataset),
  };
}

/**
 * Mounts the head or snapshot in `dataset`; where it appears is the mount table's business. With
 * `isReadOnly` undefined the property `readonly` decides, at each moment.
 */
export function mountDataset(
  spa: Spa,
  dataset: DslDataset,
  fsid: number,
  special: SpecialFiles,
  isReadOnly: boolean | undefined,
): ZfsVfs {
  const host = {
    special,
    space: () => datasetSpace(dataset),
    admit: (sizeBytes: number, isNetFree = false) => admit(spa, dataset, sizeBytes, isNetFree),
    commit: () => {
      if (!spa.isReadOnly && isSpaDirty(spa)) spaSync(spa);
    },
    // A log of before a crash is replayed even when nothing else may change the file system.
    get zil(): Zil | null {
      return dataset.isSnapshot || spa.isReadOnly ? null : zilOf(spa, dataset);
    },
    hasLogDevice: () => hasLogDevice(spa),
    snapshots: dataset.isSnapshot
      ? null
      : snapshotDoor(spa, dataset, (snapshot) =>
          mountDataset(spa, snapshot, SNAPSHOT_FSID + snapshot.object, special, true),
        ),
  };
  const fs = openFileSystem(spa, dataset);
  // Files of older versions have no system attributes: they are read, not written.
  const isOld = fs.version < ZPL_VERSION_SA;
  const isFrozen = spa.isReadOnly || dataset.isSnapshot || isOld || fs.foldsNames;
  return new ZfsVfs(fsid, fs, host, isFrozen ? true : isReadOnly);
}
