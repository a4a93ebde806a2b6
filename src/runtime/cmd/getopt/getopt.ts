/** getopt: puts a script's options in order; its shell has getopts. @man getopt(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt as parse } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const FAILURE = 2;

function* getopt(io: Stdio, sys: Sys): Task<number> {
  const [letters, ...words] = sys.argv.slice(1);
  if (letters === undefined) {
    return yield* usageError(io, 'usage: getopt legal-args $*\n', undefined, FAILURE);
  }
  const parsed = parse(words, letters);
  if (parsed.message !== undefined) {
    yield* io.warn(parsed.message);
    return FAILURE;
  }
  const out: string[] = [];
  for (const { letter, value } of parsed.options) {
    out.push(`-${letter}`);
    if (letters[letters.indexOf(letter) + 1] === ':') out.push(value);
  }
  yield* io.out.write(`${[...out, '--', ...parsed.operands].join(' ')}\n`);
  return 0;
}

export const GETOPT: Command = { name: 'getopt', path: '/usr/bin/getopt', main: withStdio(getopt) };
