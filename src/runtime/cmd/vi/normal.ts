/**
 * Command mode: reads one command (register, count, key and what belongs to it) and does it. A command
 * that changes the text is kept by its keys, which is how `.` does it again.
 * @man vi(1)
 */
import type { Task } from '#kernel/syscall/sys.ts';
import type { Editor, Repeat } from '#cmd/vi/editor.ts';
import { CHANGE_COMMANDS } from '#cmd/vi/change-commands.ts';
import { type Motion, readMotion } from '#cmd/vi/motions.ts';
import { OPERATORS, readOperator } from '#cmd/vi/operator-commands.ts';
import { linesRegion, yankRegion } from '#cmd/vi/operators.ts';
import { SCREEN_COMMANDS } from '#cmd/vi/screen-commands.ts';
import { startVisual, visualCommand } from '#cmd/vi/visual.ts';
import { InputEnded, ViError } from '#cmd/vi/vi-error.ts';

/** Runs commands until the editor is left or the terminal is gone. */
export function* editLoop(editor: Editor): Task<void> {
  while (!editor.isFinished) {
    try {
      const isVisual = editor.mode === 'visual' || editor.mode === 'visualLine';
      yield* isVisual ? visualCommand(editor) : normalCommand(editor);
    } catch (error) {
      if (error instanceof InputEnded) return;
      if (!(error instanceof ViError)) throw error;
      editor.stopRecording();
      editor.dropFed();
      editor.commandLine = undefined;
      editor.mode = 'normal';
      editor.bells += 1;
      if (error.message !== '') editor.message = error.message;
    } finally {
      editor.buffer.endGroup();
      editor.cursor = editor.clamp(editor.cursor);
    }
  }
}

function* normalCommand(editor: Editor): Task<void> {
  let count: number | undefined;
  let register: string | undefined;
  let key = yield* editor.key();
  editor.message = '';
  editor.overlay = [];
  const { row } = editor.cursor;
  if (editor.lineBefore?.row !== row) editor.lineBefore = { row, text: editor.line() };
  for (;;) {
    if (key === '"') register = yield* editor.key();
    else if (/^[1-9]$/.test(key) || (key === '0' && count !== undefined)) {
      count = Math.min((count ?? 0) * 10 + Number(key), 1_000_000);
    } else break;
    key = yield* editor.key();
  }
  if (key === '.') {
    yield* repeatLast(editor, count);
    return;
  }
  editor.startRecording();
  const isChange = yield* runCommand(editor, key, count, register);
  const keys = [key, ...editor.stopRecording()];
  if (isChange) editor.repeat = repeatOf(keys, count, register);
}

/** A count between an operator and its motion becomes part of the command's count: d2w is 2dw. */
function repeatOf(
  keys: readonly string[],
  count: number | undefined,
  register: string | undefined,
): Repeat {
  const length = keys[0] === 'g' ? 2 : 1;
  if (!OPERATORS.has(keys.slice(0, length).join(''))) return { count, register, keys };
  const rest = keys.slice(length);
  let digits = '';
  while (/^\d$/.test(rest[0] ?? '') && !(digits === '' && rest[0] === '0')) digits += rest.shift();
  const total = digits === '' ? count : (count ?? 1) * Number(digits);
  return { count: total, register, keys: [...keys.slice(0, length), ...rest] };
}

/** Does one command; answers whether `.` repeats it. */
function* runCommand(
  editor: Editor,
  key: string,
  count: number | undefined,
  register: string | undefined,
): Task<boolean> {
  editor.buffer.beginGroup();
  if (OPERATORS.has(key)) return yield* readOperator(editor, key, count, register);
  const change = CHANGE_COMMANDS[key];
  if (change !== undefined) {
    yield* change(editor, count, register);
    return true;
  }
  if (key === 'Y') {
    const last = Math.min(editor.cursor.row + (count ?? 1) - 1, editor.lastRow);
    yankRegion(editor, linesRegion(editor.cursor.row, last), register);
    return false;
  }
  if (key === 'v' || key === 'V') {
    startVisual(editor, key === 'V');
    return false;
  }
  if (key === 'g') return yield* prefixG(editor, count, register);
  const screen = SCREEN_COMMANDS[key];
  if (screen !== undefined) {
    yield* screen(editor, count);
    return false;
  }
  const motion = yield* readMotion(editor, key, count, '');
  if (motion === undefined) throw new ViError('');
  applyMotion(editor, motion);
  return false;
}

/** Commands of two keys that begin with g. */
function* prefixG(
  editor: Editor,
  count: number | undefined,
  register: string | undefined,
): Task<boolean> {
  const next = yield* editor.key();
  const operator = `g${next}`;
  if (OPERATORS.has(operator)) return yield* readOperator(editor, operator, count, register);
  const change = CHANGE_COMMANDS[operator];
  if (change !== undefined) {
    yield* change(editor, count, register);
    return true;
  }
  if (operator === 'gv') {
    const [start, end] = [editor.buffer.marks.get('<'), editor.buffer.marks.get('>')];
    if (start === undefined || end === undefined) throw new ViError('');
    editor.moveTo(start.row, start.column);
    startVisual(editor, editor.wasVisualLine);
    editor.moveTo(end.row, end.column);
    return false;
  }
  editor.feed([next]);
  const motion = yield* readMotion(editor, 'g', count, '');
  if (motion === undefined) throw new ViError('');
  applyMotion(editor, motion);
  return false;
}

export function applyMotion(editor: Editor, motion: Motion): void {
  if (motion.isJump === true) editor.setJumpMark();
  editor.moveTo(motion.position.row, motion.position.column);
  if (motion.wantedColumn !== undefined) editor.wantedColumn = motion.wantedColumn;
}

function* repeatLast(editor: Editor, count: number | undefined): Task<void> {
  const { repeat } = editor;
  if (repeat === undefined) throw new ViError('');
  const [key, ...rest] = repeat.keys;
  let { register } = repeat;
  // "1pu.u.u. steps through the deletions.
  if (register !== undefined && /^[1-8]$/.test(register)) register = String(Number(register) + 1);
  const newCount = count ?? repeat.count;
  editor.repeat = { ...repeat, count: newCount, register };
  editor.feed(rest);
  if (repeat.region === undefined) {
    yield* runCommand(editor, key as string, newCount, register);
    return;
  }
  editor.buffer.beginGroup();
  const { row, column } = editor.cursor;
  const { rows, columns, isLinewise } = repeat.region;
  startVisual(editor, isLinewise);
  editor.moveTo(row + rows - 1, rows === 1 ? column + columns - 1 : columns - 1);
  editor.feed([key as string]);
  yield* visualCommand(editor);
  editor.repeat = { ...repeat, count: newCount, register };
}
