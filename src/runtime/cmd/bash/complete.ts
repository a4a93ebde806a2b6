/**
 * Completion: what the word before the cursor could become. Commands in command position, variables
 * after `$`, users after `~`, files elsewhere.
 * @man bash(1) Completing
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { KEYWORDS } from '#cmd/bash/builtins/commands.ts';
import { terminalWidth } from '#cmd/bash/edit/width.ts';
import { listDirectory } from '#cmd/bash/expand/glob.ts';
import { expandTilde, readPasswd } from '#cmd/bash/expand/tilde.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { characterCount } from '#cmd/bash/text.ts';

export interface Completion {
  /** Position (in characters) where the replaced text starts. */
  readonly start: number;
  /** What to put there; undefined = nothing to add. */
  readonly text: string | undefined;
  /** As they are listed: last component only, directories with `/`. */
  readonly candidates: readonly string[];
}

/** The word before the cursor, as typed and without its quotes. */
export interface CompletedWord {
  /** Offset in the line. */
  readonly start: number;
  readonly value: string;
  /** The quote it is in, '' = none. */
  readonly quote: string;
  readonly isCommand: boolean;
}

const COMMAND_BEFORE =
  /(?:^|[;&|(\n{]|&&|\|\||\b(?:then|do|else|elif|if|while|until|time|exec|command|sudo)\s|!\s)\s*$/;

/** Finds the word to complete. */
export function wordToComplete(line: string): CompletedWord {
  let start = 0;
  let value = '';
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] as string;
    if (char === '\\' && quote !== "'" && at + 1 < line.length) {
      at += 1;
      value += line[at];
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else value += char;
    } else if (char === '"' || char === "'") quote = char;
    else if (/[\s;&|()<>=]/.test(char) || (char === ':' && value !== '')) {
      start = at + 1;
      value = '';
    } else value += char;
  }
  const before = line.slice(0, start);
  const isCommand = COMMAND_BEFORE.test(before) || isAfterAssignments(before);
  return { start, value, quote, isCommand };
}

/** `x=1 y=2 ` before a word: still command position. */
function isAfterAssignments(before: string): boolean {
  return /(?:^|[;&|(])\s*(?:[A-Za-z_]\w*=[^\s;&|]*\s+)+$/.test(before);
}

interface Candidate {
  /** The whole word. */
  readonly value: string;
  /** What the list shows. */
  readonly shown: string;
  /** After it when it is the only one. */
  readonly suffix: string;
}

export function* completeLine(shell: Shell, line: string): Task<Completion> {
  const word = wordToComplete(line);
  const found = yield* candidatesFor(shell, word);
  const unique = [...new Map(found.map((candidate) => [candidate.value, candidate])).values()];
  unique.sort((a, b) => (a.shown < b.shown ? -1 : a.shown > b.shown ? 1 : 0));
  const start = characterCount(line.slice(0, word.start));
  const candidates = unique.map((candidate) => candidate.shown);
  const [only, more] = unique;
  if (only === undefined) return { start, text: undefined, candidates };
  const keepsDollar = word.value.startsWith('$');
  const quoted = (text: string): string => quoteFor(text, word.quote, keepsDollar);
  if (more === undefined) {
    const closing = only.suffix === '/' ? '' : word.quote;
    return { start, text: quoted(only.value) + closing + only.suffix, candidates };
  }
  const common = commonPrefix(unique.map((candidate) => candidate.value));
  const text = common.length > word.value.length ? quoted(common) : undefined;
  return { start, text, candidates };
}

function quoteFor(text: string, quote: string, keepsDollar: boolean): string {
  if (quote !== '') return quote + text;
  const special = keepsDollar ? /[\s'"\\;&|()<>*?[\]#!`]/g : /[\s'"\\;&|()<>*?[\]#!`$]/g;
  return text.replace(special, '\\$&');
}

function commonPrefix(values: readonly string[]): string {
  let prefix = values[0] ?? '';
  for (const value of values) {
    while (!value.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  return prefix;
}

function* candidatesFor(shell: Shell, word: CompletedWord): Task<Candidate[]> {
  const { value } = word;
  const variable = word.quote === "'" ? null : /\$(\{?)(\w*)$/.exec(value);
  if (variable !== null) {
    const head = value.slice(0, variable.index);
    const brace = variable[1] ?? '';
    return shell.variables
      .names()
      .filter((name) => name.startsWith(variable[2] ?? ''))
      .map((name) => ({
        value: `${head}$${brace}${name}${brace === '' ? '' : '}'}`,
        shown: `$${name}`,
        suffix: ' ',
      }));
  }
  if (/^~[^/]*$/.test(value) && word.quote === '') {
    const users = (yield* readPasswd(shell)).map((fields) => `~${fields[0]}`);
    return users
      .filter((user) => user.startsWith(value))
      .map((user) => ({ value: user, shown: user, suffix: '/' }));
  }
  if (word.isCommand && !value.includes('/')) return yield* commandCandidates(shell, value);
  return yield* fileCandidates(shell, value, word.isCommand);
}

function* commandCandidates(shell: Shell, prefix: string): Task<Candidate[]> {
  const names = new Set<string>([
    ...KEYWORDS,
    ...shell.engine.builtins.keys(),
    ...shell.functions.keys(),
    ...shell.aliases.keys(),
  ]);
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    for (const entry of yield* listDirectory(shell, directory === '' ? '.' : directory)) {
      if (!entry.name.startsWith(prefix) || names.has(entry.name)) continue;
      const path = `${directory}/${entry.name}`;
      if (entry.type === 'VDIR' || isErrno(yield* shell.sys.access(path, 1, true))) continue;
      names.add(entry.name);
    }
  }
  const fits = [...names].filter((name) => name.startsWith(prefix) && /^[\w[.:-]/.test(name));
  return fits.map((name) => ({ value: name, shown: name, suffix: ' ' }));
}

function* fileCandidates(shell: Shell, value: string, onlyExecutable: boolean): Task<Candidate[]> {
  const slash = value.lastIndexOf('/');
  const directory = value.slice(0, slash + 1);
  const prefix = value.slice(slash + 1);
  const tilde = /^~([^/]*)/.exec(directory);
  const path =
    tilde === null
      ? directory
      : (yield* expandTilde(shell, tilde[1] ?? '')) + directory.slice(tilde[0].length);
  const found: Candidate[] = [];
  for (const { name } of yield* listDirectory(shell, path)) {
    if (!name.startsWith(prefix) || name === '.' || name === '..') continue;
    if (name.startsWith('.') && !prefix.startsWith('.')) continue;
    const stat = yield* shell.sys.stat(path + name);
    const isDirectory = !isErrno(stat) && stat.type === 'VDIR';
    const canRun = !isErrno(yield* shell.sys.access(path + name, 1, true));
    if (onlyExecutable && !isDirectory && !canRun) continue;
    const shown = isDirectory ? `${name}/` : name;
    found.push({ value: directory + name, shown, suffix: isDirectory ? '/' : ' ' });
  }
  return found;
}

/** In columns, down the page, like readline's. */
export function listCandidates(names: readonly string[], columns: number): string {
  const cell = Math.max(...names.map((name) => terminalWidth(name))) + 2;
  const perRow = Math.max(1, Math.floor(columns / cell));
  const rows = Math.ceil(names.length / perRow);
  let text = '';
  for (let row = 0; row < rows; row += 1) {
    let line = '';
    for (let i = row; i < names.length; i += rows) {
      const name = names[i] as string;
      const isLast = i + rows >= names.length;
      line += isLast ? name : name + ' '.repeat(cell - terminalWidth(name));
    }
    text += `${line}\n`;
  }
  return text;
}
