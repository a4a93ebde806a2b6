/** tput, clear, reset: a terminal's capabilities. @man tput(1) clear(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { windowSize } from '#lib/libcurses/terminal.ts';
import {
  findTerminal,
  type TerminalDescription,
  TERMINALS,
} from '#lib/libcurses/terminfo.table.ts';
import { tparm } from '#lib/libcurses/tparm.ts';

const USAGE = 'usage:\ttput [-Ttype] capname [parm argument...]\n\ttput -S <<\n';
const E_USAGE = 2;
const E_UNKNOWN_TERMINAL = 3;
const E_UNKNOWN_CAPABILITY = 4;

/** init and reset send these, as far as the terminal has them. */
const INIT = ['is1', 'is2', 'is3'];
const RESET = ['rs1', 'rs2', 'rs3'];

function isFlag(name: string): boolean {
  return TERMINALS.some((terminal) => terminal.flags.includes(name));
}

function isKnown(name: string): boolean {
  return TERMINALS.some((terminal) => name in terminal.strings || name in terminal.numbers);
}

function sequence(terminal: TerminalDescription, names: readonly string[]): string {
  return names.map((name) => terminal.strings[name] ?? '').join('');
}

/** Does one line of capability and parameters; answers tput's exit status. */
function* put(
  io: Stdio,
  sys: Sys,
  terminal: TerminalDescription,
  words: readonly string[],
): Task<number> {
  const [name = '', ...parameters] = words;
  if (name === 'init' || name === 'reset') {
    const text = sequence(terminal, name === 'init' ? INIT : RESET);
    yield* io.out.write(text === '' && name === 'reset' ? sequence(terminal, INIT) : text);
    return 0;
  }
  if (name === 'longname') {
    yield* io.out.write(`${terminal.names[0]}`);
    return 0;
  }
  if (name === 'lines' || name === 'cols') {
    const { rows, columns } = yield* windowSize(sys, (yield* sys.isatty(1)) ? 1 : 2);
    yield* io.out.write(`${name === 'lines' ? rows : columns}\n`);
    return 0;
  }
  if (isFlag(name)) return terminal.flags.includes(name) ? 0 : 1;
  const number = terminal.numbers[name];
  if (number !== undefined) {
    yield* io.out.write(`${number}\n`);
    return 0;
  }
  const text = terminal.strings[name];
  if (text !== undefined) {
    yield* io.out.write(tparm(text, ...parameters.map(Number)));
    return 0;
  }
  if (!isKnown(name)) {
    yield* io.warn(`unknown terminfo capability '${name}'`);
    return E_UNKNOWN_CAPABILITY;
  }
  // A number that this terminal does not have is −1; a string is nothing.
  if (TERMINALS.some((one) => name in one.numbers)) yield* io.out.write('-1\n');
  return TERMINALS.some((one) => name in one.numbers) ? 0 : 1;
}

function* tput(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  let type = sys.env.get('TERM') ?? '';
  if (args[0]?.startsWith('-T')) {
    const word = args.shift() as string;
    type = word.length > 2 ? word.slice(2) : (args.shift() ?? '');
  }
  const isBatch = args[0] === '-S';
  if (!isBatch && (args.length === 0 || args[0]?.startsWith('-'))) {
    return yield* usageError(io, USAGE, undefined, E_USAGE);
  }
  const terminal = findTerminal(type);
  if (terminal === undefined) {
    yield* io.warn(`unknown terminal "${type}"`);
    return E_UNKNOWN_TERMINAL;
  }
  if (!isBatch) return yield* put(io, sys, terminal, args);
  let status = 0;
  for (;;) {
    const line = yield* io.in.readLine();
    if (line === undefined) return status;
    const words = String.fromCharCode(...line)
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length > 0) status = Math.max(status, yield* put(io, sys, terminal, words));
  }
}

/** clear, and reset, which also sends what makes the terminal sane. */
function* clear(io: Stdio, sys: Sys): Task<number> {
  const type = sys.env.get('TERM') ?? '';
  const terminal = findTerminal(type);
  if (terminal === undefined) {
    yield* io.warn(`unknown terminal "${type}"`);
    return 1;
  }
  const names = io.name === 'reset' ? [...RESET, 'clear'] : ['clear'];
  yield* io.out.write(sequence(terminal, names));
  return 0;
}

export const TPUT: Command = { name: 'tput', path: '/usr/bin/tput', main: withStdio(tput) };
export const CLEAR: Command = {
  name: 'clear',
  path: '/usr/bin/clear',
  links: ['/usr/bin/reset'],
  main: withStdio(clear),
};
