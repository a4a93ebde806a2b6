import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contrast, readColorTokens, type ThemePair } from '#renderer/ui/contrast.ts';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const tokens = readColorTokens(css);

const GROUNDS = ['ground-sunken', 'ground-chrome', 'ground-pane', 'ground-raised'];
const ROWS = [...GROUNDS, 'ground-hover', 'ground-selected'];
const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

const KINDS = [
  'file',
  'directory',
  'volume',
  'dnode',
  'indirect',
  'mos',
  'dsl',
  'spacemap',
  'intentlog',
  'unknown',
  'freed',
];

/** Text token → the grounds it is used on. */
const TEXT: Readonly<Record<string, readonly string[]>> = {
  text: [...ROWS, 'ground-active', 'danger-ground', 'warning-ground', 'ok-ground'],
  'text-second': [...ROWS, 'ground-active', 'danger-ground', 'warning-ground', 'ok-ground'],
  'text-third': ROWS,
  'text-on-accent': ['accent', 'accent-hover'],
  'text-on-danger': ['danger', 'danger-hover'],
  'accent-text': ROWS,
  'danger-text': [...ROWS, 'danger-ground'],
  'warning-text': [...GROUNDS, 'warning-ground'],
  'ok-text': [...GROUNDS, 'ok-ground'],
  'term-text': ['term-ground', 'term-selection', 'term-match', 'term-match-active'],
  ...Object.fromEntries(ANSI.map((name) => [`term-${name}`, ['term-ground']])),
  ...Object.fromEntries(ANSI.map((name) => [`term-bright-${name}`, ['term-ground']])),
};

/** Things that are not text but must be seen. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  accent: GROUNDS,
  'line-control': ['ground-raised', 'ground-pane', 'ground-chrome'],
  'term-cursor': ['term-ground'],
  'lamp-off': GROUNDS,
  'lamp-busy': GROUNDS,
  'lamp-on': GROUNDS,
  'lamp-bad': GROUNDS,
  ...Object.fromEntries(KINDS.map((name) => [`kind-${name}`, ['ground-pane']])),
};

function token(name: string): ThemePair {
  const pair = tokens.get(name);
  if (pair === undefined) throw new Error(`tokens.css has no colour --${name}`);
  return pair;
}

function failures(uses: Readonly<Record<string, readonly string[]>>, least: number): string[] {
  const found: string[] = [];
  for (const [name, grounds] of Object.entries(uses)) {
    for (const ground of grounds) {
      for (const theme of ['light', 'dark'] as const) {
        const ratio = contrast(token(name)[theme], token(ground)[theme]);
        if (ratio < least) found.push(`${theme}: ${name} on ${ground} is ${ratio.toFixed(2)}`);
      }
    }
  }
  return found;
}

test('contrast agrees with the values of the specification', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('all text reaches AA on every ground it is used on, in both themes', () => {
  expect(failures(TEXT, 4.5)).toEqual([]);
});

test('lamps, control borders and the focus ring reach 3 to 1', () => {
  expect(failures(SHAPES, 3)).toEqual([]);
});

test('no text token is left out of the check', () => {
  const names = [...tokens.keys()].filter((name) => /text/.test(name));
  expect(names.filter((name) => TEXT[name] === undefined)).toEqual([]);
});
