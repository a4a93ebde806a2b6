/**
 * Commands of one key that do not change the text by themselves: scrolling, undo, marks, yanking
 * lines, macros, `:` and leaving.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { readCommandLine } from '#cmd/vi/command-line.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { runExLine } from '#cmd/vi/ex.ts';
import { fileStatus } from '#cmd/vi/file-commands.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

type ScreenCommand = (editor: Editor, count: number | undefined) => Task<void>;

/** The window moves by `rows`; the cursor stays in it. */
function scrollWindow(editor: Editor, rows: number): void {
  const top = Math.max(0, Math.min(editor.top + rows, editor.lastRow));
  if (top === editor.top) throw new ViError('');
  editor.top = top;
  const last = Math.min(editor.lastRow, top + editor.windowRows - 1);
  const row = Math.max(top, Math.min(editor.cursor.row, last));
  if (row !== editor.cursor.row) editor.moveToLine(row);
}

/** Ctrl-D and Ctrl-U: window and cursor by half a screen, or by the count given once. */
function halfScreen(editor: Editor, count: number | undefined, direction: 1 | -1): void {
  if (count !== undefined) editor.options.set('scroll', count);
  const rows = editor.options.number('scroll') || Math.floor(editor.windowRows / 2);
  const row = Math.max(0, Math.min(editor.cursor.row + direction * rows, editor.lastRow));
  if (row === editor.cursor.row) throw new ViError('');
  const limit = Math.max(0, editor.lastRow - editor.windowRows + 1);
  const top = editor.top + direction * rows;
  editor.top = Math.max(0, direction === 1 ? Math.min(top, Math.max(limit, editor.top)) : top);
  editor.moveToLine(row);
}

function page(editor: Editor, pages: number): void {
  const step = Math.max(1, editor.windowRows - 2);
  if (pages < 0) {
    if (editor.top === 0) throw new ViError('');
    const top = Math.max(0, editor.top + pages * step);
    const bottom = Math.min(editor.lastRow, top + editor.windowRows - 1);
    editor.top = top;
    if (editor.cursor.row > bottom) editor.moveToLine(bottom);
    return;
  }
  scrollWindow(editor, pages * step);
}

function* placeWindow(editor: Editor, count: number | undefined): Task<void> {
  const key = yield* editor.key();
  if (count !== undefined) editor.moveToLine(count - 1);
  const { row } = editor.cursor;
  const half = Math.floor((editor.windowRows - 1) / 2);
  if ('\rt\n+'.includes(key)) editor.top = row;
  else if ('.z'.includes(key)) editor.top = Math.max(0, row - half);
  else if ('-b'.includes(key)) editor.top = Math.max(0, row - editor.windowRows + 1);
  else throw new ViError('');
  if ('\r\n+.-'.includes(key)) editor.moveToLine(row);
}

function undo(editor: Editor, count: number, isRedo: boolean): void {
  for (let i = 0; i < count; i += 1) {
    const cursor = isRedo ? editor.buffer.redo() : editor.buffer.undo();
    if (cursor === undefined) {
      if (i === 0)
        throw new ViError(isRedo ? 'Already at newest change' : 'Already at oldest change');
      return;
    }
    const { row, column } = editor.clamp(cursor);
    editor.moveTo(row, column);
  }
}

function* runMacro(editor: Editor, count: number): Task<void> {
  const name = yield* editor.key();
  const register = name === '@' ? editor.lastMacro : name;
  if (register === ':') {
    const last = editor.commandHistory.at(-1);
    if (last !== undefined) yield* runExLine(editor, last);
    return;
  }
  const text = register === undefined ? undefined : editor.registers.get(register);
  if (register === undefined || text === undefined) throw new ViError('Nothing in register');
  editor.lastMacro = register;
  const keys = [...Array.from(text.lines.join('\n')), ...(text.isLinewise ? ['\n'] : [])];
  for (let i = 0; i < count; i += 1) editor.feed(keys);
}

function* exCommand(editor: Editor, count: number | undefined): Task<void> {
  const rows = Math.min((count ?? 1) - 1, editor.lastRow - editor.cursor.row);
  const range = count === undefined ? '' : rows === 0 ? '.' : `.,.+${rows}`;
  const text = yield* readCommandLine(editor, ':', range);
  if (text !== undefined) yield* runExLine(editor, text);
}

function* leave(editor: Editor): Task<void> {
  const key = yield* editor.key();
  if (key === 'Z') yield* runExLine(editor, 'x');
  else if (key === 'Q') yield* runExLine(editor, 'q!');
  else throw new ViError('');
}

function* setMark(editor: Editor): Task<void> {
  const name = yield* editor.key();
  if (!/^[a-z'`]$/.test(name)) throw new ViError('');
  editor.buffer.marks.set(name === '`' ? "'" : name, editor.cursor);
}

/** U: the line as it was when the cursor came to it. */
function restoreLine(editor: Editor): void {
  const { row } = editor.cursor;
  const before = editor.lineBefore;
  if (before?.row !== row || before.text === editor.line()) throw new ViError('');
  const text = editor.line();
  editor.buffer.setLine(row, before.text);
  editor.lineBefore = { row, text };
  editor.moveTo(row, 0);
}

/** A command that waits for nothing. */
function now(action: (editor: Editor, count: number | undefined) => void): ScreenCommand {
  return function* run(editor, count): Task<void> {
    action(editor, count);
  };
}

export const SCREEN_COMMANDS: Readonly<Record<string, ScreenCommand>> = {
  '\x06': now((editor, count) => page(editor, count ?? 1)),
  '<PageDown>': now((editor, count) => page(editor, count ?? 1)),
  '\x02': now((editor, count) => page(editor, -(count ?? 1))),
  '<PageUp>': now((editor, count) => page(editor, -(count ?? 1))),
  '\x04': now((editor, count) => halfScreen(editor, count, 1)),
  '\x15': now((editor, count) => halfScreen(editor, count, -1)),
  '\x05': now((editor, count) => scrollWindow(editor, count ?? 1)),
  '\x19': now((editor, count) => scrollWindow(editor, -(count ?? 1))),
  z: placeWindow,
  u: now((editor, count) => undo(editor, count ?? 1, false)),
  '\x12': now((editor, count) => undo(editor, count ?? 1, true)),
  U: now(restoreLine),
  m: setMark,
  '@': (editor, count) => runMacro(editor, count ?? 1),
  ':': exCommand,
  Z: leave,
  '&': (editor) => runExLine(editor, 's'),
  '\x07': now((editor) => {
    editor.message = fileStatus(editor);
  }),
  '\x0c': now(() => {}),
  '\x1b': now((editor) => {
    editor.bells += 1;
  }),
  '\x03': now(() => {}),
  '\x1a': (editor) => editor.host.suspend(),
  '\x1e': (editor) => runExLine(editor, 'e #'),
};
