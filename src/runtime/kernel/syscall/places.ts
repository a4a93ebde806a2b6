/**
 * The working directory, the root, and mounts. @see uts/common/syscall/{chdir,getcwd,statvfs,mount}.c
 */
import { EINVAL, ENOENT, ENOTDIR, EPERM, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { vnodeOf } from '#kernel/syscall/descriptors.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import { parseMountOptions } from '#kernel/vfs/mount.ts';
import { pathOfDirectory } from '#kernel/vfs/path.ts';
import type { VfsStatistics, Vnode } from '#kernel/vfs/vnode.ts';

function directoryAt(caller: Caller, at: string | number): Vnode | Errno {
  const vnode =
    typeof at === 'number' ? vnodeOf(caller, at) : lookupVnode(at, caller.lookupStart(), 'follow');
  if (isErrno(vnode)) return vnode;
  if (vnode.type !== 'VDIR') return ENOTDIR;
  return vnode.access(1, caller.context()) ?? vnode;
}

/** chdir(2), and fchdir(2) with a descriptor. */
export function chdir(caller: Caller, at: string | number): Errno | 0 {
  const directory = directoryAt(caller, at);
  if (isErrno(directory)) return directory;
  directory.hold();
  caller.proc.cwd.release();
  caller.proc.cwd = directory;
  return 0;
}

export function chroot(caller: Caller, path: string): Errno | 0 {
  if (caller.proc.cred.effectiveUid !== 0) return EPERM;
  const directory = directoryAt(caller, path);
  if (isErrno(directory)) return directory;
  directory.hold();
  caller.proc.root.release();
  caller.proc.root = directory;
  return 0;
}

export function getcwd(caller: Caller): string | Errno {
  const { proc, kernel } = caller;
  return pathOfDirectory(proc.cwd, proc.root, kernel.context);
}

export function umask(caller: Caller, mask: number): number {
  const before = caller.proc.umask;
  caller.proc.umask = mask & 0o777;
  return before;
}

export function statvfs(
  caller: Caller,
  path: string,
): (VfsStatistics & { fstype: string; mountPoint: string }) | Errno {
  const vnode = lookupVnode(path, caller.lookupStart(), 'follow');
  if (isErrno(vnode)) return vnode;
  const { vfs } = vnode;
  return {
    ...vfs.statvfs(),
    fstype: vfs.fstype,
    mountPoint: caller.services.mounts.mountOf(vfs)?.mountPoint ?? '/',
  };
}

export function mount(
  caller: Caller,
  special: string,
  directory: string,
  how: { readonly fstype: string; readonly options: string },
): Errno | 0 {
  if (!directory.startsWith('/')) return EINVAL;
  const vnode = lookupVnode(directory, caller.lookupStart(), 'follow');
  if (isErrno(vnode)) return vnode;
  const mounted = caller.services.mounts.mount(
    how.fstype,
    special,
    vnode,
    canonicalPath(caller, vnode, directory),
    parseMountOptions(how.options),
    caller.context(),
  );
  return isErrno(mounted) ? mounted : 0;
}

/** The mount table shows where the directory is, not the links that led there. */
function canonicalPath(caller: Caller, vnode: Vnode, given: string): string {
  if (vnode.type !== 'VDIR') return given;
  const path = pathOfDirectory(vnode, caller.proc.root, caller.kernel.context);
  return isErrno(path) ? given : path;
}

export function umount2(caller: Caller, directory: string, force: boolean): Errno | 0 {
  const vnode = lookupVnode(directory, caller.lookupStart(), 'follow');
  if (isErrno(vnode)) return vnode === ENOENT ? EINVAL : vnode;
  return caller.services.mounts.unmount(vnode, force, caller.context()) ?? 0;
}
