/**
 * Processes, groups, sessions, limits and priorities.
 * @see uts/common/syscall/{pgrpsys,rlimit,times}.c, uts/common/os/{fork,exit}.c
 */
import type { Rlimit, RlimitName } from '#abi/illumos/resource.ts';
import { NICE_DEFAULT } from '#kernel/disp/ts.ts';
import { WouldBlock } from '#kernel/disp/wait.ts';
import { EACCES, ECHILD, EINVAL, EPERM, ESRCH, type Errno, isErrno } from '#kernel/os/errno.ts';
import { exitProc, reap } from '#kernel/os/exit.ts';
import { forkProcess } from '#kernel/os/fork.ts';
import type { Proc, Usage } from '#kernel/os/proc.ts';
import { Session } from '#kernel/os/session.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { ResourceUsage, WaitOptions, WaitResult } from '#kernel/syscall/sys.ts';
import { tracerOf } from '#kernel/syscall/trace.ts';

const NICE_MAX = 39;

/** `start` gives the child its program. */
export function forksys(caller: Caller, start: (child: Proc) => void): number | Errno {
  const child = forkProcess(caller.proc);
  if (isErrno(child)) return child;
  start(child);
  tracerOf(caller.proc)?.procForked(caller.proc, child);
  return child.pid;
}

export function exit(caller: Caller, status: number): undefined {
  exitProc(caller.proc, { how: 'exited', status: status & 0xff });
}

/** @man waitid(2) */
export function waitid(
  caller: Caller,
  options: WaitOptions,
): WaitResult | undefined | Errno | WouldBlock {
  const { proc } = caller;
  let hasCandidate = false;
  for (const child of proc.children) {
    if (!isWanted(proc, child, options.pid)) continue;
    hasCandidate = true;
    const { event } = child;
    if (event === undefined || !isReported(event.how, options)) continue;
    const result: WaitResult = {
      pid: child.pid,
      ...event,
      usage: resourceUsage(totalUsage(child)),
    };
    if (options.noReap !== true) consume(child);
    return result;
  }
  if (!hasCandidate) return ECHILD;
  return options.noHang === true ? undefined : new WouldBlock([proc.childQueue]);
}

function isWanted(parent: Proc, child: Proc, pid: number): boolean {
  if (pid > 0) return child.pid === pid;
  if (pid === -1) return true;
  return child.group.pgid === (pid === 0 ? parent.group.pgid : -pid);
}

function isReported(how: WaitResult['how'], options: WaitOptions): boolean {
  if (how === 'stopped') return options.untraced === true;
  if (how === 'continued') return options.continued === true;
  return true;
}

function consume(child: Proc): void {
  if (child.state === 'zombie') reap(child);
  else child.event = undefined;
}

/** A process's own usage and that of the children it waited for. */
function totalUsage(proc: Proc): Usage {
  const { usage, childUsage } = proc;
  return {
    userNs: usage.userNs + childUsage.userNs,
    systemNs: usage.systemNs + childUsage.systemNs,
    voluntarySwitches: usage.voluntarySwitches + childUsage.voluntarySwitches,
    involuntarySwitches: usage.involuntarySwitches + childUsage.involuntarySwitches,
    systemCalls: usage.systemCalls + childUsage.systemCalls,
    readBytes: usage.readBytes + childUsage.readBytes,
    writtenBytes: usage.writtenBytes + childUsage.writtenBytes,
  };
}

/** Resident size is 0: a native program's memory can't be told from its neighbour's. */
function resourceUsage(usage: Usage): ResourceUsage {
  return {
    userNs: usage.userNs,
    systemNs: usage.systemNs,
    maxResidentBytes: 0,
    voluntarySwitches: usage.voluntarySwitches,
    involuntarySwitches: usage.involuntarySwitches,
    systemCalls: usage.systemCalls,
  };
}

export function rusagesys(caller: Caller): { self: ResourceUsage; children: ResourceUsage } {
  const { usage, childUsage, threads } = caller.proc;
  const self = { ...usage };
  for (const thread of threads) {
    self.voluntarySwitches += thread.voluntarySwitches;
    self.involuntarySwitches += thread.involuntarySwitches;
  }
  return { self: resourceUsage(self), children: resourceUsage(childUsage) };
}

/** One call for both ids, as on illumos. */
export function getpid(caller: Caller, wantsParent: boolean): number {
  const { proc } = caller;
  return wantsParent ? (proc.parent?.pid ?? 0) : proc.pid;
}

/** Functions of pgrpsys; 0 and 1 are the older getpgrp and setpgrp. @see libc's pgrp.c */
export const PGRPSYS_GETSID = 2;
export const PGRPSYS_SETSID = 3;
export const PGRPSYS_GETPGID = 4;
export const PGRPSYS_SETPGID = 5;

export function pgrpsys(caller: Caller, fcn: number, pid: number, pgid: number): number | Errno {
  switch (fcn) {
    case 0:
      return caller.proc.group.pgid;
    case 1:
    case PGRPSYS_SETSID:
      return setsid(caller);
    case PGRPSYS_GETSID:
      return getsid(caller, pid);
    case PGRPSYS_GETPGID:
      return getpgid(caller, pid);
    case PGRPSYS_SETPGID:
      return setpgid(caller, pid, pgid);
    default:
      return EINVAL;
  }
}

function procOr(caller: Caller, pid: number): Proc | Errno {
  return pid === 0 ? caller.proc : (caller.kernel.procs.get(pid) ?? ESRCH);
}

function getpgid(caller: Caller, pid: number): number | Errno {
  const proc = procOr(caller, pid);
  return isErrno(proc) ? proc : proc.group.pgid;
}

function getsid(caller: Caller, pid: number): number | Errno {
  const proc = procOr(caller, pid);
  return isErrno(proc) ? proc : proc.group.session.sid;
}

/** @man setpgid(2) */
function setpgid(caller: Caller, pid: number, pgid: number): Errno | 0 {
  const { proc, kernel } = caller;
  const target = procOr(caller, pid);
  if (isErrno(target) || (target !== proc && target.parent !== proc)) return ESRCH;
  if (pgid < 0 || !Number.isInteger(pgid)) return EINVAL;
  if (target !== proc && target.group.session !== proc.group.session) return EPERM;
  if (target !== proc && target.hasExeced) return EACCES;
  const { session } = target.group;
  if (session.sid === target.pid) return EPERM;
  const wanted = pgid === 0 ? target.pid : pgid;
  if (wanted === target.group.pgid) return 0;
  const existing = kernel.procs.group(wanted);
  if (existing !== undefined && existing.session !== session) return EPERM;
  if (existing === undefined && wanted !== target.pid) return EPERM;
  target.setGroup(existing ?? kernel.procs.createGroup(wanted, session));
  return 0;
}

/** @man setsid(2) */
function setsid(caller: Caller): number | Errno {
  const { proc, kernel } = caller;
  if (kernel.procs.group(proc.pid) !== undefined) return EPERM;
  const session = new Session(proc.pid, proc);
  proc.setGroup(kernel.procs.createGroup(proc.pid, session));
  return session.sid;
}

export function getrlimit(caller: Caller, name: RlimitName): Rlimit | Errno {
  return caller.proc.limits[name] ?? EINVAL;
}

export function setrlimit(caller: Caller, name: RlimitName, limit: Rlimit): Errno | 0 {
  const { proc } = caller;
  const before = proc.limits[name];
  if (before === undefined) return EINVAL;
  if (!(limit.current >= 0) || !(limit.maximum >= limit.current)) return EINVAL;
  if (limit.maximum > before.maximum && proc.cred.effectiveUid !== 0) return EPERM;
  proc.limits = {
    ...proc.limits,
    [name]: { current: Math.floor(limit.current), maximum: Math.floor(limit.maximum) },
  };
  return 0;
}

/** @man nice(2) */
export function nice(caller: Caller, increment: number): number | Errno {
  const { proc } = caller;
  if (increment < 0 && proc.cred.effectiveUid !== 0) return EPERM;
  return setNice(caller, proc, proc.nice + Math.trunc(increment));
}

/** The nice value of a process less 20, after setting it where one is given. @man priocntl(2) */
export function priocntlsys(caller: Caller, pid: number, nice: number | undefined): number | Errno {
  const target = procOr(caller, pid);
  if (isErrno(target)) return target;
  if (nice === undefined) return target.nice - NICE_DEFAULT;
  const { cred } = caller.proc;
  const isPrivileged = cred.effectiveUid === 0;
  const isOwner = cred.effectiveUid === target.cred.uid || cred.uid === target.cred.uid;
  if (!isPrivileged && !isOwner) return EPERM;
  const wanted = NICE_DEFAULT + Math.trunc(nice);
  if (wanted < target.nice && !isPrivileged) return EACCES;
  return setNice(caller, target, wanted);
}

function setNice(caller: Caller, target: Proc, wanted: number): number {
  target.nice = Math.max(0, Math.min(NICE_MAX, wanted));
  for (const thread of target.threads) {
    thread.nice = target.nice;
    caller.kernel.dispatcher.reprioritize(thread);
  }
  return target.nice - NICE_DEFAULT;
}
