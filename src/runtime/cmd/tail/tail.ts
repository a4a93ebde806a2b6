/**
 * tail: `-n`, `-c`, `-b` with `+N` from the start or `-N` from the end, `-r` backwards, `-f` to go on
 * as the file grows, and the old forms `-20`, `+5`, `-3c`, `-10f`. A seekable file is read from its end
 * backwards; a pipe keeps only what may be needed.
 * @man tail(1)
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { type TailOptions, parseTailOptions } from '#cmd/tail/options.ts';
import { copyBytes } from '#lib/libc/copy-bytes.ts';
import { readSome } from '#lib/libc/lines.ts';
import { concatBytes } from '#base/bytes.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: tail [-F | -f | -r] [-q] [-b number | -c number | -n number] [file ...]\n';
const CHUNK = 65_536;
const NEWLINE = 10;
/** How often -f looks for more. */
const FOLLOW_INTERVAL_NS = 1_000_000_000n;

/** Where the last `count` lines of `bytes` begin. */
function startOfLast(bytes: Uint8Array, count: number): number {
  if (count <= 0) return bytes.length;
  let at = bytes.length - 1;
  if (bytes[at] === NEWLINE) at -= 1;
  for (let rest = count; ; rest -= 1) {
    at = at < 0 ? -1 : bytes.lastIndexOf(NEWLINE, at);
    if (at < 0) return 0;
    if (rest === 1) return at + 1;
    at -= 1;
  }
}

/** Everything that the last `count` lines or bytes may need, from a stream. */
function* keepTail(sys: Sys, fd: number, options: TailOptions): Task<Uint8Array> {
  let kept: Uint8Array[] = [];
  let size = 0;
  let lines = 0;
  const buffer = new Uint8Array(CHUNK);
  for (;;) {
    const got = yield* readSome(sys, fd, buffer);
    if (isErrno(got) || got === 0) return concatBytes(kept);
    const chunk = buffer.slice(0, got);
    kept.push(chunk);
    size += got;
    lines += countNewlines(chunk);
    if (options.reverse && options.isWhole) continue;
    // Chunks at the front go as soon as the rest is enough by itself.
    let first = kept[0] as Uint8Array;
    let drop = 0;
    while (drop < kept.length - 1 && isEnough(size, lines, first, options)) {
      size -= first.length;
      lines -= countNewlines(first);
      drop += 1;
      first = kept[drop] as Uint8Array;
    }
    if (drop > 0) kept = kept.slice(drop);
    yield* sys.preempt(got >> 5);
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === NEWLINE) count += 1;
  return count;
}

function isEnough(size: number, lines: number, first: Uint8Array, options: TailOptions): boolean {
  if (options.unit === 'bytes') return size - first.length >= options.count;
  return lines - countNewlines(first) > options.count;
}

/** The end of a seekable file, read backwards until it holds enough. */
function* readBackwards(
  sys: Sys,
  fd: number,
  size: number,
  options: TailOptions,
): Task<Uint8Array> {
  const parts: Uint8Array[] = [];
  let lines = 0;
  let start = size;
  while (start > 0) {
    const from = Math.max(0, start - CHUNK);
    const part = new Uint8Array(start - from);
    const got = yield* sys.pread(fd, part, from);
    if (isErrno(got) || got === 0) break;
    parts.unshift(part.subarray(0, got));
    start = from;
    lines += countNewlines(part);
    const enough = options.unit === 'bytes' ? size - start >= options.count : lines > options.count;
    if (enough && !options.isWhole) break;
  }
  yield* sys.lseek(fd, size, 0);
  return concatBytes(parts);
}

function reversed(bytes: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  let end = bytes.length;
  while (end > 0) {
    const start = end > 1 ? bytes.lastIndexOf(NEWLINE, end - 2) + 1 : 0;
    lines.push(bytes.subarray(start, end));
    end = start;
  }
  return concatBytes(lines);
}

/** Skips the first `count − 1` lines or bytes and copies the rest. */
function* fromStart(io: Stdio, sys: Sys, fd: number, options: TailOptions): Task<void> {
  let skip = Math.max(0, options.count - 1);
  const buffer = new Uint8Array(CHUNK);
  while (skip > 0) {
    const got = yield* readSome(sys, fd, buffer);
    if (isErrno(got) || got === 0) return;
    let used = 0;
    if (options.unit === 'bytes') {
      used = Math.min(skip, got);
      skip -= used;
    } else {
      const bytes = buffer.subarray(0, got);
      while (skip > 0) {
        const at = bytes.indexOf(NEWLINE, used);
        if (at < 0) {
          used = got;
          break;
        }
        used = at + 1;
        skip -= 1;
      }
    }
    if (used < got) yield* io.out.write(buffer.slice(used, got));
  }
  yield* io.out.flush();
  yield* copyBytes(sys, fd, 1);
}

function* tailFile(io: Stdio, sys: Sys, fd: number, options: TailOptions): Task<void> {
  if (options.fromStart && !options.reverse) {
    yield* fromStart(io, sys, fd, options);
    return;
  }
  const stat = yield* sys.fstat(fd);
  const position = yield* sys.lseek(fd, 0, 1);
  const seekable = !isErrno(stat) && stat.type === 'VREG' && position === 0;
  const bytes = seekable
    ? yield* readBackwards(sys, fd, stat.size, options)
    : yield* keepTail(sys, fd, options);
  let start = 0;
  if (!options.isWhole) {
    start =
      options.unit === 'bytes'
        ? Math.max(0, bytes.length - options.count)
        : startOfLast(bytes, options.count);
  }
  const last = bytes.subarray(start);
  yield* io.out.write(options.reverse ? reversed(last) : last);
}

/** Waits for files to grow, for ever; a file that got shorter is read from its start again. */
function* follow(io: Stdio, sys: Sys, files: readonly Followed[]): Task<void> {
  let last = files.at(-1);
  const buffer = new Uint8Array(CHUNK);
  while (io.out.error === undefined) {
    for (const file of files) {
      const stat = yield* sys.fstat(file.fd);
      const position = yield* sys.lseek(file.fd, 0, 1);
      if (!isErrno(stat) && !isErrno(position) && stat.size < position && stat.type === 'VREG') {
        yield* sys.lseek(file.fd, 0, 0);
      }
      for (;;) {
        const got = yield* readSome(sys, file.fd, buffer);
        if (isErrno(got) || got === 0) break;
        if (files.length > 1 && last !== file) yield* io.out.write(`\n==> ${file.name} <==\n`);
        last = file;
        yield* io.out.write(buffer.subarray(0, got));
        yield* io.out.flush();
      }
    }
    if (isErrno(yield* sys.nanosleep(FOLLOW_INTERVAL_NS))) continue;
  }
}

interface Followed {
  readonly name: string;
  readonly fd: number;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = parseTailOptions(sys.argv.slice(1));
  if ('message' in parsed) return yield* usageError(io, USAGE, parsed.message || undefined, 1);
  const { options, operands } = parsed;
  let status = 0;
  const opened: Followed[] = [];
  for (const path of operands.length === 0 ? [undefined] : operands) {
    const fd = path === undefined || path === '-' ? 0 : yield* sys.open(path, O_RDONLY);
    if (isErrno(fd)) {
      yield* io.warn(`cannot open '${path}' for reading: ${fd.message}`);
      status = 1;
      continue;
    }
    const name = path ?? 'standard input';
    if (operands.length > 1 && !options.quiet) {
      yield* io.out.write(`${opened.length > 0 ? '\n' : ''}==> ${name} <==\n`);
    }
    yield* tailFile(io, sys, fd, options);
    opened.push({ name, fd });
  }
  yield* io.out.flush();
  if (options.follow && opened.length > 0) yield* follow(io, sys, opened);
  return status;
}

export const TAIL: Command = { name: 'tail', path: '/usr/bin/tail', main: withStdio(main) };
