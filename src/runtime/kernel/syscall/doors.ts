/** doorfs(2) and fattach(3C). @see uts/common/fs/doorfs/door_sys.c */
import { DOOR_CREATE } from '#abi/illumos/door.ts';
import { O_RDWR } from '#abi/illumos/fcntl.ts';
import { EBADF, EBUSY, EINVAL, EMFILE, EPERM, type Errno, isErrno } from '#kernel/os/errno.ts';
import { OpenFile } from '#kernel/os/file.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import { isPrivileged } from '#kernel/vfs/policy.ts';
import type { Blocking } from '#kernel/vfs/vnode.ts';

/** DOOR_CREATE answers a descriptor, the others act on one with a cell of abi/illumos/door.ts. */
export function doorfs(
  caller: Caller,
  subcode: number,
  fd: number,
  cell: unknown,
): Blocking<number> {
  const { files, limits } = caller.proc;
  if (subcode === DOOR_CREATE) {
    const limit = limits.nofile.current;
    if (!files.canAllocate(1, limit)) return EMFILE;
    const door = caller.services.makeDoor(caller.proc, caller.context());
    return files.allocate(new OpenFile(door, O_RDWR), limit, 0, true);
  }
  const file = files.get(fd);
  if (file?.vnode.type !== 'VDOOR') return EBADF;
  return file.vnode.ioctl(subcode, cell, caller.context(file.flags));
}

/** The file at `path` must be the caller's own and is covered by what `fd` has open. */
export function fattach(caller: Caller, fd: number, path: string): Errno | 0 {
  const file = caller.proc.files.get(fd);
  if (file === undefined) return EBADF;
  if (file.vnode.type !== 'VDOOR' && file.vnode.type !== 'VFIFO') return EINVAL;
  const covered = lookupVnode(path, caller.lookupStart(), 'follow');
  if (isErrno(covered)) return covered;
  const attributes = covered.getattr(caller.context());
  if (isErrno(attributes)) return attributes;
  const { cred } = caller.proc;
  if (attributes.uid !== cred.effectiveUid && !isPrivileged(cred)) return EPERM;
  if (covered.vfs.root() === covered) return EBUSY;
  const { mounts } = caller.services;
  const vfs = caller.services.makeName(file.vnode, covered);
  mounts.attach(vfs, path, covered, path, new Map());
  return 0;
}
