/**
 * When a directory's entry may be removed or renamed: the same rules for every filesystem that keeps
 * its own permissions. Answers the errno, or undefined for "may".
 * @see uts/common/fs/tmpfs/tmp_dir.c, uts/common/fs/zfs/zfs_acl.c zfs_zaccess_rename()
 */
import type { Credentials } from '#kernel/os/cred.ts';
import { EBUSY, EEXIST, EISDIR, ENOTDIR, EROFS, type Errno } from '#kernel/os/errno.ts';
import { checkAccess, checkStickyRemove, type Protected } from '#kernel/vfs/policy.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

/** A vnode as the rules see it. */
export interface EntryVnode extends Protected, Pick<Vnode, 'vfs' | 'mountedHere' | 'type'> {
  /** False for a directory with names beside `.` and `..`; asked of directories only. */
  readonly isEmptyDirectory: boolean;
}

/** Checks the directory's permission, stickiness, and that nothing is mounted there. */
export function checkRemoval(
  directory: EntryVnode,
  entry: EntryVnode,
  cred: Credentials,
): Errno | undefined {
  if (directory.vfs.isReadOnly) return EROFS;
  const denied = checkAccess(directory, 2 | 1, cred) ?? checkStickyRemove(directory, entry, cred);
  if (denied !== undefined) return denied;
  return entry.mountedHere === null ? undefined : EBUSY;
}

export function checkRename(
  fromDirectory: EntryVnode,
  source: EntryVnode,
  toDirectory: EntryVnode,
  target: EntryVnode | undefined,
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
