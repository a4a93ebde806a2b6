/**
 * ex commands: what `:` starts, and what `-c` and the start-up files hold.
 * @man ex(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { firstNonBlank, shownAs } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { type ExCommand, type ExRange, parseExCommand, splitCommands } from '#cmd/vi/ex-parse.ts';
import { setOptions } from '#cmd/vi/ex-set.ts';
import { substitute } from '#cmd/vi/ex-substitute.ts';
import {
  editCommand,
  exitCommand,
  expandNames,
  fileStatus,
  nextCommand,
  quitCommand,
  readCommand,
  shellCommand,
  writeCommand,
} from '#cmd/vi/file-commands.ts';
import {
  deleteRegion,
  joinLines,
  linesRegion,
  putText,
  shiftLines,
  yankRegion,
} from '#cmd/vi/operators.ts';
import { editorPattern, splitAtDelimiter } from '#cmd/vi/search.ts';
import { decodeFile } from '#cmd/vi/text-file.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

type ExAction = (editor: Editor, command: ExCommand, isInGlobal: boolean) => Task<void>;

/** Runs a line of ex commands separated by `|`. */
export function* runExLine(editor: Editor, text: string, isInGlobal = false): Task<void> {
  editor.buffer.beginGroup();
  for (const part of splitCommands(text)) {
    const command = parseExCommand(editor, part);
    if (command.name === '' && command.range.count === 0) continue;
    const action = ACTIONS[command.name === '' ? (isInGlobal ? 'print' : 'goto') : command.name];
    if (action === undefined) throw new ViError(`${command.name}: not supported yet`);
    yield* action(editor, command, isInGlobal);
  }
}

/** A register name and a count after d, y: `d a 3`. */
function registerAndCount(
  command: ExCommand,
  editor: Editor,
): { register?: string; range: ExRange } {
  const match = /^\s*([a-zA-Z"](?=\s|$))?\s*(\d*)\s*[pl#]*\s*$/.exec(command.rest);
  if (match === null) throw new ViError('Extra chars at end of command');
  const { range } = command;
  const count = match[2] === '' ? undefined : Number(match[2]);
  const rows =
    count === undefined
      ? range
      : { ...range, first: range.last, last: Math.min(range.last + count - 1, editor.lastRow) };
  if (rows.first < 0) throw new ViError('Zero address not allowed');
  return { ...(match[1] === undefined ? {} : { register: match[1] }), range: rows };
}

/** The address that m and t take. */
function destination(editor: Editor, command: ExCommand): number {
  const text = command.rest.trim();
  if (text === '') throw new ViError(`${command.name} requires a trailing address`);
  return parseExCommand(editor, text).range.last;
}

function* moveLines(editor: Editor, command: ExCommand): Task<void> {
  const { first, last } = command.range;
  const after = destination(editor, command);
  if (after >= first && after < last) throw new ViError('Move to a moved line');
  const lines = editor.buffer.lines.slice(first, last + 1);
  const count = last - first + 1;
  if (after === last || after === first - 1) {
    editor.moveToLine(last);
    return;
  }
  // The copy comes first, so that marks and the lines of a global command keep their places.
  const marks = [...editor.buffer.marks].filter(([, { row }]) => row >= first && row <= last);
  editor.buffer.replace(after + 1, 0, lines);
  const source = after < first ? first + count : first;
  editor.buffer.replace(source, count, []);
  const target = after < first ? after + 1 : after - count + 1;
  for (const [name, { row, column }] of marks) {
    editor.buffer.marks.set(name, { row: row - first + target, column });
  }
  editor.moveToLine(target + count - 1);
}

function* copyLines(editor: Editor, command: ExCommand): Task<void> {
  const { first, last } = command.range;
  const after = destination(editor, command);
  const lines = editor.buffer.lines.slice(first, last + 1);
  editor.buffer.replace(after + 1, 0, lines);
  editor.moveToLine(after + lines.length);
}

function* put(editor: Editor, command: ExCommand): Task<void> {
  const text = editor.registers.get(command.rest.trim() || undefined);
  if (text === undefined) throw new ViError('Nothing in buffer');
  const { range } = command;
  const isAbove = command.isForced || range.last < 0;
  editor.moveTo(Math.max(0, range.last), 0);
  putText(editor, { lines: text.lines, isLinewise: true }, 1, !isAbove);
  const lastLine = editor.cursor.row + text.lines.length - 1;
  editor.moveToLine(lastLine);
}

/** `:g/re/command` and `:v`. The command runs once for each line that matched at the start. */
function* global(editor: Editor, command: ExCommand): Task<void> {
  const isInverse = command.name === 'vglobal' || command.isForced;
  const text = command.rest.trimStart();
  const delimiter = text[0];
  if (delimiter === undefined) throw new ViError('Missing regular expression for global');
  const { pattern: source, rest } = splitAtDelimiter(text.slice(1), delimiter);
  const pattern = editorPattern(editor, source);
  if (source !== '') editor.search = { pattern: source, isForward: true, offset: '' };
  const { range } = command;
  const [first, last] = range.count === 0 ? [0, editor.lastRow] : [range.first, range.last];
  const rows: number[] = [];
  for (let row = first; row <= last; row += 1) {
    pattern.lastIndex = 0;
    if (pattern.test(editor.line(row)) !== isInverse) rows.push(row);
  }
  if (rows.length === 0) throw new ViError('Pattern not found');
  const action = rest.trim() === '' ? 'p' : rest;
  if (/^\s*d(elete)?\s*$/.test(action)) {
    deleteRows(editor, rows);
    return;
  }
  yield* runOnRows(editor, rows, action);
}

/** All rows in one change: thousands of single deletions would be slow. */
function deleteRows(editor: Editor, rows: readonly number[]): void {
  const doomed = new Set(rows);
  const first = rows[0] as number;
  const last = rows.at(-1) as number;
  const kept = editor.buffer.lines.slice(first, last + 1).filter((_, i) => !doomed.has(first + i));
  editor.registers.delete(undefined, { lines: [editor.line(last)], isLinewise: true }, true);
  editor.buffer.replace(first, last - first + 1, kept);
  editor.moveToLine(first + kept.length);
  editor.report(rows.length, 'lines deleted');
}

function* runOnRows(editor: Editor, rows: readonly number[], action: string): Task<void> {
  const pending = editor.buffer.track(rows);
  const output: string[] = [];
  try {
    for (const entry of pending) {
      if (entry.row < 0) continue;
      editor.moveTo(entry.row, 0);
      yield* runExLine(editor, action, true);
      output.push(...editor.overlay);
      editor.overlay = [];
    }
  } finally {
    editor.buffer.untrack();
  }
  showLines(editor, output);
}

function showLines(editor: Editor, lines: readonly string[], isInGlobal = false): void {
  if (lines.length === 1 && !isInGlobal) editor.message = lines[0] as string;
  else editor.overlay = lines;
}

/** print, number and list. */
function* printLines(editor: Editor, command: ExCommand, isInGlobal: boolean): Task<void> {
  const { range } = registerAndCount(command, editor);
  const lines: string[] = [];
  const tabStop = editor.options.number('tabstop');
  for (let row = range.first; row <= range.last; row += 1) {
    let shown = '';
    const isList = command.name === 'list';
    for (const character of editor.line(row))
      shown += shownAs(character, shown.length, tabStop, isList);
    if (command.name === 'number' || command.name === '#') {
      shown = `${String(row + 1).padStart(6)}  ${shown}`;
    }
    lines.push(isList ? `${shown}$` : shown);
  }
  editor.moveToLine(range.last);
  showLines(editor, lines, isInGlobal);
}

function* source(editor: Editor, command: ExCommand): Task<void> {
  const path = expandNames(editor, command.rest.trim());
  const bytes = yield* editor.host.readFile(path);
  if (isErrno(bytes)) throw new ViError(`"${path}" ${bytes.message}`);
  for (const line of decodeFile(bytes).lines) {
    if (!/^\s*(?:"|$)/.test(line)) yield* runExLine(editor, line);
  }
}

function shift(editor: Editor, command: ExCommand, direction: 1 | -1): void {
  const marks = /^[<>]*/.exec(command.rest)?.[0].length ?? 0;
  shiftLines(editor, command.range.first, command.range.last, direction * (marks + 1));
  editor.moveToLine(command.range.last);
}

function showRegisters(editor: Editor): void {
  const lines = editor.registers.entries().map(([name, text]) => {
    const shown = text.lines.join('^J') + (text.isLinewise ? '^J' : '');
    return `"${name}   ${shown}`;
  });
  showLines(editor, ['--- Registers ---', ...lines]);
}

function showMarks(editor: Editor): void {
  const lines = [...editor.buffer.marks].map(([name, { row, column }]) => {
    const place = `${String(row + 1).padStart(6)}${String(column).padStart(5)}`;
    return ` ${name} ${place} ${editor.line(row)}`;
  });
  showLines(editor, ['mark line  col text', ...lines]);
}

function undo(editor: Editor, isRedo: boolean): void {
  const cursor = isRedo ? editor.buffer.redo() : editor.buffer.undo();
  if (cursor === undefined) throw new ViError('Nothing to undo');
  editor.moveToLine(cursor.row);
}

/** A command that waits for nothing. */
function now(action: (editor: Editor, command: ExCommand) => void): ExAction {
  return function* run(editor, command): Task<void> {
    action(editor, command);
  };
}

const ACTIONS: Readonly<Record<string, ExAction>> = {
  goto: now((editor, { range }) => {
    editor.setJumpMark();
    editor.moveToLine(Math.max(0, range.last));
  }),
  '!': shellCommand,
  '=': now((editor, { range }) => {
    editor.message = String(range.count === 0 ? editor.buffer.lineCount : range.last + 1);
  }),
  '>': now((editor, command) => shift(editor, command, 1)),
  '<': now((editor, command) => shift(editor, command, -1)),
  '&': function* (editor, command, isInGlobal) {
    yield* substitute(editor, command.range, command.rest, isInGlobal);
  },
  '#': printLines,
  args: now((editor) => {
    editor.message = editor.files
      .map((name, index) => (index === editor.fileIndex ? `[${name}]` : name))
      .join(' ');
  }),
  copy: copyLines,
  delete: now((editor, command) => {
    const { register, range } = registerAndCount(command, editor);
    editor.moveTo(range.first, editor.cursor.column);
    deleteRegion(editor, linesRegion(range.first, range.last), register);
  }),
  display: now(showRegisters),
  edit: editCommand,
  file: now((editor, command) => {
    const name = command.rest.trim();
    if (name !== '') {
      editor.alternateName = editor.fileName;
      editor.fileName = expandNames(editor, name);
    }
    editor.message = fileStatus(editor);
  }),
  global,
  join: now((editor, command) => {
    const { first, last, count } = command.range;
    joinLines(editor, first, Math.max(2, count < 2 ? 2 : last - first + 1), !command.isForced);
    editor.moveTo(first, firstNonBlank(editor.line(first)));
  }),
  k: now(setMark),
  list: printLines,
  mark: now(setMark),
  marks: now(showMarks),
  move: moveLines,
  next: nextCommand,
  nohlsearch: now(() => {}),
  number: printLines,
  previous: nextCommand,
  print: printLines,
  put,
  qall: quitCommand,
  quit: quitCommand,
  read: readCommand,
  redo: now((editor) => undo(editor, true)),
  registers: now(showRegisters),
  rewind: nextCommand,
  set: now((editor, command) => showLines(editor, setOptions(editor, command.rest))),
  shell: (editor) => editor.host.runOnTerminal(undefined),
  source,
  stop: (editor) => editor.host.suspend(),
  suspend: (editor) => editor.host.suspend(),
  substitute: function* (editor, command, isInGlobal) {
    yield* substitute(editor, command.range, command.rest, isInGlobal);
  },
  t: copyLines,
  undo: now((editor) => undo(editor, false)),
  version: now((editor) => {
    editor.message = 'vi of the lab';
  }),
  vglobal: global,
  visual: editCommand,
  wn: function* (editor, command) {
    yield* writeCommand(editor, command);
    yield* nextCommand(editor, { ...command, name: 'next', rest: '' });
  },
  wq: exitCommand,
  write: writeCommand,
  xit: exitCommand,
  yank: now((editor, command) => {
    const { register, range } = registerAndCount(command, editor);
    yankRegion(editor, linesRegion(range.first, range.last), register);
  }),
};

function setMark(editor: Editor, command: ExCommand): void {
  const name = command.rest.trim();
  if (!/^[a-z]$/.test(name)) throw new ViError('Mark requires following letter');
  editor.buffer.marks.set(name, { row: command.range.last, column: 0 });
}
