/**
 * Draws the prompt and the line on a terminal of a given width: text longer than the screen wraps,
 * wide characters don't straddle the edge, control characters show as ^X. It knows where the cursor
 * is because it put it there; everything below the prompt's first row is its own.
 * @spec ECMA-48: CUU, CUD, CUF, ED, EL
 */
import { characterWidth } from '#cmd/bash/edit/width.ts';

/** Row and column, from the start of the prompt. */
interface Place {
  readonly row: number;
  readonly column: number;
}

export interface Frame {
  /** May hold escape sequences, marked invisible by U+0001 … U+0002, and newlines. */
  readonly prompt: string;
  readonly characters: readonly string[];
  readonly cursor: number;
}

export class Screen {
  #columns: number;
  /** Where the terminal's cursor is. */
  #place: Place = { row: 0, column: 0 };
  #lastRow = 0;
  #shown: Frame | undefined;

  constructor(columns: number) {
    this.#columns = Math.max(2, columns);
  }

  resize(columns: number): void {
    this.#columns = Math.max(2, columns);
    this.#shown = undefined;
  }

  /** The terminal's cursor is at the start of an empty row. */
  forget(): void {
    this.#place = { row: 0, column: 0 };
    this.#lastRow = 0;
    this.#shown = undefined;
  }

  /** Output that makes the terminal show `frame`. */
  draw(frame: Frame): string {
    if (this.#shown !== undefined && isSame(frame, this.#shown)) return '';
    const quick = this.#append(frame);
    if (quick !== undefined) return quick;
    const layout = layOut(frame, this.#columns);
    let out = this.#moveTo({ row: 0, column: 0 });
    out += '\x1b[J';
    out += layout.output;
    this.#place = layout.end;
    this.#lastRow = layout.end.row;
    out += this.#moveTo(layout.cursor);
    this.#shown = frame;
    return out;
  }

  /** One character typed at the end of the line, not at the edge: only it is written. */
  #append(frame: Frame): string | undefined {
    const shown = this.#shown;
    if (shown === undefined || frame.prompt !== shown.prompt) return undefined;
    const size = shown.characters.length;
    const added = frame.characters[size];
    const isAppended =
      frame.characters.length === size + 1 &&
      shown.cursor === size &&
      frame.cursor === size + 1 &&
      added !== undefined &&
      frame.characters[0] === shown.characters[0] &&
      frame.characters[size - 1] === shown.characters[size - 1];
    if (!isAppended || added < ' ' || added === '\x7f') return undefined;
    const width = characterWidth(added);
    if (width === 0 || this.#place.column + width >= this.#columns) return undefined;
    this.#place = { row: this.#place.row, column: this.#place.column + width };
    this.#shown = frame;
    return added;
  }

  #moveTo(target: Place): string {
    const { row, column } = this.#place;
    this.#place = target;
    let out = '';
    if (target.row < row) out += `\x1b[${row - target.row}A`;
    if (target.row > row) out += `\x1b[${target.row - row}B`;
    if (target.column === column && target.row === row) return out;
    out += '\r';
    if (target.column > 0) out += `\x1b[${target.column}C`;
    return out;
  }

  /** Leaves the line: the cursor goes below all of it. */
  finish(): string {
    const out = this.#moveTo({ row: this.#lastRow, column: this.#place.column });
    this.forget();
    return `${out}\r\n`;
  }

  /** Clears the whole screen; the frame must be drawn again. */
  clear(): string {
    this.forget();
    return '\x1b[H\x1b[2J';
  }
}

function isSame(a: Frame, b: Frame): boolean {
  return (
    a.cursor === b.cursor &&
    a.prompt === b.prompt &&
    a.characters.length === b.characters.length &&
    a.characters.every((char, i) => char === b.characters[i])
  );
}

interface Layout {
  readonly output: string;
  readonly cursor: Place;
  /** After the last character. */
  readonly end: Place;
}

class Pen {
  output = '';
  row = 0;
  column = 0;
  readonly #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
  }

  get place(): Place {
    return { row: this.row, column: this.column };
  }

  newline(): void {
    this.output += '\r\n';
    this.row += 1;
    this.column = 0;
  }

  put(char: string, width: number): void {
    if (width > 0 && this.column + width > this.#columns) {
      this.output += '\r\n';
      this.row += 1;
      this.column = 0;
    }
    this.output += char;
    this.column += width;
  }

  /** A terminal waits at the edge after the last column: go to the next row for sure. */
  settle(): void {
    if (this.column < this.#columns) return;
    this.output += '\r\n';
    this.row += 1;
    this.column = 0;
  }
}

function layOut(frame: Frame, columns: number): Layout {
  const pen = new Pen(columns);
  putPrompt(pen, frame.prompt, columns);
  let cursor: Place | undefined;
  frame.characters.forEach((char, i) => {
    if (i === frame.cursor) cursor = edgeSafe(pen, char, columns);
    if (char === '\n') pen.newline();
    else putCharacter(pen, char, columns);
  });
  pen.settle();
  return { output: pen.output, cursor: cursor ?? pen.place, end: pen.place };
}

/** Where the cursor stands before `char` is drawn: on the row on which it will appear. */
function edgeSafe(pen: Pen, char: string, columns: number): Place {
  const width = char === '\n' ? 1 : shownWidth(char, pen.column);
  const wraps = pen.column >= columns || (char !== '\n' && pen.column + width > columns);
  return wraps ? { row: pen.row + 1, column: 0 } : pen.place;
}

function shownWidth(char: string, column: number): number {
  if (char === '\t') return 8 - (column % 8);
  if (char < ' ' || char === '\x7f') return 1;
  return characterWidth(char);
}

function putCharacter(pen: Pen, char: string, columns: number): void {
  if (char === '\t') {
    const count = Math.min(8 - (pen.column % 8), Math.max(1, columns - pen.column));
    for (let i = 0; i < count; i += 1) pen.put(' ', 1);
  } else if (char < ' ' || char === '\x7f') {
    pen.put('^', 1);
    pen.put(String.fromCharCode(char.charCodeAt(0) ^ 0x40), 1);
  } else if (char >= '\uDC80' && char <= '\uDCFF') {
    pen.put('\uFFFD', 1);
  } else pen.put(char, characterWidth(char));
}

function putPrompt(pen: Pen, prompt: string, columns: number): void {
  let isInvisible = false;
  for (const char of prompt) {
    if (char === '\x01') isInvisible = true;
    else if (char === '\x02') isInvisible = false;
    else if (isInvisible || char === '\x1b' || char === '\x07') pen.output += char;
    else if (char === '\n') pen.newline();
    else if (char === '\r') {
      pen.output += '\r';
      pen.column = 0;
    } else pen.put(char, characterWidth(char));
  }
  if (pen.column >= columns) pen.settle();
}
