/**
 * which: where a command of this name would be found along PATH. Knows nothing of aliases and
 * functions, which are the shell's (`type`). @man which(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const EXECUTE = 1;

function* isProgram(sys: Sys, path: string): Task<boolean> {
  const status = yield* sys.stat(path);
  if (isErrno(status) || status.type !== 'VREG') return false;
  return !isErrno(yield* sys.access(path, EXECUTE));
}

/** Paths of programs called `name`, in PATH's order; a name with a slash is looked at as it is. */
function* find(sys: Sys, name: string, folders: readonly string[]): Task<string[]> {
  if (name.includes('/')) return (yield* isProgram(sys, name)) ? [name] : [];
  const found: string[] = [];
  for (const folder of folders) {
    const path = joinPath(folder === '' ? '.' : folder, name);
    if (yield* isProgram(sys, path)) found.push(path);
  }
  return found;
}

function* whichMain(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'a');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, 'usage: which [-a] name ...\n', parsed.message, 2);
  }
  const folders = (sys.env.get('PATH') ?? '/usr/bin:/usr/sbin').split(':');
  let status = 0;
  for (const name of parsed.operands) {
    const found = yield* find(sys, name, folders);
    const shown = hasOption(parsed, 'a') ? found : found.slice(0, 1);
    for (const path of shown) yield* io.out.write(`${path}\n`);
    if (found.length > 0) continue;
    yield* io.out.write(`no ${name} in ${folders.join(' ')}\n`);
    status = 1;
  }
  return status;
}

export const WHICH: Command = {
  name: 'which',
  path: '/usr/bin/which',
  main: withStdio(whichMain),
};
