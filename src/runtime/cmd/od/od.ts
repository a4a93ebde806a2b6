/**
 * od: bytes as octal, decimal, hexadecimal numbers, characters. Equal rows become one `*` unless -v.
 * @man od(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { type OdFormat, parseTypes, rowText } from '#cmd/od/formats.ts';
import { closeOperand, openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: od [-bcCDdFfOoSsvXx] [-A base] [-j skip] [-N count] [-t type_string] [file ...]\n' +
  '       od [-bcCDdFfOoSsvXx] [file] [[+]offset[.][b]]\n';
const ROW = 16;

/** The old letters as type strings. */
const LETTERS: Readonly<Record<string, string>> = {
  b: 'o1',
  c: 'c',
  C: 'c',
  D: 'u4',
  d: 'u2',
  F: 'fD',
  f: 'fF',
  O: 'o4',
  o: 'o2',
  S: 'd4',
  s: 'd2',
  X: 'x4',
  x: 'x2',
};

function parseSize(text: string): number | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|\d+)([bkm]?)$/.exec(text);
  if (match === null) return undefined;
  const digits = match[1] as string;
  const isOctal = /^0\d/.test(digits);
  const value = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return value * { '': 1, b: 512, k: 1024, m: 1_048_576 }[match[2] as '' | 'b' | 'k' | 'm'];
}

class Dump {
  readonly #io: Stdio;
  readonly #formats: readonly OdFormat[];
  readonly #address: (offset: number) => string;
  readonly #showsAll: boolean;
  #offset: number;
  #last: string | undefined;
  #inRepeat = false;

  constructor(
    io: Stdio,
    formats: readonly OdFormat[],
    base: string,
    showsAll: boolean,
    offset: number,
  ) {
    this.#io = io;
    this.#formats = formats;
    const radix = { d: 10, o: 8, x: 16 }[base as 'd' | 'o' | 'x'];
    this.#address = base === 'n' ? () => '' : (at) => at.toString(radix).padStart(7, '0');
    this.#showsAll = showsAll;
    this.#offset = offset;
  }

  *row(bytes: Uint8Array): Task<void> {
    const key = bytes.join(' ');
    const repeats = !this.#showsAll && key === this.#last && bytes.length === ROW;
    if (repeats) {
      if (!this.#inRepeat) yield* this.#io.out.write('*\n');
      this.#inRepeat = true;
    } else {
      this.#inRepeat = false;
      let address = this.#address(this.#offset);
      const margin = ' '.repeat(address.length);
      for (const format of this.#formats) {
        yield* this.#io.out.write(`${address}${rowText(format, bytes)}\n`);
        address = margin;
      }
    }
    this.#last = key;
    this.#offset += bytes.length;
  }

  *end(): Task<void> {
    const address = this.#address(this.#offset);
    if (address !== '') yield* this.#io.out.write(`${address}\n`);
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'A:bcCdDfFj:N:oOsSxXvt:');
  const base = optionValue(parsed, 'A') ?? 'o';
  const skip = parseSize(optionValue(parsed, 'j') ?? '0');
  const limit = parseSize(optionValue(parsed, 'N') ?? String(2 ** 50));
  const types = parsed.options
    .filter(({ letter }) => letter === 't' || LETTERS[letter] !== undefined)
    .map(({ letter, value }) => (letter === 't' ? value : (LETTERS[letter] as string)));
  const formats = parseTypes(types.length === 0 ? ['o2'] : types);
  const isBad =
    formats === undefined || skip === undefined || limit === undefined || !/^[dnox]$/.test(base);
  if (parsed.message !== undefined || isBad) return yield* usageError(io, USAGE, parsed.message, 1);
  const dump = new Dump(io, formats, base, hasOption(parsed, 'v'), skip);
  let toSkip = skip;
  let left = limit;
  let status = 0;
  let row = new Uint8Array(ROW);
  let used = 0;
  for (const path of operandsOrStdin(parsed.operands)) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      yield* io.warn(`cannot open '${path}': ${fd.message}`);
      status = 1;
      continue;
    }
    const input = new Input(sys, fd, 65_536);
    while (left > 0) {
      const chunk = yield* input.readChunk();
      if (chunk === undefined) break;
      const start = Math.min(toSkip, chunk.length);
      toSkip -= start;
      const end = Math.min(chunk.length, start + left);
      left -= end - start;
      for (let i = start; i < end; i += 1) {
        row[used] = chunk[i] as number;
        used += 1;
        if (used < ROW) continue;
        yield* dump.row(row);
        row = new Uint8Array(ROW);
        used = 0;
      }
      yield* sys.preempt(chunk.length);
    }
    yield* closeOperand(sys, fd);
  }
  if (used > 0) yield* dump.row(row.subarray(0, used));
  yield* dump.end();
  return status;
}

export const OD: Command = { name: 'od', path: '/usr/bin/od', main: withStdio(main) };
