/** Ioctls on the devices of a pool. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import type { ZfsIoctlRow } from './ioctl-row.ts';

export const VDEV_IOCTLS: readonly ZfsIoctlRow[] = [];
