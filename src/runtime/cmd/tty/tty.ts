/** tty: the name of the terminal on standard input. @man tty(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { ttyname } from '#lib/libc/ttyname.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: tty [-l] [-s]\n';

function* tty(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ls');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message);
  const name = yield* ttyname(sys, 0);
  if (!hasOption(parsed, 's')) yield* io.out.write(`${name ?? 'not a tty'}\n`);
  if (hasOption(parsed, 'l')) yield* io.out.write('not on an active synchronous line\n');
  return name === undefined ? 1 : 0;
}

export const TTY: Command = { name: 'tty', path: '/usr/bin/tty', main: withStdio(tty) };
