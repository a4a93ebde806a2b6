/** Draws the pager: text rows, `~` below the end, and the prompt on the bottom line. */
import { A_NORMAL, A_REVERSE, Frame } from '#lib/libcurses/screen.ts';
import { textWidth } from '#lib/libcurses/width.ts';
import type { Pager } from '#cmd/less/pager.ts';
import { rowsOf } from '#cmd/less/window.ts';

export function drawPager(pager: Pager, rows: number, columns: number): Frame {
  const frame = new Frame(rows, columns);
  pager.rows = Math.max(1, rows - 1);
  pager.columns = columns;
  let { line, row } = pager.top;
  let at = 0;
  while (at < pager.rows && line < pager.source.lineCount) {
    const shown = pager.shown(line);
    const pieces = rowsOf(shown, pager.windowOptions);
    const marked = pager.highlights(shown.plain);
    const isMarked = (place: number): boolean =>
      marked.some(([start, end]) => place >= start && place < end);
    for (; row < pieces.length && at < pager.rows; row += 1, at += 1) {
      let column = 0;
      if (pager.options.numbers) {
        const number = row === 0 ? String(line + 1) : '';
        column = frame.put(at, 0, `${number.padStart(7)} `, A_NORMAL);
      }
      for (const glyph of pieces[row] ?? []) {
        const look = isMarked(glyph.at) ? glyph.attribute ^ A_REVERSE : glyph.attribute;
        column = frame.put(at, column, glyph.text, look);
      }
    }
    row = 0;
    line += 1;
  }
  for (; at < pager.rows; at += 1) frame.put(at, 0, '~');
  drawPrompt(pager, frame);
  return frame;
}

function drawPrompt(pager: Pager, frame: Frame): void {
  const row = frame.rows - 1;
  frame.cursorRow = row;
  if (pager.typed !== undefined) {
    const room = frame.columns - 1;
    let text = pager.typed;
    while (textWidth(text) > room) text = text.slice(1);
    frame.cursorColumn = frame.put(row, 0, text);
    return;
  }
  const { text, isPlain } = prompt(pager);
  const cut = text.slice(0, frame.columns - 1);
  frame.cursorColumn = frame.put(row, 0, cut, isPlain ? A_NORMAL : A_REVERSE);
}

function prompt(pager: Pager): { text: string; isPlain: boolean } {
  if (pager.message !== '') {
    return { text: `${pager.message}  (press RETURN)`, isPlain: false };
  }
  if (pager.isFollowing) {
    return { text: 'Waiting for data... (interrupt to abort)', isPlain: false };
  }
  if (pager.options.isMore) return { text: morePrompt(pager), isPlain: false };
  const next = pager.files[pager.fileIndex + 1];
  const more = next === undefined ? '' : ` - Next: ${next}`;
  const { name } = pager.source;
  const many =
    pager.files.length > 1 ? ` (file ${pager.fileIndex + 1} of ${pager.files.length})` : '';
  if (pager.isNew && name !== undefined) {
    return { text: `${name}${many}${pager.isAtEnd ? ` (END)${more}` : ''}`, isPlain: false };
  }
  if (pager.isAtEnd) return { text: `(END)${more}`, isPlain: false };
  return { text: ':', isPlain: true };
}

function morePrompt(pager: Pager): string {
  const { source } = pager;
  const last = Math.min(source.lineCount, pager.top.line + pager.rows);
  const size = source.sizeBytes;
  if (pager.isAtEnd) {
    const next = pager.files[pager.fileIndex + 1];
    return next === undefined ? '--More--(END)' : `--More--(Next file: ${next})`;
  }
  if (size === undefined || size === 0) return '--More--';
  return `--More--(${Math.floor((source.offsetOf(last) * 100) / size)}%)`;
}
