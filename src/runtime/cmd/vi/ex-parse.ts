/**
 * Parses an ex command line: addresses, the command's name (abbreviated as ex allows), `!` and the rest.
 * @man ex(1) Command Addresses
 */
import type { Editor } from '#cmd/vi/editor.ts';
import { searchRow, splitAtDelimiter } from '#cmd/vi/search.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

/** Rows first … last (0-based, −1 = before the first line); `count` addresses were written. */
export interface ExRange {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

export interface ExCommand {
  readonly range: ExRange;
  /** The whole name; '' when there were addresses only. */
  readonly name: string;
  readonly isForced: boolean;
  readonly rest: string;
}

/** Names with the length of the shortest abbreviation. First match wins. */
const NAMES: readonly (readonly [name: string, shortest: number])[] = [
  ['append', 1],
  ['args', 2],
  ['abbreviate', 2],
  ['copy', 2],
  ['change', 1],
  ['chdir', 3],
  ['cd', 2],
  ['delete', 1],
  ['display', 2],
  ['edit', 1],
  ['file', 1],
  ['global', 1],
  ['insert', 1],
  ['join', 1],
  ['k', 1],
  ['list', 1],
  ['move', 1],
  ['mark', 2],
  ['marks', 5],
  ['map', 3],
  ['next', 1],
  ['nohlsearch', 3],
  ['number', 2],
  ['print', 1],
  ['previous', 4],
  ['put', 2],
  ['pwd', 3],
  ['quit', 1],
  ['qall', 2],
  ['read', 1],
  ['recover', 3],
  ['redo', 3],
  ['registers', 3],
  ['rewind', 3],
  ['substitute', 1],
  ['set', 2],
  ['shell', 2],
  ['source', 2],
  ['stop', 2],
  ['suspend', 3],
  ['t', 1],
  ['tag', 2],
  ['undo', 1],
  ['unabbreviate', 3],
  ['unmap', 3],
  ['vglobal', 1],
  ['version', 2],
  ['visual', 2],
  ['write', 1],
  ['wq', 2],
  ['wn', 2],
  ['xit', 1],
  ['yank', 1],
];

const SYMBOLS = ['!', '=', '<', '>', '&', '#', '@'];

export function parseExCommand(editor: Editor, text: string): ExCommand {
  const { range, rest } = parseRange(editor, text.replace(/^[\s:]+/, ''));
  const after = rest.replace(/^\s+/, '');
  const symbol = SYMBOLS.find((name) => after.startsWith(name));
  if (symbol !== undefined) return { range, name: symbol, isForced: false, rest: after.slice(1) };
  const word = commandWord(after);
  if (word === '') {
    if (after !== '' && !after.startsWith('"'))
      throw new ViError(`Not an editor command: ${after}`);
    return { range, name: '', isForced: false, rest: '' };
  }
  const entry = NAMES.find(([name, shortest]) => word.length >= shortest && name.startsWith(word));
  if (entry === undefined) throw new ViError(`${word}: Not an editor command`);
  let tail = after.slice(word.length);
  const isForced = tail.startsWith('!');
  if (isForced) tail = tail.slice(1);
  return { range, name: entry[0], isForced, rest: tail };
}

/** k and s may be followed at once by what belongs to them: `ka`, `s/x/y/`, `sg`. */
function commandWord(text: string): string {
  const word = /^[A-Za-z]+/.exec(text)?.[0] ?? '';
  if (/^k[a-z]$/.test(word)) return 'k';
  if (/^s[gcri&]+$/.test(word)) return 's';
  return word;
}

/** The lines of the address part; without one, the current line twice with count 0. */
export function parseRange(editor: Editor, text: string): { range: ExRange; rest: string } {
  if (text.startsWith('%')) {
    return { range: { first: 0, last: editor.lastRow, count: 2 }, rest: text.slice(1) };
  }
  const here = editor.cursor.row;
  const rows: number[] = [];
  let rest = text;
  let current = here;
  for (;;) {
    const address = parseAddress(editor, rest, current);
    const separator = /^\s*([,;])/.exec(address.rest);
    if (address.row === undefined && separator === null) {
      if (rows.length > 0 && /[,;]$/.test(text.slice(0, text.length - rest.length).trimEnd())) {
        rows.push(current);
      }
      rest = address.rest;
      break;
    }
    rows.push(address.row ?? current);
    rest = address.rest;
    if (separator === null) break;
    if (separator[1] === ';') current = address.row ?? current;
    rest = rest.slice(separator[0].length);
  }
  const last = rows.at(-1) ?? here;
  const first = rows.at(-2) ?? last;
  if (first > last) throw new ViError('First address exceeds second');
  if (last > editor.lastRow || first < -1) throw new ViError('Not that many lines in buffer');
  return { range: { first, last, count: Math.min(rows.length, 2) }, rest };
}

function parseAddress(
  editor: Editor,
  text: string,
  current: number,
): { row: number | undefined; rest: string } {
  let rest = text.replace(/^\s+/, '');
  let row: number | undefined;
  const number = /^\d+/.exec(rest)?.[0];
  const head = rest[0] ?? '';
  if (number !== undefined) {
    row = Number(number) - 1;
    rest = rest.slice(number.length);
  } else if (head === '.') {
    row = current;
    rest = rest.slice(1);
  } else if (head === '$') {
    row = editor.lastRow;
    rest = rest.slice(1);
  } else if (head === "'") {
    row = editor.mark(rest[1] ?? '').row;
    rest = rest.slice(2);
  } else if (head === '/' || head === '?') {
    const { pattern, rest: after } = splitAtDelimiter(rest.slice(1), head);
    row = searchRow(editor, pattern, head === '/', current);
    rest = after;
  }
  for (;;) {
    const offset = /^\s*([-+])\s*(\d*)|^\s+(\d+)/.exec(rest);
    if (offset === null || (row === undefined && offset[1] === undefined)) break;
    const amount = Number((offset[2] === '' ? '1' : offset[2]) ?? offset[3] ?? '1');
    row = (row ?? current) + (offset[1] === '-' ? -amount : amount);
    rest = rest.slice(offset[0].length);
  }
  return { row, rest };
}

/** Splits a line at `|`, but not in what follows g, v, ! or inside patterns of s. */
export function splitCommands(text: string): string[] {
  const trimmed = text.replace(/^[\s:]*/, '');
  const commands: string[] = [];
  let start = 0;
  for (let at = 0; at < trimmed.length; at += 1) {
    const character = trimmed[at];
    if (character === '\\' || character === '\x16') at += 1;
    else if (character === '|') {
      commands.push(trimmed.slice(start, at));
      start = at + 1;
    }
    if (takesRest(trimmed.slice(start, at + 1))) break;
  }
  commands.push(trimmed.slice(start));
  return commands;
}

const ADDRESS = String.raw`(?:\d+|[.$%]|'.|/(?:\\.|[^/\\])*/|\?(?:\\.|[^?\\])*\?|[-+,;\s])*`;
const TAKES_REST = new RegExp(
  `^${ADDRESS}(?:g(?:l(?:o(?:b(?:al?)?)?)?)?!?\\W|v(?:g\\w*)?\\W|w?\\s*!|r(?:e|ea|ead)?\\s*!)`,
);

function takesRest(command: string): boolean {
  return TAKES_REST.test(command);
}
