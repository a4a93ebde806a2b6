/**
 * `Sys` for native programs: each method issues one row of the table. Nothing is decided here; who
 * wants to know what a call does reads its handler. Calls on files are in native-files.ts.
 */
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
import { NativeFiles } from '#kernel/syscall/native-files.ts';
import * as row from '#kernel/syscall/rows.ts';
import type { SyscallServices } from '#kernel/syscall/services.ts';
import type {
  KstatSnapshot,
  NativeMain,
  ResourceUsage,
  SignalAction,
  Sys,
  Task,
  TraceEvent,
  Utsname,
  WaitOptions,
  WaitResult,
} from '#kernel/syscall/sys.ts';

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

class NativeSys extends NativeFiles implements Sys {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly pid: number;
  protected override readonly caller: Caller;

  constructor(proc: Proc, makeCaller: (sys: Sys) => Caller) {
    super();
    this.argv = [...proc.image.argv];
    this.env = new Map(proc.image.env);
    this.pid = proc.pid;
    this.caller = makeCaller(this);
  }

  *preempt(units: number): Task<void> {
    const { dispatcher } = this.caller.kernel;
    dispatcher.spend(units, false);
    if (dispatcher.units <= 0 || dispatcher.shouldYield) yield* preempt(this.caller);
  }

  fork(main: NativeMain): Task<number | Errno> {
    const { services } = this.caller;
    const start = (child: Proc): void => startNative(child, main, services);
    return systemCall(this.caller, row.FORKSYS, start) as Task<number | Errno>;
  }

  *execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): Task<Errno> {
    const caller = this.caller;
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
    yield* systemCall(this.caller, row.EXIT, status);
    return unreachable();
  }

  *sethostname(name: string): Task<Errno | 0> {
    const result = yield* systemCall(this.caller, row.SYSTEMINFO, 'SI_SET_HOSTNAME', name);
    return isErrno(result) ? result : 0;
  }

  wait(options: WaitOptions): Task<WaitResult | undefined | Errno> {
    return systemCall(this.caller, row.WAITID, options) as Task<WaitResult | undefined | Errno>;
  }

  getppid(): Task<number> {
    return systemCall(this.caller, row.GETPID, true) as Task<number>;
  }

  getpid(): Task<number> {
    return systemCall(this.caller, row.GETPID, false) as Task<number>;
  }

  getpgid(pid: number): Task<number | Errno> {
    return systemCall(this.caller, row.PGRPSYS, PGRPSYS_GETPGID, pid) as Task<number | Errno>;
  }

  setpgid(pid: number, pgid: number): Task<Errno | 0> {
    return systemCall(this.caller, row.PGRPSYS, PGRPSYS_SETPGID, pid, pgid) as Task<Errno | 0>;
  }

  getsid(pid: number): Task<number | Errno> {
    return systemCall(this.caller, row.PGRPSYS, PGRPSYS_GETSID, pid) as Task<number | Errno>;
  }

  setsid(): Task<number | Errno> {
    return systemCall(this.caller, row.PGRPSYS, PGRPSYS_SETSID) as Task<number | Errno>;
  }

  kill(pid: number, signal: Signal): Task<Errno | 0> {
    return systemCall(this.caller, row.KILL, pid, signal) as Task<Errno | 0>;
  }

  sigaction(signal: Signal, action?: SignalAction): Task<SignalAction | Errno> {
    return systemCall(this.caller, row.SIGACTION, signal, action) as Task<SignalAction | Errno>;
  }

  sigprocmask(
    how: 'block' | 'unblock' | 'set',
    signals: readonly Signal[],
  ): Task<readonly Signal[]> {
    return systemCall(this.caller, row.SIGPROCMASK, how, signals) as Task<readonly Signal[]>;
  }

  sigsuspend(mask: readonly Signal[]): Task<Errno> {
    return systemCall(this.caller, row.SIGSUSPEND, mask) as Task<Errno>;
  }

  sigpending(): Task<readonly Signal[]> {
    return systemCall(this.caller, row.SIGPENDING) as Task<readonly Signal[]>;
  }

  alarm(seconds: number): Task<number> {
    return systemCall(this.caller, row.ALARM, seconds) as Task<number>;
  }

  nanosleep(durationNs: bigint): Task<Errno | 0> {
    return systemCall(this.caller, row.NANOSLEEP, durationNs) as Task<Errno | 0>;
  }

  times(): Task<{ readonly self: ResourceUsage; readonly children: ResourceUsage }> {
    return systemCall(this.caller, row.RUSAGESYS) as Task<{
      readonly self: ResourceUsage;
      readonly children: ResourceUsage;
    }>;
  }

  getrlimit(name: RlimitName): Task<Rlimit> {
    return systemCall(this.caller, row.GETRLIMIT, name) as Task<Rlimit>;
  }

  setrlimit(name: RlimitName, limit: Rlimit): Task<Errno | 0> {
    return systemCall(this.caller, row.SETRLIMIT, name, limit) as Task<Errno | 0>;
  }

  getuid(): Task<{ readonly real: number; readonly effective: number }> {
    return systemCall(this.caller, row.GETUID) as Task<{
      readonly real: number;
      readonly effective: number;
    }>;
  }

  getgid(): Task<{ readonly real: number; readonly effective: number }> {
    return systemCall(this.caller, row.GETGID) as Task<{
      readonly real: number;
      readonly effective: number;
    }>;
  }

  setuid(uid: number): Task<Errno | 0> {
    return systemCall(this.caller, row.SETUID, uid) as Task<Errno | 0>;
  }

  setgid(gid: number): Task<Errno | 0> {
    return systemCall(this.caller, row.SETGID, gid) as Task<Errno | 0>;
  }

  getgroups(): Task<readonly number[]> {
    return systemCall(this.caller, row.GETGROUPS) as Task<readonly number[]>;
  }

  setgroups(gids: readonly number[]): Task<Errno | 0> {
    return systemCall(this.caller, row.SETGROUPS, gids) as Task<Errno | 0>;
  }

  nice(increment: number): Task<number | Errno> {
    return systemCall(this.caller, row.NICE, increment) as Task<number | Errno>;
  }

  priority(pid: number, nice?: number): Task<number | Errno> {
    return systemCall(this.caller, row.PRIOCNTLSYS, pid, nice) as Task<number | Errno>;
  }

  uname(): Task<Utsname> {
    return systemCall(this.caller, row.UNAME) as Task<Utsname>;
  }

  gettimeofday(): Task<bigint> {
    return systemCall(this.caller, row.GETTIMEOFDAY) as Task<bigint>;
  }

  settimeofday(ns: bigint): Task<Errno | 0> {
    return systemCall(this.caller, row.CLOCK_SETTIME, ns) as Task<Errno | 0>;
  }

  gethrtime(): Task<bigint> {
    return systemCall(this.caller, row.CLOCK_GETTIME) as Task<bigint>;
  }

  uadmin(command: number, fcn: number, mdep?: string): Task<Errno | 0> {
    return systemCall(this.caller, row.UADMIN, command, fcn, mdep) as Task<Errno | 0>;
  }

  kstat(module?: string): Task<readonly KstatSnapshot[]> {
    return systemCall(this.caller, row.KSTAT, module) as Task<readonly KstatSnapshot[]>;
  }

  sysinfo(name: string): Task<string | Errno> {
    return systemCall(this.caller, row.SYSTEMINFO, name) as Task<string | Errno>;
  }

  bootparams(): Task<ReadonlyMap<string, string>> {
    return systemCall(this.caller, row.BOOTPARAMS) as Task<ReadonlyMap<string, string>>;
  }

  random(target: Uint8Array): Task<number> {
    return systemCall(this.caller, row.GETRANDOM, target) as Task<number>;
  }

  getloadavg(): Task<readonly [number, number, number]> {
    return systemCall(this.caller, row.GETLOADAVG) as Task<readonly [number, number, number]>;
  }

  announce(
    state: 'booting' | 'running' | 'shuttingDown',
    step?: string,
    fraction?: number,
  ): Task<Errno | 0> {
    return systemCall(this.caller, row.ANNOUNCE, state, step ?? '', fraction ?? 0) as Task<
      Errno | 0
    >;
  }

  trace(pid: number, followForks: boolean): Task<number | Errno> {
    return systemCall(this.caller, row.TRACE, pid, followForks) as Task<number | Errno>;
  }

  traceRead(id: number): Task<readonly TraceEvent[] | Errno> {
    return systemCall(this.caller, row.TRACEREAD, id) as Task<readonly TraceEvent[] | Errno>;
  }

  traceStop(id: number): Task<Errno | 0> {
    return systemCall(this.caller, row.TRACESTOP, id) as Task<Errno | 0>;
  }
}

/** After a trap that nobody resumes from. */
function unreachable(): never {
  throw new Error('a program went on after its end');
}
