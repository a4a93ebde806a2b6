/** truss's output: a line an event, or with -c a table at the end. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task, TraceEvent } from '#kernel/syscall/sys.ts';
import type { Output } from '#lib/libc/stdio.ts';
import { signalName } from '#lib/libc/signames.ts';
import { callText, resultText, withResult } from '#cmd/truss/expound.ts';
import type { TrussRequest } from '#cmd/truss/options.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';

type Entry = Extract<TraceEvent, { kind: 'entry' }>;

interface Count {
  calls: number;
  errors: number;
  ns: bigint;
}

export class TrussReport {
  readonly #sys: Sys;
  readonly #output: Output;
  readonly #request: TrussRequest;
  /** The call that each process is in. */
  readonly #entered: Map<number, Entry> = new Map();
  readonly #counts: Map<string, Count> = new Map();
  readonly #signals: Map<number, number> = new Map();
  #baseNs: bigint;
  #lastNs: bigint;
  /** Several processes are traced: lines begin with the process's id. */
  showsPids: boolean;

  constructor(sys: Sys, output: Output, request: TrussRequest, startNs: bigint) {
    this.#sys = sys;
    this.#output = output;
    this.#request = request;
    this.#baseNs = startNs;
    this.#lastNs = startNs;
    this.showsPids = request.has('f');
  }

  /** -d: the time that the first column counts from. */
  *begin(): Task<void> {
    if (!this.#request.has('d')) return;
    const nowNs = yield* this.#sys.gettimeofday();
    const date = localtime(nowNs, timezoneFrom(this.#sys.env));
    const micro = String((nowNs / 1000n) % 1_000_000n).padStart(6, '0');
    const text = strftime('%a %b %e %H:%M:%S %Z %Y', date);
    yield* this.#output.write(
      `Base time stamp:  ${nowNs / 1_000_000_000n}.${micro}  [ ${text} ]\n`,
    );
  }

  *take(event: TraceEvent): Task<void> {
    switch (event.kind) {
      case 'entry':
        this.#entered.set(event.pid, event);
        return;
      case 'return':
        yield* this.#returned(event);
        return;
      case 'exec':
        yield* this.#executed(event);
        return;
      case 'signal':
        yield* this.#signalled(event);
        return;
      case 'exit':
        yield* this.#ended(event);
        return;
      default:
    }
  }

  /** A program that returns from its main ends like one that calls exit. */
  *#ended(event: Extract<TraceEvent, { kind: 'exit' }>): Task<void> {
    this.#entered.delete(event.pid);
    if (event.how === 'exited') {
      this.#count('_exit', undefined, 0n);
      yield* this.#line(event, `_exit(${event.status})\n`, '_exit');
    } else yield* this.#line(event, '\t*** process killed ***\n');
  }

  #textOf(entry: Entry, bytes?: Uint8Array, result?: unknown): string {
    return callText(entry.call, entry.argumentKinds, entry.args, bytes, result);
  }

  *#returned(event: Extract<TraceEvent, { kind: 'return' }>): Task<void> {
    const entry = this.#entered.get(event.pid);
    if (entry === undefined || entry.call !== event.call) return;
    this.#entered.delete(event.pid);
    this.#count(event.call, event.result, event.timeNs - entry.timeNs);
    const text = this.#textOf(entry, event.bytes, event.result);
    yield* this.#line(event, withResult(text, resultText(event.result)), event.call, entry);
  }

  /** A successful exec does not return: the new program begins. */
  *#executed(event: Extract<TraceEvent, { kind: 'exec' }>): Task<void> {
    const entry = this.#entered.get(event.pid);
    this.#entered.delete(event.pid);
    this.#count('execve', undefined, 0n);
    const text = `execve(${JSON.stringify(event.path)}, 0x00000000, 0x00000000)`;
    const padded = `${text.padEnd(47)} argc = ${event.argv.length}\n`;
    yield* this.#line(event, padded, 'execve', entry);
    if (this.#request.has('a')) yield* this.#line(event, ` argv: ${event.argv.join(' ')}\n`);
  }

  *#signalled(event: Extract<TraceEvent, { kind: 'signal' }>): Task<void> {
    // The start signal that truss sent itself is no news.
    if (event.sender === this.#sys.pid) return;
    this.#signals.set(event.signal, (this.#signals.get(event.signal) ?? 0) + 1);
    if (!this.#request.showsSignal(event.signal)) return;
    const name = `SIG${signalName(event.signal)}`;
    const what = { default: 'default', ignore: 'ignored', catch: 'caught' }[event.disposition];
    yield* this.#line(event, `    Received signal #${event.signal}, ${name} [${what}]\n`);
    if (event.sender !== undefined) {
      yield* this.#line(event, `      siginfo: ${name} pid=${event.sender} uid=0\n`);
    }
  }

  #count(call: string, result: unknown, ns: bigint): void {
    if (!this.#request.showsCall(call)) return;
    const count = this.#counts.get(call) ?? { calls: 0, errors: 0, ns: 0n };
    this.#counts.set(call, count);
    count.calls += 1;
    count.ns += ns;
    if (isErrno(result)) count.errors += 1;
  }

  /** One line, with what -f, -l, -d, -D and -E put in front of it. */
  *#line(event: TraceEvent, text: string, call?: string, entry?: Entry): Task<void> {
    if (this.#request.has('c') || (call !== undefined && !this.#request.showsCall(call))) return;
    let prefix = this.showsPids ? `${event.pid}:\t` : '';
    if (this.#request.has('l')) prefix += this.showsPids ? '' : '/1:\t';
    if (this.showsPids && this.#request.has('l')) prefix = `${event.pid}/1:\t`;
    if (this.#request.has('d')) prefix += `${stamp(event.timeNs - this.#baseNs)}\t`;
    if (this.#request.has('D')) prefix += `${stamp(event.timeNs - this.#lastNs)}\t`;
    if (this.#request.has('E')) {
      prefix += `${stamp(entry === undefined ? 0n : event.timeNs - entry.timeNs)}\t`;
    }
    this.#lastNs = event.timeNs;
    yield* this.#output.write(prefix + text);
  }

  /** -c: how often each call was made, and how long it took. */
  *summary(userNs: bigint, elapsedNs: bigint): Task<void> {
    if (this.#signals.size > 0) {
      let text = 'signals ------------\n';
      for (const [signal, count] of this.#signals) {
        text += `${`SIG${signalName(signal)}`.padEnd(16)} ${String(count).padStart(6)}\n`;
      }
      yield* this.#output.write(`${text}\n`);
    }
    yield* this.#output.write('syscall               seconds   calls  errors\n');
    const total: Count = { calls: 0, errors: 0, ns: 0n };
    const rows = [...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [call, { calls, errors, ns }] of rows) {
      total.calls += calls;
      total.errors += errors;
      total.ns += ns;
      yield* this.#output.write(countLine(call, ns, calls, errors));
    }
    yield* this.#output.write(
      `                     --------  ------   ----\n` +
        countLine('sys totals:', total.ns, total.calls, total.errors) +
        `usr time:            ${seconds(userNs)}\nelapsed:             ${seconds(elapsedNs)}\n`,
    );
  }
}

/** ` 0.0123` */
function stamp(ns: bigint): string {
  const tenths = ns / 100_000n;
  return `${String(tenths / 10_000n).padStart(2)}.${String(tenths % 10_000n).padStart(4, '0')}`;
}

/** `    .012` in eight columns. */
function seconds(ns: bigint): string {
  const ms = ns / 1_000_000n;
  const whole = ms / 1000n === 0n ? '' : String(ms / 1000n);
  return `${whole}.${String(ms % 1000n).padStart(3, '0')}`.padStart(8);
}

function countLine(name: string, ns: bigint, calls: number, errors: number): string {
  const line = `${name.padEnd(20)} ${seconds(ns)} ${String(calls).padStart(7)}`;
  return `${line} ${errors === 0 ? '' : String(errors).padStart(6)}`.trimEnd().concat('\n');
}
