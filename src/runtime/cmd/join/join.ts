/**
 * join: lines of two sorted files with equal keys. Surprising: without -t, leading blanks don't count
 * and fields are joined by one space.
 * @man join(1)
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { writeText } from '#lib/libc/filter.ts';
import { LineCursor } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { type JoinOptions, parseJoinOptions } from '#cmd/join/options.ts';

const USAGE =
  'usage: join [-a file_number | -v file_number] [-o list] [-e string] [-t char]\n' +
  '\t[-1 field] [-2 field] file1 file2\n' +
  '       join [-a file_number] [-j field] [-j1 field] [-j2 field] [-o list] [-e string]\n' +
  '\t[-t char] file1 file2\n';

type Fields = readonly string[];

/** Reads groups of lines that share a key. */
class KeyedFile {
  readonly #cursor: LineCursor;
  readonly #field: number;
  readonly #separator: string | undefined;
  #next: Fields | undefined;
  #started = false;

  constructor(cursor: LineCursor, field: number, separator: string | undefined) {
    this.#cursor = cursor;
    this.#field = field;
    this.#separator = separator;
  }

  *#read(): Task<Fields | undefined> {
    const line = yield* this.#cursor.next();
    if (line === undefined) return undefined;
    if (this.#separator !== undefined) return line.split(this.#separator);
    return line.replace(/^[ \t]+/, '').split(/[ \t]+/);
  }

  keyOf(fields: Fields): string {
    return fields[this.#field] ?? '';
  }

  /** The next lines with one key; undefined at the end. */
  *group(): Task<readonly Fields[] | undefined> {
    if (!this.#started) this.#next = yield* this.#read();
    this.#started = true;
    const first = this.#next;
    if (first === undefined) return undefined;
    const lines = [first];
    for (;;) {
      this.#next = yield* this.#read();
      if (this.#next === undefined || this.keyOf(this.#next) !== this.keyOf(first)) return lines;
      lines.push(this.#next);
    }
  }
}

function outputLine(o: JoinOptions, a: Fields | undefined, b: Fields | undefined): string {
  const separator = o.separator ?? ' ';
  const [fieldA, fieldB] = o.fields;
  const key = a?.[fieldA] ?? b?.[fieldB] ?? '';
  if (o.list !== undefined) {
    return o.list
      .map(([file, field]) => {
        const value = file === 0 ? key : (file === 1 ? a : b)?.[field];
        return value === undefined || value === '' ? o.empty : value;
      })
      .join(separator);
  }
  const others = (fields: Fields | undefined, skip: number): readonly string[] =>
    (fields ?? []).filter((_, i) => i !== skip).map((value) => (value === '' ? o.empty : value));
  return [key, ...others(a, fieldA), ...others(b, fieldB)].join(separator);
}

function* joinFiles(io: Stdio, o: JoinOptions, first: KeyedFile, second: KeyedFile): Task<void> {
  let a = yield* first.group();
  let b = yield* second.group();
  let text = '';
  while (a !== undefined || b !== undefined) {
    const keyA = a === undefined ? undefined : first.keyOf(a[0] as Fields);
    const keyB = b === undefined ? undefined : second.keyOf(b[0] as Fields);
    if (keyB === undefined || (keyA !== undefined && keyA < keyB)) {
      if (o.unpaired.has(1))
        for (const line of a ?? []) text += `${outputLine(o, line, undefined)}\n`;
      a = yield* first.group();
    } else if (keyA === undefined || keyB < keyA) {
      if (o.unpaired.has(2))
        for (const line of b ?? []) text += `${outputLine(o, undefined, line)}\n`;
      b = yield* second.group();
    } else {
      if (!o.onlyUnpaired) {
        for (const left of a ?? []) {
          for (const right of b ?? []) text += `${outputLine(o, left, right)}\n`;
        }
      }
      a = yield* first.group();
      b = yield* second.group();
    }
    if (text.length > 8192) {
      yield* writeText(io.out, text);
      text = '';
    }
  }
  yield* writeText(io.out, text);
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = parseJoinOptions(sys.argv.slice(1).map(utf8ToLatin1));
  if (typeof parsed === 'string' || parsed.operands.length !== 2) {
    return yield* usageError(io, USAGE, typeof parsed === 'string' ? parsed : undefined, 1);
  }
  const { options } = parsed;
  const files: KeyedFile[] = [];
  for (const [index, path] of parsed.operands.entries()) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      yield* io.warn(`cannot open ${path}: ${fd.message}`);
      return 1;
    }
    const cursor = new LineCursor(sys, fd);
    files.push(new KeyedFile(cursor, options.fields[index] as number, options.separator));
  }
  yield* joinFiles(io, options, files[0] as KeyedFile, files[1] as KeyedFile);
  return 0;
}

export const JOIN: Command = { name: 'join', path: '/usr/bin/join', main: withStdio(main) };
