/** Signals and waiting for time. @see uts/common/syscall/{sigqueue,sigaction,sigsuspend,alarm}.c */
import { SIGALRM, SIGCLD, SIGCONT, type Signal } from '#abi/illumos/signal.ts';
import { NS_PER_SEC } from '#base/units.ts';
import { WouldBlock } from '#kernel/disp/wait.ts';
import { EINVAL, EPERM, ESRCH, type Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { canBeCaught, isSignal, postSignal } from '#kernel/os/signal.ts';
import { SignalSet } from '#kernel/os/sigset.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { SignalAction } from '#kernel/syscall/sys.ts';

/** Same user, or privileged; SIGCONT within the session. */
export function maySignal(sender: Proc, target: Proc, signal: Signal): boolean {
  const from = sender.cred;
  const to = target.cred;
  if (from.effectiveUid === 0) return true;
  if (from.uid === to.uid || from.uid === to.savedUid) return true;
  if (from.effectiveUid === to.uid || from.effectiveUid === to.savedUid) return true;
  return signal === SIGCONT && sender.group.session === target.group.session;
}

/** @man kill(2) */
export function kill(caller: Caller, pid: number, signal: Signal): Errno | 0 {
  if (signal !== 0 && !isSignal(signal)) return EINVAL;
  const { proc } = caller;
  const targets = targetsOf(caller, pid);
  const isGroup = pid <= 0;
  let permitted = 0;
  for (const target of targets) {
    if (!maySignal(proc, target, signal)) continue;
    permitted += 1;
    if (signal !== 0) postSignal(target, signal, { pid: proc.pid, uid: proc.cred.uid });
  }
  if (permitted > 0 || (isGroup && pid === -1 && targets.length > 0)) return 0;
  return targets.length === 0 ? ESRCH : EPERM;
}

/** The caller itself comes last, so that the others are signalled before it ends. */
function targetsOf(caller: Caller, pid: number): readonly Proc[] {
  const { proc, kernel } = caller;
  const { procs } = kernel;
  if (pid > 0) {
    const target = procs.get(pid);
    return target === undefined ? [] : [target];
  }
  const all = pid === -1 ? procs.all() : (groupMembers(caller, pid) ?? []);
  const others: Proc[] = [];
  let includesSelf = false;
  for (const target of all) {
    if (target === proc) includesSelf = true;
    else if (target.pid > 1) others.push(target);
  }
  return includesSelf ? [...others, proc] : others;
}

function groupMembers(caller: Caller, pid: number): Iterable<Proc> | undefined {
  if (pid === 0) return caller.proc.group.members;
  return caller.kernel.procs.group(-pid)?.members;
}

/** @man sigaction(2) */
export function sigaction(
  caller: Caller,
  signal: Signal,
  action: SignalAction | undefined,
): SignalAction | Errno {
  if (!isSignal(signal)) return EINVAL;
  const { signals } = caller.proc;
  const before = currentAction(caller, signal);
  if (action === undefined) return before;
  if (!canBeCaught(signal)) return EINVAL;
  const { handler } = action;
  signals.setDisposition(signal, {
    action: typeof handler === 'function' ? 'catch' : handler,
    handler,
    mask: SignalSet.of(action.mask ?? []),
    restart: action.restart === true,
    resetHand: action.resetHand === true,
  });
  if (signal === SIGCLD) {
    signals.noChildStop = action.noChildStop === true;
    signals.noChildWait = action.noChildWait === true;
  }
  return before;
}

function currentAction(caller: Caller, signal: Signal): SignalAction {
  const disposition = caller.proc.signals.disposition(signal);
  const handler =
    disposition.action === 'catch'
      ? (disposition.handler as SignalAction['handler'])
      : disposition.action;
  return {
    handler,
    mask: disposition.mask.list(),
    restart: disposition.restart,
    resetHand: disposition.resetHand,
  };
}

export function sigprocmask(
  caller: Caller,
  how: 'block' | 'unblock' | 'set',
  list: readonly Signal[],
): readonly Signal[] {
  const { signals } = caller.proc;
  const before = signals.blocked.list();
  const given = SignalSet.of(list);
  const blocked = how === 'set' ? given : signals.blocked.copy();
  if (how === 'block') blocked.addAll(given);
  if (how === 'unblock') blocked.deleteAll(given);
  signals.setBlocked(blocked);
  return before;
}

/** Waits with `mask` in place of the blocked signals; dispatch puts the old ones back. */
export function sigsuspend(caller: Caller, mask: readonly Signal[]): WouldBlock {
  const { signals } = caller.proc;
  if (caller.maskBefore === undefined) {
    caller.maskBefore = signals.blocked.copy();
    signals.setBlocked(SignalSet.of(mask));
  }
  return new WouldBlock([]);
}

/** Blocked signals that wait to be taken. */
export function sigpending(caller: Caller): readonly Signal[] {
  const { pending, blocked } = caller.proc.signals;
  return pending.list().filter((signal) => blocked.has(signal));
}

/** @man alarm(2) */
export function alarm(caller: Caller, seconds: number): number {
  const { proc, kernel } = caller;
  const { dispatcher } = kernel;
  const nowNs = dispatcher.nowNs();
  const before = proc.alarm;
  before?.cancel();
  proc.alarm = undefined;
  if (seconds > 0) {
    const deadlineNs = nowNs + BigInt(Math.ceil(seconds)) * NS_PER_SEC;
    const callout = dispatcher.callouts.at(deadlineNs, () => {
      proc.alarm = undefined;
      postSignal(proc, SIGALRM);
    });
    proc.alarm = { deadlineNs, cancel: () => callout.cancel() };
  }
  if (before === undefined) return 0;
  return Math.max(1, Number((before.deadlineNs - nowNs + NS_PER_SEC - 1n) / NS_PER_SEC));
}

export function nanosleep(caller: Caller, durationNs: bigint): 0 | Errno | WouldBlock {
  if (durationNs < 0n) return EINVAL;
  const nowNs = caller.kernel.dispatcher.nowNs();
  caller.deadlineNs ??= nowNs + durationNs;
  return nowNs >= caller.deadlineNs ? 0 : new WouldBlock([], caller.deadlineNs);
}
