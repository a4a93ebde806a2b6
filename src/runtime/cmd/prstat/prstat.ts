/**
 * prstat: the busiest processes, over and over. On a terminal each report takes the place of the one
 * before and q leaves; else, and with -c, they follow each other.
 * @man prstat(8)
 */
import type { Command } from '#cmd/command.ts';
import { parsePrstat, type PrstatRequest, USAGE } from '#cmd/prstat/options.ts';
import {
  type Names,
  processHeader,
  processLines,
  sortSamples,
  summaryLines,
  totalLine,
} from '#cmd/prstat/report.ts';
import { type Sample, Sampler } from '#cmd/prstat/sample.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported } from '#lib/libc/usage.ts';
import { A_UNDERLINE, Frame, ScreenWriter } from '#lib/libcurses/screen.ts';
import { Terminal } from '#lib/libcurses/terminal.ts';
import { readLwps } from '#lib/libproc/proc.ts';

const DEFAULT_TOP = 15;
const DEFAULT_BOTTOM = 5;

/** One report as lines; headers are underlined where the terminal can. */
interface Report {
  readonly lines: readonly string[];
  readonly headers: ReadonlySet<number>;
}

class Prstat {
  readonly #sys: Sys;
  readonly #request: PrstatRequest;
  readonly #sampler: Sampler;
  readonly #euids: ReadonlySet<number>;
  readonly #ruids: ReadonlySet<number>;
  readonly #accounts: Accounts;

  constructor(
    sys: Sys,
    request: PrstatRequest,
    accounts: Accounts,
    euids: ReadonlySet<number>,
    ruids: ReadonlySet<number>,
  ) {
    this.#sys = sys;
    this.#request = request;
    this.#accounts = accounts;
    this.#sampler = new Sampler(sys, request.showsMicrostates);
    this.#euids = euids;
    this.#ruids = ruids;
  }

  /** A new look; `room` is how many lines the terminal has for both tables. */
  *report(room: number | undefined): Task<Report> {
    const request = this.#request;
    const all = (yield* this.#sampler.look()).filter((sample) => this.#isWanted(sample));
    const names = yield* this.#names();
    const { top, bottom } = this.#sizes(room);
    const lines: string[] = [];
    const headers = new Set<number>();
    if (!request.onlySummary) {
      const rows = request.showsThreads ? yield* this.#threads(all) : all;
      headers.add(lines.length);
      lines.push(processHeader(request));
      lines.push(...processLines(sortSamples(rows, request).slice(0, top), request, names));
      // The lower table keeps its place.
      if (room !== undefined) while (lines.length <= top) lines.push('');
    }
    if (request.summary !== 'none') {
      headers.add(lines.length);
      lines.push(...summaryLines(all, request.summary, names).slice(0, bottom + 1));
    }
    lines.push(totalLine(all, yield* this.#sys.getloadavg()));
    return { lines, headers };
  }

  #isWanted({ info }: Sample): boolean {
    const { pids, euids, ruids } = this.#request;
    if (pids.size > 0 && !pids.has(info.pid)) return false;
    if (euids.length > 0 && !this.#euids.has(info.euid)) return false;
    return ruids.length === 0 || this.#ruids.has(info.uid);
  }

  *#names(): Task<Names> {
    const users = new Map((yield* this.#accounts.users()).map((user) => [user.uid, user.name]));
    return { user: (uid) => users.get(uid) ?? String(uid) };
  }

  #sizes(room: number | undefined): { top: number; bottom: number } {
    const { top, bottom, summary, onlySummary } = this.#request;
    if (top !== undefined || room === undefined) {
      return {
        top: top ?? DEFAULT_TOP,
        bottom: onlySummary ? (top ?? DEFAULT_TOP) : (bottom ?? DEFAULT_BOTTOM),
      };
    }
    // Header, totals and the cursor's line need three.
    const lines = Math.max(1, room - 3);
    if (onlySummary || summary === 'none') return { top: lines, bottom: lines };
    const upper = Math.floor(lines / 4) * 3;
    return { top: upper, bottom: lines - 1 - upper };
  }

  /** With -L each thread is a row. */
  *#threads(samples: readonly Sample[]): Task<Sample[]> {
    const rows: Sample[] = [];
    for (const sample of samples) {
      const lwps = yield* readLwps(this.#sys, sample.info.pid);
      if (isErrno(lwps) || lwps.length === 0) rows.push(sample);
      else rows.push(...lwps.map((lwp) => ({ ...sample, info: { ...sample.info, lwp } })));
    }
    return rows;
  }
}

/** Reports one after the other. */
function* printReports(io: Stdio, sys: Sys, prstat: Prstat, request: PrstatRequest): Task<number> {
  for (let turn = 0; turn < request.count; turn += 1) {
    if (turn > 0) yield* sys.nanosleep(BigInt(request.interval) * 1_000_000_000n);
    const { lines } = yield* prstat.report(undefined);
    yield* io.out.write(`${lines.join('\n')}\n`);
    yield* io.out.flush();
    if (io.out.error !== undefined) return 1;
  }
  return 0;
}

function* showReports(
  sys: Sys,
  terminal: Terminal,
  prstat: Prstat,
  request: PrstatRequest,
): Task<number> {
  const writer = new ScreenWriter(terminal.description);
  for (let turn = 0; turn < request.count; turn += 1) {
    const { lines, headers } = yield* prstat.report(terminal.rows);
    const frame = new Frame(terminal.rows, terminal.columns);
    lines.forEach((line, row) => frame.put(row, 0, line, headers.has(row) ? A_UNDERLINE : 0));
    frame.cursorRow = Math.min(lines.length, terminal.rows - 1);
    yield* terminal.write(writer.update(frame));
    if (turn + 1 === request.count) break;
    const key = yield* terminal.readKey(request.interval * 1000);
    if (key === undefined || key === 'q' || key === 'Q' || key === '\x03') break;
    if (key === '\x1a') {
      yield* terminal.suspend();
      writer.invalidate();
    }
  }
  yield* terminal.leave();
  return 0;
}

function* prstat(io: Stdio, sys: Sys): Task<number> {
  const request = parsePrstat(sys.argv.slice(1));
  if ('later' in request) return yield* notSupported(io, `-${request.later}`);
  if ('message' in request) {
    if (request.message === '') yield* io.err.write(USAGE);
    else yield* io.warn(request.message);
    return 1;
  }
  const accounts = new Accounts(sys);
  const sets: Set<number>[] = [];
  for (const words of [request.euids, request.ruids]) {
    const ids = new Set<number>();
    for (const word of words) {
      const id = yield* accounts.userId(word);
      if (id === undefined) {
        yield* io.warn(`unknown username -- ${word}`);
        return 1;
      }
      ids.add(id);
    }
    sets.push(ids);
  }
  const [euids = new Set<number>(), ruids = new Set<number>()] = sets;
  const view = new Prstat(sys, request, accounts, euids, ruids);
  const terminal = new Terminal(sys, 0, 1);
  const isInteractive = !request.continues && (yield* sys.isatty(1)) && (yield* sys.isatty(0));
  if (!isInteractive || !(yield* terminal.enter())) {
    return yield* printReports(io, sys, view, request);
  }
  return yield* showReports(sys, terminal, view, request);
}

export const PRSTAT: Command = {
  name: 'prstat',
  path: '/usr/bin/prstat',
  main: withStdio(prstat),
};
