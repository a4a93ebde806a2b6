/**
 * Commands that a person expects and that are not built: each says so and ends with status 2, so that
 * no script takes silence for success.
 */
import type { Command } from '#cmd/command.ts';
import { withStdio } from '#lib/libc/stdio.ts';

const NAMES: readonly (readonly [name: string, path: string])[] = [
  ['at', '/usr/bin/at'],
  ['batch', '/usr/bin/batch'],
  ['crontab', '/usr/bin/crontab'],
  ['dc', '/usr/bin/dc'],
  ['logger', '/usr/bin/logger'],
  ['newgrp', '/usr/bin/newgrp'],
  ['script', '/usr/bin/script'],
  ['timex', '/usr/bin/timex'],
  ['watch', '/usr/bin/watch'],
];

export const ABSENT_COMMANDS: readonly Command[] = NAMES.map(([name, path]) => ({
  name,
  path,
  main: withStdio(function* (io) {
    yield* io.err.write(`${name}: not supported yet\n`);
    return 2;
  }),
}));
