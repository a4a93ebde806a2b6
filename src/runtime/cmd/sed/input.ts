/**
 * sed's input: the lines of all files as one stream (or file by file with -i and -s), one line read
 * ahead so that `$` is known.
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { closeOperand, openOperand } from '#lib/libc/file-operand.ts';
import { LineCursor } from '#lib/libc/lines.ts';
import type { Stdio } from '#lib/libc/stdio.ts';

export interface SedLine {
  readonly text: string;
  readonly hasNewline: boolean;
}

export class SedInput {
  failed = false;
  lineNumber = 0;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #paths: readonly string[];
  #at = 0;
  #fd = -1;
  #cursor: LineCursor | undefined;
  #ahead: SedLine | undefined;
  #hasAhead = false;

  constructor(io: Stdio, sys: Sys, paths: readonly string[]) {
    this.#io = io;
    this.#sys = sys;
    this.#paths = paths;
  }

  *#openNext(): Task<boolean> {
    while (this.#at < this.#paths.length) {
      const path = this.#paths[this.#at] as string;
      this.#at += 1;
      const fd = yield* openOperand(this.#sys, path);
      if (isErrno(fd)) {
        yield* this.#io.warn(`${path}: ${fd.message}`);
        this.failed = true;
        continue;
      }
      this.#fd = fd;
      this.#cursor = new LineCursor(this.#sys, fd);
      return true;
    }
    return false;
  }

  *#read(): Task<SedLine | undefined> {
    for (;;) {
      if (this.#cursor === undefined && !(yield* this.#openNext())) return undefined;
      const cursor = this.#cursor as LineCursor;
      const text = yield* cursor.next();
      if (text !== undefined) return { text, hasNewline: !cursor.reader.lacksNewline };
      const { error } = cursor.reader;
      if (error !== undefined) {
        yield* this.#io.warn(`${this.#paths[this.#at - 1]}: ${error.message}`);
        this.failed = true;
      }
      yield* closeOperand(this.#sys, this.#fd);
      this.#cursor = undefined;
    }
  }

  *next(): Task<SedLine | undefined> {
    const line = this.#hasAhead ? this.#ahead : yield* this.#read();
    this.#hasAhead = false;
    if (line !== undefined) this.lineNumber += 1;
    return line;
  }

  /** Whether no line follows. Most programs never ask, and then nothing is read ahead. */
  *isLast(): Task<boolean> {
    if (!this.#hasAhead) {
      if (this.#cursor?.peekBuffered() !== undefined) return false;
      this.#ahead = yield* this.#read();
      this.#hasAhead = true;
    }
    return this.#ahead === undefined;
  }
}
