/** mkfifo and mknod: fifos and special files. @man mkfifo(1) mknod(8) */
import { S_IFBLK, S_IFCHR, S_IFIFO, makedev } from '#abi/illumos/stat.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { applyMode, parseMode } from '#lib/libc/file-mode.ts';
import { getopt, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const MKFIFO_USAGE = 'usage: mkfifo [-m mode] file ...\n';
const MKNOD_USAGE =
  'usage: mknod name b major minor\n       mknod name c major minor\n       mknod name p\n';

function* mkfifo(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'm:');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, MKFIFO_USAGE, parsed.message, 1);
  }
  const text = optionValue(parsed, 'm');
  const change = text === undefined ? undefined : parseMode(text);
  if (text !== undefined && change === undefined) {
    yield* io.warn('invalid mode.');
    return 1;
  }
  let status = 0;
  for (const path of parsed.operands) {
    const made = yield* sys.mknod(path, S_IFIFO | 0o666, 0);
    const failed =
      isErrno(made) || change === undefined
        ? made
        : yield* sys.chmod(path, applyMode(change, 0o666, false, 0));
    if (!isErrno(failed)) continue;
    yield* io.warn(`${path}: ${failed.message}`);
    status = 1;
  }
  return status;
}

function* mknod(io: Stdio, sys: Sys): Task<number> {
  const [name, kind, major, minor, ...rest] = sys.argv.slice(1);
  const isFifo = kind === 'p' && major === undefined;
  const isDevice = (kind === 'b' || kind === 'c') && isNumber(major) && isNumber(minor);
  if (name === undefined || rest.length > 0 || (!isFifo && !isDevice)) {
    return yield* usageError(io, MKNOD_USAGE);
  }
  const types = { p: S_IFIFO, b: S_IFBLK, c: S_IFCHR } as const;
  const device = isDevice ? makedev(Number(major), Number(minor)) : 0;
  const made = yield* sys.mknod(name, types[kind] | 0o666, device);
  if (!isErrno(made)) return 0;
  yield* io.warn(made.name === 'EPERM' ? 'must be super-user' : `${name}: ${made.message}`);
  return 2;
}

function isNumber(word: string | undefined): boolean {
  return word !== undefined && /^\d+$/.test(word);
}

export const MKFIFO: Command = {
  name: 'mkfifo',
  path: '/usr/bin/mkfifo',
  main: withStdio(mkfifo),
};
export const MKNOD: Command = { name: 'mknod', path: '/usr/sbin/mknod', main: withStdio(mknod) };
