/**
 * The one error that ZFS throws inside: a block that cannot be read, a structure that is not what it
 * claims to be, a pool without space. The doors (vnode operations, ioctls) turn it into an errno;
 * expected outcomes such as ENOENT are values and never come this way.
 */
export type ZfsErrorCode =
  | 'ECKSUM'
  | 'EIO'
  | 'ENXIO'
  | 'EINVAL'
  | 'ENOTSUP'
  | 'EOVERFLOW'
  | 'ENOSPC'
  | 'EDQUOT'
  | 'EROFS'
  | 'EFRAGS';

export class ZfsError extends Error {
  override readonly name = 'ZfsError';
  readonly code: ZfsErrorCode;

  constructor(code: ZfsErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Bad structure on disk: names the structure, the place and what was wrong. */
export function corrupt(structure: string, detail: string): ZfsError {
  return new ZfsError('EIO', `${structure}: ${detail}`);
}
