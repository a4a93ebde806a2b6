/**
 * Lines of a file as byte-oriented text (Latin-1: one character a byte), many at a time: what one
 * read brings is split at once, so that filters loop over an array instead of resuming a generator
 * for every line. A terminal or a pipe gives what is there; nothing waits for a full buffer.
 */
import { decodeLatin1 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const READ_SIZE = 65_536;

export class LineReader {
  /** The error that ended the file early. */
  error: Errno | undefined;
  /** True after the last batch when the last line had no newline. */
  lacksNewline = false;
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #delimiter: string;
  readonly #buffer = new Uint8Array(READ_SIZE);
  #rest: string[] = [];
  #ended = false;

  constructor(sys: Sys, fd: number, delimiter = '\n') {
    this.#sys = sys;
    this.#fd = fd;
    this.#delimiter = delimiter;
  }

  /** The next lines without their newlines, never an empty array; undefined at the end. */
  *batch(): Task<string[] | undefined> {
    while (!this.#ended) {
      const size = yield* readSome(this.#sys, this.#fd, this.#buffer);
      if (isErrno(size)) this.error = size;
      if (isErrno(size) || size === 0) {
        this.#ended = true;
        break;
      }
      const text = decodeLatin1(this.#buffer.subarray(0, size));
      const lines = text.split(this.#delimiter);
      const last = lines.pop() as string;
      if (lines.length === 0) {
        this.#rest.push(last);
        continue;
      }
      if (this.#rest.length > 0) lines[0] = this.#rest.join('') + (lines[0] as string);
      this.#rest = last === '' ? [] : [last];
      yield* this.#sys.preempt(size >> 4);
      return lines;
    }
    if (this.#rest.length === 0) return undefined;
    const line = this.#rest.join('');
    this.#rest = [];
    this.lacksNewline = true;
    return [line];
  }
}

/** Whole lines as one text with their newlines: what a quick search runs over. */
export class BlockReader {
  error: Errno | undefined;
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(READ_SIZE);
  #rest: string[] = [];
  #ended = false;

  constructor(sys: Sys, fd: number) {
    this.#sys = sys;
    this.#fd = fd;
  }

  /** Ends with a newline, but for the last block of a file without one; undefined at the end. */
  *next(): Task<string | undefined> {
    while (!this.#ended) {
      const size = yield* readSome(this.#sys, this.#fd, this.#buffer);
      if (isErrno(size)) this.error = size;
      if (isErrno(size) || size === 0) {
        this.#ended = true;
        break;
      }
      const text = decodeLatin1(this.#buffer.subarray(0, size));
      const end = text.lastIndexOf('\n') + 1;
      if (end === 0) {
        this.#rest.push(text);
        continue;
      }
      const block = this.#rest.join('') + text.slice(0, end);
      this.#rest = end === text.length ? [] : [text.slice(end)];
      yield* this.#sys.preempt(size >> 6);
      return block;
    }
    if (this.#rest.length === 0) return undefined;
    const block = this.#rest.join('');
    this.#rest = [];
    return block;
  }
}

/** read(2), issued again when a signal interrupted it. */
export function* readSome(sys: Sys, fd: number, target: Uint8Array): Task<number | Errno> {
  for (;;) {
    const result = yield* sys.read(fd, target);
    if (!isErrno(result) || result.name !== 'EINTR') return result;
  }
}

/** One line at a time, for programs that stop in the midst of a file. */
export class LineCursor {
  readonly reader: LineReader;
  #lines: readonly string[] = [];
  #at = 0;

  constructor(sys: Sys, fd: number, delimiter = '\n') {
    this.reader = new LineReader(sys, fd, delimiter);
  }

  /** The next line without its newline; undefined at the end. */
  *next(): Task<string | undefined> {
    if (this.#at >= this.#lines.length) {
      this.#lines = (yield* this.reader.batch()) ?? [];
      this.#at = 0;
    }
    const line = this.#lines[this.#at];
    this.#at += 1;
    return line;
  }

  /** Lines already read, without waiting: undefined when a read is needed to know more. */
  peekBuffered(): string | undefined {
    return this.#lines[this.#at];
  }
}
