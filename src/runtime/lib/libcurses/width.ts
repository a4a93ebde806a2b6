/** Columns of text on a screen. @man wcwidth(3C) */
import { charWidth } from '#base/char-width.ts';

/** Columns of one character (a code point). Control characters count 0: show them another way. */
export function characterWidth(code: number): 0 | 1 | 2 {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : charWidth(code);
}

/** Columns of a text without control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character.codePointAt(0) as number);
  return width;
}
