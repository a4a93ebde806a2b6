/** truncate: -s with + and − relative to the size, -r like another file, -c without creating. */
import { O_CREAT, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: truncate [-c] -s [+|-|%|/]size[K|k|M|m|G|g|T|t] file ...\n' +
  '       truncate [-c] -r rfile file ...\n';

/** The new size from the old one; undefined for a bad size. */
function sizeRule(text: string): ((size: number) => number) | undefined {
  const match = /^([-+%/]?)(\d+)([KkMmGgTt]?)$/.exec(text);
  if (match === null) return undefined;
  const power = 'kmgt'.indexOf((match[3] as string).toLowerCase());
  const amount = Number(match[2]) * 1024 ** (match[3] === '' ? 0 : power + 1);
  switch (match[1]) {
    case '+':
      return (size) => size + amount;
    case '-':
      return (size) => Math.max(0, size - amount);
    case '%':
      return (size) => Math.ceil(size / amount) * amount;
    case '/':
      return (size) => Math.floor(size / amount) * amount;
    default:
      return () => amount;
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'cr:s:');
  const [text, reference] = [optionValue(parsed, 's'), optionValue(parsed, 'r')];
  const isBad = parsed.operands.length === 0 || (text === undefined) === (reference === undefined);
  if (parsed.message !== undefined || isBad) return yield* usageError(io, USAGE, parsed.message, 1);
  let rule = text === undefined ? undefined : sizeRule(text);
  if (reference !== undefined) {
    const stat = yield* sys.stat(reference);
    if (isErrno(stat)) {
      yield* io.warn(`${reference}: ${stat.message}`);
      return 1;
    }
    rule = () => stat.size;
  }
  if (rule === undefined) {
    yield* io.warn(`invalid size argument \`${text}'`);
    return 1;
  }
  let status = 0;
  for (const path of parsed.operands) {
    const create = hasOption(parsed, 'c') ? 0 : O_CREAT;
    const fd = yield* sys.open(path, O_WRONLY | create, 0o666);
    if (isErrno(fd)) {
      if (fd.name === 'ENOENT' && create === 0) continue;
      yield* io.warn(`${path}: ${fd.message}`);
      status = 1;
      continue;
    }
    const stat = yield* sys.fstat(fd);
    const result = isErrno(stat) ? stat : yield* sys.ftruncate(fd, rule(stat.size));
    if (isErrno(result)) {
      yield* io.warn(`${path}: ${result.message}`);
      status = 1;
    }
    yield* sys.close(fd);
  }
  return status;
}

export const TRUNCATE: Command = {
  name: 'truncate',
  path: '/usr/bin/truncate',
  main: withStdio(main),
};
