/**
 * Backslash escapes of `echo -e`, `printf`, `%b`, `${x@E}`. `stop`: a `\c` ends all output.
 * @man bash(1) echo, printf
 */
import { byteAsText, normalizeText } from '#cmd/bash/text.ts';

export interface Decoded {
  readonly text: string;
  readonly stop: boolean;
}

const SINGLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/** `echo`: octal needs `\0`; `format`: `\nnn`, no `\c`; `percentB`: both; `ansi`: `$'…'`. */
export type EscapeStyle = 'echo' | 'format' | 'percentB' | 'ansi';

const NUMERIC =
  /^(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|(0[0-7]{0,3})|([0-7]{1,3}))/;

export function decodeEscapes(text: string, style: EscapeStyle): Decoded {
  if (!text.includes('\\')) return { text, stop: false };
  let out = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    const next = text[at + 1];
    if (char !== '\\' || next === undefined) {
      out += char;
      continue;
    }
    if (next === 'c' && (style === 'echo' || style === 'percentB')) {
      return { text: normalizeText(out), stop: true };
    }
    const single = SINGLE[next];
    const isQuote = style !== 'echo' && `"'?`.includes(next);
    if (single !== undefined || isQuote) {
      out += single ?? next;
      at += 1;
      continue;
    }
    const numeric = NUMERIC.exec(text.slice(at + 1));
    const decoded = numeric === null ? undefined : numericEscape(numeric, style);
    if (numeric === null || decoded === undefined) {
      out += char;
      continue;
    }
    out += decoded.text;
    at += decoded.size;
  }
  return { text: normalizeText(out), stop: false };
}

function numericEscape(
  match: RegExpExecArray,
  style: EscapeStyle,
): { text: string; size: number } | undefined {
  const [whole, hex, small, large, zero, octal] = match;
  const unicode = small ?? large;
  if (unicode !== undefined) {
    const code = Number.parseInt(unicode, 16);
    if (code > 0x10ffff) return undefined;
    return { text: String.fromCodePoint(code), size: whole.length };
  }
  if (hex !== undefined) return { text: byteAsText(Number.parseInt(hex, 16)), size: whole.length };
  if (octal !== undefined && style === 'echo') return undefined;
  const withoutZero = style === 'echo' || style === 'percentB' ? whole : whole.slice(0, 3);
  const value = Number.parseInt(zero ?? octal ?? '0', 8);
  const size = withoutZero.length;
  const cut = size < whole.length ? Number.parseInt(withoutZero, 8) : value;
  return { text: byteAsText(cut & 0xff), size };
}
