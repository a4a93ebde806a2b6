/**
 * What the name of a dataset, snapshot or bookmark may be.
 * @see common/zfs/zfs_namecheck.c
 */
import { ZFS_MAX_DATASET_NAME_LEN } from '#abi/illumos/zfs-prop.ts';
import { EINVAL, ENAMETOOLONG, type Errno } from '#kernel/os/errno.ts';

const COMPONENT = /^[A-Za-z0-9_.:\- ]+$/;

function isBad(part: string): boolean {
  return !COMPONENT.test(part) || part === '.' || part === '..';
}

/** `entity_namecheck`: `pool/a/b`, with `@snapshot` or `#bookmark` behind it or not. */
export function checkName(name: string): Errno | undefined {
  if (name.length >= ZFS_MAX_DATASET_NAME_LEN) return ENAMETOOLONG;
  const [path = '', last, ...rest] = name.split(/[@#]/);
  if (rest.length > 0) return EINVAL;
  const parts = path.split('/');
  return (last === undefined ? parts : [...parts, last]).some(isBad) ? EINVAL : undefined;
}

/** `pool/a/b` → `pool/a` and `b`. */
export function splitLast(name: string): [parent: string, last: string] {
  const at = name.lastIndexOf('/');
  return [name.slice(0, Math.max(at, 0)), name.slice(at + 1)];
}
