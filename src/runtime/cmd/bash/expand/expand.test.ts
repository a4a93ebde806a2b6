import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandBraces } from '#cmd/bash/expand/brace.ts';
import { decodeEscapes } from '#cmd/bash/expand/escapes.ts';
import { Fields } from '#cmd/bash/expand/fields.ts';
import { ansiQuote } from '#cmd/bash/expand/quote.ts';
import { escapePattern, hasPattern, PatternCache } from '#cmd/bash/pattern.ts';
import { decodeText, encodeText } from '#cmd/bash/text.ts';
import { wordToComplete } from '#cmd/bash/complete.ts';

const braces = (text: string): string[] | undefined =>
  expandBraces([{ kind: 'text', text }])?.map((parts) =>
    parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
  );

test('braces', () => {
  expect(braces('a{b,c}d')).toEqual(['abd', 'acd']);
  expect(braces('{1..3}{a,b}')).toEqual(['1a', '1b', '2a', '2b', '3a', '3b']);
  expect(braces('{08..10}')).toEqual(['08', '09', '10']);
  expect(braces('{a}')).toBeUndefined();
  expect(braces('{a,b')).toBeUndefined();
});

const split = (text: string, ifs = ' \t\n'): string[] => {
  const fields = new Fields(ifs, true);
  fields.split(text);
  return fields.take().map(({ value }) => value);
};

test('splitting by IFS', () => {
  expect(split('  a  b ')).toEqual(['a', 'b']);
  expect(split('a::b:', ':')).toEqual(['a', '', 'b']);
  expect(split(' a : b ', ' :')).toEqual(['a', 'b']);
  expect(split(':a', ':')).toEqual(['', 'a']);
  expect(split('a b', '')).toEqual(['a b']);
});

test('text in quotes never matches anything but itself', () => {
  const cache = new PatternCache();
  const options = { extended: true, ignoreCase: false };
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, other) => {
      const matcher = cache.whole(escapePattern(text), options);
      expect(matcher.test(text)).toBe(true);
      if (other !== text) expect(matcher.test(other)).toBe(false);
      expect(hasPattern(escapePattern(text), true)).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test.each([
  ['*.[ch]', 'a.c', true],
  ['[!a-c]*', 'dog', true],
  ['[[:digit:]]?', '7x', true],
  ['[]x]', ']', true],
  ['a[', 'a[', true],
  ['!(*.c)', 'x.h', true],
  ['!(*.c)', 'x.c', false],
  ['+(ab|c)d', 'ababcd', true],
  ['@(a|b)?(c)', 'b', true],
])('%s and %s: %s', (pattern, text, isMatch) => {
  const options = { extended: true, ignoreCase: false };
  expect(new PatternCache().whole(pattern, options).test(text)).toBe(isMatch);
});

test('any bytes survive as text, and in $-quotes', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }).map(encodeText)),
      (bytes) => {
        const text = decodeText(bytes);
        expect(encodeText(text)).toEqual(bytes);
        const inner = ansiQuote(text).slice(2, -1);
        expect(encodeText(decodeEscapes(inner, 'ansi').text)).toEqual(bytes);
      },
    ),
  );
});

test.each([
  ['ec', { start: 0, value: 'ec', quote: '', isCommand: true }],
  ['ls /et', { start: 3, value: '/et', quote: '', isCommand: false }],
  ['a | gr', { start: 4, value: 'gr', quote: '', isCommand: true }],
  ['x=1 fo', { start: 4, value: 'fo', quote: '', isCommand: true }],
  ['cat "a b', { start: 4, value: 'a b', quote: '"', isCommand: false }],
  ['cat a\\ b', { start: 4, value: 'a b', quote: '', isCommand: false }],
  ['if tr', { start: 3, value: 'tr', quote: '', isCommand: true }],
])('completes the right word of %j', (line, word) => {
  expect(wordToComplete(line)).toEqual(word);
});
