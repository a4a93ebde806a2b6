/**
 * Tracing for truss: a tracer gets an event for every entry, return, signal, fork, exec and end of
 * the processes it follows. Its queue is bounded: when it is full, the traced process waits at its
 * next call, so a slow reader slows what it watches and memory stays flat.
 */
import type { Signal } from '#abi/illumos/signal.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import type { SyscallRow } from '#kernel/syscall/row.ts';
import type { Task, TraceEvent, Trap } from '#kernel/syscall/sys.ts';

const MAX_QUEUED_EVENTS = 1024;
const PARKED: Trap = { trap: 'parked' };

export class Tracer {
  /** truss -f: children of traced processes are traced from their first call on. */
  readonly followsForks: boolean;
  readonly traced: Set<Proc> = new Set();
  readonly readable: WaitQueue = new WaitQueue();
  readonly writable: WaitQueue = new WaitQueue();
  #events: TraceEvent[] = [];

  constructor(followsForks: boolean) {
    this.followsForks = followsForks;
  }

  get isFull(): boolean {
    return this.#events.length >= MAX_QUEUED_EVENTS;
  }

  attach(proc: Proc): void {
    proc.tracer = this;
    this.traced.add(proc);
  }

  /** Lets all go on untraced. */
  detachAll(): void {
    for (const proc of this.traced) proc.tracer = undefined;
    this.traced.clear();
    this.#events = [];
    this.writable.wakeAll();
    this.readable.wakeAll();
  }

  push(event: TraceEvent): void {
    this.#events.push(event);
    this.readable.wakeAll();
  }

  /** All events so far; empty when no traced process is left; else wait. */
  take(): readonly TraceEvent[] | WouldBlock {
    if (this.#events.length === 0) {
      return this.traced.size === 0 ? [] : new WouldBlock([this.readable]);
    }
    const events = this.#events;
    this.#events = [];
    this.writable.wakeAll();
    return events;
  }

  procExited(proc: Proc, event: ProcEvent): void {
    if (!this.traced.delete(proc)) return;
    this.push({
      kind: 'exit',
      pid: proc.pid,
      timeNs: now(proc),
      how: event.how,
      status: event.status,
    });
  }

  procForked(parent: Proc, child: Proc): void {
    this.push({ kind: 'fork', pid: parent.pid, timeNs: now(parent), child: child.pid });
    if (this.followsForks) this.attach(child);
  }
}

function now(proc: Proc): bigint {
  return proc.kernel.dispatcher.nowNs();
}

export function tracerOf(proc: Proc): Tracer | undefined {
  return proc.tracer instanceof Tracer ? proc.tracer : undefined;
}

export function* traceEntry(caller: Caller, row: SyscallRow, args: readonly unknown[]): Task<void> {
  const { proc } = caller;
  for (;;) {
    const tracer = tracerOf(proc);
    if (tracer === undefined) return;
    if (!tracer.isFull || proc.signals.isDeliverable) {
      tracer.push({
        kind: 'entry',
        pid: proc.pid,
        timeNs: now(proc),
        call: row.name,
        argumentKinds: row.args,
        args: args.slice(0, row.args.length),
      });
      return;
    }
    caller.thread.park(new WouldBlock([tracer.writable]));
    yield PARKED;
  }
}

/** Bytes of a call's buffer that its event carries: what truss -r and -w show of it. */
const MAX_TRACED_BYTES = 4096;

/** A copy of what the call read or wrote: the program's buffer may change before anybody looks. */
function tracedBytes(args: readonly unknown[], result: unknown): Uint8Array | undefined {
  const buffer = args.find((argument) => argument instanceof Uint8Array);
  if (buffer === undefined || typeof result !== 'number') return undefined;
  return buffer.slice(0, Math.min(result, MAX_TRACED_BYTES));
}

export function traceReturn(
  caller: Caller,
  row: SyscallRow,
  args: readonly unknown[],
  result: unknown,
): void {
  const { proc } = caller;
  tracerOf(proc)?.push({
    kind: 'return',
    pid: proc.pid,
    timeNs: now(proc),
    call: row.name,
    result,
    bytes: tracedBytes(args, result),
  });
}

export function traceSignal(caller: Caller, signal: Signal): void {
  const { proc } = caller;
  const disposition = proc.signals.disposition(signal);
  tracerOf(proc)?.push({
    kind: 'signal',
    pid: proc.pid,
    timeNs: now(proc),
    signal,
    disposition: disposition.action,
    sender: proc.signals.infos.get(signal)?.pid,
  });
}
