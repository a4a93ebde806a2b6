/**
 * Full-screen output: a program draws a whole `Frame`; `ScreenWriter` sends the terminal only what
 * differs from the frame before. A wide character fills its cell and leaves the next one empty ('').
 */
import type { TerminalDescription } from '#lib/libcurses/terminfo.table.ts';
import { tparm } from '#lib/libcurses/tparm.ts';
import { characterWidth } from '#lib/libcurses/width.ts';

/** Attribute bits of a cell; see also `withForeground` and `withBackground`. */
export const A_NORMAL = 0;
export const A_BOLD = 1;
export const A_UNDERLINE = 2;
export const A_REVERSE = 4;

const BLANK = ' ';
const FOREGROUND_SHIFT = 4;
const BACKGROUND_SHIFT = 13;
const COLOUR_MASK = 0x1ff;

/** `attribute` with colour 0 … 255 for the character, or the terminal's own. */
export function withForeground(attribute: number, colour: number | undefined): number {
  const cleared = attribute & ~(COLOUR_MASK << FOREGROUND_SHIFT);
  return colour === undefined ? cleared : cleared | ((colour + 1) << FOREGROUND_SHIFT);
}

export function withBackground(attribute: number, colour: number | undefined): number {
  const cleared = attribute & ~(COLOUR_MASK << BACKGROUND_SHIFT);
  return colour === undefined ? cleared : cleared | ((colour + 1) << BACKGROUND_SHIFT);
}

/** What the screen should show. Cells are characters with their combining marks. */
export class Frame {
  readonly rows: number;
  readonly columns: number;
  readonly cells: string[][];
  readonly attributes: Uint32Array[];
  cursorRow = 0;
  cursorColumn = 0;

  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(BLANK));
    this.attributes = Array.from({ length: rows }, () => new Uint32Array(columns));
  }

  /** Writes `text` (no control characters) from `column` on; answers the column after it. */
  put(row: number, column: number, text: string, attribute: number = A_NORMAL): number {
    const cells = this.cells[row];
    const attributes = this.attributes[row];
    if (cells === undefined || attributes === undefined) return column;
    let at = column;
    for (const character of text) {
      const width = characterWidth(character.codePointAt(0) as number);
      if (width === 0) {
        const base = cells[at - 1] === '' ? at - 2 : at - 1;
        if (base >= 0 && base < this.columns) cells[base] = (cells[base] ?? '') + character;
        continue;
      }
      if (at + width > this.columns) break;
      cells[at] = character;
      attributes[at] = attribute;
      if (width === 2) {
        cells[at + 1] = '';
        attributes[at + 1] = attribute;
      }
      at += width;
    }
    return at;
  }

  /** A row as text, without blanks at its end. */
  rowText(row: number): string {
    return (this.cells[row] ?? []).join('').trimEnd();
  }
}

/** Sends the differences. Its idea of the screen is void after `invalidate` or a change of size. */
export class ScreenWriter {
  readonly #terminal: TerminalDescription;
  #shown: Frame | undefined;
  #attribute = A_NORMAL;

  constructor(terminal: TerminalDescription) {
    this.#terminal = terminal;
  }

  /** The next update clears and draws everything. */
  invalidate(): void {
    this.#shown = undefined;
  }

  /** The bytes that make the terminal show `frame`, which is kept: draw the next one afresh. */
  update(frame: Frame): string {
    let output = '';
    const before = this.#shown;
    const isSameSize =
      before !== undefined && before.rows === frame.rows && before.columns === frame.columns;
    const shown = isSameSize ? before : new Frame(frame.rows, frame.columns);
    if (!isSameSize) output += this.#setAttribute(A_NORMAL) + this.#capability('clear');
    else output += this.#scroll(shown, frame);
    for (let row = 0; row < frame.rows; row += 1) output += this.#updateRow(shown, frame, row);
    output += this.#setAttribute(A_NORMAL);
    this.#shown = frame;
    return output + this.#moveTo(frame.cursorRow, frame.cursorColumn);
  }

  /** Moves text that only went up or down, when the terminal can scroll a region. */
  #scroll(shown: Frame, frame: Frame): string {
    const csr = this.#terminal.strings['csr'];
    const ri = this.#terminal.strings['ri'];
    if (csr === undefined || ri === undefined) return '';
    const last = frame.rows - 2;
    const shift = findShift(shown, frame, last);
    if (shift === 0) return '';
    shiftRows(shown, shift, last);
    const region = tparm(csr, 0, last);
    const whole = tparm(csr, 0, frame.rows - 1);
    const feed =
      shift > 0
        ? this.#moveTo(last, 0) + '\n'.repeat(shift)
        : this.#moveTo(0, 0) + ri.repeat(-shift);
    return this.#setAttribute(A_NORMAL) + region + feed + whole;
  }

  #updateRow(shown: Frame, frame: Frame, row: number): string {
    const [old, now] = [shown.cells[row] ?? [], frame.cells[row] ?? []];
    const [oldLook, look] = [shown.attributes[row], frame.attributes[row]];
    if (oldLook === undefined || look === undefined) return '';
    const isSame = (at: number): boolean => old[at] === now[at] && oldLook[at] === look[at];
    let first = 0;
    while (first < frame.columns && isSame(first)) first += 1;
    if (first === frame.columns) return '';
    let end = frame.columns;
    while (end > first && isSame(end - 1)) end -= 1;
    // A wide character can't be replaced by halves: take in the cell before and the cell after.
    while (first > 0 && (now[first] === '' || old[first] === '')) first -= 1;
    while (end < frame.columns && (now[end] === '' || old[end] === '')) end += 1;
    let textEnd = frame.columns;
    while (textEnd > first && now[textEnd - 1] === BLANK && look[textEnd - 1] === A_NORMAL) {
      textEnd -= 1;
    }
    const clearsEnd = textEnd < end && this.#terminal.strings['el'] !== undefined;
    const stop = clearsEnd ? textEnd : end;
    let output = this.#moveTo(row, first);
    for (let at = first; at < stop; at += 1) {
      output += this.#setAttribute(look[at] as number) + (now[at] ?? '');
    }
    if (clearsEnd) output += this.#setAttribute(A_NORMAL) + this.#capability('el');
    return output;
  }

  #setAttribute(attribute: number): string {
    if (attribute === this.#attribute) return '';
    this.#attribute = attribute;
    let output = this.#capability('sgr0');
    if (attribute & A_BOLD) output += this.#capability('bold');
    if (attribute & A_UNDERLINE) output += this.#capability('smul');
    if (attribute & A_REVERSE) output += this.#capability('smso');
    return (
      output +
      this.#colour('setaf', attribute >> FOREGROUND_SHIFT) +
      this.#colour('setab', attribute >> BACKGROUND_SHIFT)
    );
  }

  #colour(capability: string, shifted: number): string {
    const colour = (shifted & COLOUR_MASK) - 1;
    const count = this.#terminal.numbers['colors'] ?? 0;
    return colour < 0 || colour >= count ? '' : tparm(this.#capability(capability), colour);
  }

  #moveTo(row: number, column: number): string {
    return tparm(this.#terminal.strings['cup'] ?? '', row, column);
  }

  #capability(name: string): string {
    return this.#terminal.strings[name] ?? '';
  }
}

/** Rows that the text in 0 … `last` moved up (negative: down); 0 when redrawing is as cheap. */
function findShift(shown: Frame, frame: Frame, last: number): number {
  const old = shown.cells.slice(0, last + 1).map((cells) => cells.join(''));
  const now = frame.cells.slice(0, last + 1).map((cells) => cells.join(''));
  const matches = (shift: number): number => {
    let count = 0;
    for (let row = 0; row <= last; row += 1) {
      const text = now[row] as string;
      if (text === old[row + shift] && text.trim() !== '') count += 1;
    }
    return count;
  };
  let best = 0;
  let bestCount = matches(0) + 2;
  for (let size = 1; size <= last / 2; size += 1) {
    for (const shift of [size, -size]) {
      const count = matches(shift);
      if (count > bestCount) [best, bestCount] = [shift, count];
    }
  }
  return best;
}

function shiftRows(shown: Frame, shift: number, last: number): void {
  const move = <T>(rows: T[], blank: () => T): void => {
    const region = rows.slice(0, last + 1);
    for (let row = 0; row <= last; row += 1) rows[row] = region[row + shift] ?? blank();
  };
  move(shown.cells, () => new Array<string>(shown.columns).fill(BLANK));
  move(shown.attributes, () => new Uint32Array(shown.columns));
}
