/** split: a file in pieces of lines (-l, -N) or bytes (-b), named xaa, xab … @man split(1) */
import { O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { getopt, optionValue } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'Usage: split [-l #] [-a #] [file [name]]\n' +
  '       split [-b #[k|m]] [-a #] [file [name]]\n' +
  '       split [-#] [-a #] [file [name]]\n';
const NEWLINE = 10;

/** The letters of piece `index`, or undefined when `length` letters are not enough. */
function suffix(index: number, length: number): string | undefined {
  let text = '';
  let rest = index;
  for (let i = 0; i < length; i += 1) {
    text = String.fromCharCode(97 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  }
  return rest > 0 ? undefined : text;
}

class Pieces {
  readonly #sys: Sys;
  readonly #prefix: string;
  readonly #length: number;
  #index = 0;
  #fd = -1;

  constructor(sys: Sys, prefix: string, length: number) {
    this.#sys = sys;
    this.#prefix = prefix;
    this.#length = length;
  }

  *write(bytes: Uint8Array): Task<string | undefined> {
    if (this.#fd < 0) {
      const letters = suffix(this.#index, this.#length);
      if (letters === undefined) return 'Exhausted output file names, aborting split';
      this.#index += 1;
      const fd = yield* this.#sys.open(this.#prefix + letters, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
      if (isErrno(fd)) return `Cannot create output: ${fd.message}`;
      this.#fd = fd;
    }
    const result: Errno | 0 = yield* writeAll(this.#sys, this.#fd, bytes);
    return isErrno(result) ? `write error: ${result.message}` : undefined;
  }

  *close(): Task<void> {
    if (this.#fd >= 0) yield* this.#sys.close(this.#fd);
    this.#fd = -1;
  }
}

function* splitFile(sys: Sys, fd: number, pieces: Pieces, unit: 'lines' | 'bytes', count: number) {
  const buffer = new Uint8Array(65_536);
  let rest = count;
  for (;;) {
    const size = yield* readSome(sys, fd, buffer);
    if (isErrno(size)) return `read error: ${size.message}`;
    if (size === 0) return undefined;
    let at = 0;
    while (at < size) {
      let end = size;
      if (unit === 'bytes') {
        end = Math.min(size, at + rest);
        rest -= end - at;
      } else {
        for (let from = at; rest > 0; rest -= 1) {
          const newline = buffer.subarray(0, size).indexOf(NEWLINE, from);
          end = newline < 0 ? size : newline + 1;
          if (newline < 0) break;
          from = end;
        }
      }
      const failure = yield* pieces.write(buffer.subarray(at, end));
      if (failure !== undefined) return failure;
      at = end;
      if (rest > 0) continue;
      yield* pieces.close();
      rest = count;
    }
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1).map((word) => word.replace(/^-(\d+)$/, '-l$1'));
  const parsed = getopt(args, 'l:b:a:');
  const bytes = /^(\d+)([km]?)$/.exec(optionValue(parsed, 'b') ?? '1000');
  const lines = Number(optionValue(parsed, 'l') ?? 1000);
  const length = Number(optionValue(parsed, 'a') ?? 2);
  const { operands } = parsed;
  const isBad = bytes === null || !(lines > 0) || !(length > 0) || operands.length > 2;
  if (parsed.message !== undefined || isBad) return yield* usageError(io, USAGE, parsed.message, 1);
  const [path = '-', name = 'x'] = operands;
  const fd = yield* openOperand(sys, path);
  if (isErrno(fd)) {
    yield* io.warn(`cannot open '${path}': ${fd.message}`);
    return 1;
  }
  const byBytes = optionValue(parsed, 'b') !== undefined;
  const scale = { '': 1, k: 1024, m: 1_048_576 }[bytes[2] as '' | 'k' | 'm'];
  const count = byBytes ? Number(bytes[1]) * scale : lines;
  const pieces = new Pieces(sys, name, length);
  const failure = yield* splitFile(sys, fd, pieces, byBytes ? 'bytes' : 'lines', count);
  yield* pieces.close();
  if (failure === undefined) return 0;
  yield* io.warn(failure);
  return 1;
}

export const SPLIT: Command = { name: 'split', path: '/usr/bin/split', main: withStdio(main) };
