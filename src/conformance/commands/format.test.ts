import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { formatOne, parseFormat } from '#lib/libc/format.ts';

const FORMATS = [
  '%d',
  '%5d',
  '%-5d|',
  '%05d',
  '%+d',
  '% d',
  '%.3d',
  '%x',
  '%#x',
  '%o',
  '%#o',
  '%u',
];
const FLOATS = [
  '%f',
  '%.0f',
  '%.1f',
  '%10.3f',
  '%-10.2f|',
  '%010.2f',
  '%e',
  '%.2E',
  '%g',
  '%.3g',
  '%#g',
  '%+g',
];
const INTEGERS = [0, 1, -1, 42, -42, 255, 65_536, 123_456_789];
const NUMBERS = [0, 1, -1, 0.5, 1.5, 2.5, 0.1, 123.456, 1e-5, 1e10, 1e16, 99_999.95, -0.25];

function ours(format: string, value: number): string {
  return parseFormat(format)
    .map((piece) => (typeof piece === 'string' ? piece : formatOne(piece, value, [])))
    .join('');
}

test('numbers print as the host’s awk prints them', () => {
  const cases = [
    ...FORMATS.flatMap((format) => INTEGERS.map((value) => [format, value] as const)),
    ...FLOATS.flatMap((format) => NUMBERS.map((value) => [format, value] as const)),
  ].filter(([format, value]) => !(/[xou]/.test(format) && value < 0));
  const lines = cases.map(([format, value]) => `printf "${format}\\n", ${value}`);
  const program = `BEGIN { ${lines.join('; ')} }`;
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
  const theirs = execFileSync('awk', [program], { env, encoding: 'utf8' }).split('\n');
  cases.forEach(([format, value], i) => {
    expect(`${format} of ${value}: ${ours(format, value)}`).toBe(
      `${format} of ${value}: ${theirs[i]}`,
    );
  });
});
