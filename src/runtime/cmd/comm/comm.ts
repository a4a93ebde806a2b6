/** comm: lines only in the first, only in the second, in both of two sorted files. @man comm(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { writeText } from '#lib/libc/filter.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { LineCursor } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: comm [-123] file1 file2\n';

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), '123');
  if (parsed.message !== undefined || parsed.operands.length !== 2) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const cursors: LineCursor[] = [];
  for (const path of parsed.operands) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      yield* io.warn(`cannot open ${path}: ${fd.message}`);
      return 2;
    }
    cursors.push(new LineCursor(sys, fd));
  }
  const [first, second] = cursors as [LineCursor, LineCursor];
  const shown = ['1', '2', '3'].map((letter) => !hasOption(parsed, letter));
  const indent = ['', shown[0] ? '\t' : '', (shown[0] ? '\t' : '') + (shown[1] ? '\t' : '')];
  let text = '';
  const emit = (column: number, line: string): void => {
    if (shown[column]) text += `${indent[column]}${line}\n`;
  };
  let a = yield* first.next();
  let b = yield* second.next();
  while (a !== undefined || b !== undefined) {
    if (b === undefined || (a !== undefined && a < b)) {
      emit(0, a as string);
      a = yield* first.next();
    } else if (a === undefined || b < a) {
      emit(1, b);
      b = yield* second.next();
    } else {
      emit(2, a);
      a = yield* first.next();
      b = yield* second.next();
    }
    if (text.length > 8192) {
      yield* writeText(io.out, text);
      text = '';
    }
  }
  yield* writeText(io.out, text);
  return 0;
}

export const COMM: Command = { name: 'comm', path: '/usr/bin/comm', main: withStdio(main) };
