/**
 * The life of a system call: count, probe, run; park and run again while it would block; take the
 * signals that came; leave the processor when the turn is used up. All calls of all native programs
 * pass through here, so it stays short and allocates nothing of its own.
 * @see uts/intel/os/syscall.c
 */
import { EINTR, ENOSYS, isErrno } from '#kernel/os/errno.ts';
import { WouldBlock } from '#kernel/disp/wait.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { SyscallRow } from '#kernel/syscall/row.ts';
import { takeSignals } from '#kernel/syscall/take-signals.ts';
import type { Task, Trap } from '#kernel/syscall/sys.ts';
import { traceEntry, traceReturn } from '#kernel/syscall/trace.ts';

/** What a call costs beside the bytes it moves: half a microsecond. */
const CALL_UNITS = 25;

const PARKED: Trap = { trap: 'parked' };
const PREEMPTED: Trap = { trap: 'preempted' };
/** The program is never resumed after this one. */
export const GONE: Trap = { trap: 'gone' };

type Run = (caller: Caller, a: unknown, b: unknown, c: unknown, d: unknown) => unknown;

/** Issues `row` with up to four arguments; the result is the handler's. */
export function* systemCall(
  caller: Caller,
  row: SyscallRow,
  a?: unknown,
  b?: unknown,
  c?: unknown,
  d?: unknown,
): Task<unknown> {
  const { kernel, proc, thread } = caller;
  const { dispatcher } = kernel;
  kernel.systemCalls += 1;
  proc.usage.systemCalls += 1;
  dispatcher.spend(CALL_UNITS, true);
  const entry = caller.services.probes.entry[row.number];
  if (entry?.enabled === true) entry.fire(a, b, c, d);
  if (proc.tracer !== undefined) yield* traceEntry(caller, row, [a, b, c, d]);
  caller.progress = 0;
  caller.deadlineNs = undefined;

  kernel.isInKernel = true;
  let result = (row.run as Run)(caller, a, b, c, d);
  kernel.isInKernel = false;
  while (result instanceof WouldBlock) {
    result = yield* wait(caller, row, result);
    if (result !== undefined) break;
    kernel.isInKernel = true;
    result = (row.run as Run)(caller, a, b, c, d);
    kernel.isInKernel = false;
  }
  if (thread.state === 'exited') yield GONE;

  if (result === ENOSYS) noteUnsupported(caller, row);
  const exit = caller.services.probes.return[row.number];
  if (exit?.enabled === true) exit.fire(result, isErrno(result) ? result.number : 0);
  if (proc.tracer !== undefined) traceReturn(caller, row, [a, b, c, d], result);
  if (caller.maskBefore !== undefined) restoreMask(caller);
  if (proc.signals.isDeliverable) yield* takeSignals(caller, false);
  if (dispatcher.units <= 0 || dispatcher.shouldYield) yield* preempt(caller);
  return result;
}

/** Waits for what `block` names. undefined: issue the call again; else the call's result. */
function* wait(caller: Caller, row: SyscallRow, block: WouldBlock): Task<unknown> {
  const { proc, thread } = caller;
  if (!proc.signals.isDeliverable) {
    thread.park(block);
    yield PARKED;
  }
  caller.kernel.dispatcher.spend(CALL_UNITS, true);
  if (!proc.signals.isDeliverable) return undefined;
  const { progress, deadlineNs, maskBefore } = caller;
  caller.maskBefore = undefined;
  const isInterrupted = yield* takeSignals(caller, row.neverRestarts === true);
  caller.progress = progress;
  caller.deadlineNs = deadlineNs;
  caller.maskBefore = maskBefore;
  if (!isInterrupted) return undefined;
  row.interrupted?.(caller);
  return progress > 0 ? progress : EINTR;
}

/** Others run; signals that came meanwhile are taken. */
export function* preempt(caller: Caller): Task<void> {
  yield PREEMPTED;
  if (caller.proc.signals.isDeliverable) yield* takeSignals(caller, false);
}

function restoreMask(caller: Caller): void {
  if (caller.maskBefore !== undefined) caller.proc.signals.setBlocked(caller.maskBefore);
  caller.maskBefore = undefined;
}

function noteUnsupported(caller: Caller, row: SyscallRow): void {
  const { unsupported } = caller.kernel;
  unsupported.set(row.name, (unsupported.get(row.name) ?? 0) + 1);
}
