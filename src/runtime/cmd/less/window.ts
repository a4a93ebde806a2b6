/**
 * Places in the text as the screen sees it: a line and, when it wraps, which of its rows. All
 * arithmetic of scrolling is here.
 */
import type { Glyph, ShownLine } from '#cmd/less/glyphs.ts';

export interface Place {
  readonly line: number;
  readonly row: number;
}

export interface WindowOptions {
  readonly columns: number;
  /** -S: lines are cut, and `shift` columns are hidden at their left. */
  readonly chops: boolean;
  readonly shift: number;
}

/** A line's rows on the screen: at least one, each a run of glyphs. */
export function rowsOf(shown: ShownLine, options: WindowOptions): readonly (readonly Glyph[])[] {
  if (options.chops) return [chopped(shown.glyphs, options)];
  const rows: Glyph[][] = [[]];
  let used = 0;
  for (const glyph of shown.glyphs) {
    if (used + glyph.width > options.columns) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(glyph);
    used += glyph.width;
  }
  return rows;
}

function chopped(glyphs: readonly Glyph[], options: WindowOptions): Glyph[] {
  const row: Glyph[] = [];
  let column = 0;
  for (const glyph of glyphs) {
    const isVisible = column >= options.shift;
    column += glyph.width;
    if (!isVisible) continue;
    if (column - options.shift > options.columns) break;
    row.push(glyph);
  }
  return row;
}

/** How many rows a line takes; the pager counts only lines it shows. */
export type HeightOf = (line: number) => number;

/** `count` rows further down, not past the last row of line `lineCount` − 1. */
export function down(from: Place, count: number, lineCount: number, heightOf: HeightOf): Place {
  let { line, row } = from;
  for (let left = count; left > 0; left -= 1) {
    if (row + 1 < heightOf(line)) row += 1;
    else if (line + 1 < lineCount) {
      line += 1;
      row = 0;
    } else break;
  }
  return { line, row };
}

export function up(from: Place, count: number, heightOf: HeightOf): Place {
  let { line, row } = from;
  for (let left = count; left > 0; left -= 1) {
    if (row > 0) row -= 1;
    else if (line > 0) {
      line -= 1;
      row = heightOf(line) - 1;
    } else break;
  }
  return { line, row };
}

/** The highest place from which the text's end is at the bottom of a window of `rows` rows. */
export function lastTop(rows: number, lineCount: number, heightOf: HeightOf): Place {
  if (lineCount === 0) return { line: 0, row: 0 };
  const last = lineCount - 1;
  return up({ line: last, row: heightOf(last) - 1 }, rows - 1, heightOf);
}

export function comparePlaces(a: Place, b: Place): number {
  return a.line - b.line || a.row - b.row;
}
