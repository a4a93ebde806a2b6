/**
 * pwd: -L takes PWD's word for it when it names the working directory, -P (the default of the
 * program, not of the shell) asks the kernel.
 * @man pwd(1)
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Command } from '#cmd/command.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

export const PWD: Command = {
  name: 'pwd',
  path: '/usr/bin/pwd',
  main: withStdio(function* main(io, sys) {
    const parsed = getopt(sys.argv.slice(1), 'LP');
    if (parsed.message !== undefined) {
      return yield* usageError(io, 'usage: pwd [ -L | -P ]\n', parsed.message);
    }
    const claimed = sys.env.get('PWD');
    if (parsed.options.at(-1)?.letter === 'L' && claimed?.startsWith('/') === true) {
      const there = yield* sys.stat(claimed);
      const here = yield* sys.stat('.');
      const isSame =
        !isErrno(there) && !isErrno(here) && there.dev === here.dev && there.ino === here.ino;
      if (isSame && !/\/\.\.?(?:\/|$)/.test(claimed)) {
        yield* io.out.write(`${claimed}\n`);
        return 0;
      }
    }
    const path = yield* sys.getcwd();
    if (isErrno(path)) {
      yield* io.warn(`cannot determine current directory! ${path.message}`);
      return 2;
    }
    yield* io.out.write(`${path}\n`);
    return 0;
  }),
};
