/**
 * When an entry of a ZFS directory may go or move. Answers the errno, or undefined for "may".
 * @see uts/common/fs/zfs/zfs_acl.c zfs_zaccess_delete(), zfs_zaccess_rename()
 */
import type { Credentials } from '#kernel/os/cred.ts';
import { EBUSY, EEXIST, EISDIR, ENOTDIR, EROFS, type Errno } from '#kernel/os/errno.ts';
import { checkAccess, checkStickyRemove } from '#kernel/vfs/policy.ts';
import type { ZfsVnode } from './zfs-vnode.ts';

export function checkRemoval(
  directory: ZfsVnode,
  entry: ZfsVnode,
  cred: Credentials,
): Errno | undefined {
  if (directory.vfs.isReadOnly) return EROFS;
  const denied = checkAccess(directory, 2 | 1, cred) ?? checkStickyRemove(directory, entry, cred);
  if (denied !== undefined) return denied;
  return entry.mountedHere === null ? undefined : EBUSY;
}

export function checkRename(
  fromDirectory: ZfsVnode,
  source: ZfsVnode,
  toDirectory: ZfsVnode,
  target: ZfsVnode | undefined,
  cred: Credentials,
): Errno | undefined {
  const refused =
    checkRemoval(fromDirectory, source, cred) ?? checkAccess(toDirectory, 2 | 1, cred);
  if (refused !== undefined) return refused;
  // A directory that moves gets another `..`: that is a write to it.
  if (source.type === 'VDIR' && fromDirectory !== toDirectory) {
    const denied = checkAccess(source, 2, cred);
    if (denied !== undefined) return denied;
  }
  if (target === undefined || target === source) return undefined;
  const denied = checkRemoval(toDirectory, target, cred);
  if (denied !== undefined) return denied;
  if (target.type === 'VDIR') {
    if (source.type !== 'VDIR') return EISDIR;
    return target.isEmptyDirectory ? undefined : EEXIST;
  }
  return source.type === 'VDIR' ? ENOTDIR : undefined;
}
