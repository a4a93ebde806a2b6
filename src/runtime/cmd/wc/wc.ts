/**
 * wc. Counts are at least seven wide with a space before, as in illumos. In the C locale a character
 * is a byte.
 * @man wc(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { closeOperand, openOperand } from '#lib/libc/file-operand.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: wc [-c | -m | -C] [-lw] [file ...]\n';
const READ_SIZE = 131_072;
const NEWLINE = 10;

interface Counts {
  lines: number;
  words: number;
  bytes: number;
}

/** Blank characters of isspace(3C): 9 … 13 and 32. */
function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === NEWLINE) lines += 1;
  return lines;
}

/** Adds what `bytes` holds; answers whether they end inside a word. */
function countWords(bytes: Uint8Array, inWord: boolean, counts: Counts): boolean {
  let inside = inWord;
  let { words, lines } = counts;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    if (isSpace(byte)) {
      inside = false;
      if (byte === NEWLINE) lines += 1;
    } else if (!inside) {
      inside = true;
      words += 1;
    }
  }
  counts.words = words;
  counts.lines = lines;
  return inside;
}

function* countFile(sys: Sys, fd: number, withWords: boolean, withLines: boolean) {
  const counts: Counts = { lines: 0, words: 0, bytes: 0 };
  const buffer = new Uint8Array(READ_SIZE);
  let inWord = false;
  for (;;) {
    const size = yield* readSome(sys, fd, buffer);
    if (isErrno(size)) return size;
    if (size === 0) return counts;
    counts.bytes += size;
    const bytes = buffer.subarray(0, size);
    if (withWords) inWord = countWords(bytes, inWord, counts);
    else if (withLines) counts.lines += countLines(bytes);
    yield* sys.preempt(size >> 6);
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'cCmlw');
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const characters = has('C') || has('m');
  if (parsed.message !== undefined || (has('c') && characters)) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const isDefault = parsed.options.length === 0;
  const withLines = isDefault || has('l');
  const withWords = isDefault || has('w');
  const withBytes = isDefault || has('c') || characters;
  const text = (counts: Counts): string =>
    [
      ...(withLines ? [counts.lines] : []),
      ...(withWords ? [counts.words] : []),
      ...(withBytes ? [counts.bytes] : []),
    ]
      .map((count) => ` ${String(count).padStart(7)}`)
      .join('');
  const total: Counts = { lines: 0, words: 0, bytes: 0 };
  const { operands } = parsed;
  let status = 0;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const isStdin = operands.length === 0;
    const fd = isStdin ? 0 : yield* openOperand(sys, path === '-' ? './-' : path);
    if (isErrno(fd)) {
      yield* io.warn(`cannot open ${path}`);
      status = 2;
      continue;
    }
    const counts = yield* countFile(sys, fd, withWords, withLines);
    yield* closeOperand(sys, fd);
    if (isErrno(counts)) {
      yield* io.warn(`cannot read ${path}: ${counts.message}`);
      status = 2;
      continue;
    }
    yield* io.out.write(`${text(counts)}${isStdin ? '' : ` ${path}`}\n`);
    total.lines += counts.lines;
    total.words += counts.words;
    total.bytes += counts.bytes;
  }
  if (operands.length > 1) yield* io.out.write(`${text(total)} total\n`);
  return status;
}

export const WC: Command = { name: 'wc', path: '/usr/bin/wc', main: withStdio(main) };
