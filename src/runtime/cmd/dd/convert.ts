/** Conversions of dd: case, swapped bytes, records of fixed length to lines and back. @man dd(8) */
const NEWLINE = 10;
const BLANK = 32;

/** Swaps the bytes of each pair in place; the last of an odd number stays. */
export function swab(bytes: Uint8Array): void {
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const first = bytes[at] as number;
    bytes[at] = bytes[at + 1] as number;
    bytes[at + 1] = first;
  }
}

/** Letters of ASCII only, as in the C locale. */
export function changeCase(bytes: Uint8Array, to: 'lcase' | 'ucase'): void {
  const [from, until, change] = to === 'lcase' ? [65, 90, 32] : [97, 122, -32];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= from && byte <= until) bytes[at] = byte + change;
  }
}

/** Lines to records of `size` bytes, filled with blanks; longer lines are cut and counted. */
export class Blocker {
  truncated = 0;
  readonly #size: number;
  #column = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(bytes: Uint8Array): Uint8Array {
    const out: number[] = [];
    for (const byte of bytes) {
      if (byte === NEWLINE) this.#fill(out);
      else {
        if (this.#column < this.#size) out.push(byte);
        else if (this.#column === this.#size) this.truncated += 1;
        this.#column += 1;
      }
    }
    return Uint8Array.from(out);
  }

  end(): Uint8Array {
    const out: number[] = [];
    if (this.#column > 0) this.#fill(out);
    return Uint8Array.from(out);
  }

  #fill(out: number[]): void {
    for (; this.#column < this.#size; this.#column += 1) out.push(BLANK);
    this.#column = 0;
  }
}

/** Records of `size` bytes to lines without the blanks at their ends. */
export class Unblocker {
  readonly #size: number;
  #record: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(bytes: Uint8Array): Uint8Array {
    const out: number[] = [];
    for (const byte of bytes) {
      this.#record.push(byte);
      if (this.#record.length === this.#size) this.#finish(out);
    }
    return Uint8Array.from(out);
  }

  end(): Uint8Array {
    const out: number[] = [];
    if (this.#record.length > 0) this.#finish(out);
    return Uint8Array.from(out);
  }

  #finish(out: number[]): void {
    while (this.#record.at(-1) === BLANK) this.#record.pop();
    for (const byte of this.#record) out.push(byte);
    out.push(NEWLINE);
    this.#record = [];
  }
}
