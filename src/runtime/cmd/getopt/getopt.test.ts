import { expect, it } from 'vitest';
import { GETOPT } from '#cmd/getopt/getopt.ts';
import { runProgram } from '#testing/node-harness.ts';

it('getopt puts options in front of operands', () => {
  const run = (...words: string[]): ReturnType<typeof runProgram> =>
    runProgram(GETOPT.main, { argv: ['getopt', ...words] });
  expect(run('ab:', '-ab', 'x', 'y').stdout).toBe('-a -b x -- y\n');
  expect(run('ab:', '-bvalue', '--', '-a').stdout).toBe('-b value -- -a\n');
  expect(run('a', '-z')).toMatchObject({ status: 2, stderr: 'getopt: illegal option -- z\n' });
  expect(run()).toMatchObject({ status: 2 });
});
