/**
 * mount(2) of type zfs: `special` is the dataset's name. What libzfs asks of the properties
 * (canmount, mountpoint) it has asked before; here only the options count.
 * @see uts/common/fs/zfs/zfs_vfsops.c zfs_mount()  @man mount_zfs
 */
import { EBUSY, EINVAL, EIO, ENOENT, type Errno } from '#kernel/os/errno.ts';
import type { MountRequest, Vfs, VfsType } from '#kernel/vfs/vnode.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { mountDataset } from '../pool/zfs-mount.ts';
import { guard } from '../zpl/zfs-errno.ts';
import type { ZfsModule } from './zfs-module.ts';

export function zfsType(module: ZfsModule): VfsType {
  return {
    name: 'zfs',
    mount: (request) => guard(() => mountZfs(module, request)),
  };
}

function mountZfs(module: ZfsModule, request: MountRequest): Vfs | Errno {
  const { special, options } = request;
  const spa = module.poolOf(special);
  const dataset = spa?.dsl.findDataset(special);
  if (spa === undefined || dataset === undefined) return ENOENT;
  if (spa.isSuspended) return EIO;
  if (module.mountedOf(special) !== undefined) return EBUSY;
  if (dataset.objset.type !== DMU_OST_ZFS) return EINVAL;
  const { mounts, special: files } = module.machine;
  // Without a word about it the property decides, also when it changes later.
  const isReadOnly = options.has('ro') ? true : options.has('rw') ? false : undefined;
  return mountDataset(spa, dataset, mounts.allocateFsid(), files, isReadOnly);
}
