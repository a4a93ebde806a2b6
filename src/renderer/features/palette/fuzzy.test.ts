import { expect, test } from 'vitest';
import { fuzzyMatch } from '#renderer/features/palette/fuzzy.ts';

function best(query: string, texts: readonly string[]): string | undefined {
  return texts
    .map((text) => ({ text, match: fuzzyMatch(query, text) }))
    .filter(({ match }) => match !== undefined)
    .sort((a, b) => (b.match?.score ?? 0) - (a.match?.score ?? 0))[0]?.text;
}

test('first letters of words win over letters inside', () => {
  expect(best('nt', ['Console text', 'New terminal', 'Send interrupt'])).toBe('New terminal');
  expect(best('sd', ['Reset node', 'Shut down node', 'Side bar'])).toBe('Shut down node');
});

test('a run of letters wins over scattered ones', () => {
  expect(best('set', ['Show the other terminal', 'Settings'])).toBe('Settings');
});

test('letters have to be there in order', () => {
  expect(fuzzyMatch('zx', 'Zoom')).toBeUndefined();
  expect(fuzzyMatch('mooz', 'Zoom')).toBeUndefined();
});

test('says which letters matched; an empty query matches all', () => {
  expect(fuzzyMatch('new t', 'New terminal')?.at).toEqual([0, 1, 2, 4]);
  expect(fuzzyMatch('', 'anything')).toEqual({ score: 0, at: [] });
});
