/**
 * Insert and replace mode, until escape. What was typed is kept, so that a count can repeat it.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { indentOf, nextColumn, previousColumn, virtualColumn } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { readMotion } from '#cmd/vi/motions.ts';
import { indentation, shiftLines } from '#cmd/vi/operators.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

interface Typed {
  readonly key: string;
  readonly isLiteral: boolean;
}

interface Session {
  readonly overwrites: boolean;
  /** Backspace does not go before this place. */
  start: { row: number; column: number };
  /** What replace mode wrote over, for backspace; undefined where the line became longer. */
  covered: (string | undefined)[];
  /** The indent of this line was put in by autoindent and nothing was typed yet. */
  hasBareIndent: boolean;
}

const MOVES = new Set(['<Up>', '<Down>', '<Left>', '<Right>', '<Home>', '<End>']);

/**
 * Reads text until escape. `reopen` prepares the place again for each further copy (`3o`); without
 * it the copies follow each other.
 */
export function* insertMode(
  editor: Editor,
  count: number,
  overwrites: boolean,
  reopen?: () => void,
): Task<void> {
  editor.mode = overwrites ? 'replace' : 'insert';
  let session = newSession(editor, overwrites);
  session.hasBareIndent = reopen !== undefined && editor.line() !== '' && isBlank(editor.line());
  let typed: Typed[] = [];
  for (;;) {
    const key = yield* editor.key();
    if (key === '\x1b' || key === '\x03') break;
    if (MOVES.has(key)) {
      yield* moveInText(editor, key);
      session = newSession(editor, overwrites);
      typed = [];
      continue;
    }
    const isLiteral = key === '\x16' || key === '\x11';
    const entry = { key: isLiteral ? yield* editor.key() : key, isLiteral };
    typed.push(entry);
    type(editor, session, entry);
  }
  for (let copy = 1; copy < count; copy += 1) {
    dropBareIndent(editor, session);
    reopen?.();
    session = newSession(editor, overwrites);
    for (const entry of typed) type(editor, session, entry);
  }
  dropBareIndent(editor, session);
  editor.mode = 'normal';
  editor.moveTo(editor.cursor.row, previousColumn(editor.line(), editor.cursor.column));
}

function newSession(editor: Editor, overwrites: boolean): Session {
  return { overwrites, start: editor.cursor, covered: [], hasBareIndent: false };
}

function isBlank(line: string): boolean {
  return /^[ \t]*$/.test(line);
}

function* moveInText(editor: Editor, key: string): Task<void> {
  try {
    const motion = yield* readMotion(editor, key, undefined, 'i');
    if (motion === undefined) return;
    const { row, column } = motion.position;
    editor.moveTo(row, key === '<End>' ? editor.line(row).length : column);
    if (motion.wantedColumn !== undefined) editor.wantedColumn = motion.wantedColumn;
  } catch (error) {
    if (!(error instanceof ViError)) throw error;
    editor.bells += 1;
  }
}

function type(editor: Editor, session: Session, typed: Typed): void {
  if (!typed.isLiteral) {
    switch (typed.key) {
      case '\r':
      case '\n':
        breakLine(editor, session);
        return;
      case '\b':
      case '\x7f':
        eraseTo(editor, session, previousColumn(editor.line(), editor.cursor.column));
        return;
      case '\x17':
        eraseTo(editor, session, wordStart(editor));
        return;
      case '\x15':
        eraseTo(editor, session, 0);
        return;
      case '\x14':
        shiftIndent(editor, session, 1);
        return;
      case '\x04':
        shiftIndent(editor, session, -1);
        return;
      case '\t':
        insertText(editor, session, tabText(editor));
        return;
      default:
        if (typed.key.length > 1 && typed.key.startsWith('<')) return;
    }
  }
  insertText(editor, session, typed.key);
}

function tabText(editor: Editor): string {
  if (!editor.options.flag('expandtab')) return '\t';
  const tabStop = editor.options.number('tabstop');
  return ' '.repeat(
    tabStop - (virtualColumn(editor.line(), editor.cursor.column, tabStop) % tabStop),
  );
}

function insertText(editor: Editor, session: Session, text: string): void {
  const { row, column } = editor.cursor;
  const line = editor.line();
  const end = session.overwrites ? nextColumn(line, column) : column;
  if (session.overwrites) session.covered.push(end > column ? line.slice(column, end) : undefined);
  editor.buffer.setLine(row, line.slice(0, column) + text + line.slice(end));
  session.hasBareIndent = false;
  editor.moveTo(row, column + text.length);
}

function breakLine(editor: Editor, session: Session): void {
  const { row, column } = editor.cursor;
  const line = editor.line();
  const keepsIndent = editor.options.flag('autoindent');
  const indent = keepsIndent ? indentOf(line).slice(0, column) : '';
  let before = line.slice(0, column);
  if (session.hasBareIndent && isBlank(before)) before = '';
  const after = keepsIndent ? line.slice(column).replace(/^[ \t]+/, '') : line.slice(column);
  editor.buffer.replace(row, 1, [before, indent + after]);
  editor.moveTo(row + 1, indent.length);
  session.start = { row: row + 1, column: 0 };
  session.covered = [];
  session.hasBareIndent = indent !== '' && after === '';
}

/** Autoindent's blanks go away from a line into which nothing was typed. */
function dropBareIndent(editor: Editor, session: Session): void {
  if (!session.hasBareIndent || !isBlank(editor.line())) return;
  editor.buffer.setLine(editor.cursor.row, '');
  editor.moveTo(editor.cursor.row, 0);
}

function wordStart(editor: Editor): number {
  const before = editor.line().slice(0, editor.cursor.column);
  return before.replace(/(?:[\w\u0080-\uffff]+|[^\w\s\u0080-\uffff]+)?\s*$/, '').length;
}

function eraseTo(editor: Editor, session: Session, target: number): void {
  const { row, column } = editor.cursor;
  const line = editor.line();
  const limit = row === session.start.row ? Math.min(session.start.column, column) : 0;
  const from = Math.max(target, limit);
  if (from >= column) {
    editor.bells += 1;
    return;
  }
  if (!session.overwrites) {
    editor.buffer.setLine(row, line.slice(0, from) + line.slice(column));
  } else {
    // Replace mode gives back what was there, character by character.
    let restored = line;
    let at = column;
    while (at > from) {
      const before = previousColumn(restored, at);
      restored = restored.slice(0, before) + (session.covered.pop() ?? '') + restored.slice(at);
      at = before;
    }
    editor.buffer.setLine(row, restored);
  }
  editor.moveTo(row, from);
}

/** Ctrl-T and Ctrl-D: the line's indent by one shift width, wherever the cursor is. */
function shiftIndent(editor: Editor, session: Session, amount: number): void {
  const { row, column } = editor.cursor;
  const line = editor.line();
  const { options } = editor;
  if (isBlank(line)) {
    const step = options.number('shiftwidth') || options.number('tabstop');
    const width = virtualColumn(line, line.length, options.number('tabstop'));
    const next = Math.max(0, (Math.floor(width / step) + amount) * step);
    editor.buffer.setLine(row, indentation(editor, next));
    editor.moveTo(row, editor.line().length);
  } else {
    shiftLines(editor, row, row, amount);
    editor.moveTo(row, Math.max(0, column + editor.line().length - line.length));
  }
  session.start = { row, column: Math.min(session.start.column, editor.cursor.column) };
}
