/**
 * Visual mode (v, V): motions move one end of the region, and an operator works on it at once.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { comparePositions } from '#cmd/vi/buffer.ts';
import { nextColumn, previousColumn } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { runExLine } from '#cmd/vi/ex.ts';
import { readMotion } from '#cmd/vi/motions.ts';
import { applyOperator } from '#cmd/vi/operator-commands.ts';
import {
  deleteRegion,
  joinLines,
  linesRegion,
  mapRegion,
  putText,
  type Region,
  shiftLines,
} from '#cmd/vi/operators.ts';
import { readCommandLine } from '#cmd/vi/command-line.ts';
import { SCREEN_COMMANDS } from '#cmd/vi/screen-commands.ts';
import { readTextObject } from '#cmd/vi/text-objects.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

/** Keys that scroll or set things without ending visual mode. */
const ALLOWED_SCREEN_COMMANDS = new Set([
  '\x06',
  '\x02',
  '\x04',
  '\x15',
  '\x05',
  '\x19',
  '<PageUp>',
  '<PageDown>',
  'z',
  'm',
]);

/** What a key means as an operator on the region; capitals work on whole lines. */
const OPERATOR_OF: Readonly<Record<string, string>> = {
  d: 'd',
  x: 'd',
  '<Delete>': 'd',
  D: 'd',
  X: 'd',
  y: 'y',
  Y: 'y',
  c: 'c',
  s: 'c',
  C: 'c',
  S: 'c',
  R: 'c',
  '~': 'g~',
  u: 'gu',
  U: 'gU',
  '!': '!',
};

export function startVisual(editor: Editor, isLinewise: boolean): void {
  editor.anchor = editor.cursor;
  editor.mode = isLinewise ? 'visualLine' : 'visual';
}

/** The region between the anchor and the cursor, both included. */
export function visualRegion(editor: Editor): Region {
  const isCursorFirst = comparePositions(editor.cursor, editor.anchor) < 0;
  const [start, last] = isCursorFirst
    ? [editor.cursor, editor.anchor]
    : [editor.anchor, editor.cursor];
  if (editor.mode === 'visualLine') return linesRegion(start.row, last.row);
  const line = editor.line(last.row);
  const atLineEnd = last.column >= line.length || editor.wantedColumn === Number.POSITIVE_INFINITY;
  // Over an empty line, or after $, the region takes the line break in.
  if (atLineEnd && last.row < editor.lastRow && !isCursorFirst) {
    return { start, end: { row: last.row + 1, column: 0 }, isLinewise: false };
  }
  return {
    start,
    end: { row: last.row, column: nextColumn(line, last.column) },
    isLinewise: false,
  };
}

function leaveVisual(editor: Editor): void {
  const [start, end] =
    comparePositions(editor.cursor, editor.anchor) < 0
      ? [editor.cursor, editor.anchor]
      : [editor.anchor, editor.cursor];
  editor.buffer.marks.set('<', start);
  editor.buffer.marks.set('>', end);
  editor.wasVisualLine = editor.mode === 'visualLine';
  editor.mode = 'normal';
}

/** Reads and does one command of visual mode. */
export function* visualCommand(editor: Editor): Task<void> {
  let count: number | undefined;
  let register: string | undefined;
  let key = yield* editor.key();
  editor.message = '';
  for (;;) {
    if (key === '"') register = yield* editor.key();
    else if (/^[1-9]$/.test(key) || (key === '0' && count !== undefined)) {
      count = (count ?? 0) * 10 + Number(key);
    } else break;
    key = yield* editor.key();
  }
  if (yield* selectionCommand(editor, key, count)) return;
  editor.startRecording();
  editor.buffer.beginGroup();
  const region = visualRegion(editor);
  const isLinewise = region.isLinewise;
  const rows = region.end.row - region.start.row + 1;
  const columns = region.end.column - (rows === 1 ? region.start.column : 0);
  const isChange = yield* regionCommand(editor, key, count, register, region);
  const keys = [key, ...editor.stopRecording()];
  if (isChange) editor.repeat = { count, register, keys, region: { rows, columns, isLinewise } };
}

/** Keys that change what is selected; false when `key` is none of them. */
function* selectionCommand(editor: Editor, key: string, count: number | undefined): Task<boolean> {
  switch (key) {
    case '\x1b':
    case '\x03':
      leaveVisual(editor);
      return true;
    case 'v':
    case 'V': {
      const mode = key === 'v' ? 'visual' : 'visualLine';
      if (editor.mode === mode) leaveVisual(editor);
      else editor.mode = mode;
      return true;
    }
    case 'o': {
      const { anchor } = editor;
      editor.anchor = editor.cursor;
      editor.moveTo(anchor.row, anchor.column);
      return true;
    }
    case 'i':
    case 'a': {
      const object = yield* editor.key();
      const { start, end, isLinewise } = readTextObject(editor, key === 'a', object, count ?? 1);
      editor.anchor = start;
      editor.mode = isLinewise ? 'visualLine' : editor.mode;
      const line = editor.line(end.row);
      editor.moveTo(end.row, isLinewise ? 0 : previousColumn(line, end.column));
      return true;
    }
    default:
  }
  if (ALLOWED_SCREEN_COMMANDS.has(key)) {
    yield* SCREEN_COMMANDS[key]?.(editor, count) ?? [];
    return true;
  }
  if (key in OPERATOR_OF || 'rJpP<>:g'.includes(key)) return false;
  const motion = yield* readMotion(editor, key, count, '');
  if (motion === undefined) throw new ViError('');
  editor.moveTo(motion.position.row, motion.position.column);
  if (motion.wantedColumn !== undefined) editor.wantedColumn = motion.wantedColumn;
  return true;
}

/** Keys that work on the region; answers whether `.` repeats them. */
function* regionCommand(
  editor: Editor,
  key: string,
  count: number | undefined,
  register: string | undefined,
  region: Region,
): Task<boolean> {
  const { start, end } = region;
  if (key === 'g') return yield* prefixG(editor, count);
  leaveVisual(editor);
  editor.moveTo(start.row, start.column);
  const operator = OPERATOR_OF[key];
  if (operator !== undefined) {
    const isWhole = 'DXYCSR'.includes(key) && !region.isLinewise;
    const part = isWhole ? linesRegion(start.row, end.row) : region;
    yield* applyOperator(editor, operator, part, register);
    return operator !== 'y';
  }
  switch (key) {
    case 'r': {
      const character = yield* editor.key();
      if (character === '\x1b') return false;
      mapRegion(editor, region, (text) => character.repeat(Array.from(text).length));
      editor.moveTo(start.row, start.column);
      return true;
    }
    case 'J':
      joinLines(editor, start.row, Math.max(2, end.row - start.row + 1));
      return true;
    case '<':
    case '>':
      shiftLines(editor, start.row, end.row, (key === '>' ? 1 : -1) * (count ?? 1));
      return true;
    case ':': {
      const text = yield* readCommandLine(editor, ':', "'<,'>");
      if (text !== undefined) yield* runExLine(editor, text);
      return false;
    }
    default:
      putOver(editor, count ?? 1, register, region);
      return true;
  }
}

/** p: the region is replaced by the register's text. */
function putOver(
  editor: Editor,
  count: number,
  register: string | undefined,
  region: Region,
): void {
  const text = editor.registers.get(register);
  if (text === undefined) throw new ViError('Nothing in buffer');
  const wasAtEnd = region.isLinewise
    ? region.end.row === editor.lastRow
    : region.end.column >= editor.line(region.end.row).length && !text.isLinewise;
  deleteRegion(editor, region, undefined);
  if (text.isLinewise && !region.isLinewise) {
    const { row } = editor.cursor;
    const at = region.start.column;
    const line = editor.line(row);
    editor.buffer.replace(row, 1, [line.slice(0, at), ...text.lines, line.slice(at)]);
    editor.moveToLine(row + 1);
    return;
  }
  const isEmptyNow = editor.buffer.lineCount === 1 && editor.line(0) === '';
  // In place of whole lines even a piece of a line becomes a line.
  const put = region.isLinewise ? { ...text, isLinewise: true } : text;
  putText(
    editor,
    put,
    count,
    wasAtEnd && !isEmptyNow && (region.isLinewise || region.start.column > 0),
  );
}

function* prefixG(editor: Editor, count: number | undefined): Task<boolean> {
  const next = yield* editor.key();
  if (next === 'J') {
    const { start, end } = visualRegion(editor);
    leaveVisual(editor);
    joinLines(editor, start.row, Math.max(2, end.row - start.row + 1), false);
    return true;
  }
  editor.feed([next]);
  const motion = yield* readMotion(editor, 'g', count, '');
  if (motion === undefined) throw new ViError('');
  editor.moveTo(motion.position.row, motion.position.column);
  return false;
}
