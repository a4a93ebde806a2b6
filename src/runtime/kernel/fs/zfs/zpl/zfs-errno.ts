/**
 * The door between what ZFS throws inside and what a vnode operation answers.
 */
import {
  EDQUOT,
  EINVAL,
  EIO,
  ENOSPC,
  ENOTSUP,
  ENXIO,
  EOVERFLOW,
  EROFS,
  type Errno,
} from '#kernel/os/errno.ts';
import { ZfsError, type ZfsErrorCode } from '../ondisk/zfs-error.ts';

/** Largest file: 2^53 − 1 bytes is where our offsets end; the format would take 2^64. */
export const MAX_FILE_SIZE: number = Number.MAX_SAFE_INTEGER;

const ERRNO_OF: Readonly<Record<ZfsErrorCode, Errno>> = {
  ECKSUM: EIO,
  EIO,
  ENXIO,
  EINVAL,
  ENOTSUP,
  EOVERFLOW,
  ENOSPC,
  EDQUOT,
  EROFS,
  EFRAGS: ENOSPC,
};

/** Runs `work`; what ZFS throws inside becomes the errno for the caller of the vnode operation. */
export function guard<T>(work: () => T): T | Errno {
  try {
    return work();
  } catch (error) {
    if (error instanceof ZfsError) return ERRNO_OF[error.code];
    throw error;
  }
}
