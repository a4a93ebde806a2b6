/**
 * Making volumes. @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_create(), zvol.c zvol_create_cb()
 */
import { EDOM, EINVAL, type Errno } from '#kernel/os/errno.ts';
import { createObjset } from '../dmu/objset-sync.ts';
import { createDataset, createDir, originSnapshot } from '../dsl/dsl-create.ts';
import { DMU_OST_ZVOL } from '../ondisk/dnode-phys.ts';
import {
  isVolBlockSize,
  isVolSize,
  ZVOL_DEFAULT_BLOCKSIZE,
  zvolCreateObjset,
} from '../zvol/zvol.ts';
import { applyNewProps, checkNewProps, type NewProps, setLimitsOfNew } from './dsl-new-props.ts';
import { findPlace } from './dsl-ops.ts';
import { spaHistoryInternal } from './spa-history.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

/**
 * A new volume; `props` say its volsize, and may say volblocksize and others. EDOM for the block size,
 * EINVAL for the size. Whether space is reserved for it is libzfs's to say.
 */
export function zvolCreate(spa: Spa, name: string, props: NewProps): Errno | undefined {
  const place = findPlace(spa, name);
  if (!('parent' in place)) return place;
  const { parent, last } = place;
  const size = Number(props.get('volsize') ?? 0n);
  const blockSize = Number(props.get('volblocksize') ?? BigInt(ZVOL_DEFAULT_BLOCKSIZE));
  if (!isVolBlockSize(blockSize)) return EDOM;
  if (!isVolSize(size, blockSize)) return EINVAL;
  // Both are kept in the volume, not among the properties.
  const others = new Map(props);
  others.delete('volsize');
  others.delete('volblocksize');
  const refused = checkNewProps(spa, others, 'volume');
  if (refused !== undefined) return refused;
  const error = runTask(spa, () => {
    const made = createDataset(createDir(spa.dsl, parent, last), originSnapshot(spa.dsl));
    const objset = createObjset(spa.arc, DMU_OST_ZVOL, spa.dsl.ownerOf(made) ?? spa.mosOwner);
    made.adoptObjset(objset);
    zvolCreateObjset(objset, size, blockSize);
    applyNewProps(made, others);
    spaHistoryInternal(spa, 'create', made, '');
  });
  return error ?? setLimitsOfNew(spa, name, others);
}
