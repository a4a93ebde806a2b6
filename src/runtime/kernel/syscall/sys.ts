/**
 * The system calls as a native program sees them. A native program is a generator that the
 * dispatcher resumes: it calls `yield* sys.read(fd, buffer)`, which goes through the one system call
 * table (table.ts), so that probes, truss, accounting, signals and limits see every call. A call
 * that would block parks the thread there and nowhere else.
 *
 * Results are values: `T` or an `Errno`, never a throw. Buffers are borrowed until the call returns.
 * A program that computes for long without a system call must `yield* sys.preempt(units)` now and
 * then; loops of interpreters (sh, awk, sed) do.
 */
import type { DirectoryEntry, VfsStatistics, VnodeType } from '#kernel/vfs/vnode.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Ace } from '#abi/illumos/acl.ts';
import type { Rlimit, RlimitName } from '#abi/illumos/resource.ts';
import type { DoorCall } from '#abi/illumos/door.ts';
import type { Signal } from '#abi/illumos/signal.ts';

export type { Rlimit, RlimitName } from '#abi/illumos/resource.ts';

/** What a program's generator hands to the dispatcher; opaque to programs. */
export type Trap = { readonly trap: string };

/** A computation inside a native program: `yield*` it. */
export type Task<T> = Generator<Trap, T, void>;

/** The body of a native program; what it returns is its exit status (0 … 255). */
export type NativeMain = (sys: Sys) => Task<number>;

/** `struct stat` */
export interface Stat {
  readonly dev: number;
  readonly ino: number;
  /** Type and permission bits as in st_mode: S_IFREG | 0o644. */
  readonly mode: number;
  readonly type: VnodeType;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly blksize: number;
  readonly blocks: number;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** The name of the filesystem's type. @man stat(2) st_fstype */
  readonly fstype: string;
}

export interface PollRequest {
  readonly fd: number;
  readonly events: number;
  /** Filled by the call. */
  revents: number;
}

/** `siginfo_t` of waitid(2). */
export interface WaitResult {
  readonly pid: number;
  /** CLD_EXITED … */
  readonly how: 'exited' | 'killed' | 'dumped' | 'stopped' | 'continued' | 'trapped';
  /** Exit status, or the signal. */
  readonly status: number;
  readonly usage: ResourceUsage;
}

export interface ResourceUsage {
  readonly userNs: bigint;
  readonly systemNs: bigint;
  readonly maxResidentBytes: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly systemCalls: number;
}

export interface WaitOptions {
  /** >0 that child, 0 own process group, −1 any, < −1 that process group. */
  readonly pid: number;
  readonly noHang?: boolean;
  readonly untraced?: boolean;
  readonly continued?: boolean;
  /** Leave the child waitable (WNOWAIT). */
  readonly noReap?: boolean;
}

/**
 * A handler runs in the program, between system calls, with `mask` added to the blocked signals.
 */
export interface SignalAction {
  readonly handler: 'default' | 'ignore' | ((sys: Sys, signal: Signal) => Task<void>);
  readonly mask?: readonly Signal[];
  /** SA_RESTART: an interrupted slow call is issued again instead of ending with EINTR. */
  readonly restart?: boolean;
  /** SA_NOCLDSTOP, SA_NOCLDWAIT, SA_RESETHAND */
  readonly noChildStop?: boolean;
  readonly noChildWait?: boolean;
  readonly resetHand?: boolean;
}

export interface Utsname {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
}

/** Whose file times utimens sets: nanoseconds, `now`, or left alone. */
export type TimeChange = bigint | 'now' | 'omit';

/** A named statistic. @man kstat(3KSTAT) */
export interface KstatSnapshot {
  readonly module: string;
  readonly instance: number;
  readonly name: string;
  readonly class: string;
  readonly createdNs: bigint;
  readonly snapshotNs: bigint;
  readonly data: Readonly<Record<string, number | bigint | string>>;
}

/** One event of a traced process. @man truss(1) */
export type TraceEvent = { readonly pid: number; readonly timeNs: bigint } & (
  | {
      readonly kind: 'entry';
      /** The name in the system call table, e.g. `openat`. */
      readonly call: string;
      /** How to show each argument: `ArgumentKind` of syscall/row.ts. */
      readonly argumentKinds: readonly string[];
      /** As the program passed them; buffers are the program's own: look, don't keep. */
      readonly args: readonly unknown[];
    }
  /** `result` is the call's value, or an Errno. */
  | {
      readonly kind: 'return';
      readonly call: string;
      readonly result: unknown;
      /** What a successful call with a buffer read or wrote, the start of it: a copy. */
      readonly bytes: Uint8Array | undefined;
    }
  | {
      readonly kind: 'signal';
      readonly signal: Signal;
      readonly disposition: 'default' | 'ignore' | 'catch';
      /** Pid of the sender; undefined = the kernel. */
      readonly sender: number | undefined;
    }
  | { readonly kind: 'fork'; readonly child: number }
  | { readonly kind: 'exec'; readonly path: string; readonly argv: readonly string[] }
  | { readonly kind: 'exit'; readonly how: WaitResult['how']; readonly status: number }
);

export interface Sys {
  /** The program's arguments, argv[0] first, and its environment at exec. Own copies. */
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly pid: number;

  /**
   * Lets others run when the time slice is over; `units` ≈ simple operations since the last call.
   */
  preempt(units: number): Task<void>;

  // Files and descriptors
  open(path: string, flags: number, mode?: number): Task<number | Errno>;
  /** `path` begins at the directory `fd`, with O_XATTR among the attributes of the file `fd`. */
  openat(fd: number, path: string, flags: number, mode?: number): Task<number | Errno>;
  close(fd: number): Task<Errno | 0>;
  read(fd: number, target: Uint8Array): Task<number | Errno>;
  write(fd: number, source: Uint8Array): Task<number | Errno>;
  pread(fd: number, target: Uint8Array, offsetBytes: number): Task<number | Errno>;
  pwrite(fd: number, source: Uint8Array, offsetBytes: number): Task<number | Errno>;
  lseek(fd: number, offsetBytes: number, whence: 0 | 1 | 2): Task<number | Errno>;
  dup(fd: number): Task<number | Errno>;
  dup2(from: number, to: number): Task<number | Errno>;
  fcntl(fd: number, command: number, argument?: number): Task<number | Errno>;
  pipe(): Task<readonly [readFd: number, writeFd: number] | Errno>;
  ioctl(fd: number, command: number, argument?: unknown): Task<number | Errno>;
  /** Number of ready requests; −1 for `timeoutMs` waits for ever. */
  poll(requests: readonly PollRequest[], timeoutMs: number): Task<number | Errno>;
  isatty(fd: number): Task<boolean>;

  // Doors: calls between processes. Arguments and results are plain data, never changed afterwards.
  /** A door that this process serves; close-on-exec. */
  doorCreate(): Task<number | Errno>;
  /** The server's answer. EBADF when the door is revoked, EINTR when the server exits meanwhile. */
  doorCall(fd: number, argument: unknown): Task<unknown>;
  /** The next call; undefined when none waits and `noHang`. `poll` tells when there is one. */
  doorReceive(fd: number, noHang?: boolean): Task<DoorCall | undefined | Errno>;
  doorReply(fd: number, id: number, result: unknown): Task<Errno | 0>;
  /** Waiting and later calls end with EBADF. */
  doorRevoke(fd: number): Task<Errno | 0>;
  /** Gives an open door a name: it covers the file at `path`. `umount` takes it away. */
  fattach(fd: number, path: string): Task<Errno | 0>;
  fsync(fd: number): Task<Errno | 0>;
  sync(): Task<0>;

  // Names
  stat(path: string): Task<Stat | Errno>;
  lstat(path: string): Task<Stat | Errno>;
  fstat(fd: number): Task<Stat | Errno>;
  /** mode: 4 read, 2 write, 1 execute, 0 exists; real ids unless `effective`. */
  access(path: string, mode: number, effective?: boolean): Task<Errno | 0>;
  readlink(path: string): Task<string | Errno>;
  symlink(target: string, path: string): Task<Errno | 0>;
  link(from: string, to: string): Task<Errno | 0>;
  unlink(path: string): Task<Errno | 0>;
  mkdir(path: string, mode: number): Task<Errno | 0>;
  rmdir(path: string): Task<Errno | 0>;
  rename(from: string, to: string): Task<Errno | 0>;
  mknod(path: string, mode: number, device: number): Task<Errno | 0>;
  chmod(path: string, mode: number): Task<Errno | 0>;
  fchmod(fd: number, mode: number): Task<Errno | 0>;
  /** `ACE_GETACL` fills `list`, with at most `count` entries. @man acl(2) */
  acl(path: string, command: number, count: number, list: Ace[]): Task<number | Errno>;
  facl(fd: number, command: number, count: number, list: Ace[]): Task<number | Errno>;
  /** `_PC_…` of abi/illumos/pathconf.ts. */
  pathconf(path: string, name: number): Task<number | Errno>;
  /** −1 leaves an id as it is. */
  chown(path: string, uid: number, gid: number): Task<Errno | 0>;
  lchown(path: string, uid: number, gid: number): Task<Errno | 0>;
  utimens(path: string, atime: TimeChange, mtime: TimeChange, noFollow?: boolean): Task<Errno | 0>;
  truncate(path: string, sizeBytes: number): Task<Errno | 0>;
  ftruncate(fd: number, sizeBytes: number): Task<Errno | 0>;
  /** The next entries of an open directory, `.` and `..` too; empty at the end. */
  getdents(fd: number): Task<DirectoryEntry[] | Errno>;
  chdir(path: string): Task<Errno | 0>;
  fchdir(fd: number): Task<Errno | 0>;
  getcwd(): Task<string | Errno>;
  chroot(path: string): Task<Errno | 0>;
  umask(mask: number): Task<number>;
  statvfs(
    path: string,
  ): Task<(VfsStatistics & { readonly fstype: string; readonly mountPoint: string }) | Errno>;
  mount(special: string, directory: string, fstype: string, options: string): Task<Errno | 0>;
  umount(directory: string, force: boolean): Task<Errno | 0>;

  // Processes
  /** A child that shares no memory with the caller: it runs `main` with copies of descriptors,
   * working directory, credentials, limits and ignored signals; caught signals are reset. */
  fork(main: NativeMain): Task<number | Errno>;
  /** Replaces the program. Returns only on failure. `#!` and registered formats are followed. */
  execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Task<Errno>;
  exit(status: number): Task<never>;
  wait(options: WaitOptions): Task<WaitResult | undefined | Errno>;
  getppid(): Task<number>;
  getpid(): Task<number>;
  getpgid(pid: number): Task<number | Errno>;
  setpgid(pid: number, pgid: number): Task<Errno | 0>;
  getsid(pid: number): Task<number | Errno>;
  setsid(): Task<number | Errno>;
  /** pid as in kill(2): >0 process, 0 own group, −1 all, < −1 that group; signal 0 only checks. */
  kill(pid: number, signal: Signal): Task<Errno | 0>;
  sigaction(signal: Signal, action?: SignalAction): Task<SignalAction | Errno>;
  sigprocmask(
    how: 'block' | 'unblock' | 'set',
    signals: readonly Signal[],
  ): Task<readonly Signal[]>;
  sigsuspend(mask: readonly Signal[]): Task<Errno>;
  sigpending(): Task<readonly Signal[]>;
  /** Remaining seconds of the alarm before. */
  alarm(seconds: number): Task<number>;
  /** 0, or EINTR with the rest not waited for lost. */
  nanosleep(durationNs: bigint): Task<Errno | 0>;
  times(): Task<{ readonly self: ResourceUsage; readonly children: ResourceUsage }>;
  getrlimit(name: RlimitName): Task<Rlimit>;
  setrlimit(name: RlimitName, limit: Rlimit): Task<Errno | 0>;
  getuid(): Task<{ readonly real: number; readonly effective: number }>;
  getgid(): Task<{ readonly real: number; readonly effective: number }>;
  setuid(uid: number): Task<Errno | 0>;
  setgid(gid: number): Task<Errno | 0>;
  getgroups(): Task<readonly number[]>;
  setgroups(gids: readonly number[]): Task<Errno | 0>;
  /** Adds to the nice value (0 … 39, 20 is the start); answers the new one minus 20. */
  nice(increment: number): Task<number | Errno>;
  /** The nice value of a process (0 = own) less 20; with `nice` it is set first. */
  priority(pid: number, nice?: number): Task<number | Errno>;

  // System
  uname(): Task<Utsname>;
  sethostname(name: string): Task<Errno | 0>;
  /** Wall time, nanoseconds since 1970. */
  gettimeofday(): Task<bigint>;
  settimeofday(ns: bigint): Task<Errno | 0>;
  /** Monotonic nanoseconds. */
  gethrtime(): Task<bigint>;
  /** @man uadmin(2); `mdep` is the boot command of a reboot. */
  uadmin(command: number, fcn: number, mdep?: string): Task<Errno | 0>;
  /** All statistics, or those of one module. */
  kstat(module?: string): Task<readonly KstatSnapshot[]>;
  /** @man sysinfo(2): SI_ARCHITECTURE … by name. */
  sysinfo(name: string): Task<string | Errno>;
  /** Boot arguments. @man bootparams */
  bootparams(): Task<ReadonlyMap<string, string>>;
  random(target: Uint8Array): Task<number>;
  /** @man getloadavg(3C): 1, 5, 15 minutes. */
  getloadavg(): Task<readonly [number, number, number]>;

  /**
   * Tells the front panel where the boot or shutdown is: a step's name and how much is done (0 … 1).
   * `running` is multi-user: programs that the host wants to run start then. Privileged.
   */
  announce(
    state: 'booting' | 'running' | 'shuttingDown',
    step?: string,
    fraction?: number,
  ): Task<Errno | 0>;

  // Tracing
  /**
   * Begins to trace a process (EPERM unless it could be signalled, EBUSY when it is traced already)
   * and, with `followForks`, its future children. Answers an id for traceRead and traceStop.
   */
  trace(pid: number, followForks: boolean): Task<number | Errno>;
  /** Waits for events; empty when no traced process is left. */
  traceRead(id: number): Task<readonly TraceEvent[] | Errno>;
  /** Lets the traced processes go on. Happens by itself when the tracer ends. */
  traceStop(id: number): Task<Errno | 0>;
}
