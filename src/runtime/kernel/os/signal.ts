/**
 * Signals of a process: what is pending, blocked, ignored or caught, and what posting one does at
 * once (waking, continuing). What a signal does to the program happens when it takes it, between
 * system calls: see syscall/dispatch.ts.
 * @see uts/common/os/sig.c  @man signal.h(3HEAD)
 */
import {
  NSIG,
  SIGCLD,
  SIGCONT,
  SIGKILL,
  SIGNALS,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  type Signal,
  type SignalDefault,
} from '#abi/illumos/signal.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { SignalSet } from '#kernel/os/sigset.ts';

/** Who sent it and why. @see siginfo_t */
export interface SignalInfo {
  /** 0 = the kernel. */
  readonly pid: number;
  readonly uid: number;
}

/** What the process does with a signal. Only the system call layer calls the handler. */
export interface Disposition {
  readonly action: 'default' | 'ignore' | 'catch';
  readonly handler: unknown;
  readonly mask: SignalSet;
  readonly restart: boolean;
  readonly resetHand: boolean;
}

export const DEFAULT_DISPOSITION: Disposition = {
  action: 'default',
  handler: undefined,
  mask: new SignalSet(),
  restart: false,
  resetHand: false,
};

const STOP_SIGNALS = SignalSet.of([SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU]);
const CANNOT_BE_CAUGHT = SignalSet.of([SIGKILL, SIGSTOP]);
const DEFAULTS = new Map<Signal, SignalDefault>(SIGNALS.map((row) => [row[0], row[3]]));

export function defaultAction(signal: Signal): SignalDefault {
  return DEFAULTS.get(signal) ?? 'terminate';
}

export function isSignal(signal: number): boolean {
  return Number.isInteger(signal) && signal > 0 && signal < NSIG;
}

export function canBeCaught(signal: Signal): boolean {
  return !CANNOT_BE_CAUGHT.has(signal);
}

/** The signal state of one process. */
export class SignalState {
  readonly pending: SignalSet = new SignalSet();
  readonly blocked: SignalSet = new SignalSet();
  readonly ignored: SignalSet = new SignalSet();
  readonly caught: SignalSet = new SignalSet();
  readonly infos: Map<Signal, SignalInfo> = new Map();
  /** SA_NOCLDSTOP and SA_NOCLDWAIT of SIGCLD. */
  noChildStop = false;
  noChildWait = false;
  /** True while a signal can be taken: the one field that a system call reads on its way out. */
  isDeliverable = false;
  readonly #dispositions: (Disposition | undefined)[] = [];

  disposition(signal: Signal): Disposition {
    return this.#dispositions[signal] ?? DEFAULT_DISPOSITION;
  }

  setDisposition(signal: Signal, disposition: Disposition): void {
    this.#dispositions[signal] = disposition;
    this.caught.delete(signal);
    this.ignored.delete(signal);
    if (disposition.action === 'catch') this.caught.add(signal);
    if (disposition.action === 'ignore') this.ignored.add(signal);
    if (this.isIgnored(signal)) this.pending.delete(signal);
    this.update();
  }

  /** Ignored by choice, or by default with no handler. */
  isIgnored(signal: Signal): boolean {
    if (this.caught.has(signal)) return false;
    return this.ignored.has(signal) || defaultAction(signal) === 'ignore';
  }

  /** After every change of `pending` or `blocked`. */
  update(): void {
    this.isDeliverable = this.pending.firstNotIn(this.blocked) !== 0;
  }

  setBlocked(signals: SignalSet): void {
    this.blocked.assign(signals);
    this.blocked.deleteAll(CANNOT_BE_CAUGHT);
    this.update();
  }

  /** Takes the next signal that is not blocked, SIGKILL first; 0 when there is none. */
  take(): Signal {
    const signal = this.pending.has(SIGKILL) ? SIGKILL : this.pending.firstNotIn(this.blocked);
    if (signal !== 0) this.pending.delete(signal);
    this.update();
    return signal;
  }

  /** For a child made by fork: nothing pending; handlers become default, ignored stays ignored. */
  copyForChild(): SignalState {
    const child = new SignalState();
    child.blocked.assign(this.blocked);
    for (const signal of this.ignored.list()) {
      child.setDisposition(signal, { ...DEFAULT_DISPOSITION, action: 'ignore' });
    }
    return child;
  }

  /** exec(2): caught signals fall back to their default; pending and blocked ones stay. */
  resetForExec(): void {
    for (const signal of this.caught.list()) this.setDisposition(signal, DEFAULT_DISPOSITION);
    this.noChildStop = false;
    this.noChildWait = false;
  }
}

/** Sends `signal` (1 …) to a process. Permission is the caller's business. */
export function postSignal(proc: Proc, signal: Signal, info?: SignalInfo): void {
  if (proc.state === 'zombie') return;
  const { signals } = proc;
  if (proc.kernel.probes.proc.signalSend.enabled) {
    proc.kernel.probes.proc.signalSend.fire(proc, signal, info);
  }
  if (signal === SIGCONT) {
    signals.pending.deleteAll(STOP_SIGNALS);
    proc.continueAll(SIGCONT);
  } else if (STOP_SIGNALS.has(signal)) {
    signals.pending.delete(SIGCONT);
  }
  if (isDiscarded(proc, signal)) {
    signals.update();
    const { signalDiscard } = proc.kernel.probes.proc;
    if (signalDiscard.enabled) signalDiscard.fire(proc.threads[0], proc, signal);
    return;
  }
  signals.pending.add(signal);
  if (info !== undefined) signals.infos.set(signal, info);
  else signals.infos.delete(signal);
  signals.update();
  if (signal === SIGKILL) proc.continueAll(SIGKILL);
  if (signals.isDeliverable) proc.interrupt();
}

/** init takes no signal that would end or stop it unless it asked for it. */
function isDiscarded(proc: Proc, signal: Signal): boolean {
  const { signals } = proc;
  if (signals.caught.has(signal)) return false;
  if (proc.isInit) return signal !== SIGCLD || signals.isIgnored(signal);
  if (signals.blocked.has(signal) && !signals.ignored.has(signal)) {
    return defaultAction(signal) === 'ignore' && signal !== SIGCLD;
  }
  return signals.isIgnored(signal);
}
