/**
 * Commands of one key that change the text and that `.` repeats: i a o x r s J p ~ and their kin.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import {
  firstNonBlank,
  indentOf,
  lastColumn,
  nextColumn,
  previousColumn,
} from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { insertMode } from '#cmd/vi/insert.ts';
import { applyOperator } from '#cmd/vi/operator-commands.ts';
import {
  changeCase,
  deleteRegion,
  joinLines,
  linesRegion,
  putText,
  type Region,
} from '#cmd/vi/operators.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

type ChangeCommand = (
  editor: Editor,
  count: number | undefined,
  register: string | undefined,
) => Task<void>;

/** Within the cursor's line, from column to column. */
function inLine(editor: Editor, from: number, to: number): Region {
  const { row } = editor.cursor;
  return { start: { row, column: from }, end: { row, column: to }, isLinewise: false };
}

function advance(line: string, column: number, count: number): number {
  let at = column;
  for (let i = 0; i < count && at < line.length; i += 1) at = nextColumn(line, at);
  return at;
}

function toLineEnd(editor: Editor, count: number): Region {
  const row = Math.min(editor.cursor.row + count - 1, editor.lastRow);
  return { start: editor.cursor, end: { row, column: editor.line(row).length }, isLinewise: false };
}

function* insertAt(editor: Editor, column: number, count: number | undefined): Task<void> {
  editor.mode = 'insert';
  editor.moveTo(editor.cursor.row, column);
  yield* insertMode(editor, count ?? 1, false);
}

function* openLine(editor: Editor, count: number | undefined, isBelow: boolean): Task<void> {
  const indent = editor.options.flag('autoindent') ? indentOf(editor.line()) : '';
  editor.mode = 'insert';
  const open = (row: number): void => {
    editor.buffer.replace(row, 0, [indent]);
    editor.moveTo(row, indent.length);
  };
  open(editor.cursor.row + (isBelow ? 1 : 0));
  yield* insertMode(editor, count ?? 1, false, () => open(editor.cursor.row + 1));
}

function* replaceCharacter(editor: Editor, count: number): Task<void> {
  const key = yield* editor.key();
  const typed = key === '\x16' ? yield* editor.key() : key;
  if (key === '\x1b') throw new ViError('');
  const line = editor.line();
  const { row, column } = editor.cursor;
  let end = column;
  for (let i = 0; i < count; i += 1) {
    if (end >= line.length) throw new ViError('');
    end = nextColumn(line, end);
  }
  if (key === '\r') {
    const indent = editor.options.flag('autoindent') ? indentOf(line) : '';
    const rest = line.slice(end);
    const kept = editor.options.flag('autoindent') ? rest.replace(/^[ \t]+/, '') : rest;
    editor.buffer.replace(row, 1, [line.slice(0, column), indent + kept]);
    editor.moveTo(row + 1, indent.length);
    return;
  }
  editor.buffer.setLine(row, line.slice(0, column) + typed.repeat(count) + line.slice(end));
  editor.moveTo(row, previousColumn(editor.line(), column + typed.length * count));
}

function* toggleCase(editor: Editor, count: number): Task<void> {
  const line = editor.line();
  const { row, column } = editor.cursor;
  if (line === '') throw new ViError('');
  const end = advance(line, column, count);
  const changed = changeCase(line.slice(column, end), 'toggle');
  editor.buffer.setLine(row, line.slice(0, column) + changed + line.slice(end));
  editor.moveTo(row, column + changed.length);
}

function* put(
  editor: Editor,
  count: number,
  register: string | undefined,
  isAfter: boolean,
): Task<void> {
  const text = editor.registers.get(register);
  if (text === undefined) {
    throw new ViError(
      register === undefined ? 'Nothing in buffer' : `Nothing in register ${register}`,
    );
  }
  putText(editor, text, count, isAfter);
}

function* eraseRight(editor: Editor, count: number, register: string | undefined): Task<void> {
  const line = editor.line();
  const { column } = editor.cursor;
  if (line === '') throw new ViError('');
  deleteRegion(editor, inLine(editor, column, advance(line, column, count)), register);
}

function* eraseLeft(editor: Editor, count: number, register: string | undefined): Task<void> {
  const { column } = editor.cursor;
  if (column === 0) throw new ViError('');
  let from = column;
  for (let i = 0; i < count; i += 1) from = previousColumn(editor.line(), from);
  deleteRegion(editor, inLine(editor, from, column), register);
}

function* substituteCharacters(
  editor: Editor,
  count: number,
  register: string | undefined,
): Task<void> {
  const { column } = editor.cursor;
  const region = inLine(editor, column, advance(editor.line(), column, count));
  yield* applyOperator(editor, 'c', region, register);
}

function* lines(
  editor: Editor,
  operator: string,
  count: number,
  register: string | undefined,
): Task<void> {
  const { row } = editor.cursor;
  yield* applyOperator(
    editor,
    operator,
    linesRegion(row, Math.min(row + count - 1, editor.lastRow)),
    register,
  );
}

export const CHANGE_COMMANDS: Readonly<Record<string, ChangeCommand>> = {
  i: (editor, count) => insertAt(editor, editor.cursor.column, count),
  I: (editor, count) =>
    insertAt(
      editor,
      /\S/.test(editor.line()) ? firstNonBlank(editor.line()) : editor.line().length,
      count,
    ),
  a: (editor, count) => insertAt(editor, nextColumn(editor.line(), editor.cursor.column), count),
  A: (editor, count) => insertAt(editor, editor.line().length, count),
  '<Insert>': (editor, count) => insertAt(editor, editor.cursor.column, count),
  o: (editor, count) => openLine(editor, count, true),
  O: (editor, count) => openLine(editor, count, false),
  R: (editor, count) => insertMode(editor, count ?? 1, true),
  x: (editor, count, register) => eraseRight(editor, count ?? 1, register),
  '<Delete>': (editor, count, register) => eraseRight(editor, count ?? 1, register),
  X: (editor, count, register) => eraseLeft(editor, count ?? 1, register),
  r: (editor, count) => replaceCharacter(editor, count ?? 1),
  s: (editor, count, register) => substituteCharacters(editor, count ?? 1, register),
  S: (editor, count, register) => lines(editor, 'c', count ?? 1, register),
  C: (editor, count, register) =>
    applyOperator(editor, 'c', toLineEnd(editor, count ?? 1), register),
  D: function* (editor, count, register) {
    deleteRegion(editor, toLineEnd(editor, count ?? 1), register);
    editor.moveTo(editor.cursor.row, lastColumn(editor.line()));
  },
  '~': (editor, count) => toggleCase(editor, count ?? 1),
  p: (editor, count, register) => put(editor, count ?? 1, register, true),
  P: (editor, count, register) => put(editor, count ?? 1, register, false),
  J: function* (editor, count) {
    joinLines(editor, editor.cursor.row, Math.max(2, count ?? 2));
  },
  gJ: function* (editor, count) {
    joinLines(editor, editor.cursor.row, Math.max(2, count ?? 2), false);
  },
};
