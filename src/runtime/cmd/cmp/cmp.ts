/** cmp: the first difference of two files, or with -l all of them. @man cmp(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: cmp [-l | -s] file1 file2 [skip1] [skip2]\n';
const READ_SIZE = 65_536;

/** Bytes of a file in order, with a window to look at. */
class Window {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  readonly #input: Input;

  constructor(sys: Sys, fd: number) {
    this.#input = new Input(sys, fd, READ_SIZE);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  *fill(): Task<void> {
    if (this.left > 0) return;
    this.bytes = (yield* this.#input.readChunk()) ?? new Uint8Array(0);
    this.at = 0;
  }

  *skip(count: number): Task<void> {
    for (let rest = count; rest > 0; ) {
      yield* this.fill();
      if (this.left === 0) return;
      const step = Math.min(rest, this.left);
      this.at += step;
      rest -= step;
    }
  }
}

function* compare(
  io: Stdio,
  a: Window,
  b: Window,
  names: readonly [string, string],
  mode: 'first' | 'list' | 'silent',
): Task<number> {
  let offset = 0;
  let line = 1;
  let status = 0;
  for (;;) {
    yield* a.fill();
    yield* b.fill();
    if (a.left === 0 || b.left === 0) break;
    const size = Math.min(a.left, b.left);
    for (let i = 0; i < size; i += 1) {
      const x = a.bytes[a.at + i] as number;
      const y = b.bytes[b.at + i] as number;
      if (x !== y) {
        status = 1;
        if (mode === 'silent') return 1;
        if (mode === 'first') {
          yield* io.out.write(`${names.join(' ')} differ: char ${offset + i + 1}, line ${line}\n`);
          return 1;
        }
        const octal = (value: number): string => value.toString(8).padStart(3);
        yield* io.out.write(`${String(offset + i + 1).padStart(6)} ${octal(x)} ${octal(y)}\n`);
      }
      if (x === 10) line += 1;
    }
    offset += size;
    a.at += size;
    b.at += size;
  }
  if (a.left === b.left) return status;
  if (mode !== 'silent') yield* io.warn(`EOF on ${a.left === 0 ? names[0] : names[1]}`);
  return 1;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ls');
  const [first, second, ...skips] = parsed.operands;
  const isBad = first === undefined || second === undefined || skips.length > 2;
  if (parsed.message !== undefined || isBad) return yield* usageError(io, USAGE, parsed.message);
  const silent = hasOption(parsed, 's');
  const windows: Window[] = [];
  for (const [index, path] of [first, second].entries()) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      if (!silent) yield* io.warn(`cannot open ${path}`);
      return 2;
    }
    const window = new Window(sys, fd);
    yield* window.skip(Number(skips[index] ?? 0) || 0);
    windows.push(window);
  }
  const mode = silent ? 'silent' : hasOption(parsed, 'l') ? 'list' : 'first';
  return yield* compare(io, windows[0] as Window, windows[1] as Window, [first, second], mode);
}

export const CMP: Command = { name: 'cmp', path: '/usr/bin/cmp', main: withStdio(main) };
