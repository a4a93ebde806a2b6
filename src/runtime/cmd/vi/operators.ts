/**
 * What operators do with a stretch of text: take it out, keep it, shift it, change its case, join it.
 */
import { type Position, comparePositions } from '#cmd/vi/buffer.ts';
import {
  firstNonBlank,
  indentOf,
  lastColumn,
  nextColumn,
  virtualColumn,
} from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import type { Motion } from '#cmd/vi/motions.ts';
import type { RegisterText } from '#cmd/vi/registers.ts';
import { ViError } from '#cmd/vi/vi-error.ts';

/** A stretch of text; `end` is the place after its last character, or the last row of lines. */
export interface Region {
  readonly start: Position;
  readonly end: Position;
  readonly isLinewise: boolean;
}

export function linesRegion(first: number, last: number): Region {
  return { start: { row: first, column: 0 }, end: { row: last, column: 0 }, isLinewise: true };
}

/** From the cursor to the motion's end, with vi's rules for exclusive motions over lines. */
export function regionOf(editor: Editor, motion: Motion, operator: string): Region {
  const { cursor } = editor;
  const target = motion.position;
  if (motion.kind === 'linewise') {
    return linesRegion(Math.min(cursor.row, target.row), Math.max(cursor.row, target.row));
  }
  const isForward = comparePositions(cursor, target) <= 0;
  const [start, last] = isForward ? [cursor, target] : [target, cursor];
  let end = last;
  if (motion.kind === 'inclusive') {
    end = { row: last.row, column: nextColumn(editor.line(last.row), last.column) };
  } else if (end.column === 0 && end.row > start.row) {
    const row = end.row - 1;
    if (isInIndent(editor, start)) return linesRegion(start.row, row);
    end = { row, column: editor.line(row).length };
  }
  const rest = editor.line(end.row).slice(end.column);
  const coversLines = end.row > start.row && /^[ \t]*$/.test(rest) && isInIndent(editor, start);
  if (operator === 'd' && coversLines) return linesRegion(start.row, end.row);
  return { start, end, isLinewise: false };
}

/** Nothing but blanks before the place. */
function isInIndent(editor: Editor, position: Position): boolean {
  return /^[ \t]*$/.test(editor.line(position.row).slice(0, position.column));
}

export function textOf(editor: Editor, region: Region): RegisterText {
  const { start, end } = region;
  const lines = editor.buffer.lines.slice(start.row, end.row + 1);
  if (region.isLinewise) return { lines, isLinewise: true };
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column);
  lines[0] = (lines[0] ?? '').slice(start.column);
  return { lines, isLinewise: false };
}

/** Takes the text out; the cursor is the caller's business. */
export function removeRegion(editor: Editor, region: Region): void {
  const { start, end } = region;
  if (region.isLinewise) {
    editor.buffer.replace(start.row, end.row - start.row + 1, []);
    return;
  }
  const joined =
    editor.line(start.row).slice(0, start.column) + editor.line(end.row).slice(end.column);
  editor.buffer.replace(start.row, end.row - start.row + 1, [joined]);
}

export function deleteRegion(
  editor: Editor,
  region: Region,
  register: string | undefined,
  isBig = false,
): void {
  editor.registers.delete(register, textOf(editor, region), isBig);
  const rows = region.end.row - region.start.row + 1;
  removeRegion(editor, region);
  if (region.isLinewise) {
    editor.moveToLine(region.start.row);
    editor.report(rows, 'lines deleted');
  } else {
    editor.moveTo(region.start.row, region.start.column);
  }
}

export function yankRegion(editor: Editor, region: Region, register: string | undefined): void {
  editor.registers.yank(register, textOf(editor, region));
  if (region.isLinewise) editor.report(region.end.row - region.start.row + 1, 'lines yanked');
}

/** Blanks up to screen column `width`, with tabs where the options allow. */
export function indentation(editor: Editor, width: number): string {
  if (editor.options.flag('expandtab')) return ' '.repeat(width);
  const tabStop = editor.options.number('tabstop');
  return '\t'.repeat(Math.floor(width / tabStop)) + ' '.repeat(width % tabStop);
}

/** `>` and `<`: rows first … last by `amount` shift widths. Empty lines stay empty. */
export function shiftLines(editor: Editor, first: number, last: number, amount: number): void {
  const { options } = editor;
  const step = options.number('shiftwidth') || options.number('tabstop');
  for (let row = first; row <= last; row += 1) {
    const line = editor.line(row);
    if (line === '') continue;
    const indent = indentOf(line);
    const width = virtualColumn(indent, indent.length, options.number('tabstop'));
    const shifted = Math.max(0, width + amount * step);
    editor.buffer.setLine(row, indentation(editor, shifted) + line.slice(indent.length));
  }
  editor.moveToLine(first);
  const direction = amount > 0 ? '>' : '<';
  editor.report(last - first + 1, `lines ${direction}ed`);
}

export type CaseChange = 'toggle' | 'upper' | 'lower';

export function changeCase(text: string, change: CaseChange): string {
  if (change === 'upper') return text.toUpperCase();
  if (change === 'lower') return text.toLowerCase();
  let output = '';
  for (const character of text) {
    const upper = character.toUpperCase();
    output += character === upper ? character.toLowerCase() : upper;
  }
  return output;
}

export function changeRegionCase(editor: Editor, region: Region, change: CaseChange): void {
  mapRegion(editor, region, (text) => changeCase(text, change));
  editor.moveTo(region.start.row, region.isLinewise ? editor.cursor.column : region.start.column);
}

/** Replaces each line's part of the region by what `map` makes of it. */
export function mapRegion(editor: Editor, region: Region, map: (text: string) => string): void {
  for (let { row } = region.start; row <= region.end.row; row += 1) {
    const line = editor.line(row);
    const from = region.isLinewise || row > region.start.row ? 0 : region.start.column;
    const to = region.isLinewise || row < region.end.row ? line.length : region.end.column;
    editor.buffer.setLine(row, line.slice(0, from) + map(line.slice(from, to)) + line.slice(to));
  }
}

/** Joins `count` lines from `row` on with one blank where words would touch. */
export function joinLines(editor: Editor, row: number, count: number, withBlanks = true): void {
  if (row >= editor.lastRow) throw new ViError('');
  const last = Math.min(row + count - 1, editor.lastRow);
  let joined = editor.line(row);
  let column = joined.length;
  for (let next = row + 1; next <= last; next += 1) {
    const line = editor.line(next);
    const text = withBlanks ? line.replace(/^[ \t]+/, '') : line;
    column = joined.length;
    const needsBlank =
      withBlanks && text !== '' && !text.startsWith(')') && joined !== '' && !/[ \t]$/.test(joined);
    joined += (needsBlank ? ' ' : '') + text;
  }
  editor.buffer.replace(row, last - row + 1, [joined]);
  editor.moveTo(row, Math.min(column, lastColumn(joined)));
}

/** p and P. */
export function putText(editor: Editor, text: RegisterText, count: number, isAfter: boolean): void {
  const { row, column } = editor.cursor;
  if (text.isLinewise) {
    const lines = Array.from({ length: count }, () => text.lines).flat();
    const first = isAfter ? row + 1 : row;
    editor.buffer.replace(first, 0, lines);
    editor.moveTo(first, firstNonBlank(editor.line(first)));
    editor.report(lines.length, 'more lines');
    return;
  }
  const line = editor.line();
  const at = isAfter ? nextColumn(line, column) : column;
  const one = text.lines.join('\n');
  const pieces = one.repeat(count).split('\n');
  const last = pieces.length - 1;
  const endLength = (pieces[last] as string).length;
  pieces[0] = line.slice(0, at) + (pieces[0] as string);
  pieces[last] = (pieces[last] as string) + line.slice(at);
  editor.buffer.replace(row, 1, pieces);
  if (last > 0) editor.moveTo(row, Math.min(at, lastColumn(editor.line(row))));
  else editor.moveTo(row, Math.max(0, at + endLength - 1));
}
