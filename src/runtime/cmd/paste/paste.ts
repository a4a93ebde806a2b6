/** paste: files side by side, or with -s each file on one line. @man paste(1) */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { writeText } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { LineCursor } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '0': '' };

/** The delimiters in turn: `\0` is the empty one. */
function parseDelimiters(text: string): string[] {
  const list: string[] = [];
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] !== '\\' || i + 1 === text.length) list.push(text[i] as string);
    else {
      i += 1;
      list.push(ESCAPES[text[i] as string] ?? (text[i] as string));
    }
  }
  return list.length === 0 ? [''] : list;
}

function* pasteSerial(io: Stdio, cursor: LineCursor, delimiters: readonly string[]): Task<void> {
  let text = '';
  for (let i = 0; ; i += 1) {
    const line = yield* cursor.next();
    if (line === undefined) break;
    if (i > 0) text += delimiters[(i - 1) % delimiters.length];
    text += line;
    if (text.length > 65_536) {
      yield* writeText(io.out, text);
      text = '';
    }
  }
  yield* writeText(io.out, `${text}\n`);
}

function* pasteParallel(
  io: Stdio,
  cursors: readonly LineCursor[],
  delimiters: readonly string[],
): Task<void> {
  for (;;) {
    const parts: (string | undefined)[] = [];
    for (const cursor of cursors) parts.push(yield* cursor.next());
    if (parts.every((part) => part === undefined) || io.out.error !== undefined) return;
    let text = '';
    parts.forEach((part, i) => {
      if (i > 0) text += delimiters[(i - 1) % delimiters.length];
      text += part ?? '';
    });
    yield* writeText(io.out, `${text}\n`);
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'd:s');
  if (parsed.message !== undefined) {
    return yield* usageError(io, 'Usage: paste [-s] [-d list] file...\n', parsed.message);
  }
  const delimiters = parseDelimiters(utf8ToLatin1(optionValue(parsed, 'd') ?? '\t'));
  const cursors: LineCursor[] = [];
  let stdin: LineCursor | undefined;
  for (const path of operandsOrStdin(parsed.operands)) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      yield* io.warn(`${path}: ${fd.message}`);
      return 1;
    }
    // Several `-` take turns with the lines of one stdin.
    const cursor = fd === 0 && stdin !== undefined ? stdin : new LineCursor(sys, fd);
    if (fd === 0) stdin = cursor;
    cursors.push(cursor);
  }
  if (!hasOption(parsed, 's')) yield* pasteParallel(io, cursors, delimiters);
  else for (const cursor of cursors) yield* pasteSerial(io, cursor, delimiters);
  return 0;
}

export const PASTE: Command = { name: 'paste', path: '/usr/bin/paste', main: withStdio(main) };
