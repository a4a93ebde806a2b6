/**
 * What signals do to the program that takes them: end it, stop it, or run its handler. Happens on the
 * way out of a system call, after a wait and after a preemption, never in the middle of anything.
 * @see uts/common/os/sig.c issig, psig
 */
import { SIGKILL, SIGSTOP, type Signal } from '#abi/illumos/signal.ts';
import { exitProc, stopProc } from '#kernel/os/exit.ts';
import { DEFAULT_DISPOSITION, type Disposition, defaultAction } from '#kernel/os/signal.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { Task, Trap } from '#kernel/syscall/sys.ts';
import { traceSignal } from '#kernel/syscall/trace.ts';

const STOPPED: Trap = { trap: 'stopped' };
const GONE: Trap = { trap: 'gone' };

/**
 * Takes all signals that can be taken. True when a handler ran that ends a waiting call with EINTR.
 * Does not come back when a signal ends the process.
 */
export function* takeSignals(caller: Caller, neverRestarts: boolean): Task<boolean> {
  const { proc } = caller;
  const { signals } = proc;
  let isInterrupted = false;
  while (signals.isDeliverable) {
    const signal = signals.take();
    if (signal === 0) break;
    if (proc.tracer !== undefined) traceSignal(caller, signal);
    const disposition = signals.disposition(signal);
    if (disposition.action === 'catch' && signal !== SIGKILL) {
      yield* runHandler(caller, signal, disposition);
      if (neverRestarts || !disposition.restart) isInterrupted = true;
    } else if (disposition.action === 'default') {
      yield* takeDefault(caller, signal);
    }
  }
  return isInterrupted;
}

/** The signal and those of sa_mask are blocked while the handler runs. */
function* runHandler(caller: Caller, signal: Signal, disposition: Disposition): Task<void> {
  const { signals, kernel } = caller.proc;
  const before = signals.blocked.copy();
  const during = before.copy();
  during.addAll(disposition.mask);
  during.add(signal);
  signals.setBlocked(during);
  if (disposition.resetHand) signals.setDisposition(signal, DEFAULT_DISPOSITION);
  const { signalHandle } = kernel.probes.proc;
  if (signalHandle.enabled) signalHandle.fire(signal, signals.infos.get(signal));
  try {
    yield* caller.runHandler(disposition.handler, signal);
  } finally {
    signals.setBlocked(before);
  }
}

function* takeDefault(caller: Caller, signal: Signal): Task<void> {
  const { proc } = caller;
  const action = defaultAction(signal);
  if (action === 'terminate' || action === 'core') {
    exitProc(proc, { how: 'killed', status: signal });
    yield GONE;
  }
  // The terminal's stop signals do nothing to an orphaned group: nobody could continue it.
  if (action === 'stop' && (signal === SIGSTOP || !proc.group.isOrphaned)) {
    stopProc(proc, signal);
    yield STOPPED;
  }
}
