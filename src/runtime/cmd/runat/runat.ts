/**
 * runat: runs a command, or a shell, in the directory of a file's extended attributes. Surprising: the
 * words are joined and read anew by /bin/sh.
 * @man runat(1)
 */
import { O_RDONLY, O_XATTR } from '#abi/illumos/fcntl.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execvp } from '#lib/libc/execvp.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const NOT_ENTERED = 125;
const NOT_RUN = 126;
const USAGE_ERROR = 127;

function* runat(io: Stdio, sys: Sys): Task<number> {
  const [, path, ...words] = sys.argv;
  if (path === undefined) {
    return yield* usageError(io, 'usage: runat filename [command]', undefined, USAGE_ERROR);
  }
  const file = yield* sys.open(path, O_RDONLY);
  if (isErrno(file)) {
    yield* io.warn(`cannot open ${path}: ${file.message}`);
    return NOT_ENTERED;
  }
  const directory = yield* sys.openat(file, '.', O_RDONLY | O_XATTR);
  if (isErrno(directory)) {
    yield* io.warn(`cannot open attribute directory for ${path}: ${directory.message}`);
    return NOT_ENTERED;
  }
  yield* sys.close(file);
  const entered = yield* sys.fchdir(directory);
  if (isErrno(entered)) {
    yield* io.warn(`cannot fchdir to attribute directory: ${entered.message}`);
    return NOT_ENTERED;
  }
  yield* sys.close(directory);
  const shell = sys.env.get('SHELL');
  if (words.length === 0 && shell === undefined) yield* io.warn('shell not found, using /bin/sh');
  const command = words.length === 0 ? [shell ?? '/bin/sh'] : ['/bin/sh', '-c', words.join(' ')];
  const error = yield* execvp(sys, command, sys.env);
  yield* io.warn(`Failed to exec ${command[0]}: ${error.message}`);
  return NOT_RUN;
}

export const RUNAT: Command = { name: 'runat', path: '/usr/bin/runat', main: withStdio(runat) };
