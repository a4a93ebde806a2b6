/** uadmin: the system call as a command, numbers and all. @man uadmin(8) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';

const USAGE = 'Usage: uadmin cmd fcn [mdep]\n';

function* uadmin(io: Stdio, sys: Sys): Task<number> {
  const [command, fcn, ...rest] = sys.argv.slice(1);
  if (!isNumber(command) || !isNumber(fcn)) {
    yield* io.err.write(USAGE);
    return 1;
  }
  const mdep = rest.length === 0 ? undefined : rest.join(' ');
  const result = yield* sys.uadmin(Number(command), Number(fcn), mdep);
  if (!isErrno(result)) return 0;
  yield* io.warn(result.message);
  return 1;
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && /^\d+$/.test(word);
}

export const UADMIN: Command = { name: 'uadmin', path: '/sbin/uadmin', main: withStdio(uadmin) };
