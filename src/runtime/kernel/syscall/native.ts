/**
 * `Sys` for native programs: each method issues one row of the table. Nothing is decided here; who
 * wants to know what a call does reads its handler.
 */
import { F_DUP2FD, F_DUPFD, F_FREESP, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { TCGETS } from '#abi/illumos/ioctl.ts';
import type { Rlimit, RlimitName } from '#abi/illumos/resource.ts';
import type { Signal } from '#abi/illumos/signal.ts';
import type { Program } from '#kernel/disp/thread.ts';
import type { LoadedProgram } from '#kernel/exec/execsw.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import { createThread } from '#kernel/os/fork.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { Caller, type HandlerRunner } from '#kernel/syscall/caller.ts';
import { GONE, preempt, systemCall } from '#kernel/syscall/dispatch.ts';
import {
  PGRPSYS_GETPGID,
  PGRPSYS_GETSID,
  PGRPSYS_SETPGID,
  PGRPSYS_SETSID,
} from '#kernel/syscall/processes.ts';
import * as row from '#kernel/syscall/rows.ts';
import type { SyscallServices } from '#kernel/syscall/services.ts';
import type {
  KstatSnapshot,
  NativeMain,
  PollRequest,
  ResourceUsage,
  SignalAction,
  Stat,
  Sys,
  Task,
  TimeChange,
  TraceEvent,
  Utsname,
  WaitOptions,
  WaitResult,
} from '#kernel/syscall/sys.ts';
import type { DirectoryEntry, VfsStatistics } from '#kernel/vfs/vnode.ts';

/** Stands in until the thread, which its program needs to know, is made. */
const NOT_STARTED: Program = { next: () => ({ done: true, value: 0 }) };

/** Gives a process without threads its first one, running `main` with what the image says. */
export function startNative(proc: Proc, main: NativeMain, services: SyscallServices): void {
  const thread = createThread(proc, NOT_STARTED);
  const sys = new NativeSys(proc, (own) => new Caller(proc, thread, services, handlerRunner(own)));
  thread.program = main(sys);
  thread.resume();
}

/** A handler gets the calls of the program that set it. */
function handlerRunner(sys: Sys): HandlerRunner {
  return (handler, signal) => (handler as (sys: Sys, signal: Signal) => Task<void>)(sys, signal);
}

class NativeSys implements Sys {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly pid: number;
  readonly #caller: Caller;

  constructor(proc: Proc, makeCaller: (sys: Sys) => Caller) {
    this.argv = [...proc.image.argv];
    this.env = new Map(proc.image.env);
    this.pid = proc.pid;
    this.#caller = makeCaller(this);
  }

  *preempt(units: number): Task<void> {
    const { dispatcher } = this.#caller.kernel;
    dispatcher.spend(units, false);
    if (dispatcher.units <= 0 || dispatcher.shouldYield) yield* preempt(this.#caller);
  }

  fork(main: NativeMain): Task<number | Errno> {
    const { services } = this.#caller;
    const start = (child: Proc): void => startNative(child, main, services);
    return systemCall(this.#caller, row.FORKSYS, start) as Task<number | Errno>;
  }

  *execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Task<Errno> {
    const caller = this.#caller;
    const result = (yield* systemCall(caller, row.EXECVE, path, argv, env)) as
      | LoadedProgram
      | Errno;
    if (isErrno(result)) return result;
    const next = new NativeSys(caller.proc, (own) => {
      caller.runHandler = handlerRunner(own);
      return caller;
    });
    caller.thread.program = result.main(next);
    yield GONE;
    return unreachable();
  }

  *exit(status: number): Task<never> {
    yield* systemCall(this.#caller, row.EXIT, status);
    return unreachable();
  }

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

  *sethostname(name: string): Task<Errno | 0> {
    const result = yield* systemCall(this.#caller, row.SYSTEMINFO, 'SI_SET_HOSTNAME', name);
    return isErrno(result) ? result : 0;
  }

  open(path: string, flags: number, mode?: number): Task<number | Errno> {
    return systemCall(this.#caller, row.OPENAT, path, flags, mode ?? 0) as Task<number | Errno>;
  }

  close(fd: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.CLOSE, fd) as Task<Errno | 0>;
  }

  read(fd: number, target: Uint8Array): Task<number | Errno> {
    return systemCall(this.#caller, row.READ, fd, target) as Task<number | Errno>;
  }

  write(fd: number, source: Uint8Array): Task<number | Errno> {
    return systemCall(this.#caller, row.WRITE, fd, source) as Task<number | Errno>;
  }

  pread(fd: number, target: Uint8Array, offsetBytes: number): Task<number | Errno> {
    return systemCall(this.#caller, row.PREAD, fd, target, offsetBytes) as Task<number | Errno>;
  }

  pwrite(fd: number, source: Uint8Array, offsetBytes: number): Task<number | Errno> {
    return systemCall(this.#caller, row.PWRITE, fd, source, offsetBytes) as Task<number | Errno>;
  }

  lseek(fd: number, offsetBytes: number, whence: 0 | 1 | 2): Task<number | Errno> {
    return systemCall(this.#caller, row.LSEEK, fd, offsetBytes, whence) as Task<number | Errno>;
  }

  dup(fd: number): Task<number | Errno> {
    return systemCall(this.#caller, row.FCNTL, fd, F_DUPFD, 0) as Task<number | Errno>;
  }

  dup2(from: number, to: number): Task<number | Errno> {
    return systemCall(this.#caller, row.FCNTL, from, F_DUP2FD, to) as Task<number | Errno>;
  }

  fcntl(fd: number, command: number, argument?: number): Task<number | Errno> {
    return systemCall(this.#caller, row.FCNTL, fd, command, argument ?? 0) as Task<number | Errno>;
  }

  pipe(): Task<readonly [readFd: number, writeFd: number] | Errno> {
    return systemCall(this.#caller, row.PIPE) as Task<
      readonly [readFd: number, writeFd: number] | Errno
    >;
  }

  ioctl(fd: number, command: number, argument?: unknown): Task<number | Errno> {
    return systemCall(this.#caller, row.IOCTL, fd, command, argument) as Task<number | Errno>;
  }

  poll(requests: readonly PollRequest[], timeoutMs: number): Task<number | Errno> {
    return systemCall(this.#caller, row.POLLSYS, requests, timeoutMs) as Task<number | Errno>;
  }

  fsync(fd: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FDSYNC, fd) as Task<Errno | 0>;
  }

  sync(): Task<0> {
    return systemCall(this.#caller, row.SYNC) as Task<0>;
  }

  stat(path: string): Task<Stat | Errno> {
    return systemCall(this.#caller, row.FSTATAT, path, false) as Task<Stat | Errno>;
  }

  lstat(path: string): Task<Stat | Errno> {
    return systemCall(this.#caller, row.FSTATAT, path, true) as Task<Stat | Errno>;
  }

  fstat(fd: number): Task<Stat | Errno> {
    return systemCall(this.#caller, row.FSTATAT, fd, false) as Task<Stat | Errno>;
  }

  access(path: string, mode: number, effective?: boolean): Task<Errno | 0> {
    return systemCall(this.#caller, row.FACCESSAT, path, mode, effective === true) as Task<
      Errno | 0
    >;
  }

  readlink(path: string): Task<string | Errno> {
    return systemCall(this.#caller, row.READLINKAT, path) as Task<string | Errno>;
  }

  symlink(target: string, path: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.SYMLINKAT, target, path) as Task<Errno | 0>;
  }

  link(from: string, to: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.LINKAT, from, to) as Task<Errno | 0>;
  }

  unlink(path: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.UNLINKAT, path, false) as Task<Errno | 0>;
  }

  mkdir(path: string, mode: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.MKDIRAT, path, mode) as Task<Errno | 0>;
  }

  rmdir(path: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.UNLINKAT, path, true) as Task<Errno | 0>;
  }

  rename(from: string, to: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.RENAMEAT, from, to) as Task<Errno | 0>;
  }

  mknod(path: string, mode: number, device: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.MKNODAT, path, mode, device) as Task<Errno | 0>;
  }

  chmod(path: string, mode: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FCHMODAT, path, mode) as Task<Errno | 0>;
  }

  fchmod(fd: number, mode: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FCHMODAT, fd, mode) as Task<Errno | 0>;
  }

  chown(path: string, uid: number, gid: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FCHOWNAT, path, { uid, gid }, false) as Task<Errno | 0>;
  }

  lchown(path: string, uid: number, gid: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FCHOWNAT, path, { uid, gid }, true) as Task<Errno | 0>;
  }

  utimens(path: string, atime: TimeChange, mtime: TimeChange, noFollow?: boolean): Task<Errno | 0> {
    return systemCall(
      this.#caller,
      row.UTIMESYS,
      path,
      { atime, mtime },
      noFollow === true,
    ) as Task<Errno | 0>;
  }

  ftruncate(fd: number, sizeBytes: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FCNTL, fd, F_FREESP, sizeBytes) as Task<Errno | 0>;
  }

  getdents(fd: number): Task<DirectoryEntry[] | Errno> {
    return systemCall(this.#caller, row.GETDENTS, fd) as Task<DirectoryEntry[] | Errno>;
  }

  chdir(path: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.CHDIR, path) as Task<Errno | 0>;
  }

  fchdir(fd: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.FCHDIR, fd) as Task<Errno | 0>;
  }

  getcwd(): Task<string | Errno> {
    return systemCall(this.#caller, row.GETCWD) as Task<string | Errno>;
  }

  chroot(path: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.CHROOT, path) as Task<Errno | 0>;
  }

  umask(mask: number): Task<number> {
    return systemCall(this.#caller, row.UMASK, mask) as Task<number>;
  }

  statvfs(
    path: string,
  ): Task<(VfsStatistics & { readonly fstype: string; readonly mountPoint: string }) | Errno> {
    return systemCall(this.#caller, row.STATVFS, path) as Task<
      (VfsStatistics & { readonly fstype: string; readonly mountPoint: string }) | Errno
    >;
  }

  mount(special: string, directory: string, fstype: string, options: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.MOUNT, special, directory, { fstype, options }) as Task<
      Errno | 0
    >;
  }

  umount(directory: string, force: boolean): Task<Errno | 0> {
    return systemCall(this.#caller, row.UMOUNT2, directory, force) as Task<Errno | 0>;
  }

  wait(options: WaitOptions): Task<WaitResult | undefined | Errno> {
    return systemCall(this.#caller, row.WAITID, options) as Task<WaitResult | undefined | Errno>;
  }

  getppid(): Task<number> {
    return systemCall(this.#caller, row.GETPID, true) as Task<number>;
  }

  getpid(): Task<number> {
    return systemCall(this.#caller, row.GETPID, false) as Task<number>;
  }

  getpgid(pid: number): Task<number | Errno> {
    return systemCall(this.#caller, row.PGRPSYS, PGRPSYS_GETPGID, pid) as Task<number | Errno>;
  }

  setpgid(pid: number, pgid: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.PGRPSYS, PGRPSYS_SETPGID, pid, pgid) as Task<Errno | 0>;
  }

  getsid(pid: number): Task<number | Errno> {
    return systemCall(this.#caller, row.PGRPSYS, PGRPSYS_GETSID, pid) as Task<number | Errno>;
  }

  setsid(): Task<number | Errno> {
    return systemCall(this.#caller, row.PGRPSYS, PGRPSYS_SETSID) as Task<number | Errno>;
  }

  kill(pid: number, signal: Signal): Task<Errno | 0> {
    return systemCall(this.#caller, row.KILL, pid, signal) as Task<Errno | 0>;
  }

  sigaction(signal: Signal, action?: SignalAction): Task<SignalAction | Errno> {
    return systemCall(this.#caller, row.SIGACTION, signal, action) as Task<SignalAction | Errno>;
  }

  sigprocmask(
    how: 'block' | 'unblock' | 'set',
    signals: readonly Signal[],
  ): Task<readonly Signal[]> {
    return systemCall(this.#caller, row.SIGPROCMASK, how, signals) as Task<readonly Signal[]>;
  }

  sigsuspend(mask: readonly Signal[]): Task<Errno> {
    return systemCall(this.#caller, row.SIGSUSPEND, mask) as Task<Errno>;
  }

  sigpending(): Task<readonly Signal[]> {
    return systemCall(this.#caller, row.SIGPENDING) as Task<readonly Signal[]>;
  }

  alarm(seconds: number): Task<number> {
    return systemCall(this.#caller, row.ALARM, seconds) as Task<number>;
  }

  nanosleep(durationNs: bigint): Task<Errno | 0> {
    return systemCall(this.#caller, row.NANOSLEEP, durationNs) as Task<Errno | 0>;
  }

  times(): Task<{ readonly self: ResourceUsage; readonly children: ResourceUsage }> {
    return systemCall(this.#caller, row.RUSAGESYS) as Task<{
      readonly self: ResourceUsage;
      readonly children: ResourceUsage;
    }>;
  }

  getrlimit(name: RlimitName): Task<Rlimit> {
    return systemCall(this.#caller, row.GETRLIMIT, name) as Task<Rlimit>;
  }

  setrlimit(name: RlimitName, limit: Rlimit): Task<Errno | 0> {
    return systemCall(this.#caller, row.SETRLIMIT, name, limit) as Task<Errno | 0>;
  }

  getuid(): Task<{ readonly real: number; readonly effective: number }> {
    return systemCall(this.#caller, row.GETUID) as Task<{
      readonly real: number;
      readonly effective: number;
    }>;
  }

  getgid(): Task<{ readonly real: number; readonly effective: number }> {
    return systemCall(this.#caller, row.GETGID) as Task<{
      readonly real: number;
      readonly effective: number;
    }>;
  }

  setuid(uid: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.SETUID, uid) as Task<Errno | 0>;
  }

  setgid(gid: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.SETGID, gid) as Task<Errno | 0>;
  }

  getgroups(): Task<readonly number[]> {
    return systemCall(this.#caller, row.GETGROUPS) as Task<readonly number[]>;
  }

  setgroups(gids: readonly number[]): Task<Errno | 0> {
    return systemCall(this.#caller, row.SETGROUPS, gids) as Task<Errno | 0>;
  }

  nice(increment: number): Task<number | Errno> {
    return systemCall(this.#caller, row.NICE, increment) as Task<number | Errno>;
  }

  priority(pid: number, nice?: number): Task<number | Errno> {
    return systemCall(this.#caller, row.PRIOCNTLSYS, pid, nice) as Task<number | Errno>;
  }

  uname(): Task<Utsname> {
    return systemCall(this.#caller, row.UNAME) as Task<Utsname>;
  }

  gettimeofday(): Task<bigint> {
    return systemCall(this.#caller, row.GETTIMEOFDAY) as Task<bigint>;
  }

  settimeofday(ns: bigint): Task<Errno | 0> {
    return systemCall(this.#caller, row.CLOCK_SETTIME, ns) as Task<Errno | 0>;
  }

  gethrtime(): Task<bigint> {
    return systemCall(this.#caller, row.CLOCK_GETTIME) as Task<bigint>;
  }

  uadmin(command: number, fcn: number, mdep?: string): Task<Errno | 0> {
    return systemCall(this.#caller, row.UADMIN, command, fcn, mdep) as Task<Errno | 0>;
  }

  kstat(module?: string): Task<readonly KstatSnapshot[]> {
    return systemCall(this.#caller, row.KSTAT, module) as Task<readonly KstatSnapshot[]>;
  }

  sysinfo(name: string): Task<string | Errno> {
    return systemCall(this.#caller, row.SYSTEMINFO, name) as Task<string | Errno>;
  }

  bootparams(): Task<ReadonlyMap<string, string>> {
    return systemCall(this.#caller, row.BOOTPARAMS) as Task<ReadonlyMap<string, string>>;
  }

  random(target: Uint8Array): Task<number> {
    return systemCall(this.#caller, row.GETRANDOM, target) as Task<number>;
  }

  getloadavg(): Task<readonly [number, number, number]> {
    return systemCall(this.#caller, row.GETLOADAVG) as Task<readonly [number, number, number]>;
  }

  announce(
    state: 'booting' | 'running' | 'shuttingDown',
    step?: string,
    fraction?: number,
  ): Task<Errno | 0> {
    return systemCall(this.#caller, row.ANNOUNCE, state, step ?? '', fraction ?? 0) as Task<
      Errno | 0
    >;
  }

  trace(pid: number, followForks: boolean): Task<number | Errno> {
    return systemCall(this.#caller, row.TRACE, pid, followForks) as Task<number | Errno>;
  }

  traceRead(id: number): Task<readonly TraceEvent[] | Errno> {
    return systemCall(this.#caller, row.TRACEREAD, id) as Task<readonly TraceEvent[] | Errno>;
  }

  traceStop(id: number): Task<Errno | 0> {
    return systemCall(this.#caller, row.TRACESTOP, id) as Task<Errno | 0>;
  }
}

/** After a trap that nobody resumes from. */
function unreachable(): never {
  throw new Error('a program went on after its end');
}
