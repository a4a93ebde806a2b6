/** basename and dirname. @man basename(1) dirname(1) */
import type { Command } from '#cmd/command.ts';
import { basename, dirname } from '#lib/libc/pathname.ts';
import { withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

function operandsOf(argv: readonly string[]): readonly string[] {
  return argv[1] === '--' ? argv.slice(2) : argv.slice(1);
}

export const BASENAME: Command = {
  name: 'basename',
  path: '/usr/bin/basename',
  main: withStdio(function* main(io, sys) {
    const operands = operandsOf(sys.argv);
    if (operands.length === 0 || operands.length > 2) {
      return yield* usageError(io, 'Usage: basename string [ suffix ]\n', undefined, 1);
    }
    const [path = '', suffix = ''] = operands;
    const name = basename(path);
    const cut = suffix !== '' && name !== suffix && name.endsWith(suffix);
    yield* io.out.write(`${cut ? name.slice(0, -suffix.length) : name}\n`);
    return 0;
  }),
};

export const DIRNAME: Command = {
  name: 'dirname',
  path: '/usr/bin/dirname',
  main: withStdio(function* main(io, sys) {
    const operands = operandsOf(sys.argv);
    if (operands.length !== 1) {
      return yield* usageError(io, 'Usage: dirname [ path ]\n', undefined, 1);
    }
    yield* io.out.write(`${dirname(operands[0] as string)}\n`);
    return 0;
  }),
};
