/**
 * mkdir. Surprising: parents made by -p always let their owner write and search, whatever the umask.
 * @man mkdir(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { applyMode, parseMode } from '#lib/libc/file-mode.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { dirname } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'mkdir: usage: mkdir [-m mode] [-p] dirname ...\n';

/** Makes what is missing above `path`; an error's words, or undefined. */
function* makeParents(sys: Sys, path: string): Task<string | undefined> {
  const parent = dirname(path);
  if (parent === path || !isErrno(yield* sys.stat(parent))) return undefined;
  const above = yield* makeParents(sys, parent);
  if (above !== undefined) return above;
  const made = yield* sys.mkdir(parent, 0o777);
  if (!isErrno(made)) return undefined;
  return made.name === 'EEXIST' ? undefined : `"${path}": ${made.message}`;
}

/** Makes one operand; an error's words, or undefined. */
function* makeOne(
  sys: Sys,
  path: string,
  mode: number | undefined,
  withParents: boolean,
  umask: number,
): Task<string | undefined> {
  if (withParents) {
    const existing = yield* sys.stat(path);
    if (!isErrno(existing)) {
      return existing.type === 'VDIR' ? undefined : `"${path}": Exists but is not a directory`;
    }
    const failure = yield* makeParents(sys, path);
    if (failure !== undefined) return failure;
  }
  const made = yield* sys.mkdir(path, mode ?? 0o777 & ~umask);
  if (isErrno(made)) {
    return withParents
      ? `"${path}": ${made.message}`
      : `Failed to make directory "${path}"; ${made.message}`;
  }
  if (mode !== undefined || withParents) yield* sys.chmod(path, mode ?? 0o777 & ~umask);
  return undefined;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'm:p');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const umask = yield* sys.umask(0);
  const text = optionValue(parsed, 'm');
  const change = text === undefined ? undefined : parseMode(text);
  if (text !== undefined && change === undefined) {
    yield* io.warn('invalid mode');
    return 2;
  }
  const mode = change === undefined ? undefined : applyMode(change, 0o777, true, umask);
  const withParents = hasOption(parsed, 'p');
  yield* sys.umask(withParents ? umask & ~0o300 : umask);
  let status = 0;
  for (const path of parsed.operands) {
    const failure = yield* makeOne(sys, path.replace(/(.)\/+$/, '$1'), mode, withParents, umask);
    if (failure === undefined) continue;
    yield* io.warn(failure);
    status = 2;
  }
  return status;
}

export const MKDIR: Command = { name: 'mkdir', path: '/usr/bin/mkdir', main: withStdio(main) };
