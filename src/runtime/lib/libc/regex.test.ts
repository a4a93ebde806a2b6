import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Regex, RegexError, compileRegex } from '#lib/libc/regex.ts';
import { Dfa } from '#lib/libc/regex/dfa.ts';
import { parseRegex } from '#lib/libc/regex/parse.ts';

function regex(pattern: string, syntax: 'basic' | 'extended' = 'extended', escapes = false): Regex {
  const compiled = compileRegex(pattern, { syntax, escapes });
  if (compiled instanceof RegexError) throw compiled;
  return compiled;
}

/** The whole match and the groups as text; null where there is none. */
function groups(compiled: Regex, text: string): (string | null)[] | undefined {
  const match = compiled.exec(text);
  if (match === undefined) return undefined;
  const found: (string | null)[] = [];
  for (let i = 0; i < match.length; i += 2) {
    const start = match[i] as number;
    found.push(start < 0 ? null : text.slice(start, match[i + 1]));
  }
  return found;
}

test.each([
  ['a|ab', 'abc', ['ab']],
  ['(a|ab)(c|bcd)', 'abcd', ['abcd', 'a', 'bcd']],
  ['x*', 'aaa', ['']],
  ['(a?)(ab)?', 'ab', ['ab', '', 'ab']],
  ['^(foo|foobar)$', 'foobar', ['foobar', 'foobar']],
  ['[[:digit:]]+', 'ab123c', ['123']],
  ['[]a]+', 'x]a]', [']a]']],
  ['[^]a]+', ']xya', ['xy']],
  ['a{2,3}', 'caaaab', ['aaa']],
  ['(ab){2}', 'ababab', ['abab', 'ab']],
  ['a{,2}', 'a{,2}', ['a{,2}']],
  ['\\<or\\>', 'for or', ['or']],
  ['a\\.b', 'axb a.b', ['a.b']],
  ['()', 'x', ['', '']],
  ['a$b|c', 'a$bc', ['c']],
  ['(^|,)b', 'a,b', [',b', ',']],
] as const)('extended %s on %s', (pattern, text, expected) => {
  expect(groups(regex(pattern), text)).toEqual(expected);
});

test.each([
  ['*a', 'b*a', ['*a']],
  ['a\\{2\\}', 'aaa', ['aa']],
  ['\\(a*\\)b\\1', 'aabaa', ['aabaa', 'aa']],
  ['a|b', 'a|b', ['a|b']],
  ['^*x', '*x', ['*x']],
  ['a^b$c', 'a^b$c', ['a^b$c']],
  ['\\(^a\\)', 'ba a', undefined],
  ['a\\|bc', 'xbc', ['bc']],
  ['[[.-.]x]', '-', ['-']],
  ['\\(.\\)\\(.\\)\\2\\1', 'xabbay', ['abba', 'a', 'b']],
] as const)('basic %s on %s', (pattern, text, expected) => {
  expect(groups(regex(pattern, 'basic'), text)).toEqual(expected);
});

test.each([
  ['(a', 'extended', 'parentheses not balanced'],
  ['a\\)', 'basic', 'parentheses not balanced'],
  ['[a', 'basic', 'brackets ([ ]) not balanced'],
  ['[z-a]', 'basic', 'invalid character range'],
  ['[[:foo:]]', 'basic', 'invalid character class'],
  ['a{3,2}', 'extended', 'invalid repetition count(s)'],
  ['a\\{1', 'basic', 'braces not balanced'],
  ['\\1', 'basic', 'invalid backreference number'],
  ['a\\', 'basic', 'trailing backslash (\\)'],
  ['*a', 'extended', 'repetition-operator operand invalid'],
  ['((((a{200}){200}){200}){200})', 'extended', 'out of memory'],
] as const)('rejects %s (%s): %s', (pattern, syntax, message) => {
  const compiled = compileRegex(pattern, { syntax });
  expect(compiled).toBeInstanceOf(RegexError);
  expect((compiled as RegexError).message).toBe(message);
});

test('hostile patterns take bounded time', () => {
  const text = 'a'.repeat(3000);
  const start = performance.now();
  expect(regex('(a*)*b').test(text)).toBe(false);
  expect(regex('(a|aa)+$').test(`${text}b`)).toBe(false);
  expect(regex('(x+x+)+y').exec('x'.repeat(3000))).toBeUndefined();
  expect(regex('a*a*a*a*a*a*b').test(text)).toBe(false);
  expect(regex('(.*)(.*)(.*)x').test('a'.repeat(100_000))).toBe(false);
  expect(performance.now() - start).toBeLessThan(2000);
});

test('an empty match and many matches of one text', () => {
  const compiled = regex('(ab|a)(b|c)?');
  const text = 'abc acb ab';
  const found: string[] = [];
  let from = 0;
  for (let at = compiled.find(text, from); at !== undefined; at = compiled.find(text, from)) {
    found.push(text.slice(...at));
    from = at[1];
  }
  expect(found).toEqual(['abc', 'ac', 'ab']);
});

test('bytes above 127 are characters like others', () => {
  expect(groups(regex('[\u00e0-\u00ff]+'), 'a\u00e9\u00ffb')).toEqual(['\u00e9\u00ff']);
  expect(regex('.').exec('\u0080')).toEqual([0, 1]);
});

/** A naive but plainly correct reference: all spans by brute force over the anchored automaton. */
const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', 'c');
const quantified = fc
  .tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}'))
  .map((p) => p.join(''));
const plain = fc.array(quantified, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

test('JavaScript and the automata agree on plain patterns', () => {
  fc.assert(
    fc.property(plain, fc.stringMatching(/^[abcd]{0,8}$/), (pattern, text) => {
      const { root } = parseRegex(pattern, {
        extended: true,
        escapes: false,
        ignoreCase: false,
        newline: false,
        backReferences: true,
        bracketQuotes: false,
      });
      const longest = new Dfa(root, false, false);
      let expected: [number, number] | undefined;
      for (let at = 0; at <= text.length && expected === undefined; at += 1) {
        const end = longest.longest(text, at);
        if (end >= 0) expected = [at, end];
      }
      expect(regex(pattern).find(text)).toEqual(expected);
      // A group around it all and an alternative take the automata's way.
      const other = regex(`(${pattern}|${pattern})`).exec(text);
      expect(other?.slice(0, 2)).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});
