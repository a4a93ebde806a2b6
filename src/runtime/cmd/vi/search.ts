/**
 * Searching the text: `/`, `?`, n, N, and the addresses of ex. A search wraps around the end when the
 * option wrapscan says so.
 */
import type { Position } from '#cmd/vi/buffer.ts';
import { lastColumn, nextColumn, previousColumn } from '#cmd/vi/characters.ts';
import type { Editor, SearchState } from '#cmd/vi/editor.ts';
import { compilePattern } from '#cmd/vi/pattern.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

export interface SearchResult {
  readonly position: Position;
  readonly kind: 'exclusive' | 'inclusive' | 'linewise';
}

/** `text` up to the first `delimiter` without a backslash before it, and what follows it. */
export function splitAtDelimiter(
  text: string,
  delimiter: string,
): { readonly pattern: string; readonly rest: string; readonly isClosed: boolean } {
  let inBracket = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '[' && text.indexOf(']', at + 2) > 0) inBracket = true;
    else if (character === ']') inBracket = false;
    else if (character === delimiter && !inBracket) {
      const pattern = text.slice(0, at).replaceAll(`\\${delimiter}`, delimiter);
      return { pattern, rest: text.slice(at + 1), isClosed: true };
    }
  }
  return { pattern: text.replaceAll(`\\${delimiter}`, delimiter), rest: '', isClosed: false };
}

/** Compiles with the editor's options; an empty pattern is the last one. */
export function editorPattern(editor: Editor, source: string): RegExp {
  const text = source === '' ? editor.search?.pattern : source;
  if (text === undefined) throw new ViError('No previous regular expression');
  return compilePattern(text, {
    ignoreCase: editor.options.flag('ignorecase'),
    magic: editor.options.flag('magic'),
  });
}

function matchIn(pattern: RegExp, line: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return from > line.length ? null : pattern.exec(line);
}

/** The last match that starts before `limit`. */
function lastMatchIn(pattern: RegExp, line: string, limit: number): RegExpExecArray | undefined {
  let found: RegExpExecArray | undefined;
  let from = 0;
  for (;;) {
    const match = matchIn(pattern, line, from);
    if (match === null || match.index >= limit) return found;
    found = match;
    from = nextColumn(line, match.index);
    if (from === match.index) return found;
  }
}

interface Found {
  readonly row: number;
  readonly match: RegExpExecArray;
}

function findForward(editor: Editor, pattern: RegExp, from: Position): Found | undefined {
  const count = editor.buffer.lineCount;
  const wraps = editor.options.flag('wrapscan');
  const here = editor.line(from.row);
  const first =
    from.column < here.length ? matchIn(pattern, here, nextColumn(here, from.column)) : null;
  if (first !== null && (first.index < here.length || here === ''))
    return { row: from.row, match: first };
  for (let step = 1; step <= count; step += 1) {
    const row = (from.row + step) % count;
    if (row <= from.row && !wraps)
      throw new ViError(`Address search hit BOTTOM without matching pattern`);
    const match = matchIn(pattern, editor.line(row), 0);
    if (match === null) continue;
    if (row <= from.row) editor.message = 'search hit BOTTOM, continuing at TOP';
    return { row, match };
  }
  return undefined;
}

function findBackward(editor: Editor, pattern: RegExp, from: Position): Found | undefined {
  const count = editor.buffer.lineCount;
  const wraps = editor.options.flag('wrapscan');
  const first = lastMatchIn(pattern, editor.line(from.row), from.column);
  if (first !== undefined) return { row: from.row, match: first };
  for (let step = 1; step <= count; step += 1) {
    const row = (from.row - step + count) % count;
    if (row >= from.row && !wraps)
      throw new ViError(`Address search hit TOP without matching pattern`);
    const match = lastMatchIn(pattern, editor.line(row), Number.POSITIVE_INFINITY);
    if (match === undefined) continue;
    if (row >= from.row) editor.message = 'search hit TOP, continuing at BOTTOM';
    return { row, match };
  }
  return undefined;
}

/** The `count`th match from the cursor on, with the search's offset applied. */
export function runSearch(
  editor: Editor,
  search: SearchState,
  count: number,
  isReversed: boolean,
): SearchResult {
  const pattern = editorPattern(editor, search.pattern);
  const isForward = search.isForward !== isReversed;
  let from = startOfSearch(editor, search, isForward);
  let found: Found | undefined;
  for (let left = count; left > 0; left -= 1) {
    found = isForward ? findForward(editor, pattern, from) : findBackward(editor, pattern, from);
    if (found === undefined) throw new ViError('Pattern not found');
    from = { row: found.row, column: found.match.index };
  }
  if (found === undefined) throw new ViError('Pattern not found');
  return applyOffset(editor, found, search.offset);
}

/** With a line offset the search starts at the line's other end, or it would find itself again. */
function startOfSearch(editor: Editor, search: SearchState, isForward: boolean): Position {
  if (!/^[-+\d]/.test(search.offset)) return editor.cursor;
  const { row } = editor.cursor;
  return { row, column: isForward ? editor.line(row).length : 0 };
}

function applyOffset(editor: Editor, found: Found, offset: string): SearchResult {
  const start = found.match.index;
  const line = editor.line(found.row);
  const match = /^([esb]?)([-+]?\d*)$/.exec(offset);
  const amount = (text: string): number =>
    text === '' ? 0 : text === '+' ? 1 : text === '-' ? -1 : Number(text);
  if (match === null || offset === '') {
    return { position: { row: found.row, column: start }, kind: 'exclusive' };
  }
  const [, anchor = '', number = ''] = match;
  if (anchor === '') {
    const row = Math.max(0, Math.min(editor.lastRow, found.row + amount(number)));
    return { position: { row, column: 0 }, kind: 'linewise' };
  }
  const end = previousColumn(line, start + Math.max(1, found.match[0].length));
  const column = (anchor === 'e' ? end : start) + amount(number);
  return {
    position: { row: found.row, column: Math.max(0, Math.min(column, lastColumn(line))) },
    kind: anchor === 'e' ? 'inclusive' : 'exclusive',
  };
}

/** The row an ex address `/re/` or `?re?` means, from the line after (before) `row`. */
export function searchRow(editor: Editor, source: string, isForward: boolean, row: number): number {
  const pattern = editorPattern(editor, source);
  if (source !== '') editor.search = { pattern: source, isForward, offset: '' };
  const found = isForward
    ? findForward(editor, pattern, { row, column: Number.MAX_SAFE_INTEGER })
    : findBackward(editor, pattern, { row, column: 0 });
  if (found === undefined) throw new ViError('Pattern not found');
  return found.row;
}
