/**
 * Draws the editor: text lines that wrap, `~` past the end, `@` where a line does not fit whole, and
 * the bottom line. Also moves the window so that the cursor is in it.
 */
import { A_NORMAL, A_REVERSE, Frame } from '#lib/libcurses/screen.ts';
import { textWidth } from '#lib/libcurses/width.ts';
import { comparePositions } from '#cmd/vi/buffer.ts';
import { nextColumn, shownAs } from '#cmd/vi/characters.ts';
import type { Editor } from '#cmd/vi/editor.ts';
import { visualRegion } from '#cmd/vi/visual.ts';

/** One character's place in its line's layout. */
interface Cell {
  readonly text: string;
  readonly column: number;
  readonly row: number;
  readonly at: number;
}

interface LineLayout {
  readonly cells: readonly Cell[];
  readonly height: number;
}

const NUMBER_WIDTH = 8;

/** Where each character of `line` goes on a screen of `width` columns. */
function layoutLine(editor: Editor, line: string, width: number): LineLayout {
  const tabStop = editor.options.number('tabstop');
  const isList = editor.options.flag('list');
  const left = editor.options.flag('number') ? Math.min(NUMBER_WIDTH, width - 2) : 0;
  const cells: Cell[] = [];
  let row = 0;
  let at = left;
  let virtual = 0;
  const add = (text: string, column: number): void => {
    for (const character of text) {
      const size = textWidth(character);
      if (at + size > width) {
        row += 1;
        at = 0;
      }
      cells.push({ text: character, column, row, at });
      at += size;
      virtual += size;
    }
  };
  for (let column = 0; column < line.length; column = nextColumn(line, column)) {
    const shown = shownAs(line.slice(column, nextColumn(line, column)), virtual, tabStop, isList);
    add(shown, column);
  }
  add(isList ? '$' : '', line.length);
  return { cells, height: row + 1 };
}

/** Screen rows that a line takes; short lines are not laid out. */
function heightOf(editor: Editor, row: number, width: number): number {
  const line = editor.line(row);
  const isPlain = line.length < width - NUMBER_WIDTH && /^[\x20-\x7e]*$/.test(line);
  return isPlain ? 1 : layoutLine(editor, line, width).height;
}

/** Moves the window's top as little as shows the cursor, or puts the cursor in its middle. */
function showCursor(editor: Editor, rows: number, width: number): void {
  const { row } = editor.cursor;
  editor.top = Math.min(editor.top, editor.lastRow);
  if (row < editor.top) {
    editor.top = editor.top - row > rows / 2 ? Math.max(0, row - Math.floor(rows / 2)) : row;
    return;
  }
  if (row - editor.top >= rows * 2) editor.top = row - Math.floor(rows / 2);
  let used = 0;
  for (let at = editor.top; at <= row; at += 1) used += heightOf(editor, at, width);
  if (used <= rows) return;
  const isFar = used > rows + Math.floor(rows / 2);
  let room = isFar ? Math.ceil(rows / 2) : rows;
  let top = row + 1;
  while (top > 0) {
    const height = heightOf(editor, top - 1, width);
    if (height > room && top <= row) break;
    room -= height;
    top -= 1;
  }
  editor.top = Math.min(row, top);
}

/** The whole screen. Sets the editor's window size, which the scrolling commands use. */
export function drawEditor(editor: Editor, rows: number, columns: number): Frame {
  const frame = new Frame(rows, columns);
  const textRows = Math.max(1, rows - 1);
  editor.windowRows = textRows;
  editor.windowColumns = columns;
  showCursor(editor, textRows, columns);
  drawText(editor, frame, textRows);
  drawBottom(editor, frame);
  if (editor.overlay.length > 0) drawOverlay(editor, frame);
  return frame;
}

function drawText(editor: Editor, frame: Frame, textRows: number): void {
  const isSelected = selection(editor);
  let at = 0;
  let row = editor.top;
  for (; at < textRows && row <= editor.lastRow; row += 1) {
    const layout = layoutLine(editor, editor.line(row), frame.columns);
    const hidden = hiddenRows(editor, row, layout, textRows);
    if (at + layout.height - hidden > textRows && at > 0) {
      for (; at < textRows; at += 1) frame.put(at, 0, '@');
      break;
    }
    if (editor.options.flag('number') && hidden === 0) {
      frame.put(at, 0, `${String(row + 1).padStart(6)}  `);
    }
    for (const cell of layout.cells) {
      const target = at + cell.row - hidden;
      if (target < at || target >= textRows) continue;
      frame.put(target, cell.at, cell.text, isSelected(row, cell.column) ? A_REVERSE : A_NORMAL);
    }
    if (layout.cells.length === 0 && isSelected(row, 0)) frame.put(at, 0, ' ', A_REVERSE);
    if (row === editor.cursor.row) placeCursor(editor, frame, layout, at - hidden);
    at += layout.height - hidden;
  }
  for (; at < textRows; at += 1) frame.put(at, 0, '~');
}

/** A line taller than the window is shown from the screen row that has the cursor in view. */
function hiddenRows(editor: Editor, row: number, layout: LineLayout, textRows: number): number {
  if (row !== editor.cursor.row || layout.height <= textRows) return 0;
  const cell = layout.cells.find(({ column }) => column >= editor.cursor.column);
  return Math.max(0, (cell?.row ?? layout.height - 1) - textRows + 1);
}

function selection(editor: Editor): (row: number, column: number) => boolean {
  if (editor.mode !== 'visual' && editor.mode !== 'visualLine') return () => false;
  const { start, end, isLinewise } = visualRegion(editor);
  return (row, column) => {
    if (isLinewise) return row >= start.row && row <= end.row;
    const position = { row, column };
    return comparePositions(position, start) >= 0 && comparePositions(position, end) < 0;
  };
}

/** On a tab the cursor stands at its end, unless text is being put in before it. */
function placeCursor(editor: Editor, frame: Frame, layout: LineLayout, base: number): void {
  const { column } = editor.cursor;
  const own = layout.cells.filter((cell) => cell.column === column);
  const isInserting = editor.mode === 'insert' || editor.mode === 'replace';
  const isTab = editor.line()[column] === '\t' && !isInserting && !editor.options.flag('list');
  const cell = isTab ? own.at(-1) : own[0];
  if (cell !== undefined) {
    frame.cursorRow = base + cell.row;
    frame.cursorColumn = cell.at;
    return;
  }
  const last = layout.cells.at(-1);
  const left = editor.options.flag('number') ? NUMBER_WIDTH : 0;
  frame.cursorRow = base + (last?.row ?? 0);
  const after = last === undefined ? left : last.at + textWidth(last.text);
  frame.cursorColumn = Math.min(after, frame.columns - 1);
}

const MODE_TEXT: Readonly<Record<string, string>> = {
  insert: '-- INSERT --',
  replace: '-- REPLACE --',
  visual: '-- VISUAL --',
  visualLine: '-- VISUAL LINE --',
};

function drawBottom(editor: Editor, frame: Frame): void {
  const row = frame.rows - 1;
  const { commandLine } = editor;
  if (commandLine !== undefined) {
    drawCommandLine(frame, commandLine);
    return;
  }
  const mode = editor.options.flag('showmode') ? MODE_TEXT[editor.mode] : undefined;
  const text = editor.message === '' ? (mode ?? '') : editor.message;
  let column = 0;
  for (const character of text) column = frame.put(row, column, shownAs(character, 0, 8, true));
  if (editor.options.flag('ruler') && column < frame.columns - 20) {
    const { cursor } = editor;
    const place = `${cursor.row + 1},${editor.line() === '' ? '0-1' : cursor.column + 1}`;
    frame.put(row, frame.columns - 18, place);
  }
}

/** A line that is too long shows its end. */
function drawCommandLine(
  frame: Frame,
  line: { readonly prompt: string; readonly text: string; readonly at: number },
): void {
  const row = frame.rows - 1;
  let column = frame.put(row, 0, line.prompt);
  const before = Array.from(line.text.slice(0, line.at), (text) => shownAs(text, 0, 8, true)).join(
    '',
  );
  const room = frame.columns - column - 1;
  const shown = before.length > room ? before.slice(before.length - room) : before;
  column = frame.put(row, column, shown);
  frame.cursorRow = row;
  frame.cursorColumn = Math.min(column, frame.columns - 1);
  for (const character of line.text.slice(line.at)) {
    column = frame.put(row, column, shownAs(character, 0, 8, true));
  }
}

/** Output of several lines over the text's lower part, until the next key. */
function drawOverlay(editor: Editor, frame: Frame): void {
  const room = frame.rows - 1;
  const lines = editor.overlay.length > room ? editor.overlay.slice(-room) : editor.overlay;
  const first = frame.rows - 1 - lines.length;
  const blank = ' '.repeat(frame.columns);
  lines.forEach((line, index) => {
    frame.put(first + index, 0, blank);
    let column = 0;
    for (const character of line) {
      column = frame.put(first + index, column, shownAs(character, column, 8, false));
    }
  });
  frame.put(frame.rows - 1, 0, blank);
  const column = frame.put(frame.rows - 1, 0, '[Hit return to continue]', A_REVERSE);
  frame.cursorRow = frame.rows - 1;
  frame.cursorColumn = column;
}
