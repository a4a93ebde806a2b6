/** history, fc, bind, complete and their kin. @man bash(1) history, fc */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { parseOptions } from '#cmd/bash/builtins/options.ts';
import { readFile } from '#cmd/bash/files.ts';
import { History } from '#cmd/bash/history.ts';
import type { Builtin, Shell } from '#cmd/bash/shell.ts';

/** HISTSIZE or HISTFILESIZE; negative and nonsense mean no limit. */
export function historySize(shell: Shell, name: string): number {
  const text = shell.variables.get(name);
  if (text === undefined || !/^-?\d+$/.test(text)) return text === undefined ? 500 : Infinity;
  return Number(text) < 0 ? Infinity : Number(text);
}

export function* loadHistory(shell: Shell, path: string): Task<boolean> {
  const text = yield* readFile(shell, path);
  if (isErrno(text)) return false;
  const lines = text.split('\n').filter((line) => line !== '' && !/^#\d+$/.test(line));
  shell.history?.load(lines, historySize(shell, 'HISTSIZE'));
  return true;
}

/** Writes the file anew, or appends this session's lines. */
export function* saveHistory(shell: Shell, path: string, appends: boolean): Task<boolean> {
  const { history } = shell;
  if (history === undefined) return false;
  const flags = O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC);
  const lines = appends ? history.newLines : history.lines;
  const limit = historySize(shell, 'HISTFILESIZE');
  const kept = limit === Infinity ? lines : lines.slice(-limit);
  const fd = yield* shell.sys.open(path, flags, 0o600);
  if (isErrno(fd)) return false;
  yield* shell.write(fd, kept.map((line) => `${line}\n`).join(''));
  yield* shell.sys.close(fd);
  history.markSaved();
  return true;
}

function historyOf(shell: Shell): History {
  shell.history ??= new History();
  return shell.history;
}

export const historyBuiltin: Builtin = function* (shell, args) {
  const parsed = yield* parseOptions(shell, 'history', args, 'acd:nprsw');
  if (parsed === undefined) return 2;
  const { letters, operands } = parsed;
  const history = historyOf(shell);
  const file = operands[0] ?? shell.variables.get('HISTFILE') ?? '';
  if (letters.includes('c')) history.clear();
  const number = parsed.values.get('d');
  if (number !== undefined) {
    const value = Number(number);
    const removed = history.remove(value < 0 ? history.nextNumber + value : value);
    if (removed) return 0;
    yield* shell.complain(`history: ${number}: history position out of range`);
    return 1;
  }
  if (letters.includes('s')) {
    history.store(operands.join(' '), historySize(shell, 'HISTSIZE'));
    return 0;
  }
  if (letters.includes('p')) return yield* shell.print(`${operands.join('\n')}\n`, 'history');
  if (/[rn]/.test(letters)) return (yield* loadHistory(shell, file)) ? 0 : 1;
  if (/[aw]/.test(letters)) return (yield* saveHistory(shell, file, letters.includes('a'))) ? 0 : 1;
  if (letters !== '') return 0;
  const [count] = operands;
  if (count !== undefined && !/^\d+$/.test(count)) {
    yield* shell.complain(`history: ${count}: numeric argument required`);
    return 1;
  }
  const shown =
    count === undefined ? history.lines : history.lines.slice(-Number(count) || Infinity);
  const start = history.nextNumber - shown.length;
  const text = shown.map((line, i) => `${String(start + i).padStart(5)}  ${line}\n`).join('');
  return yield* shell.print(text, 'history');
};

export const fcBuiltin: Builtin = function* (shell, args) {
  const numeric = args.findIndex((word) => /^-\d+$/.test(word));
  const head = numeric < 0 ? args : args.slice(0, numeric);
  const parsed = yield* parseOptions(shell, 'fc', head, 'e:lnrs');
  if (parsed === undefined) return 2;
  const operands = [...parsed.operands, ...(numeric < 0 ? [] : args.slice(numeric))];
  const history = historyOf(shell);
  const { letters } = parsed;
  if (letters.includes('s') || parsed.values.get('e') === '-') {
    return yield* rerun(shell, history, operands);
  }
  const lastNumber = history.nextNumber - (letters.includes('l') ? 1 : 2);
  const place = (text: string | undefined, fallback: number): number => {
    if (text === undefined) return fallback;
    if (/^-?\d+$/.test(text)) {
      const value = Number(text);
      return value <= 0 ? history.nextNumber - 1 + value : value;
    }
    const index = history.lines.findLastIndex((line) => line.startsWith(text));
    return index < 0 ? -1 : history.firstNumber + index;
  };
  const isList = letters.includes('l');
  const first = place(
    operands[0],
    isList ? Math.max(history.firstNumber, lastNumber - 15) : lastNumber,
  );
  const last = place(operands[1], isList ? lastNumber : first);
  if (first < 0 || last < 0) {
    yield* shell.complain('fc: no command found');
    return 1;
  }
  if (!isList) return yield* edit(shell, history, Math.min(first, last), Math.max(first, last));
  const numbers: number[] = [];
  for (let n = Math.min(first, last); n <= Math.max(first, last); n += 1) numbers.push(n);
  if (letters.includes('r') !== first > last) numbers.reverse();
  const text = numbers
    .filter((number) => history.byNumber(number) !== undefined)
    .map((number) => {
      const line = history.byNumber(number) ?? '';
      return letters.includes('n') ? `\t ${line}\n` : `${number}\t ${line}\n`;
    });
  return yield* shell.print(text.join(''), 'fc');
};

/** `fc -s [old=new] [command]` */
function* rerun(shell: Shell, history: History, operands: readonly string[]): Task<number> {
  let line: string | undefined;
  const changes = operands.filter((word) => word.includes('='));
  const [prefix] = operands.filter((word) => !word.includes('='));
  history.dropLast();
  if (prefix === undefined) line = history.lines.at(-1);
  else if (/^-?\d+$/.test(prefix)) {
    const value = Number(prefix);
    line = value <= 0 ? history.lines.at(value - 1) : history.byNumber(value);
  } else line = history.lines.findLast((known) => known.startsWith(prefix));
  if (line === undefined) {
    yield* shell.complain('fc: no command found');
    return 1;
  }
  for (const change of changes) {
    const at = change.indexOf('=');
    line = line.replaceAll(change.slice(0, at), change.slice(at + 1));
  }
  yield* shell.write(2, `${line}\n`);
  history.store(line, historySize(shell, 'HISTSIZE'));
  return yield* shell.engine.runText(shell, line);
}

/** Hands the lines to an editor and runs what comes back. */
function* edit(shell: Shell, history: History, first: number, last: number): Task<number> {
  const lines: string[] = [];
  for (let n = first; n <= last; n += 1) lines.push(history.byNumber(n) ?? '');
  const path = `/tmp/bash-fc.${shell.sys.pid}`;
  const fd = yield* shell.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600);
  if (isErrno(fd)) return 1;
  yield* shell.write(fd, `${lines.join('\n')}\n`);
  yield* shell.sys.close(fd);
  const editor = shell.variables.get('FCEDIT') ?? shell.variables.get('EDITOR') ?? 'vi';
  const status = yield* shell.engine.runText(shell, `${editor} ${path}`);
  const text = yield* readFile(shell, path);
  yield* shell.sys.unlink(path);
  if (status !== 0 || isErrno(text)) return 1;
  yield* shell.write(2, text);
  return yield* shell.engine.runText(shell, text);
}

/** Readline's settings are not there; what profiles usually set is taken without complaint. */
export const bindBuiltin: Builtin = function* (shell, args) {
  if (args.length === 0 || /^-[mxurq]|^-[lpsvPSVX]/.test(args[0] ?? '')) {
    yield* shell.complain('bind: not supported yet');
    return 2;
  }
  return 0;
};

/** Programmable completion: names are completed by kind only. */
export const completeBuiltin: Builtin = function* (shell, _args, name) {
  yield* shell.complain(`${name}: not supported yet`);
  return 2;
};
