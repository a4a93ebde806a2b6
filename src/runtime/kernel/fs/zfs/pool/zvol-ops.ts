/**
 * Volumes in a pool: what size they may have, and opening one as a disk.
 * @see uts/common/fs/zfs/zvol.c
 */
import { EINVAL, type Errno, EROFS } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { propGetNumber } from '../dsl/dsl-prop.ts';
import { DMU_OST_ZVOL } from '../ondisk/dnode-phys.ts';
import { isVolSize, Zvol, zvolBlockSize } from '../zvol/zvol.ts';
import { admit } from './dmu-tx.ts';
import type { Spa } from './spa.ts';
import { hasLogDevice, zilOf } from './spa-log.ts';

export function isVolume(dataset: DslDataset): boolean {
  return dataset.hasObjset && dataset.objset.type === DMU_OST_ZVOL;
}

/** Why the volume can't have that size; undefined when it can. */
export function checkVolSize(dataset: DslDataset, sizeBytes: number): Errno | undefined {
  if (!isVolume(dataset)) return EINVAL;
  if (propGetNumber(dataset, 'readonly') !== 0n) return EROFS;
  return isVolSize(sizeBytes, zvolBlockSize(dataset.objset)) ? undefined : EINVAL;
}

/** The volume or snapshot of one as a disk. Whoever keeps it counts in `longHolds`. */
export function openVolume(spa: Spa, dataset: DslDataset): Zvol {
  return new Zvol({
    get name(): string {
      return dataset.fullName;
    },
    get isReadOnly(): boolean {
      return dataset.isSnapshot || propGetNumber(dataset, 'readonly') !== 0n;
    },
    objset: () => dataset.objset,
    admit: (size, isNetFree) => admit(spa, dataset, size, isNetFree),
    zil: () => (dataset.isSnapshot || spa.isReadOnly ? null : zilOf(spa, dataset)),
    hasLogDevice: () => hasLogDevice(spa),
  });
}
