/**
 * Text objects after an operator or in visual mode: iw aw iW aW, quotes and brackets.
 */
import type { Position } from '#cmd/vi/buffer.ts';
import { characterClass, nextColumn, previousColumn } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import type { Region } from '#cmd/vi/operators.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

const BRACKETS: Readonly<Record<string, readonly [open: string, close: string]>> = {
  '(': ['(', ')'],
  ')': ['(', ')'],
  b: ['(', ')'],
  '[': ['[', ']'],
  ']': ['[', ']'],
  '{': ['{', '}'],
  '}': ['{', '}'],
  B: ['{', '}'],
  '<': ['<', '>'],
  '>': ['<', '>'],
};

export function readTextObject(
  editor: Editor,
  isAround: boolean,
  object: string,
  count: number,
): Region {
  if (object === 'w' || object === 'W') return wordObject(editor, isAround, object === 'W', count);
  if (object === '"' || object === "'" || object === '`') {
    return quoteObject(editor, isAround, object);
  }
  const pair = BRACKETS[object];
  if (pair === undefined) throw new ViError('');
  return bracketObject(editor, isAround, pair, count);
}

function within(row: number, start: number, end: number): Region {
  return { start: { row, column: start }, end: { row, column: end }, isLinewise: false };
}

function wordObject(editor: Editor, isAround: boolean, isBig: boolean, count: number): Region {
  const line = editor.line();
  const { row, column } = editor.cursor;
  const classAt = (at: number): number => characterClass(line, at, isBig);
  const skip = (at: number): number => {
    const kind = classAt(at);
    let end = at;
    while (end < line.length && classAt(end) === kind) end = nextColumn(line, end);
    return end;
  };
  let start = column;
  while (start > 0 && classAt(previousColumn(line, start)) === classAt(column)) {
    start = previousColumn(line, start);
  }
  const startsBlank = classAt(start) === 0;
  let end = start;
  for (let i = 0; i < count; i += 1) {
    end = skip(end);
    if (isAround && (startsBlank || classAt(end) === 0)) end = skip(end);
  }
  const hasTrailing = end > start && classAt(previousColumn(line, end)) === 0;
  if (isAround && !startsBlank && !hasTrailing) {
    while (start > 0 && classAt(previousColumn(line, start)) === 0) start -= 1;
  }
  return within(row, start, end);
}

function quoteObject(editor: Editor, isAround: boolean, quote: string): Region {
  const line = editor.line();
  const { row, column } = editor.cursor;
  const places: number[] = [];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === quote) places.push(at);
  }
  for (let i = 0; i + 1 < places.length; i += 2) {
    const [open, close] = [places[i] as number, places[i + 1] as number];
    if (column > close) continue;
    if (!isAround) return within(row, open + 1, close);
    const blanks = /^[ \t]*/.exec(line.slice(close + 1))?.[0].length ?? 0;
    const before = blanks > 0 ? 0 : (/[ \t]*$/.exec(line.slice(0, open))?.[0].length ?? 0);
    return within(row, open - before, close + 1 + blanks);
  }
  throw new ViError('');
}

function bracketObject(
  editor: Editor,
  isAround: boolean,
  [open, close]: readonly [string, string],
  count: number,
): Region {
  let start: Position | undefined = editor.cursor;
  const isOnOpen = editor.line()[editor.cursor.column] === open;
  for (let i = isOnOpen ? 1 : 0; i < count && start !== undefined; i += 1) {
    start = scan(editor, start, -1, open, close);
  }
  const end = start === undefined ? undefined : scan(editor, start, 1, close, open);
  if (start === undefined || end === undefined) throw new ViError('');
  if (isAround) {
    return { start, end: { row: end.row, column: end.column + 1 }, isLinewise: false };
  }
  const inner = { row: start.row, column: start.column + 1 };
  const isBlock = inner.column >= editor.line(inner.row).length && end.row > inner.row + 1;
  const closesAlone = /^[ \t]*$/.test(editor.line(end.row).slice(0, end.column));
  if (isBlock && closesAlone) {
    return {
      start: { row: inner.row + 1, column: 0 },
      end: { row: end.row - 1, column: 0 },
      isLinewise: true,
    };
  }
  return { start: inner, end, isLinewise: false };
}

/** The unmatched `wanted` bracket before or after `from`. */
function scan(
  editor: Editor,
  from: Position,
  direction: 1 | -1,
  wanted: string,
  other: string,
): Position | undefined {
  let depth = 0;
  for (let { row } = from; row >= 0 && row <= editor.lastRow; row += direction) {
    const line = editor.line(row);
    let at = row === from.row ? from.column + direction : direction === 1 ? 0 : line.length - 1;
    for (; at >= 0 && at < line.length; at += direction) {
      if (line[at] === other) depth += 1;
      else if (line[at] === wanted) {
        if (depth === 0) return { row, column: at };
        depth -= 1;
      }
    }
  }
  return undefined;
}
