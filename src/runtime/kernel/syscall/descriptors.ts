/**
 * Calls on descriptors: open, close, dup, fcntl, pipe, ioctl, poll and seeking.
 * @see uts/common/syscall/{open,fcntl,lseek,poll,ioctl}.c
 */
import {
  FD_CLOEXEC,
  F_DUP2FD,
  F_DUP2FD_CLOEXEC,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_FREESP,
  F_GETFD,
  F_GETFL,
  F_GETXFL,
  F_SETFD,
  F_SETFL,
  O_ACCMODE,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DSYNC,
  O_EXCL,
  O_NDELAY,
  O_NOCTTY,
  O_NONBLOCK,
  O_XATTR,
  O_RDWR,
  O_RSYNC,
  O_SYNC,
  SEEK_DATA,
  SEEK_HOLE,
  O_TRUNC,
  O_WRONLY,
  isOpenForWriting,
} from '#abi/illumos/fcntl.ts';
import { POLLERR, POLLHUP, POLLNVAL } from '#abi/illumos/poll.ts';
import { type WaitQueue, WouldBlock, isWouldBlock } from '#kernel/disp/wait.ts';
import {
  EAGAIN,
  EBADF,
  EINVAL,
  EISDIR,
  EMFILE,
  ENOTDIR,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import { OpenFile } from '#kernel/os/file.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { PollRequest } from '#kernel/syscall/sys.ts';
import type { LookupStart } from '#kernel/vfs/lookup.ts';
import { openPath } from '#kernel/vfs/open.ts';
import type { Blocking, DirectoryEntry, Vnode } from '#kernel/vfs/vnode.ts';

/** Flags of open(2) that say how to open and are not kept. */
const CREATION_FLAGS = O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC;
/** What F_SETFL can change. */
const SETTABLE_FLAGS = O_APPEND | O_NONBLOCK | O_NDELAY | O_SYNC | O_DSYNC | O_RSYNC;
const DIRECTORY_ENTRIES_AT_ONCE = 128;
/** The offset of a directory that was read to its end. */
const END_OF_DIRECTORY: number = Number.MAX_SAFE_INTEGER;
const NS_PER_MS = 1_000_000n;

/** Where a name begins: with O_XATTR among the attributes of the file that is open as `from`. */
function startAt(caller: Caller, flags: number, from: number | undefined): LookupStart | Errno {
  const start = caller.lookupStart(flags);
  if (from === undefined) return start;
  const base = vnodeOf(caller, from);
  if (isErrno(base)) return base;
  const isAmongAttributes = (flags & O_XATTR) !== 0;
  const directory = isAmongAttributes ? base.xattrDirectory(true, start.context) : base;
  return isErrno(directory) ? directory : { ...start, directory };
}

export function openat(
  caller: Caller,
  path: string,
  flags: number,
  mode: number,
  from?: number,
): Blocking<number> {
  const { proc } = caller;
  const limit = proc.limits.nofile.current;
  if (!proc.files.canAllocate(1, limit)) return EMFILE;
  const start = startAt(caller, flags, from);
  if (isErrno(start)) return start;
  const vnode = openPath(path, flags, mode & 0o7777 & ~proc.umask, start);
  if (isErrno(vnode)) return vnode;
  if (isWouldBlock(vnode)) return (flags & O_NONBLOCK) === 0 ? vnode : EAGAIN;
  if (vnode.duplicates !== undefined) {
    const file = proc.files.get(vnode.duplicates);
    return file === undefined ? EBADF : proc.files.allocate(file, limit);
  }
  const file = new OpenFile(vnode, flags & ~CREATION_FLAGS, path);
  return proc.files.allocate(file, limit, 0, (flags & O_CLOEXEC) !== 0);
}

export function openInterrupted(caller: Caller): void {
  caller.services.openInterrupted(caller.context());
}

export function close(caller: Caller, fd: number): Errno | 0 {
  return caller.proc.files.close(fd, caller.context()) ?? 0;
}

export function fcntl(
  caller: Caller,
  fd: number,
  command: number,
  argument: number,
): number | Errno {
  const descriptor = caller.proc.files.descriptor(fd);
  if (descriptor === undefined) return EBADF;
  const { file } = descriptor;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return duplicate(caller, file, argument, command === F_DUPFD_CLOEXEC);
    case F_DUP2FD:
    case F_DUP2FD_CLOEXEC:
      return duplicateTo(caller, fd, file, argument, command === F_DUP2FD_CLOEXEC);
    case F_GETFD:
      return descriptor.closeOnExec ? FD_CLOEXEC : 0;
    case F_SETFD:
      descriptor.closeOnExec = (argument & FD_CLOEXEC) !== 0;
      return 0;
    case F_GETFL:
    case F_GETXFL:
      return file.flags;
    case F_SETFL:
      file.flags = (file.flags & ~SETTABLE_FLAGS) | (argument & SETTABLE_FLAGS);
      return 0;
    case F_FREESP:
      return truncateOpen(caller, file, argument);
    default:
      return EINVAL;
  }
}

function duplicate(
  caller: Caller,
  file: OpenFile,
  from: number,
  closeOnExec: boolean,
): number | Errno {
  const limit = caller.proc.limits.nofile.current;
  if (!Number.isInteger(from) || from < 0 || from >= limit) return EINVAL;
  return caller.proc.files.allocate(file, limit, from, closeOnExec);
}

function duplicateTo(
  caller: Caller,
  fd: number,
  file: OpenFile,
  to: number,
  closeOnExec: boolean,
): number | Errno {
  const { files, limits } = caller.proc;
  if (!Number.isInteger(to) || to < 0 || to >= limits.nofile.current) return EBADF;
  if (to === fd) return to;
  files.install(to, file, closeOnExec, caller.context());
  return to;
}

function truncateOpen(caller: Caller, file: OpenFile, sizeBytes: number): number | Errno {
  if (!isOpenForWriting(file.flags)) return EBADF;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return EINVAL;
  if (file.vnode.type === 'VDIR') return EISDIR;
  if (file.vnode.type !== 'VREG') return EINVAL;
  return file.vnode.setattr({ sizeBytes }, caller.context(file.flags)) ?? 0;
}

export function pipe(caller: Caller): readonly [number, number] | Errno {
  const { files, limits } = caller.proc;
  const limit = limits.nofile.current;
  if (!files.canAllocate(2, limit)) return EMFILE;
  const [readEnd, writeEnd] = caller.services.makePipe(caller.context());
  const readFd = files.allocate(new OpenFile(readEnd, O_RDWR), limit);
  const writeFd = files.allocate(new OpenFile(writeEnd, O_RDWR), limit);
  return isErrno(readFd) || isErrno(writeFd) ? EMFILE : [readFd, writeFd];
}

export function ioctl(
  caller: Caller,
  fd: number,
  command: number,
  argument: unknown,
): Blocking<number> {
  const file = caller.proc.files.get(fd);
  if (file === undefined) return EBADF;
  return file.vnode.ioctl(command, argument, caller.context(file.flags));
}

export function lseek(
  caller: Caller,
  fd: number,
  offsetBytes: number,
  whence: number,
): number | Errno {
  const file = caller.proc.files.get(fd);
  if (file === undefined) return EBADF;
  if (whence === SEEK_DATA || whence === SEEK_HOLE) {
    const what = whence === SEEK_DATA ? 'data' : 'hole';
    const found = file.vnode.seekContent(offsetBytes, what, caller.context(file.flags));
    if (isErrno(found)) return found;
    file.offset = found;
    return found;
  }
  const base = seekBase(caller, file, whence);
  if (isErrno(base)) return base;
  const position = base + offsetBytes;
  if (!Number.isSafeInteger(position) || position < 0) {
    return file.vnode.seek(0) ?? EINVAL;
  }
  const refused = file.vnode.seek(position);
  if (refused !== undefined) return refused;
  file.offset = position;
  return position;
}

function seekBase(caller: Caller, file: OpenFile, whence: number): number | Errno {
  if (whence === 0) return 0;
  if (whence === 1) return file.offset;
  if (whence !== 2) return EINVAL;
  const attributes = file.vnode.getattr(caller.context(file.flags));
  return isErrno(attributes) ? attributes : attributes.sizeBytes;
}

export function getdents(caller: Caller, fd: number): DirectoryEntry[] | Errno {
  const file = caller.proc.files.get(fd);
  if (file === undefined || (file.flags & O_ACCMODE) === O_WRONLY) return EBADF;
  if (file.vnode.type !== 'VDIR') return ENOTDIR;
  while (file.offset !== END_OF_DIRECTORY) {
    const page = file.vnode.readdir(
      file.offset,
      DIRECTORY_ENTRIES_AT_ONCE,
      caller.context(file.flags),
    );
    if (isErrno(page)) return page;
    file.offset = page.next ?? END_OF_DIRECTORY;
    caller.spendBytes(page.entries.length * 32);
    if (page.entries.length > 0) return page.entries;
  }
  return [];
}

/** @man poll(2) */
export function pollsys(
  caller: Caller,
  requests: readonly PollRequest[],
  timeoutMs: number,
): number | WouldBlock {
  let readyCount = 0;
  const queues: WaitQueue[] = [];
  for (const request of requests) {
    request.revents = pollOne(caller, request, queues);
    if (request.revents !== 0) readyCount += 1;
  }
  if (readyCount > 0 || timeoutMs === 0) return readyCount;
  if (timeoutMs < 0) return new WouldBlock(queues);
  const nowNs = caller.kernel.dispatcher.nowNs();
  caller.deadlineNs ??= nowNs + BigInt(Math.ceil(timeoutMs)) * NS_PER_MS;
  return nowNs >= caller.deadlineNs ? 0 : new WouldBlock(queues, caller.deadlineNs);
}

function pollOne(caller: Caller, request: PollRequest, queues: WaitQueue[]): number {
  if (request.fd < 0) return 0;
  const file = caller.proc.files.get(request.fd);
  if (file === undefined) return POLLNVAL;
  const state = file.vnode.poll(request.events, caller.context(file.flags));
  queues.push(state.queue);
  return state.events & (request.events | POLLERR | POLLHUP | POLLNVAL);
}

export function fdsync(caller: Caller, fd: number): Blocking<0> {
  const file = caller.proc.files.get(fd);
  if (file === undefined) return EBADF;
  return file.vnode.fsync(caller.context(file.flags)) ?? 0;
}

export function sync(caller: Caller): 0 {
  caller.services.mounts.syncAll();
  return 0;
}

/** The vnode of an open file, for calls that take a descriptor in place of a path. */
export function vnodeOf(caller: Caller, fd: number): Vnode | Errno {
  return caller.proc.files.get(fd)?.vnode ?? EBADF;
}
