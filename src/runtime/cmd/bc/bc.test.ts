import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { BC } from '#cmd/bc/bc.ts';
import { bootHarness, runProgram } from '#testing/node-harness.ts';

const bc = (text: string, ...words: string[]): string =>
  runProgram(BC.main, { argv: ['bc', ...words], stdin: text }).stdout;

/** Text and what POSIX’s rules make of it. */
const CASES: readonly (readonly [text: string, output: string])[] = [
  ['1+2*3\n', '7\n'],
  ['(1+2)*3\n', '9\n'],
  ['7/2\n', '3\n'],
  ['scale=3\n7/2\n-1/3\n', '3.500\n-.333\n'],
  ['2^100\n', '1267650600228229401496703205376\n'],
  ['2^-2\nscale=4;2^-2\n', '0\n.2500\n'],
  ['7%3\n-7%3\nscale=1;7.5%2\n', '1\n-1\n.1\n'],
  ['1.5*2.25\nscale=1;1.5*2.25\n', '3.37\n3.37\n'],
  ['sqrt(2)\nscale=5\nsqrt(2)\n', '1\n1.41421\n'],
  ['length(12.345)\nscale(12.345)\n', '5\n3\n'],
  ['a=5\na\na+=2\na\na++\na\n--a\n', '5\n7\n7\n8\n7\n'],
  ['x[3]=9\nx[3]+x[0]\n', '9\n'],
  ['obase=16\n255\nobase=2\n5\n', 'FF\n101\n'],
  ['ibase=16\nFF\n', '255\n'],
  ['for(i=0;i<3;i++) i\n', '0\n1\n2\n'],
  [
    'define f(n) {\nif (n <= 1) return (1)\nreturn (n * f(n - 1))\n}\nf(20)\n',
    '2432902008176640000\n',
  ],
  ['define g(x) {\n auto y\n y = x * 2\n return (y)\n}\ny = 1\ng(4)\ny\n', '8\n1\n'],
  ['i = 0\nwhile (1) {\ni = i + 1\nif (i > 3) break\n}\ni\n', '4\n'],
  ['"text\n"\n/* a comment */ 1 # another\n', 'text\n1\n'],
  ['1 < 2\n2 == 3\n1 && 0\n!0\n', '1\n0\n0\n1\n'],
  ['quit\n5\n', ''],
];

describe('bc', () => {
  it.each(CASES)('%j', (text, output) => {
    expect(bc(text)).toBe(output);
  });

  it('has the mathematics library', () => {
    expect(bc('e(1)\nl(10)\n4*a(1)\ns(1)\nc(1)\n', '-l')).toBe(
      '2.71828182845904523536\n2.30258509299404568401\n3.14159265358979323844\n' +
        '.84147098480789650665\n.54030230586813971740\n',
    );
  });

  it('folds long numbers and says what is wrong', () => {
    expect(bc('10^80\n')).toBe(`1${'0'.repeat(68)}\\\n${'0'.repeat(12)}\n`);
    expect(runProgram(BC.main, { argv: ['bc'], stdin: '1/0\n2\n' })).toMatchObject({
      stdout: '2\n',
      stderr: 'divide by zero\n',
    });
    expect(runProgram(BC.main, { argv: ['bc'], stdin: '1 +* 2\n3\n' })).toMatchObject({
      stdout: '3\n',
      stderr: 'syntax error on line 1, teletype\n',
    });
    expect(runProgram(BC.main, { argv: ['bc', '/nosuch'] }).status).toBe(1);
  });

  it('lets others run while it loops for ever', () => {
    const node = bootHarness({ commands: [BC] });
    const running = node.start(['/usr/bin/bc'], { stdin: 'while (1) x = x + 1\n' });
    for (let i = 0; i < 50; i += 1) node.step();
    expect(running.end).toBeUndefined();
    expect(node.run(['/usr/bin/bc'], { stdin: '1+1\n' }).stdout).toBe('2\n');
  });

  test.prop([fc.bigInt(), fc.bigInt({ min: 1n })])('computes like BigInt', (a, b) => {
    const shown = (value: bigint): string => (value < 0n ? `(${value})` : String(value));
    const text = `${shown(a)}+${shown(b)}\n${shown(a)}*${b}\n${shown(a)}/${b}\n${shown(a)}%${b}\n`;
    const plain = bc(text).replaceAll('\\\n', '');
    expect(plain).toBe(`${a + b}\n${a * b}\n${a / b}\n${a % b}\n`);
  });
});
