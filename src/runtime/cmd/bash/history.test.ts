import { expect, test } from 'vitest';
import { History } from '#cmd/bash/history.ts';
import { expandHistory, historyWords } from '#cmd/bash/history-expand.ts';
import { joinCommandLines } from '#cmd/bash/history-join.ts';
import { PatternCache } from '#cmd/bash/pattern.ts';

const history = new History();
history.load(['ls -l /tmp', 'echo one "two three" four', 'make -C dir all'], 100);

test.each([
  ['!!', 'make -C dir all'],
  ['!1', 'ls -l /tmp'],
  ['!-2', 'echo one "two three" four'],
  ['!ec', 'echo one "two three" four'],
  ['!?two?', 'echo one "two three" four'],
  ['sudo !!', 'sudo make -C dir all'],
  ['ls !$', 'ls all'],
  ['ls !^', 'ls -C'],
  ['ls !*', 'ls -C dir all'],
  ['echo !echo:2', 'echo "two three"'],
  ['echo !echo:1-2', 'echo one "two three"'],
  ['echo !ls:2:h', 'echo '],
  ['^dir^other^', 'make -C other all'],
  ['!!:s/all/none/', 'make -C dir none'],
  ['!!:gs/a/A/', 'mAke -C dir All'],
  ['echo !#', 'echo echo '],
])('%s becomes %s', (line, text) => {
  expect(expandHistory(line, history)).toEqual({ kind: 'changed', text, printOnly: false });
});

test.each([
  "echo '!!'",
  'echo \\!x',
  'echo a!',
  '[ ! -f x ]',
  'echo ${!x}',
  '#!/usr/bin/bash',
  'a != b',
])('%s stays', (line) => {
  expect(expandHistory(line, history).kind).toBe('same');
});

test('what is not found is said', () => {
  expect(expandHistory('!zzz', history)).toEqual({
    kind: 'failed',
    message: '!zzz: event not found',
  });
  expect(expandHistory('!!:p', history)).toMatchObject({ printOnly: true });
});

test('words as designators count them', () => {
  expect(historyWords('a|b >c && "d e"')).toEqual(['a', '|', 'b', '>', 'c', '&&', '"d e"']);
});

test('HISTCONTROL, HISTIGNORE and HISTSIZE', () => {
  const list = new History();
  const rules = { control: new Set(['ignoreboth']), ignore: ['ls*'], size: 2 };
  const added = [' secret', 'ls -l', 'a', 'a', 'b', 'c'].map((line) =>
    list.add(line, rules, new PatternCache()),
  );
  expect(added).toEqual([false, false, true, false, true, true]);
  expect(list.lines).toEqual(['b', 'c']);
  expect([list.firstNumber, list.nextNumber]).toEqual([2, 4]);
});

test.each([
  [['for i in 1 2', 'do echo $i', 'done'], 'for i in 1 2; do echo $i; done'],
  [['if true; then', 'a', 'fi'], 'if true; then a; fi'],
  [['echo a |', 'cat'], 'echo a | cat'],
  [['echo "a', 'b"'], 'echo "a\nb"'],
  [['echo a \\', 'b'], 'echo a b'],
])('%j is one entry', (lines, text) => {
  expect(joinCommandLines(lines)).toBe(text);
});
