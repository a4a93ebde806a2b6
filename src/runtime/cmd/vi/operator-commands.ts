/**
 * Operators with a motion: d c y < > ! and gu gU g~. The operator's key twice means whole lines.
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { indentOf } from '#cmd/vi/characters.ts';
import { readCommandLine } from '#cmd/vi/command-line.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { insertMode } from '#cmd/vi/insert.ts';
import { readMotion } from '#cmd/vi/motions.ts';
import {
  type CaseChange,
  changeRegionCase,
  deleteRegion,
  linesRegion,
  type Region,
  regionOf,
  removeRegion,
  shiftLines,
  textOf,
  yankRegion,
} from '#cmd/vi/operators.ts';
import { readTextObject } from '#cmd/vi/text-objects.ts';
import { decodeFile, encodeLines } from '#cmd/vi/text-file.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

export const OPERATORS: ReadonlySet<string> = new Set([
  'd',
  'c',
  'y',
  '<',
  '>',
  '!',
  'gu',
  'gU',
  'g~',
]);

/** Deletions over these motions are kept in the numbered registers even within a line. */
const BIG_MOTIONS = new Set(['%', '(', ')', '`', '/', '?', 'n', 'N', '{', '}']);

/** Reads the motion after an operator and does it; answers whether the text changed. */
export function* readOperator(
  editor: Editor,
  operator: string,
  count: number | undefined,
  register: string | undefined,
): Task<boolean> {
  let motionCount: number | undefined;
  let key = yield* editor.key();
  while (/^[1-9]$/.test(key) || (key === '0' && motionCount !== undefined)) {
    motionCount = (motionCount ?? 0) * 10 + Number(key);
    key = yield* editor.key();
  }
  const total =
    count === undefined && motionCount === undefined
      ? undefined
      : (count ?? 1) * (motionCount ?? 1);
  const region = yield* operatorRegion(editor, operator, key, total);
  yield* applyOperator(editor, operator, region, register, BIG_MOTIONS.has(key));
  if (operator === 'y' && !region.isLinewise) editor.moveTo(region.start.row, region.start.column);
  return operator !== 'y';
}

function* operatorRegion(
  editor: Editor,
  operator: string,
  key: string,
  count: number | undefined,
): Task<Region> {
  const { row } = editor.cursor;
  if (key === operator || (operator.length === 2 && (key === operator[1] || key === 'g'))) {
    if (key === 'g' && (yield* editor.key()) !== operator[1]) throw new ViError('');
    const last = row + (count ?? 1) - 1;
    if (last > row && row === editor.lastRow) throw new ViError('');
    return linesRegion(row, Math.min(last, editor.lastRow));
  }
  if (key === 'i' || key === 'a') {
    const object = yield* editor.key();
    const region = readTextObject(editor, key === 'a', object, count ?? 1);
    editor.moveTo(region.start.row, region.start.column);
    return region;
  }
  const motion = yield* readMotion(editor, key, count, operator[0] === 'g' ? 'd' : operator);
  if (motion === undefined) throw new ViError('');
  const region = regionOf(editor, motion, operator);
  if (operator === 'y' && region.isLinewise && motion.position.row < row) {
    editor.moveTo(motion.position.row, Math.max(0, motion.position.column));
  }
  return region;
}

/** Does `operator` on a region; the cursor ends where vi puts it. */
export function* applyOperator(
  editor: Editor,
  operator: string,
  region: Region,
  register: string | undefined,
  isBig = false,
): Task<void> {
  const { start, end } = region;
  switch (operator) {
    case 'd':
      deleteRegion(editor, region, register, isBig);
      return;
    case 'c':
      yield* changeRegion(editor, region, register, isBig);
      return;
    case 'y':
      yankRegion(editor, region, register);
      return;
    case '>':
    case '<':
      shiftLines(editor, start.row, end.row, operator === '>' ? 1 : -1);
      return;
    case '!':
      yield* filterLines(editor, start.row, end.row);
      return;
    default:
      changeRegionCase(editor, region, caseOf(operator));
  }
}

function caseOf(operator: string): CaseChange {
  return operator === 'gu' ? 'lower' : operator === 'gU' ? 'upper' : 'toggle';
}

function* changeRegion(
  editor: Editor,
  region: Region,
  register: string | undefined,
  isBig: boolean,
): Task<void> {
  const { start, end } = region;
  editor.registers.delete(register, textOf(editor, region), isBig);
  editor.mode = 'insert';
  if (region.isLinewise) {
    const indent = editor.options.flag('autoindent') ? indentOf(editor.line(start.row)) : '';
    editor.buffer.replace(start.row, end.row - start.row + 1, [indent]);
    editor.moveTo(start.row, indent.length);
  } else {
    removeRegion(editor, region);
    editor.moveTo(start.row, start.column);
  }
  yield* insertMode(editor, 1, false);
}

function* filterLines(editor: Editor, first: number, last: number): Task<void> {
  const text = yield* readCommandLine(editor, '!');
  if (text === undefined) throw new ViError('');
  const command = text === '!' ? editor.shellCommand : text;
  if (command === undefined || command === '') throw new ViError('No previous command');
  editor.shellCommand = command;
  yield* filterRows(editor, first, last, command);
}

/** Replaces rows by what a shell command makes of them. */
export function* filterRows(
  editor: Editor,
  first: number,
  last: number,
  command: string,
): Task<void> {
  const input = encodeLines(editor.buffer.lines.slice(first, last + 1));
  const output = yield* editor.host.filter(command, input);
  if (isErrno(output)) throw new ViError(command);
  editor.buffer.replace(first, last - first + 1, decodeFile(output).lines);
  editor.moveToLine(first);
}
