import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pickSide, termPalette } from '#renderer/features/console/term-palette.ts';

const css = readFileSync(new URL('../../ui/tokens.css', import.meta.url), 'utf8');
const read = (name: string): string =>
  new RegExp(`^\\s*${name}:\\s*(.*);`, 'm').exec(css)?.[1] ?? '';

test('each side of light-dark() is found; a plain colour serves both', () => {
  expect(pickSide(' light-dark(#fff, #000)', 'light')).toBe('#fff');
  expect(pickSide('light-dark(#fff,#000)', 'dark')).toBe('#000');
  expect(pickSide(' #123456 ', 'dark')).toBe('#123456');
});

test('every colour of both palettes is in tokens.css', () => {
  for (const kind of ['light', 'dark'] as const) {
    const { theme, ...matches } = termPalette(read, kind);
    const colours = Object.values({ ...theme, ...matches });
    expect(colours.filter((colour) => !/^#[0-9a-f]{6,8}$/.test(String(colour)))).toEqual([]);
    // 8 + 8 ANSI colours, five of the screen, four of scroll bars and ruler, three of matches.
    expect(colours).toHaveLength(16 + 5 + 4 + 3);
  }
});
