/**
 * Motions over words: w W e E b B. An empty line counts as a word for w and b. A step forward stops
 * on the place after a line's last character before it goes on to the next line, like a blank.
 */
import type { Position, TextBuffer } from '#cmd/vi/buffer.ts';
import { characterClass, nextColumn, previousColumn } from '#cmd/vi/characters.ts';

type Step = 'inside' | 'lineEnd' | 'nextLine' | 'none';

class Walker {
  row: number;
  column: number;
  readonly #buffer: TextBuffer;
  readonly #isBig: boolean;

  constructor(buffer: TextBuffer, at: Position, isBig: boolean) {
    this.#buffer = buffer;
    this.#isBig = isBig;
    this.row = at.row;
    this.column = at.column;
  }

  get position(): Position {
    return { row: this.row, column: this.column };
  }

  get class(): 0 | 1 | 2 {
    return characterClass(this.#buffer.line(this.row), this.column, this.#isBig);
  }

  get isEmptyLine(): boolean {
    return this.column === 0 && this.#buffer.line(this.row) === '';
  }

  get isLastRow(): boolean {
    return this.row === this.#buffer.lineCount - 1;
  }

  forward(): Step {
    const line = this.#buffer.line(this.row);
    if (this.column < line.length) {
      this.column = nextColumn(line, this.column);
      return this.column < line.length ? 'inside' : 'lineEnd';
    }
    if (this.isLastRow) return 'none';
    this.row += 1;
    this.column = 0;
    return 'nextLine';
  }

  back(): boolean {
    if (this.column > 0) {
      this.column = previousColumn(this.#buffer.line(this.row), this.column);
      return true;
    }
    if (this.row === 0) return false;
    this.row -= 1;
    this.column = this.#buffer.line(this.row).length;
    return true;
  }

  /** Over characters of class `kind`; false at the end of the text. */
  skipForward(kind: 0 | 1 | 2): boolean {
    while (this.class === kind) if (this.forward() === 'none') return false;
    return true;
  }
}

/**
 * The start of the `count`th word after `from`; undefined at the end of the text. With `stopsAtEnd`
 * (an operator waits) the last word ends at its line's end.
 */
export function wordForward(
  buffer: TextBuffer,
  from: Position,
  count: number,
  isBig: boolean,
  stopsAtEnd: boolean,
): Position | undefined {
  const walker = new Walker(buffer, from, isBig);
  for (let left = count - 1; left >= 0; left -= 1) {
    const start = walker.class;
    const wasLastRow = walker.isLastRow;
    const stops = (step: Step): boolean => stopsAtEnd && left === 0 && step !== 'inside';
    let step = walker.forward();
    if (step === 'none') return undefined;
    if (step !== 'inside' && wasLastRow) return stopsAtEnd ? walker.position : undefined;
    if (stops(step)) return walker.position;
    if (start !== 0) {
      while (walker.class === start) {
        step = walker.forward();
        if (step === 'none' || stops(step)) return walker.position;
      }
    }
    while (walker.class === 0 && !walker.isEmptyLine) {
      if (walker.forward() === 'none') return walker.position;
    }
  }
  return walker.position;
}

/** The last character of the `count`th word; with `stays` (cw) a word's own end counts. */
export function wordEnd(
  buffer: TextBuffer,
  from: Position,
  count: number,
  isBig: boolean,
  stays: boolean,
): Position | undefined {
  const walker = new Walker(buffer, from, isBig);
  let mayStay = stays;
  for (let left = count; left > 0; left -= 1) {
    const start = walker.class;
    if (walker.forward() === 'none') return undefined;
    if (walker.class === start && start !== 0) {
      if (!walker.skipForward(start)) return undefined;
    } else if (!mayStay || start === 0) {
      while (walker.class === 0) if (walker.forward() === 'none') return undefined;
      if (!walker.skipForward(walker.class)) return undefined;
    }
    walker.back();
    mayStay = false;
  }
  return walker.position;
}

export function wordBack(
  buffer: TextBuffer,
  from: Position,
  count: number,
  isBig: boolean,
): Position | undefined {
  const walker = new Walker(buffer, from, isBig);
  for (let left = count; left > 0; left -= 1) {
    if (!walker.back()) return undefined;
    while (walker.class === 0 && !walker.isEmptyLine) if (!walker.back()) return walker.position;
    if (walker.isEmptyLine) continue;
    const kind = walker.class;
    let isAtStart = false;
    while (walker.class === kind) {
      if (!walker.back()) {
        isAtStart = true;
        break;
      }
    }
    if (isAtStart) return walker.position;
    walker.forward();
  }
  return walker.position;
}
