import { expect, test } from 'vitest';
import { lostSiblings, tidyFile } from './tidy.ts';

const HEAD = '/** What it is. */\n';

test('a tidy file has no problem', () => {
  expect(tidyFile('src/a/lookup.ts', `${HEAD}export const a = 1;\n`)).toEqual([]);
});

test.each([
  ['a vague name', 'src/a/utils.ts', HEAD, 'says nothing'],
  ['no head', 'src/a/b.ts', 'export const a = 1;\n', 'first lines'],
  ['a long line', 'src/a/b.ts', `${HEAD}const a = ${'1 + '.repeat(40)}1;\n`, 'columns'],
  ['postponed work', 'src/a/b.ts', `${HEAD}// TODO later\n`, 'write a decision'],
])('%s is reported', (_what, path, text, message) => {
  const problems = tidyFile(path, text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(message);
});

test('a lock file that lost a platform package is reported', () => {
  const packages = {
    '': {},
    'node_modules/tool': { optionalDependencies: { 'tool-linux': '1', 'tool-darwin': '1' } },
    'node_modules/tool-linux': {},
  };
  expect(lostSiblings({ packages })).toEqual([
    'package-lock.json: node_modules/tool lost tool-darwin',
  ]);
});
