import { expect, test } from 'vitest';
import { Arithmetic, type ArithmeticScope } from '#cmd/bash/arith/evaluate.ts';

function evaluate(text: string, values: Record<string, string> = {}): bigint {
  const scope: ArithmeticScope = {
    read: (variable) => values[variable.name] ?? '',
    write: (variable, value) => {
      values[variable.name] = String(value);
    },
  };
  return new Arithmetic().evaluate(text, scope);
}

test.each([
  ['1+2*3', 7n],
  ['(1+2)*3', 9n],
  ['2**3**2', 512n],
  ['-2**2', 4n],
  ['7/-2', -3n],
  ['-7%3', -1n],
  ['1<<4|3', 19n],
  ['5>3?10:20', 10n],
  ['0x1F+010+2#101+36#z', 79n],
  ['64#_', 63n],
  ['!0+~0', 0n],
  ['1,2,3', 3n],
  ['9223372036854775807+1', -9223372036854775808n],
  ['', 0n],
  ['1||1/0', 1n],
])('%s is %s', (text, value) => {
  expect(evaluate(text)).toBe(value);
});

test('assignments, steps and values that are expressions', () => {
  const values = { x: '3', y: 'x+1' };
  expect(evaluate('z = x++ + ++x, z += y, z', values)).toBe(14n);
  expect(values).toEqual({ x: '5', y: 'x+1', z: '14' });
});

test.each([
  ['1/0', '1/0: division by 0 (error token is "0")'],
  ['1+', '1+: syntax error: operand expected (error token is "+")'],
  ['08', '08: value too great for base (error token is "08")'],
  ['1 2', '1 2: syntax error in expression (error token is "2")'],
  ['2**-1', '2**-1: exponent less than 0 (error token is "1")'],
  ['3=4', '3=4: attempted assignment to non-variable (error token is "=4")'],
])('%s fails as in bash', (text, message) => {
  expect(() => evaluate(text)).toThrow(message);
});

test('a variable that refers to itself is an error, not a hang', () => {
  expect(() => evaluate('x', { x: 'x' })).toThrow('recursion level exceeded');
});
