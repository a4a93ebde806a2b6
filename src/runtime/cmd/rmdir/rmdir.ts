/** rmdir, with -p for the parents and -s to be quiet about them. @man rmdir(1) */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ps');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, 'rmdir: usage: rmdir [-ps] dirname ...\n', parsed.message);
  }
  const withParents = hasOption(parsed, 'p');
  let status = 0;
  for (const operand of parsed.operands) {
    let path = operand;
    for (;;) {
      const result = yield* sys.rmdir(path);
      if (isErrno(result)) {
        const isQuiet = withParents && hasOption(parsed, 's');
        const why = result.name === 'EEXIST' || result.name === 'ENOTEMPTY';
        const words = why ? 'Directory not empty' : result.message;
        if (!isQuiet) yield* io.warn(`directory "${path}": ${words}`);
        status = 2;
        break;
      }
      const slash = path.replace(/\/+$/, '').lastIndexOf('/');
      if (!withParents || slash <= 0) break;
      path = path.slice(0, slash);
    }
  }
  return status;
}

export const RMDIR: Command = { name: 'rmdir', path: '/usr/bin/rmdir', main: withStdio(main) };
