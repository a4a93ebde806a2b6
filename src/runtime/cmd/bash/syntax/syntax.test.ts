import { describe, expect, test } from 'vitest';
import { expandAliases } from '#cmd/bash/syntax/alias.ts';
import { needsMoreInput, parseScript } from '#cmd/bash/syntax/parse.ts';
import { printFunction } from '#cmd/bash/syntax/print.ts';

test.each([
  'if true',
  'for i in 1; do',
  'echo "abc',
  "echo 'abc",
  'echo $(ls',
  'foo |',
  'foo &&',
  'case x in',
  '{ a',
  '( a',
  'cat <<EOF\nline',
  'echo a \\',
  'f() {',
  '{',
  '(',
  'if',
  'f()',
  '[[ a &&',
])('%j waits for more', (text) => {
  expect(needsMoreInput(`${text}\n`)).toBe(true);
});

test.each(['echo a', 'echo )', 'fi', '', '# comment \\', 'cat <<E\nx\nE', 'a;;', "echo '\\'"])(
  '%j does not',
  (text) => {
    expect(needsMoreInput(`${text}\n`)).toBe(false);
  },
);

test('what stands on lines before an error runs, the error has line and token', () => {
  const script = parseScript('echo a\necho b; )\necho c\n');
  expect(script.statements).toHaveLength(1);
  expect(script.error).toMatchObject({
    message: "syntax error near unexpected token `)'",
    line: 2,
    isIncomplete: false,
  });
});

describe('aliases', () => {
  const aliases = new Map([
    ['ll', 'ls -l'],
    ['ls', 'ls --color'],
    ['sudo', 'sudo '],
    ['loop', 'loop x'],
  ]);
  test.each([
    ['ll /tmp', 'ls --color -l /tmp'],
    ['echo ll', 'echo ll'],
    ['sudo ll', 'sudo  ls --color -l'],
    ['loop', 'loop x'],
    ['a | ll; ll', 'a | ls --color -l; ls --color -l'],
    ['\\ll', '\\ll'],
    ['x=$(ll)', 'x=$(ls --color -l)'],
    ['if ll; then ls; fi', 'if ls --color -l; then ls --color; fi'],
  ])('%s is %s', (text, expanded) => {
    expect(expandAliases(text, aliases)).toBe(expanded);
  });
});

test('a printed function parses to the same function', () => {
  const source =
    'f () { for i in a "b c"; do case $i in a | b) echo "$i" > /dev/null 2>&1;; *) :;; esac; done;' +
    ' if [[ -n $x && ! $y == z* ]]; then ((x++)); else return 3; fi; while read -r l; do (a | b) & done; }';
  const define = (text: string): string => {
    const command = parseScript(text).statements[0]?.command;
    return command?.kind === 'function' ? printFunction(command) : 'no function';
  };
  const printed = define(source);
  expect(printed).toContain('for i in a "b c"');
  expect(define(printed)).toBe(printed);
});
