/** Ioctls that send and receive. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import type { ZfsIoctlRow } from './ioctl-row.ts';

export const STREAM_IOCTLS: readonly ZfsIoctlRow[] = [];
