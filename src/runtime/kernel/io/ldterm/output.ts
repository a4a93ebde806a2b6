/**
 * Output half of the line discipline: OPOST translation into a small buffer, and flow control. The
 * device takes from the buffer what it can; while it is full, writers wait. Columns are counted for
 * tab expansion and for rubbing out tabs.
 * @see uts/common/io/ldterm.c ldterm_output_msg  @man termio(4I)
 */
import {
  OCRNL,
  OLCUC,
  ONLCR,
  ONLRET,
  ONOCR,
  OPOST,
  TABDLY,
  type Termios,
  XTABS,
} from '#abi/illumos/termios.ts';

/** Where a terminal's output goes: a console, the master side of a pty. */
export interface TtySink {
  /** Bytes it takes now. */
  writable(): number;
  /** Takes all of `bytes`, at most `writable()`; borrowed until return. */
  write(bytes: Uint8Array): void;
}

const BUFFER_BYTES = 16 * 1024;
/** Writers go on when no more than this waits. */
export const OUTPUT_LOW_WATER = 4096;
/** The longest translation of one byte: a tab. */
const MAX_EXPANSION = 8;

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;

export class TtyOutput {
  readonly #sink: TtySink;
  readonly #buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  /** By ^S or TCXONC. */
  isStopped = false;
  column = 0;

  constructor(sink: TtySink) {
    this.#sink = sink;
  }

  get usedBytes(): number {
    return this.#end - this.#start;
  }

  get hasRoom(): boolean {
    return BUFFER_BYTES - this.usedBytes > MAX_EXPANSION;
  }

  /** Translates bytes of `source` and passes them on; answers how many it took. */
  write(source: Uint8Array, termios: Termios): number {
    let done = 0;
    for (;;) {
      done += this.#translate(source, done, termios);
      this.drain();
      if (done === source.length || !this.hasRoom) return done;
    }
  }

  /** Passes on what the device takes, unless output is stopped. */
  drain(): void {
    while (!this.isStopped && this.#start < this.#end) {
      const count = Math.min(this.#sink.writable(), this.#end - this.#start);
      if (count <= 0) return;
      this.#sink.write(this.#buffer.subarray(this.#start, this.#start + count));
      this.#start += count;
    }
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
  }

  /** Throws away what waits (TCOFLUSH, ^C). */
  flush(): void {
    this.#start = 0;
    this.#end = 0;
  }

  #translate(source: Uint8Array, from: number, termios: Termios): number {
    this.#compact();
    const limit = BUFFER_BYTES - MAX_EXPANSION;
    const isPlain = (termios.oflag & OPOST) === 0;
    const buffer = this.#buffer;
    let end = this.#end;
    let at = from;
    let column = this.column;
    while (at < source.length && end <= limit) {
      const byte = source[at] as number;
      at += 1;
      if (byte < SPACE && !isPlain) {
        this.column = column;
        end = this.#control(byte, end, termios.oflag);
        column = this.column;
        continue;
      }
      // A byte 10xxxxxx continues a UTF-8 character: no new column.
      if ((byte & 0xc0) !== 0x80) column += 1;
      buffer[end] = byte;
      if (byte >= 0x61 && byte <= 0x7a && (termios.oflag & (OPOST | OLCUC)) === (OPOST | OLCUC)) {
        buffer[end] = byte - 32;
      }
      end += 1;
    }
    this.column = column;
    this.#end = end;
    return at - from;
  }

  /** Puts the translation of a control character at `end`; answers the new end. */
  #control(byte: number, end: number, oflag: number): number {
    const buffer = this.#buffer;
    if (byte === NEWLINE) {
      if ((oflag & ONLCR) !== 0) {
        buffer[end] = RETURN;
        buffer[end + 1] = NEWLINE;
        this.column = 0;
        return end + 2;
      }
      if ((oflag & ONLRET) !== 0) this.column = 0;
    } else if (byte === RETURN) {
      if ((oflag & ONOCR) !== 0 && this.column === 0) return end;
      if ((oflag & OCRNL) !== 0) {
        buffer[end] = NEWLINE;
        if ((oflag & ONLRET) !== 0) this.column = 0;
        return end + 1;
      }
      this.column = 0;
    } else if (byte === TAB) {
      const count = 8 - (this.column % 8);
      this.column += count;
      if ((oflag & TABDLY) === XTABS) {
        buffer.fill(SPACE, end, end + count);
        return end + count;
      }
    } else if (byte === BACKSPACE && this.column > 0) {
      this.column -= 1;
    }
    buffer[end] = byte;
    return end + 1;
  }

  #compact(): void {
    if (this.#start === 0) return;
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
