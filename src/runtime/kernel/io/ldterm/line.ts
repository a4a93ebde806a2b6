/**
 * The line that is being typed in canonical mode, and where its characters stand on the screen.
 * Characters are UTF-8: erasing takes a whole one.
 */
import { MAX_CANON } from '#abi/illumos/limits.ts';
import { charWidth } from '#base/char-width.ts';

const TAB = 9;
const SPACE = 32;
const DELETE = 127;

export class TypedLine {
  readonly #bytes: Uint8Array = new Uint8Array(MAX_CANON);
  #length = 0;
  /** Screen column of the first character. */
  startColumn = 0;

  get length(): number {
    return this.#length;
  }

  /** One place is kept for the delimiter. */
  get isFull(): boolean {
    return this.#length >= MAX_CANON - 1;
  }

  /** Borrowed until the next change. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(byte: number): void {
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Takes the last character off. */
  eraseCharacter(): void {
    let at = this.#length - 1;
    while (at > 0 && this.#length - at < 4 && isContinuation(this.#bytes[at] as number)) at -= 1;
    this.#length = Math.max(0, at);
  }

  /** Takes white space and then the word before it off. */
  eraseWord(): void {
    while (this.#length > 0 && this.#endsInBlank()) this.#length -= 1;
    while (this.#length > 0 && !this.#endsInBlank()) this.#length -= 1;
  }

  #endsInBlank(): boolean {
    const last = this.#bytes[this.#length - 1];
    return last === SPACE || last === TAB;
  }

  /** The screen column after the line; control characters show as `^X` with `showsControl`. */
  endColumn(showsControl: boolean): number {
    let column = this.startColumn;
    let at = 0;
    while (at < this.#length) {
      const byte = this.#bytes[at] as number;
      at += 1;
      if (byte === TAB) {
        column += 8 - (column % 8);
      } else if (byte < SPACE || byte === DELETE) {
        column += showsControl ? 2 : 0;
      } else if (byte < 0x80) {
        column += 1;
      } else {
        let point = byte & (byte >= 0xf0 ? 0x07 : byte >= 0xe0 ? 0x0f : 0x1f);
        while (at < this.#length && isContinuation(this.#bytes[at] as number)) {
          point = (point << 6) | ((this.#bytes[at] as number) & 0x3f);
          at += 1;
        }
        column += charWidth(point);
      }
    }
    return column;
  }
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
