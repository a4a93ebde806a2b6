/**
 * ps: what processes there are. Words without a dash are the options of the BSD form (ucb.ts).
 * @man ps(1)
 */
import { PRNODEV, type Psinfo } from '#abi/illumos/procfs.ts';
import type { Command } from '#cmd/command.ts';
import { PsContext } from '#cmd/ps/context.ts';
import { type Column, formatLine, headerLine, parseFormat } from '#cmd/ps/format.ts';
import { listingHeader, listingLine } from '#cmd/ps/listing.ts';
import { accountId, isSelected, type Selection, terminalDevice, words } from '#cmd/ps/select.ts';
import { ucbPs } from '#cmd/ps/ucb.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, type ParsedOptions } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { listPsinfo, readLwps, readPsinfo } from '#lib/libproc/proc.ts';

const USAGE = `usage: ps [ -aAdefHlcjLPyZ ] [ -o format ] [ -t termlist ]
	[ -u userlist ] [ -U userlist ] [ -G grouplist ]
	[ -p proclist ] [ -g pgrplist ] [ -s sidlist ] [ -z zonelist ] [-h lgrplist]
  'format' is one or more of:
	user ruser group rgroup uid ruid gid rgid pid ppid pgid sid taskid ctid
	pri opri pcpu pmem vsz rss osz nice class time etime stime zone zoneid
	f s c lwp nlwp psr tty addr wchan fname comm args projid project pset lgrp
`;
const SELECTING = 'AaedGhUutpgsz';

/** What the command line says, before names are looked up. */
interface Building {
  readonly pids: Set<number>;
  readonly euids: Set<number>;
  readonly ruids: Set<number>;
  readonly rgids: Set<number>;
  readonly pgids: Set<number>;
  readonly sids: Set<number>;
  readonly zones: Set<number>;
  readonly terminals: Set<bigint>;
  readonly columns: Column[];
  hasError: boolean;
}

function emptyBuilding(): Building {
  return {
    pids: new Set(),
    euids: new Set(),
    ruids: new Set(),
    rgids: new Set(),
    pgids: new Set(),
    sids: new Set(),
    zones: new Set(),
    terminals: new Set(),
    columns: [],
    hasError: false,
  };
}

const ID_SETS: Readonly<Record<string, 'pids' | 'pgids' | 'sids'>> = {
  p: 'pids',
  g: 'pgids',
  s: 'sids',
};

/** -u, -U, -G by letter: the set, what its words name, and what to call an unknown one. */
const ACCOUNT_SETS: Readonly<
  Record<string, readonly ['euids' | 'ruids' | 'rgids', 'user' | 'group']>
> = {
  u: ['euids', 'user'],
  U: ['ruids', 'user'],
  G: ['rgids', 'group'],
};

class PsRequest {
  readonly io: Stdio;
  readonly sys: Sys;
  readonly context: PsContext;
  readonly building: Building = emptyBuilding();

  constructor(io: Stdio, sys: Sys, context: PsContext) {
    this.io = io;
    this.sys = sys;
    this.context = context;
  }

  /** Takes one option that has a value. */
  *take(letter: string, value: string): Task<void> {
    const { building } = this;
    if (letter === 'o') {
      yield* this.#takeFormat(value);
      return;
    }
    for (const word of words(value)) {
      const idSet = ID_SETS[letter];
      const accounts = ACCOUNT_SETS[letter];
      if (idSet !== undefined) yield* this.#takeNumber(letter, word, building[idSet]);
      else if (accounts !== undefined) yield* this.#takeAccount(word, accounts);
      else if (letter === 't') building.terminals.add(yield* terminalDevice(this.sys, word));
      else if (letter === 'z') yield* this.#takeZone(word);
    }
  }

  *#takeFormat(value: string): Task<void> {
    const columns = parseFormat(value);
    if (typeof columns === 'string') yield* this.#complain(`unknown output format: -o ${columns}`);
    else this.building.columns.push(...columns);
  }

  *#takeNumber(letter: string, word: string, set: Set<number>): Task<void> {
    if (/^\d+$/.test(word)) set.add(Number(word));
    else yield* this.#complain(`${word} is an invalid non-numeric argument for -${letter} option`);
  }

  *#takeAccount(word: string, [set, kind]: (typeof ACCOUNT_SETS)[string] & {}): Task<void> {
    const id = yield* accountId(this.context, word, kind);
    if (id !== undefined) this.building[set].add(id);
    else yield* this.io.warn(`unknown ${kind} ${word}`);
  }

  *#takeZone(word: string): Task<void> {
    if (word === 'global' || word === '0') this.building.zones.add(0);
    else yield* this.#complain(`unknown zone ${word}`);
  }

  *#complain(message: string): Task<void> {
    this.building.hasError = true;
    yield* this.io.warn(message);
  }
}

/** Without selecting options: the caller's own processes on his terminal. */
function* ownTerminal(io: Stdio, sys: Sys, terminals: Set<bigint>): Task<boolean> {
  const self = yield* readPsinfo(sys, sys.pid);
  if (isErrno(self) || self.ttydev === PRNODEV) {
    yield* io.warn('no controlling terminal');
    return false;
  }
  terminals.add(self.ttydev);
  return true;
}

/** With -L each thread is a line of its own. */
function* withThreads(sys: Sys, info: Psinfo): Task<Psinfo[]> {
  if (info.nlwp + info.nzomb <= 1) return [info];
  const lwps = yield* readLwps(sys, info.pid);
  return isErrno(lwps) ? [] : lwps.map((lwp) => ({ ...info, lwp }));
}

function* ps(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  if (args.length > 0 && !(args[0] as string).startsWith('-')) return yield* ucbPs(io, sys);
  const parsed = getopt(args, 'jlfceAadLPyZHh:t:p:g:u:U:G:n:s:o:z:');
  const context = new PsContext(sys, yield* sys.gettimeofday());
  const request = new PsRequest(io, sys, context);
  for (const { letter, value } of parsed.options) {
    if (letter === 'n') yield* io.warn('warning: -n option ignored');
    yield* request.take(letter, value);
  }
  if (parsed.message !== undefined || parsed.operands.length > 0 || request.building.hasError) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const selection = yield* selectionOf(io, sys, parsed, request.building);
  if (selection === undefined) return 1;
  return yield* print(io, sys, parsed, request, selection);
}

function* selectionOf(
  io: Stdio,
  sys: Sys,
  parsed: ParsedOptions,
  building: Building,
): Task<Selection | undefined> {
  const has = (letter: string): boolean =>
    parsed.options.some((option) => option.letter === letter);
  const all = has('A') || has('e');
  let ownerOnly: number | undefined;
  if (!parsed.options.some(({ letter }) => SELECTING.includes(letter))) {
    if (!(yield* ownTerminal(io, sys, building.terminals))) return undefined;
    ownerOnly = (yield* sys.getuid()).real;
  }
  return { ...building, all, others: !all && has('a'), noLeaders: !all && has('d'), ownerOnly };
}

function* print(
  io: Stdio,
  sys: Sys,
  parsed: ParsedOptions,
  { building: { columns }, context }: PsRequest,
  selection: Selection,
): Task<number> {
  const processes = yield* listPsinfo(sys);
  if (isErrno(processes)) {
    yield* io.warn('cannot open PROC directory /proc');
    return 1;
  }
  const has = (letter: string): boolean =>
    parsed.options.some((option) => option.letter === letter);
  const pidWidth = Math.max(5, ...processes.map((info) => String(info.pid).length));
  const header = columns.length > 0 ? headerLine(columns) : listingHeader({ has, pidWidth });
  if (header !== undefined) yield* io.out.write(`${header}\n`);
  const showsThreads = has('L') || columns.some((column) => column.field.name === 'lwp');
  let status = 1;
  for (const info of processes) {
    if (!isSelected(info, selection)) continue;
    status = 0;
    for (const line of showsThreads ? yield* withThreads(sys, info) : [info]) {
      const text =
        columns.length > 0
          ? yield* formatLine(line, columns, context)
          : yield* listingLine(line, { has, pidWidth }, context);
      yield* io.out.write(`${text}\n`);
    }
  }
  return status;
}

export const PS: Command = { name: 'ps', path: '/usr/bin/ps', main: withStdio(ps) };
