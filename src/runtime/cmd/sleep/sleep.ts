/** sleep: seconds, with fractions and the suffixes s m h d w y, added up. @man sleep(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import { withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

export const SLEEP: Command = {
  name: 'sleep',
  path: '/usr/bin/sleep',
  main: withStdio(function* main(io, sys) {
    const words = sys.argv.slice(sys.argv[1] === '--' ? 2 : 1);
    if (words.length !== 1) {
      return yield* usageError(io, 'usage: sleep time[suffix]\n', undefined, 1);
    }
    const [word = ''] = words;
    const match = /^(\d+\.?\d*|\.\d+)([smhdwy]?)$/.exec(word);
    if (match === null) {
      yield* io.warn(`bad character in argument`);
      return 2;
    }
    const seconds = Number(match[1]) * (UNITS[match[2] as string] as number);
    const end = (yield* sys.gethrtime()) + BigInt(Math.round(seconds * 1e9));
    for (;;) {
      const rest = end - (yield* sys.gethrtime());
      if (rest <= 0n) return 0;
      const slept = yield* sys.nanosleep(rest);
      if (isErrno(slept) && slept.name !== 'EINTR') return 1;
    }
  }),
};
