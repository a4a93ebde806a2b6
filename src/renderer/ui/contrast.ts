/** WCAG 2 contrast of two colours, and the tokens of tokens.css as data for the test of it. */
export interface ThemePair {
  readonly light: string;
  readonly dark: string;
}

/** Custom properties whose value is one colour a theme: `--name: light-dark(#…, #…)`. */
export function readColorTokens(css: string): ReadonlyMap<string, ThemePair> {
  const tokens = new Map<string, ThemePair>();
  const line = /^\s*--([a-z-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);/gm;
  for (const [, name, light, dark] of css.matchAll(line)) {
    if (name !== undefined && light !== undefined && dark !== undefined) {
      tokens.set(name, { light, dark });
    }
  }
  return tokens;
}

/** @spec WCAG 2.2 relative luminance */
export function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

/** 1 … 21. @spec WCAG 2.2 §1.4.3: text needs 4.5, lamps and control borders 3. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
