/** mktemp: a file (or with -d a directory) of a new name. @man mktemp(1) */
import { O_CREAT, O_EXCL, O_RDWR } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { joinPath } from '#lib/libc/pathname.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'mktemp: Usage: mktemp [-dqtu] [-p prefix] [template]\n';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Replaces the X's at the end. */
function* fill(sys: Sys, template: string): Task<string> {
  const count = /X*$/.exec(template)?.[0].length ?? 0;
  const bytes = new Uint8Array(count);
  yield* sys.random(bytes);
  const letters = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length] as string);
  return template.slice(0, template.length - count) + letters.join('');
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'dp:qtu');
  const has = (letter: string): boolean => hasOption(parsed, letter);
  if (parsed.message !== undefined || parsed.operands.length > 1) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const [operand] = parsed.operands;
  const prefix = optionValue(parsed, 'p');
  const inDirectory = has('t') || prefix !== undefined || operand === undefined;
  const directory = sys.env.get('TMPDIR') ?? prefix ?? '/tmp';
  const name = operand ?? 'tmp.XXXXXX';
  const template = inDirectory ? joinPath(directory, name) : name;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const path = yield* fill(sys, template);
    const result = has('d')
      ? yield* sys.mkdir(path, 0o700)
      : yield* sys.open(path, O_RDWR | O_CREAT | O_EXCL, 0o600);
    if (!isErrno(result)) {
      if (has('u')) yield* has('d') ? sys.rmdir(path) : sys.unlink(path);
      yield* io.out.write(`${path}\n`);
      return 0;
    }
    if (result.name === 'EEXIST' && template.endsWith('X')) continue;
    if (!has('q')) {
      const what = has('d') ? 'directory' : 'file';
      yield* io.warn(`failed to create ${what}: ${template}: ${result.message}`);
    }
    return 1;
  }
  return 1;
}

export const MKTEMP: Command = { name: 'mktemp', path: '/usr/bin/mktemp', main: withStdio(main) };
