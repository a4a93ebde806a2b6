/**
 * head. Surprising: the usage message goes to stdout, with status 1, as in illumos.
 * @man head(1)
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { readSome } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';

const USAGE = 'usage: head [-q] [-v] [-n #] [-c #] [-#] [filename...]\n';
const NEWLINE = 10;

interface HeadOptions {
  readonly count: number;
  readonly byBytes: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** How much of `bytes` belongs to the first `count` lines or bytes, and how many are left to go. */
function take(bytes: Uint8Array, count: number, byBytes: boolean): readonly [number, number] {
  if (byBytes) {
    const size = Math.min(bytes.length, count);
    return [size, count - size];
  }
  let rest = count;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) {
    rest -= 1;
    if (rest === 0) return [at + 1, 0];
  }
  return [bytes.length, rest];
}

const MULTIPLIERS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** As atoi(3C) reads it; k, m or g behind the digits multiply, as people write them elsewhere. */
function parseCount(text: string): number {
  const suffix = /^\d+([kmg])$/i.exec(text)?.[1] ?? '';
  return Number.parseInt(text, 10) * (MULTIPLIERS[suffix.toLowerCase()] ?? 1);
}

function* copyHead(io: Stdio, sys: Sys, fd: number, options: HeadOptions): Task<void> {
  let rest = options.count;
  const buffer = new Uint8Array(8192);
  while (rest > 0 && io.out.error === undefined) {
    const size = yield* readSome(sys, fd, buffer);
    if (isErrno(size) || size === 0) return;
    const [used, left] = take(buffer.subarray(0, size), rest, options.byBytes);
    yield* io.out.write(buffer.subarray(0, used));
    rest = left;
    // What was read too much goes back, so that `(head -1; cat) < file` goes on in the right place.
    if (rest === 0 && used < size) yield* sys.lseek(fd, used - size, 1);
  }
}

function* fail(io: Stdio, message?: string): Task<undefined> {
  if (message !== undefined) yield* io.warn(message);
  yield* io.out.write(USAGE);
  return undefined;
}

function* parse(
  io: Stdio,
  sys: Sys,
): Task<{ options: HeadOptions; operands: readonly string[] } | undefined> {
  const args = sys.argv.slice(1);
  let count = 10;
  const stop = args.indexOf('--');
  const old = args.findIndex((word, i) => /^-\d/.test(word) && (stop < 0 || i < stop));
  if (old >= 0) {
    const word = args[old] as string;
    if (!/^-\d+$/.test(word)) return yield* fail(io, 'Badly formed number');
    count = Number(word.slice(1));
    args.splice(old, 1);
  }
  const parsed = getopt(args, 'qvn:c:');
  if (parsed.message !== undefined) return yield* fail(io, parsed.message);
  let byBytes = false;
  let quiet = false;
  let verbose = false;
  for (const { letter, value } of parsed.options) {
    if (letter === 'q' || letter === 'v') {
      quiet = letter === 'q';
      verbose = letter === 'v';
      continue;
    }
    count = parseCount(value);
    if (!(count > 0)) return yield* fail(io, `Invalid "-${letter} ${value}" option`);
    byBytes = letter === 'c';
  }
  return { options: { count, byBytes, quiet, verbose }, operands: parsed.operands };
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = yield* parse(io, sys);
  if (parsed === undefined) return 1;
  const { options, operands } = parsed;
  const hasTitles = !options.quiet && (operands.length > 1 || options.verbose);
  let status = 0;
  let printed = 0;
  for (const path of operands.length === 0 ? [undefined] : operands) {
    const fd = path === undefined ? 0 : yield* sys.open(path, O_RDONLY);
    if (isErrno(fd)) {
      yield* io.out.flush();
      yield* io.err.write(`${path}: ${fd.message}\n`);
      status = 1;
      continue;
    }
    if (printed > 0 && !options.quiet) yield* io.out.write('\n');
    if (hasTitles) yield* io.out.write(`==> ${path ?? 'standard input'} <==\n`);
    yield* copyHead(io, sys, fd, options);
    if (fd !== 0) yield* sys.close(fd);
    printed += 1;
  }
  return status;
}

export const HEAD: Command = { name: 'head', path: '/usr/bin/head', main: withStdio(main) };
