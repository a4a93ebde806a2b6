/** readlink (-f, -n) and realpath. @man readlink(1) realpath(1) */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { realPath } from '#lib/libc/realpath.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

function* readlinkMain(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'fn');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, 'usage: readlink [-fn] [file ...]\n', parsed.message, 1);
  }
  let status = 0;
  const end = hasOption(parsed, 'n') ? '' : '\n';
  for (const path of parsed.operands) {
    const result: string | Errno = hasOption(parsed, 'f')
      ? yield* realPath(sys, path, true)
      : yield* sys.readlink(path);
    if (isErrno(result)) status = 1;
    else yield* io.out.write(result + end);
  }
  return status;
}

function* realpathMain(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'q');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, 'usage: realpath [-q] path ...\n', parsed.message, 1);
  }
  let status = 0;
  for (const path of parsed.operands) {
    const result = yield* realPath(sys, path, false);
    if (!isErrno(result)) yield* io.out.write(`${result}\n`);
    else {
      if (!hasOption(parsed, 'q')) yield* io.warn(`${path}: ${result.message}`);
      status = 1;
    }
  }
  return status;
}

export const READLINK: Command = {
  name: 'readlink',
  path: '/usr/bin/readlink',
  main: withStdio(readlinkMain),
};
export const REALPATH: Command = {
  name: 'realpath',
  path: '/usr/bin/realpath',
  main: withStdio(realpathMain),
};
