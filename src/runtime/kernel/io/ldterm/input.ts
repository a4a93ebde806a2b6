/**
 * Input half of the line discipline: mapping, signals, flow control, editing and echo on the way in;
 * finished lines (canonical) or bytes (raw) wait for the reader. A line is one read, whatever the
 * reader's buffer; an end-of-file character makes a line without itself, an empty one reads as 0.
 * @see uts/common/io/ldterm.c ldterm_docanon, ldterm_dononcanon  @man termio(4I)
 */
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  FLUSHO,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  IMAXBEL,
  INLCR,
  ISIG,
  ISTRIP,
  IUCLC,
  IXANY,
  IXOFF,
  IXON,
  NOFLSH,
  type Termios,
  VDISCARD,
  VDSUSP,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VERASE2,
  VINTR,
  VKILL,
  VLNEXT,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTATUS,
  VSTOP,
  VSUSP,
  VWERASE,
} from '#abi/illumos/termios.ts';
import { SIGINFO, SIGINT, SIGQUIT, SIGTSTP, type Signal } from '#abi/illumos/signal.ts';
import { TypedLine } from '#kernel/io/ldterm/line.ts';
import type { TtyOutput } from '#kernel/io/ldterm/output.ts';
import { isControl } from '#kernel/io/ldterm/settings.ts';

/** Bytes that wait for a reader; then the sender has to wait (pty) or is asked to (IXOFF). */
export const INPUT_BYTES = 8192;
const INPUT_LOW_WATER = 1024;

const BELL = 7;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const CARET = 94;
const DELETE = 127;
const RUB_OUT: Uint8Array = Uint8Array.of(8, 32, 8);
const TWO_BACK: Uint8Array = Uint8Array.of(8, 8);

/** What a line discipline tells its terminal. */
export interface InputListener {
  /** A signal for the foreground process group. */
  signal(signal: Signal): void;
  /** There is something to read. */
  readable(): void;
}

export class TtyInput {
  readonly #termios: Termios;
  readonly #output: TtyOutput;
  readonly #listener: InputListener;
  readonly #line: TypedLine = new TypedLine();
  readonly #ready: Uint8Array = new Uint8Array(INPUT_BYTES);
  #start = 0;
  #end = 0;
  /** Canonical mode: sizes of the finished lines in `#ready`, in order. */
  readonly #lineSizes: number[] = [];
  #isNextLiteral = false;
  /** A STOP was sent to the other side (IXOFF). */
  #hasStoppedSender = false;
  readonly #echoCell: Uint8Array = new Uint8Array(2);

  constructor(termios: Termios, output: TtyOutput, listener: InputListener) {
    this.#termios = termios;
    this.#output = output;
    this.#listener = listener;
  }

  get #isCanonical(): boolean {
    return (this.#termios.lflag & ICANON) !== 0;
  }

  /** Bytes a read could get now, over all finished lines. */
  get readyBytes(): number {
    return this.#end - this.#start;
  }

  /** A read would not wait (raw mode: for VMIN see Tty). */
  get hasLine(): boolean {
    return this.#lineSizes.length > 0;
  }

  /** Takes bytes from the device; answers how many: the rest has to wait until somebody reads. */
  receive(bytes: Uint8Array): number {
    const hadInput = this.readyBytes > 0 || this.hasLine;
    let at = 0;
    while (at < bytes.length && this.readyBytes + this.#line.length < INPUT_BYTES - 1) {
      this.#receiveByte(bytes[at] as number);
      at += 1;
    }
    this.#output.drain();
    const hasInput = this.#isCanonical ? this.hasLine : this.readyBytes > 0;
    if (hasInput || (hadInput && at > 0)) this.#listener.readable();
    if ((this.#termios.iflag & IXOFF) !== 0) this.#slowSender();
    return at;
  }

  /** Moves bytes to a reader: in canonical mode at most the first line. */
  take(target: Uint8Array): number {
    let count = Math.min(target.length, this.readyBytes);
    if (this.#isCanonical) {
      const size = this.#lineSizes[0] ?? 0;
      count = Math.min(count, size);
      if (count === size) this.#lineSizes.shift();
      else this.#lineSizes[0] = size - count;
    }
    target.set(this.#ready.subarray(this.#start, this.#start + count));
    this.#start += count;
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
    if (this.#hasStoppedSender && this.readyBytes < INPUT_LOW_WATER) this.#startSender();
    return count;
  }

  flush(): void {
    this.#start = 0;
    this.#end = 0;
    this.#lineSizes.length = 0;
    this.#line.clear();
    this.#isNextLiteral = false;
    if (this.#hasStoppedSender) this.#startSender();
  }

  /** After a change of ICANON: what was typed is seen with the other eyes. */
  modeChanged(): void {
    if (!this.#isCanonical) {
      this.#append(this.#line.bytes);
      this.#line.clear();
      this.#lineSizes.length = 0;
      return;
    }
    const typed = this.#ready.slice(this.#start, this.#end);
    this.#start = 0;
    this.#end = 0;
    this.#lineSizes.length = 0;
    for (const byte of typed) {
      if (this.#isDelimiter(byte)) this.#finishLine(byte);
      else if (!this.#line.isFull) this.#line.push(byte);
    }
  }

  #receiveByte(raw: number): void {
    const { iflag, lflag } = this.#termios;
    let byte = (iflag & ISTRIP) === 0 ? raw : raw & 0x7f;
    if (this.#isNextLiteral) {
      this.#isNextLiteral = false;
      this.#store(byte);
      return;
    }
    if ((iflag & IXON) !== 0 && this.#flowControl(byte)) return;
    if ((lflag & FLUSHO) !== 0) this.#termios.lflag &= ~FLUSHO;
    if (byte === RETURN) {
      if ((iflag & IGNCR) !== 0) return;
      if ((iflag & ICRNL) !== 0) byte = NEWLINE;
    } else if (byte === NEWLINE && (iflag & INLCR) !== 0) {
      byte = RETURN;
    } else if ((iflag & IUCLC) !== 0 && byte >= 0x41 && byte <= 0x5a) {
      byte += 32;
    }
    if ((lflag & ISIG) !== 0 && this.#signal(byte)) return;
    if ((lflag & ICANON) !== 0) this.#canonical(byte);
    else this.#store(byte);
  }

  /** ^S and ^Q; with IXANY anything goes on. */
  #flowControl(byte: number): boolean {
    const output = this.#output;
    const isStart = isControl(this.#termios, VSTART, byte);
    if (isControl(this.#termios, VSTOP, byte) && !(output.isStopped && isStart)) {
      output.isStopped = true;
      return true;
    }
    if (isStart || (output.isStopped && (this.#termios.iflag & IXANY) !== 0)) {
      output.isStopped = false;
      output.drain();
      this.#listener.readable();
      return isStart;
    }
    return false;
  }

  #signal(byte: number): boolean {
    const termios = this.#termios;
    let signal: Signal = 0;
    if (isControl(termios, VINTR, byte)) signal = SIGINT;
    else if (isControl(termios, VQUIT, byte)) signal = SIGQUIT;
    else if (isControl(termios, VSUSP, byte)) signal = SIGTSTP;
    else if ((termios.lflag & IEXTEN) === 0) return false;
    else if (isControl(termios, VDSUSP, byte)) signal = SIGTSTP;
    else if (isControl(termios, VSTATUS, byte)) signal = SIGINFO;
    if (signal === 0) return false;
    if ((termios.lflag & NOFLSH) === 0 && signal !== SIGINFO) {
      this.flush();
      this.#output.flush();
    }
    this.#output.isStopped = false;
    this.#echo(byte);
    this.#listener.signal(signal);
    return true;
  }

  #canonical(byte: number): void {
    const termios = this.#termios;
    if (isControl(termios, VERASE, byte) || isControl(termios, VERASE2, byte)) {
      this.#edit(byte, () => this.#line.eraseCharacter());
    } else if (isControl(termios, VKILL, byte)) {
      this.#kill(byte);
    } else if (isControl(termios, VEOF, byte)) {
      // The ^D that shows is gone as soon as anything else is written.
      if (this.#echo(byte) === 2) this.#output.write(TWO_BACK, termios);
      this.#finishLine(undefined);
    } else if ((termios.lflag & IEXTEN) !== 0 && this.#extended(byte)) {
      return;
    } else if (this.#isDelimiter(byte)) {
      this.#echo(byte);
      this.#finishLine(byte);
    } else {
      this.#store(byte);
    }
  }

  /** The characters of IEXTEN: ^W ^R ^V ^O. */
  #extended(byte: number): boolean {
    const termios = this.#termios;
    if (isControl(termios, VWERASE, byte)) {
      this.#edit(byte, () => this.#line.eraseWord());
    } else if (isControl(termios, VREPRINT, byte)) {
      this.#echo(byte);
      this.#newline();
      this.#redraw();
    } else if (isControl(termios, VLNEXT, byte)) {
      this.#isNextLiteral = true;
      if ((termios.lflag & (ECHO | ECHOCTL)) === (ECHO | ECHOCTL)) {
        this.#output.write(Uint8Array.of(CARET, 8), termios);
      }
    } else if (isControl(termios, VDISCARD, byte)) {
      this.#echo(byte);
      termios.lflag |= FLUSHO;
    } else {
      return false;
    }
    return true;
  }

  #isDelimiter(byte: number): boolean {
    if (byte === NEWLINE) return true;
    return isControl(this.#termios, VEOL, byte) || isControl(this.#termios, VEOL2, byte);
  }

  /** Adds an ordinary character to the line, or in raw mode to what can be read. */
  #store(byte: number): void {
    if (!this.#isCanonical) {
      this.#echo(byte);
      this.#ready[this.#reserve(1)] = byte;
      this.#end += 1;
      return;
    }
    if (this.#line.isFull) {
      if ((this.#termios.iflag & IMAXBEL) !== 0) {
        this.#output.write(Uint8Array.of(BELL), this.#termios);
      }
      return;
    }
    if (this.#line.length === 0) this.#line.startColumn = this.#output.column;
    this.#line.push(byte);
    this.#echo(byte);
  }

  #finishLine(delimiter: number | undefined): void {
    const size = this.#line.length + (delimiter === undefined ? 0 : 1);
    this.#append(this.#line.bytes);
    if (delimiter !== undefined) this.#append(Uint8Array.of(delimiter));
    this.#line.clear();
    this.#lineSizes.push(size);
  }

  #append(bytes: Uint8Array): void {
    this.#ready.set(bytes, this.#reserve(bytes.length));
    this.#end += bytes.length;
  }

  /** Makes sure that `count` bytes fit at the end; answers where. */
  #reserve(count: number): number {
    if (this.#end + count > INPUT_BYTES) {
      this.#ready.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    return this.#end;
  }

  /** Shortens the line by `change` and rubs out on the screen what went away. */
  #edit(byte: number, change: () => void): void {
    if (this.#line.length === 0) return;
    const { lflag } = this.#termios;
    const showsControl = (lflag & ECHOCTL) !== 0;
    const before = this.#line.endColumn(showsControl);
    change();
    if ((lflag & ECHO) === 0) return;
    if ((lflag & ECHOE) === 0) {
      this.#echo(byte);
      return;
    }
    this.#rubOut(before - this.#line.endColumn(showsControl));
  }

  #kill(byte: number): void {
    const { lflag } = this.#termios;
    const width = this.#line.endColumn((lflag & ECHOCTL) !== 0) - this.#line.startColumn;
    const isEmpty = this.#line.length === 0;
    this.#line.clear();
    if ((lflag & ECHO) === 0) return;
    if ((lflag & (ECHOKE | ECHOE)) === (ECHOKE | ECHOE)) {
      if (!isEmpty) this.#rubOut(width);
      return;
    }
    this.#echo(byte);
    if ((lflag & ECHOK) !== 0) this.#newline();
  }

  #rubOut(columns: number): void {
    for (let i = 0; i < columns; i += 1) this.#output.write(RUB_OUT, this.#termios);
  }

  #redraw(): void {
    this.#line.startColumn = this.#output.column;
    for (const byte of this.#line.bytes) this.#echo(byte);
  }

  #newline(): void {
    this.#output.write(Uint8Array.of(NEWLINE), this.#termios);
  }

  /** Shows a typed character; answers the columns of a control character shown as `^X`. */
  #echo(byte: number): number {
    const { lflag } = this.#termios;
    const cell = this.#echoCell;
    if ((lflag & ECHO) === 0) {
      const isNewline = byte === NEWLINE && (lflag & ICANON) !== 0 && (lflag & ECHONL) !== 0;
      if (isNewline) this.#newline();
      return 0;
    }
    const isControlByte = byte < SPACE || byte === DELETE;
    if (isControlByte && (lflag & ECHOCTL) !== 0 && byte !== TAB && byte !== NEWLINE) {
      cell[0] = CARET;
      cell[1] = byte ^ 0x40;
      this.#output.write(cell, this.#termios);
      return 2;
    }
    cell[0] = byte;
    this.#output.write(cell.subarray(0, 1), this.#termios);
    return 0;
  }

  #slowSender(): void {
    const stop = this.#termios.cc[VSTOP] ?? 0;
    if (this.#hasStoppedSender || stop === 0 || this.readyBytes < INPUT_BYTES / 2) return;
    this.#hasStoppedSender = true;
    this.#output.write(Uint8Array.of(stop), this.#termios);
  }

  #startSender(): void {
    this.#hasStoppedSender = false;
    this.#output.write(Uint8Array.of(this.#termios.cc[VSTART] ?? 0), this.#termios);
  }
}
