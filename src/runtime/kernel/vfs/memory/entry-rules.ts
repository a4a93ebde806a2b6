/**
 * When an entry of a directory in memory may go or move. Answers the errno, or undefined for "may".
 * @see uts/common/fs/tmpfs/tmp_dir.c, tmp_vnops.c tmp_rename
 */
import type { Credentials } from '#kernel/os/cred.ts';
import { EBUSY, EEXIST, EISDIR, ENOTDIR, EROFS, type Errno } from '#kernel/os/errno.ts';
import { checkAccess, checkStickyRemove } from '#kernel/vfs/policy.ts';
import type { MemoryNode } from '#kernel/vfs/memory/node.ts';

/** Checks the directory's permission, stickiness, and that nothing is mounted there. */
export function checkRemoval(
  directory: MemoryNode,
  entry: MemoryNode,
  cred: Credentials,
): Errno | undefined {
  if (directory.vfs.isReadOnly) return EROFS;
  const denied = checkAccess(directory, 2 | 1, cred) ?? checkStickyRemove(directory, entry, cred);
  if (denied !== undefined) return denied;
  return entry.mountedHere === null ? undefined : EBUSY;
}

export function checkRename(
  fromDirectory: MemoryNode,
  source: MemoryNode,
  toDirectory: MemoryNode,
  target: MemoryNode | undefined,
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
  if (target.entries !== undefined) {
    if (source.entries === undefined) return EISDIR;
    return target.entries.size > 0 ? EEXIST : undefined;
  }
  return source.entries === undefined ? undefined : ENOTDIR;
}

/** True when `directory` is `ancestor` or lies below it. */
export function isInside(directory: MemoryNode, ancestor: MemoryNode): boolean {
  let current = directory;
  for (;;) {
    if (current === ancestor) return true;
    const { parent } = current;
    if (parent === undefined || parent === current) return false;
    current = parent;
  }
}
