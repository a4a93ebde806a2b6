/** The part of `Sys` that is about files and names; see native.ts. */
import type { Ace } from '#abi/illumos/acl.ts';
import {
  DOOR_CALL,
  DOOR_CREATE,
  DOOR_RECEIVE,
  DOOR_REPLY,
  DOOR_REVOKE,
  type DoorCall,
  type DoorCallCell,
  type DoorReceiveCell,
  type DoorReplyCell,
} from '#abi/illumos/door.ts';
import { F_DUP2FD, F_DUPFD, F_FREESP, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { TCGETS } from '#abi/illumos/ioctl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { systemCall } from '#kernel/syscall/dispatch.ts';
import * as row from '#kernel/syscall/rows.ts';
import type { PollRequest, Stat, Task, TimeChange } from '#kernel/syscall/sys.ts';
import type { DirectoryEntry, VfsStatistics } from '#kernel/vfs/vnode.ts';

export abstract class NativeFiles {
  protected abstract readonly caller: Caller;

  *isatty(fd: number): Task<boolean> {
    return !isErrno(yield* this.ioctl(fd, TCGETS, {}));
  }

  /** As libc does it: there is no such system call. */
  *truncate(path: string, sizeBytes: number): Task<Errno | 0> {
    const fd = yield* this.open(path, O_WRONLY);
    if (isErrno(fd)) return fd;
    const result = yield* this.ftruncate(fd, sizeBytes);
    yield* this.close(fd);
    return result;
  }

  open(path: string, flags: number, mode?: number): Task<number | Errno> {
    return systemCall(this.caller, row.OPENAT, path, flags, mode ?? 0) as Task<number | Errno>;
  }

  openat(fd: number, path: string, flags: number, mode = 0): Task<number | Errno> {
    const call = systemCall(this.caller, row.OPENAT, path, flags, mode, fd);
    return call as Task<number | Errno>;
  }

  close(fd: number): Task<Errno | 0> {
    return systemCall(this.caller, row.CLOSE, fd) as Task<Errno | 0>;
  }

  read(fd: number, target: Uint8Array): Task<number | Errno> {
    return systemCall(this.caller, row.READ, fd, target) as Task<number | Errno>;
  }

  write(fd: number, source: Uint8Array): Task<number | Errno> {
    return systemCall(this.caller, row.WRITE, fd, source) as Task<number | Errno>;
  }

  pread(fd: number, target: Uint8Array, offsetBytes: number): Task<number | Errno> {
    return systemCall(this.caller, row.PREAD, fd, target, offsetBytes) as Task<number | Errno>;
  }

  pwrite(fd: number, source: Uint8Array, offsetBytes: number): Task<number | Errno> {
    return systemCall(this.caller, row.PWRITE, fd, source, offsetBytes) as Task<number | Errno>;
  }

  lseek(fd: number, offsetBytes: number, whence: 0 | 1 | 2): Task<number | Errno> {
    return systemCall(this.caller, row.LSEEK, fd, offsetBytes, whence) as Task<number | Errno>;
  }

  dup(fd: number): Task<number | Errno> {
    return systemCall(this.caller, row.FCNTL, fd, F_DUPFD, 0) as Task<number | Errno>;
  }

  dup2(from: number, to: number): Task<number | Errno> {
    return systemCall(this.caller, row.FCNTL, from, F_DUP2FD, to) as Task<number | Errno>;
  }

  fcntl(fd: number, command: number, argument?: number): Task<number | Errno> {
    return systemCall(this.caller, row.FCNTL, fd, command, argument ?? 0) as Task<number | Errno>;
  }

  pipe(): Task<readonly [readFd: number, writeFd: number] | Errno> {
    return systemCall(this.caller, row.PIPE) as Task<
      readonly [readFd: number, writeFd: number] | Errno
    >;
  }

  ioctl(fd: number, command: number, argument?: unknown): Task<number | Errno> {
    return systemCall(this.caller, row.IOCTL, fd, command, argument) as Task<number | Errno>;
  }

  poll(requests: readonly PollRequest[], timeoutMs: number): Task<number | Errno> {
    return systemCall(this.caller, row.POLLSYS, requests, timeoutMs) as Task<number | Errno>;
  }

  doorCreate(): Task<number | Errno> {
    return systemCall(this.caller, row.DOORFS, DOOR_CREATE) as Task<number | Errno>;
  }

  *doorCall(fd: number, argument: unknown): Task<unknown> {
    const cell: DoorCallCell = { argument, state: 'new', result: undefined };
    const outcome = yield* systemCall(this.caller, row.DOORFS, DOOR_CALL, fd, cell);
    return isErrno(outcome) ? outcome : cell.result;
  }

  *doorReceive(fd: number, noHang?: boolean): Task<DoorCall | undefined | Errno> {
    const cell: DoorReceiveCell = { noHang: noHang === true, call: undefined };
    const outcome = yield* systemCall(this.caller, row.DOORFS, DOOR_RECEIVE, fd, cell);
    return isErrno(outcome) ? outcome : cell.call;
  }

  doorReply(fd: number, id: number, result: unknown): Task<Errno | 0> {
    const cell: DoorReplyCell = { id, result };
    return systemCall(this.caller, row.DOORFS, DOOR_REPLY, fd, cell) as Task<Errno | 0>;
  }

  doorRevoke(fd: number): Task<Errno | 0> {
    return systemCall(this.caller, row.DOORFS, DOOR_REVOKE, fd) as Task<Errno | 0>;
  }

  fattach(fd: number, path: string): Task<Errno | 0> {
    return systemCall(this.caller, row.FATTACH, fd, path) as Task<Errno | 0>;
  }

  fsync(fd: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FDSYNC, fd) as Task<Errno | 0>;
  }

  sync(): Task<0> {
    return systemCall(this.caller, row.SYNC) as Task<0>;
  }

  stat(path: string): Task<Stat | Errno> {
    return systemCall(this.caller, row.FSTATAT, path, false) as Task<Stat | Errno>;
  }

  lstat(path: string): Task<Stat | Errno> {
    return systemCall(this.caller, row.FSTATAT, path, true) as Task<Stat | Errno>;
  }

  fstat(fd: number): Task<Stat | Errno> {
    return systemCall(this.caller, row.FSTATAT, fd, false) as Task<Stat | Errno>;
  }

  access(path: string, mode: number, effective?: boolean): Task<Errno | 0> {
    return systemCall(this.caller, row.FACCESSAT, path, mode, effective === true) as Task<
      Errno | 0
    >;
  }

  readlink(path: string): Task<string | Errno> {
    return systemCall(this.caller, row.READLINKAT, path) as Task<string | Errno>;
  }

  symlink(target: string, path: string): Task<Errno | 0> {
    return systemCall(this.caller, row.SYMLINKAT, target, path) as Task<Errno | 0>;
  }

  link(from: string, to: string): Task<Errno | 0> {
    return systemCall(this.caller, row.LINKAT, from, to) as Task<Errno | 0>;
  }

  unlink(path: string): Task<Errno | 0> {
    return systemCall(this.caller, row.UNLINKAT, path, false) as Task<Errno | 0>;
  }

  mkdir(path: string, mode: number): Task<Errno | 0> {
    return systemCall(this.caller, row.MKDIRAT, path, mode) as Task<Errno | 0>;
  }

  rmdir(path: string): Task<Errno | 0> {
    return systemCall(this.caller, row.UNLINKAT, path, true) as Task<Errno | 0>;
  }

  rename(from: string, to: string): Task<Errno | 0> {
    return systemCall(this.caller, row.RENAMEAT, from, to) as Task<Errno | 0>;
  }

  mknod(path: string, mode: number, device: number): Task<Errno | 0> {
    return systemCall(this.caller, row.MKNODAT, path, mode, device) as Task<Errno | 0>;
  }

  chmod(path: string, mode: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FCHMODAT, path, mode) as Task<Errno | 0>;
  }

  fchmod(fd: number, mode: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FCHMODAT, fd, mode) as Task<Errno | 0>;
  }

  acl(path: string, command: number, count: number, list: Ace[]): Task<number | Errno> {
    return systemCall(this.caller, row.ACL, path, command, count, list) as Task<number | Errno>;
  }

  facl(fd: number, command: number, count: number, list: Ace[]): Task<number | Errno> {
    return systemCall(this.caller, row.FACL, fd, command, count, list) as Task<number | Errno>;
  }

  pathconf(path: string, name: number): Task<number | Errno> {
    return systemCall(this.caller, row.PATHCONF, path, name) as Task<number | Errno>;
  }

  chown(path: string, uid: number, gid: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FCHOWNAT, path, { uid, gid }, false) as Task<Errno | 0>;
  }

  lchown(path: string, uid: number, gid: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FCHOWNAT, path, { uid, gid }, true) as Task<Errno | 0>;
  }

  utimens(path: string, atime: TimeChange, mtime: TimeChange, noFollow?: boolean): Task<Errno | 0> {
    return systemCall(this.caller, row.UTIMESYS, path, { atime, mtime }, noFollow === true) as Task<
      Errno | 0
    >;
  }

  ftruncate(fd: number, sizeBytes: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FCNTL, fd, F_FREESP, sizeBytes) as Task<Errno | 0>;
  }

  getdents(fd: number): Task<DirectoryEntry[] | Errno> {
    return systemCall(this.caller, row.GETDENTS, fd) as Task<DirectoryEntry[] | Errno>;
  }

  chdir(path: string): Task<Errno | 0> {
    return systemCall(this.caller, row.CHDIR, path) as Task<Errno | 0>;
  }

  fchdir(fd: number): Task<Errno | 0> {
    return systemCall(this.caller, row.FCHDIR, fd) as Task<Errno | 0>;
  }

  getcwd(): Task<string | Errno> {
    return systemCall(this.caller, row.GETCWD) as Task<string | Errno>;
  }

  chroot(path: string): Task<Errno | 0> {
    return systemCall(this.caller, row.CHROOT, path) as Task<Errno | 0>;
  }

  umask(mask: number): Task<number> {
    return systemCall(this.caller, row.UMASK, mask) as Task<number>;
  }

  statvfs(
    path: string,
  ): Task<(VfsStatistics & { readonly fstype: string; readonly mountPoint: string }) | Errno> {
    return systemCall(this.caller, row.STATVFS, path) as Task<
      (VfsStatistics & { readonly fstype: string; readonly mountPoint: string }) | Errno
    >;
  }

  mount(special: string, directory: string, fstype: string, options: string): Task<Errno | 0> {
    return systemCall(this.caller, row.MOUNT, special, directory, { fstype, options }) as Task<
      Errno | 0
    >;
  }

  umount(directory: string, force: boolean): Task<Errno | 0> {
    return systemCall(this.caller, row.UMOUNT2, directory, force) as Task<Errno | 0>;
  }
}
