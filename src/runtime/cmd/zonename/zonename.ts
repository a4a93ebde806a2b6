/** zonename: the zone one is in; here the global one. @man zonename(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

function* zonename(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 't');
  if (parsed.message !== undefined || parsed.operands.length > 0) {
    return yield* usageError(io, 'Usage: zonename [-t]\n', parsed.message, 1);
  }
  // -t: exclusive or shared IP stack; the global zone has its own.
  yield* io.out.write(hasOption(parsed, 't') ? 'exclusive\n' : 'global\n');
  return 0;
}

export const ZONENAME: Command = {
  name: 'zonename',
  path: '/usr/bin/zonename',
  links: ['/sbin/zonename'],
  main: withStdio(zonename),
};
