/** Ioctls on the devices of a pool. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import { nvGetListArray } from '#abi/illumos/nvpair.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EINVAL, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import { spaVdevAttach, spaVdevDetach } from '../pool/spa-vdev-attach.ts';
import { poolRow, type ZfsIoctlRow } from './ioctl-row.ts';
import { SpecReader } from './vdev-spec.ts';
import type { ZfsModule } from './zfs-module.ts';

/** To the vdev `guid` the one leaf in `config`; `cookie` 1: in its place. */
function attach(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  const [child, ...more] = nvGetListArray(command.config ?? new Map(), 'children');
  if (child === undefined || more.length > 0) return EINVAL;
  const reader = new SpecReader(module, spa);
  const spec = reader.read(child);
  if (isErrno(spec)) {
    reader.abandon();
    return spec;
  }
  const error = spaVdevAttach(spa, command.guid, spec, { isReplacing: command.cookie === 1 });
  if (error !== undefined) reader.abandon();
  else module.driveScans();
  return error;
}

function detach(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  return spa === undefined ? ENOENT : spaVdevDetach(spa, command.guid);
}

export const VDEV_IOCTLS: readonly ZfsIoctlRow[] = [
  poolRow('ZFS_IOC_VDEV_ATTACH', attach),
  poolRow('ZFS_IOC_VDEV_DETACH', detach),
];
