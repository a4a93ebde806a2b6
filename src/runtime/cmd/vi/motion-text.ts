/**
 * Motions over larger pieces and to characters: sentences, paragraphs, sections, brackets, f F t T.
 */
import type { Position, TextBuffer } from '#cmd/vi/buffer.ts';
import { lastColumn, nextColumn, previousColumn } from '#cmd/vi/characters.ts';
import type { FindState } from '#cmd/vi/editor.ts';

/** nroff requests that start a paragraph or a section. */
const PARAGRAPH_MACRO = /^\.(?:IP|LP|PP|QP|TP|HP|P|SH|NH|HU|nh|sh|Pp|Lp|It|pp|lp|ip|bp)\b/;
const SECTION_START = /^(?:[{\f]|\.(?:SH|NH|HU|nh|sh)\b)/;

/** `}` and `{`: the next line that is empty or starts a paragraph, after the ones at hand. */
export function paragraph(
  buffer: TextBuffer,
  from: Position,
  count: number,
  direction: 1 | -1,
): { position: Position; isInclusive: boolean } | undefined {
  let row = from.row;
  for (let left = count; left > 0; left -= 1) {
    let hasSkipped = false;
    for (let isFirst = true; ; isFirst = false) {
      const line = buffer.line(row);
      if (line !== '') hasSkipped = true;
      if (!isFirst && hasSkipped && (line === '' || PARAGRAPH_MACRO.test(line))) break;
      row += direction;
      if (row >= 0 && row < buffer.lineCount) continue;
      row -= direction;
      if (left > 1) return undefined;
      break;
    }
  }
  const line = buffer.line(row);
  if (direction === 1 && row === buffer.lineCount - 1 && line !== '') {
    return { position: { row, column: lastColumn(line) }, isInclusive: true };
  }
  return { position: { row, column: 0 }, isInclusive: false };
}

/** `]]` and `[[`: a line that begins with `{` or a section's request. */
export function section(
  buffer: TextBuffer,
  from: Position,
  count: number,
  direction: 1 | -1,
): Position {
  let row = from.row;
  for (let left = count; left > 0; left -= 1) {
    do row += direction;
    while (row > 0 && row < buffer.lineCount - 1 && !SECTION_START.test(buffer.line(row)));
  }
  return { row: Math.max(0, Math.min(row, buffer.lineCount - 1)), column: 0 };
}

/** Where sentences start, in order, from `row` on while `isWanted` says so. */
function* sentenceStarts(buffer: TextBuffer, firstRow: number): Generator<Position> {
  // A sentence starts at a paragraph's first character and after an end mark with its blanks.
  let isStart = true;
  for (let row = firstRow; row < buffer.lineCount; row += 1) {
    const line = buffer.line(row);
    if (line === '' || PARAGRAPH_MACRO.test(line)) {
      if (!isStart || row === firstRow || buffer.line(row - 1) !== '') yield { row, column: 0 };
      isStart = true;
      continue;
    }
    const pieces = /[.!?][)\]"']*(?=[ \t]|$)|[^ \t]/g;
    for (let match = pieces.exec(line); match !== null; match = pieces.exec(line)) {
      if (isStart) yield { row, column: match.index };
      isStart = /^[.!?]/.test(match[0]) && /^(?:[ \t]|$)/.test(line.slice(pieces.lastIndex));
    }
  }
}

/** `)`: the start of the `count`th sentence after; the end of the text when there is none. */
export function sentenceForward(buffer: TextBuffer, from: Position, count: number): Position {
  let row = from.row;
  while (row > 0 && buffer.line(row) !== '') row -= 1;
  let left = count;
  for (const start of sentenceStarts(buffer, row)) {
    const isAfter = start.row > from.row || (start.row === from.row && start.column > from.column);
    if (isAfter && (left -= 1) === 0) return start;
  }
  const last = buffer.lineCount - 1;
  return { row: last, column: lastColumn(buffer.line(last)) };
}

export function sentenceBack(buffer: TextBuffer, from: Position, count: number): Position {
  let row = from.row;
  const before: Position[] = [];
  for (;;) {
    while (row > 0 && buffer.line(row - 1) !== '') row -= 1;
    before.length = 0;
    for (const start of sentenceStarts(buffer, row)) {
      const isBefore =
        start.row < from.row || (start.row === from.row && start.column < from.column);
      if (!isBefore) break;
      before.push(start);
    }
    const found = before.at(-count);
    if (found !== undefined) return found;
    if (row === 0) return { row: 0, column: 0 };
    row -= 1;
  }
}

/** `%`: the match of the first bracket at or after the cursor on its line. */
export function matchingBracket(buffer: TextBuffer, from: Position): Position | undefined {
  const line = buffer.line(from.row);
  const offset = line.slice(from.column).search(/[()[\]{}]/);
  if (offset < 0) return undefined;
  const column = from.column + offset;
  const bracket = line[column] as string;
  const index = '([{)]}'.indexOf(bracket);
  const partner = ')]}([{'[index] as string;
  const direction = index < 3 ? 1 : -1;
  let depth = 0;
  for (let row = from.row; row >= 0 && row < buffer.lineCount; row += direction) {
    const text = buffer.line(row);
    let at = row === from.row ? column : direction === 1 ? 0 : text.length - 1;
    for (; at >= 0 && at < text.length; at += direction) {
      if (text[at] === bracket) depth += 1;
      else if (text[at] === partner) depth -= 1;
      if (depth === 0 && at >= 0) return { row, column: at };
    }
  }
  return undefined;
}

/** f F t T within the line; a repeated t or T (`isRepeat`) does not stick at its neighbour. */
export function findCharacter(
  line: string,
  column: number,
  find: FindState,
  count: number,
  isRepeat: boolean,
): number | undefined {
  const isForward = find.kind === 'f' || find.kind === 't';
  const stopsBefore = find.kind === 't' || find.kind === 'T';
  let at = column;
  if (isRepeat && stopsBefore && count === 1) {
    const neighbour = isForward ? nextColumn(line, at) : previousColumn(line, at);
    if (line.startsWith(find.character, neighbour)) at = neighbour;
  }
  for (let left = count; left > 0; left -= 1) {
    if (!isForward && at === 0) return undefined;
    at = isForward
      ? line.indexOf(find.character, nextColumn(line, at))
      : line.lastIndexOf(find.character, at - 1);
    if (at < 0) return undefined;
  }
  if (!stopsBefore) return at;
  return isForward ? previousColumn(line, at) : nextColumn(line, at);
}
