/**
 * What the line filters share: going through the file operands, and writing byte-oriented text.
 */
import { encodeLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { closeOperand, openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { LineReader } from '#lib/libc/lines.ts';
import type { Output, Stdio } from '#lib/libc/stdio.ts';

/** Writes Latin-1 text (one character a byte). */
export function* writeText(out: Output, text: string): Task<void> {
  if (text !== '') yield* out.write(encodeLatin1(text));
}

/**
 * Runs `body` over each operand (`-` and no operands: stdin). A file that can't be opened or read is
 * reported as `cannot open NAME: reason`. Answers the number of such files.
 */
export function* forEachFile(
  io: Stdio,
  sys: Sys,
  operands: readonly string[],
  body: (reader: LineReader, path: string) => Task<void>,
  complain: (path: string, reason: string) => string = (path, why) => `cannot open ${path}: ${why}`,
  delimiter = '\n',
): Task<number> {
  let failures = 0;
  for (const path of operandsOrStdin(operands)) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      yield* io.warn(complain(path, fd.message));
      failures += 1;
      continue;
    }
    const reader = new LineReader(sys, fd, delimiter);
    yield* body(reader, path);
    if (reader.error !== undefined) {
      yield* io.warn(complain(path, reader.error.message));
      failures += 1;
    }
    yield* closeOperand(sys, fd);
  }
  return failures;
}

/** A filter that maps every line of the operands by itself; status 2 when a file failed. */
export function* mapLines(
  io: Stdio,
  sys: Sys,
  operands: readonly string[],
  map: (line: string) => string | undefined,
  failureStatus = 2,
): Task<number> {
  const failures = yield* forEachFile(io, sys, operands, function* each(reader) {
    for (;;) {
      const lines = yield* reader.batch();
      if (lines === undefined || io.out.error !== undefined) return;
      let text = '';
      for (const line of lines) {
        const mapped = map(line);
        if (mapped !== undefined) text += `${mapped}\n`;
      }
      yield* writeText(io.out, text);
    }
  });
  return failures > 0 ? failureStatus : 0;
}
