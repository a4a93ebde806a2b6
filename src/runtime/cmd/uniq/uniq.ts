/** uniq: adjacent equal lines once. @man uniq(1) */
import { O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand } from '#lib/libc/file-operand.ts';
import { writeText } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { LineReader } from '#lib/libc/lines.ts';
import { Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'Usage: uniq [-c|-d|-u][-f fields][-s char] [input_file [output_file]]\n' +
  '   or: uniq [-c|-d|-u][-n][+m] [input_file [output_file]]\n';

/** What is compared: without the first fields (blanks, then others) and characters. */
function comparer(fields: number, characters: number, fold: boolean): (line: string) => string {
  const skip = new RegExp(`^(?:[ \\t]*[^ \\t]*){${fields}}`);
  return (line) => {
    let key = fields > 0 ? line.replace(skip, '') : line;
    if (characters > 0) key = key.slice(characters);
    return fold ? key.toLowerCase() : key;
  };
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv
    .slice(1)
    .map((word) => word.replace(/^-(\d+)$/, '-f$1').replace(/^\+(\d+)$/, '-s$1'));
  const parsed = getopt(args, 'cdf:is:u');
  const fields = Number(optionValue(parsed, 'f') ?? 0);
  const characters = Number(optionValue(parsed, 's') ?? 0);
  const { operands } = parsed;
  if (parsed.message !== undefined || operands.length > 2 || Number.isNaN(fields + characters)) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const has = (letter: string): boolean => hasOption(parsed, letter);
  const fd = yield* openOperand(sys, operands[0] ?? '-');
  if (isErrno(fd)) {
    yield* io.warn(`${operands[0]}: ${fd.message}`);
    return 1;
  }
  let { out } = io;
  if (operands[1] !== undefined && operands[1] !== '-') {
    const target = yield* sys.open(operands[1], O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    if (isErrno(target)) {
      yield* io.warn(`${operands[1]}: ${target.message}`);
      return 1;
    }
    out = new Output(sys, target, 'full');
  }
  const key = comparer(fields, characters, has('i'));
  const [counts, onlyRepeated, onlyUnique] = [has('c'), has('d'), has('u')];
  const show = (line: string, count: number): string => {
    if ((onlyRepeated && count === 1) || (onlyUnique && count > 1)) return '';
    return counts ? `${String(count).padStart(4)} ${line}\n` : `${line}\n`;
  };
  const reader = new LineReader(sys, fd);
  let current: string | undefined;
  let currentKey = '';
  let count = 0;
  for (;;) {
    const lines = yield* reader.batch();
    let text = '';
    for (const line of lines ?? []) {
      const lineKey = key(line);
      if (current !== undefined && lineKey === currentKey) {
        count += 1;
        continue;
      }
      if (current !== undefined) text += show(current, count);
      current = line;
      currentKey = lineKey;
      count = 1;
    }
    if (lines === undefined && current !== undefined) text += show(current, count);
    yield* writeText(out, text);
    if (lines === undefined) break;
  }
  yield* out.flush();
  return 0;
}

export const UNIQ: Command = { name: 'uniq', path: '/usr/bin/uniq', main: withStdio(main) };
