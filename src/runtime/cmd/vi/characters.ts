/**
 * Steps and columns inside a line: characters are code points, a tab reaches to the next stop,
 * control characters show as ^X, bytes that are no text as \xNN.
 */
import { isRawByte, rawByte } from '#lib/libcurses/bytes-text.ts';
import { characterWidth } from '#lib/libcurses/width.ts';

/** Units of the character at `column`, with the combining marks that follow it; 0 at the end. */
export function lengthAt(line: string, column: number): number {
  if (column >= line.length) return 0;
  let end = column + ((line.codePointAt(column) as number) > 0xffff ? 2 : 1);
  while (end < line.length) {
    const code = line.codePointAt(end) as number;
    if (code < 0x300 || isRawByte(code) || characterWidth(code) !== 0) break;
    end += code > 0xffff ? 2 : 1;
  }
  return end - column;
}

export function nextColumn(line: string, column: number): number {
  return column + lengthAt(line, column);
}

/** The start of the character before `column`; 0 at the start. */
export function previousColumn(line: string, column: number): number {
  let at = Math.min(column, line.length) - 1;
  while (at > 0) {
    const code = line.charCodeAt(at);
    const isLow = code >= 0xdc00 && code <= 0xdfff && isHighBefore(line, at);
    if (!isLow && (code < 0x300 || isRawByte(code) || characterWidth(code) !== 0)) break;
    at -= 1;
  }
  return Math.max(0, at);
}

function isHighBefore(line: string, at: number): boolean {
  const before = line.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** The last column the cursor can be on in command mode. */
export function lastColumn(line: string): number {
  return line.length === 0 ? 0 : previousColumn(line, line.length);
}

/** Column of the first character that is no blank; the last one in a line of blanks. */
export function firstNonBlank(line: string): number {
  const at = line.search(/[^ \t]/);
  return at < 0 ? lastColumn(line) : at;
}

/** The leading blanks. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** How a character is shown when it starts at screen column `at`. `\t` shows as blanks. */
export function shownAs(
  character: string,
  at: number,
  tabStop: number,
  showsTabs: boolean,
): string {
  const code = character.codePointAt(0) as number;
  if (code === 9 && !showsTabs) return ' '.repeat(tabStop - (at % tabStop));
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return '^?';
  if (code >= 0x80 && code < 0xa0) return `\\x${code.toString(16)}`;
  if (isRawByte(code)) return `\\x${rawByte(code).toString(16)}`;
  return character;
}

function shownWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character.codePointAt(0) as number);
  return width;
}

/** Screen columns taken by the first `column` units of `line`. */
export function virtualColumn(line: string, column: number, tabStop: number): number {
  let width = 0;
  for (let at = 0; at < column && at < line.length; at = nextColumn(line, at)) {
    const character = line.slice(at, nextColumn(line, at));
    width += shownWidth(shownAs(character, width, tabStop, false));
  }
  return width;
}

/** The character shown at screen column `wanted`, or the last one. */
export function columnAtVirtual(line: string, wanted: number, tabStop: number): number {
  let width = 0;
  let at = 0;
  while (at < line.length) {
    const next = nextColumn(line, at);
    width += shownWidth(shownAs(line.slice(at, next), width, tabStop, false));
    if (width > wanted) return at;
    at = next;
  }
  return lastColumn(line);
}

/** 0 blank, 1 punctuation, 2 letters, digits and underscore; with `isBig` 0 and 1 only. */
export function characterClass(line: string, column: number, isBig: boolean): 0 | 1 | 2 {
  const code = line.codePointAt(column);
  if (code === undefined || code === 0x20 || code === 9) return 0;
  if (isBig) return 1;
  if (code >= 0x100) return code >= 0x2000 && code <= 0x206f ? 1 : 2;
  return /[\w\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]/.test(
    String.fromCharCode(code),
  )
    ? 2
    : 1;
}
