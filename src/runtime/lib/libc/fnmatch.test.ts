import { expect, test } from 'vitest';
import { fnmatch } from '#lib/libc/fnmatch.ts';

test.each([
  ['*', 'anything', true],
  ['a*b', 'axxb', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[]]', ']', true],
  ['[[:digit:]]*', '7up', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['*.txt', 'a.txt', true],
  ['*.txt', 'a.txt.gz', false],
  ['a.c', 'abc', false],
  ['[', '[', true],
  ['[z-a]', 'm', false],
  ['*a*b*c*', 'xxaxxbxxcxx', true],
  ['a/*', 'a/b/c', true],
])('%s on %s', (pattern, name, expected) => {
  expect(fnmatch(pattern, name)).toBe(expected);
});

test('slashes, leading dots and case as asked for', () => {
  expect(fnmatch('a/*', 'a/b/c', { pathname: true })).toBe(false);
  expect(fnmatch('*', '.x', { period: true })).toBe(false);
  expect(fnmatch('.*', '.x', { period: true })).toBe(true);
  expect(fnmatch('ABC', 'abc', { ignoreCase: true })).toBe(true);
});
