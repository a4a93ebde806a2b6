/**
 * Searching one file. Two ways: the quick one jumps from candidate to candidate in whole blocks; the
 * other looks at every line, for -v, context and patterns without a quick search.
 */
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Matcher } from '#cmd/grep/matcher.ts';
import type { GrepOptions } from '#cmd/grep/options.ts';
import { writeText } from '#lib/libc/filter.ts';
import { BlockReader } from '#lib/libc/lines.ts';
import type { Output } from '#lib/libc/stdio.ts';
import type { Errno } from '#kernel/os/errno.ts';

const BLOCK_SIZE = 512;

export interface FileResult {
  readonly count: number;
  readonly error: Errno | undefined;
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

/** The search of one file; `prefix` is `NAME` or empty. */
export class FileSearch {
  count = 0;
  readonly #matcher: Matcher;
  readonly #options: GrepOptions;
  readonly #out: Output;
  readonly #prefix: string;
  readonly #stopsAtFirst: boolean;
  #text = '';
  /** Lines and bytes before the current block. */
  #lineNumber = 0;
  #offset = 0;
  #before: string[] = [];
  #afterLeft = 0;
  /** The number of the last line printed; context that does not join on is set off by `--`. */
  #lastPrinted = 0;

  constructor(matcher: Matcher, options: GrepOptions, out: Output, prefix: string) {
    this.#matcher = matcher;
    this.#options = options;
    this.#out = out;
    this.#prefix = prefix;
    this.#stopsAtFirst = ['names', 'otherNames', 'nothing'].includes(options.output);
  }

  *run(sys: Sys, fd: number): Task<FileResult> {
    const reader = new BlockReader(sys, fd);
    const { invert, before, after } = this.#options;
    const isQuick = !invert && before === 0 && after === 0 && this.#matcher.quick !== undefined;
    for (;;) {
      const block = yield* reader.next();
      if (block === undefined || this.#out.error !== undefined) break;
      if (isQuick) this.#quick(block);
      else {
        this.#everyLine(block);
        yield* sys.preempt(block.length >> 4);
      }
      yield* writeText(this.#out, this.#text);
      this.#text = '';
      if (this.#stopsAtFirst && this.count > 0) break;
    }
    return { count: this.count, error: reader.error };
  }

  #quick(block: string): void {
    const find = this.#matcher.quick as NonNullable<Matcher['quick']>;
    let counted = 0;
    for (let at = find(block, 0); at >= 0; ) {
      const start = at === 0 ? 0 : block.lastIndexOf('\n', at - 1) + 1;
      const newline = block.indexOf('\n', at);
      const end = newline < 0 ? block.length : newline;
      if (start >= block.length) break;
      const line = block.slice(start, end);
      if (this.#matcher.test(line)) {
        if (this.#options.lineNumbers) {
          this.#lineNumber += countNewlines(block, counted, start);
          counted = start;
        }
        this.#found(line, this.#lineNumber + 1, this.#offset + start);
        if (this.#stopsAtFirst) return;
      }
      if (newline < 0) break;
      at = find(block, end + 1);
    }
    if (this.#options.lineNumbers) this.#lineNumber += countNewlines(block, counted, block.length);
    this.#offset += block.length;
  }

  #everyLine(block: string): void {
    const { invert, before } = this.#options;
    const lines = block.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) {
      this.#lineNumber += 1;
      if (this.#matcher.test(line) !== invert) {
        this.#contextBefore();
        this.#found(line, this.#lineNumber, this.#offset);
        this.#lastPrinted = this.#lineNumber;
        this.#afterLeft = this.#options.after;
        if (this.#stopsAtFirst) return;
      } else if (this.#afterLeft > 0) {
        this.#afterLeft -= 1;
        this.#context(line, this.#lineNumber);
      } else if (before > 0) {
        this.#before.push(line);
        if (this.#before.length > before) this.#before.shift();
      }
      this.#offset += line.length + 1;
    }
  }

  #hasContext(): boolean {
    return this.#options.output === 'lines' && this.#options.before + this.#options.after > 0;
  }

  #contextBefore(): void {
    if (!this.#hasContext()) return;
    const first = this.#lineNumber - this.#before.length;
    if (this.#lastPrinted > 0 && first > this.#lastPrinted + 1) this.#text += '--\n';
    this.#before.forEach((line, i) => this.#context(line, first + i));
    this.#before = [];
  }

  #context(line: string, number: number): void {
    if (!this.#hasContext()) return;
    this.#text += this.#head(number, 0, '-') + line + '\n';
    this.#lastPrinted = number;
  }

  #head(number: number, offset: number, mark: string): string {
    const { lineNumbers, blockNumbers } = this.#options;
    let head = this.#prefix === '' ? '' : this.#prefix + mark;
    if (blockNumbers) head += `${Math.floor(offset / BLOCK_SIZE)}${mark}`;
    return lineNumbers ? `${head}${number}${mark}` : head;
  }

  #found(line: string, number: number, offset: number): void {
    this.count += 1;
    const { output, invert } = this.#options;
    if (output === 'lines') this.#text += `${this.#head(number, offset, ':')}${line}\n`;
    if (output !== 'matches' || invert) return;
    const head = this.#head(number, offset, ':');
    for (let at = 0; at < line.length; ) {
      const span = this.#matcher.find(line, at);
      if (span === undefined) return;
      const [start, end] = span;
      if (end > start) this.#text += `${head}${line.slice(start, end)}\n`;
      at = end > start ? end : start + 1;
    }
  }
}
