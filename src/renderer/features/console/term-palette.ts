/**
 * The terminal's colours, read from the --term-* lines of tokens.css: one place for both themes.
 * The browser gives an unregistered property back as written, so light-dark() is taken apart here.
 */
import type { ITheme } from '@xterm/xterm';

export type ThemeKind = 'light' | 'dark';

const ANSI = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
type BrightName = `bright${Capitalize<(typeof ANSI)[number]>}`;

/** One theme's side of `light-dark(#…, #…)`; a plain colour is both. */
export function pickSide(value: string, theme: ThemeKind): string {
  const sides = /light-dark\(\s*([^,]+?)\s*,\s*([^)]+?)\s*\)/.exec(value);
  return (theme === 'light' ? sides?.[1] : sides?.[2]) ?? value.trim();
}

export interface TermPalette {
  readonly theme: ITheme;
  readonly match: string;
  readonly activeMatch: string;
  readonly matchLine: string;
}

/** `read` gives a custom property's value, as getComputedStyle does. */
export function termPalette(read: (name: string) => string, kind: ThemeKind): TermPalette {
  const colour = (name: string): string => pickSide(read(`--term-${name}`), kind);
  const theme: ITheme = {
    background: colour('ground'),
    foreground: colour('text'),
    cursor: colour('cursor'),
    cursorAccent: colour('ground'),
    selectionBackground: colour('selection'),
    scrollbarSliderBackground: kind === 'light' ? '#59617133' : '#949cab33',
    scrollbarSliderHoverBackground: kind === 'light' ? '#59617155' : '#949cab55',
    scrollbarSliderActiveBackground: kind === 'light' ? '#59617177' : '#949cab77',
    overviewRulerBorder: '#00000000',
  };
  for (const name of ANSI) {
    const bright = `bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as BrightName;
    theme[name] = colour(name);
    theme[bright] = colour(`bright-${name}`);
  }
  return {
    theme,
    match: colour('match'),
    activeMatch: colour('match-active'),
    matchLine: colour('match-line'),
  };
}
