/**
 * tr's strings: characters, `a-z`, `\n`, `\101`, `[:class:]`, `[=c=]`, `[x*n]` and `[x*]`.
 * Surprising: `[a-z]` in the old style is a range in brackets, whose brackets map to themselves.
 * @man tr(1)
 */
import { CHARACTER_CLASSES } from '#lib/libc/regex/syntax.ts';

export interface CharacterList {
  readonly codes: readonly number[];
  /** Where `[x*]` stands, which grows to fit, and its character. */
  readonly fillAt: number | undefined;
  readonly fillCode: number | undefined;
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};

/** One character, escaped or not: [code, next index]. */
function characterAt(text: string, at: number): readonly [number, number] {
  if (text[at] !== '\\' || at + 1 >= text.length) return [text.charCodeAt(at), at + 1];
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4));
  if (octal !== null) return [Number.parseInt(octal[0], 8) & 255, at + 1 + octal[0].length];
  const letter = text[at + 1] as string;
  return [ESCAPES[letter] ?? letter.charCodeAt(0), at + 2];
}

/** The list, or what is wrong with it. */
export function parseCharacterList(text: string): CharacterList | string {
  const codes: number[] = [];
  let fillAt: number | undefined;
  let fillCode: number | undefined;
  let at = 0;
  while (at < text.length) {
    const named = /^\[:([a-z]*):\]/.exec(text.slice(at, at + 20));
    if (named !== null) {
      const ranges = CHARACTER_CLASSES[named[1] as string];
      if (ranges === undefined) return `Bad character class: ${named[1]}`;
      for (const [first, last] of ranges) for (let c = first; c <= last; c += 1) codes.push(c);
      at += named[0].length;
      continue;
    }
    const equal = /^\[=([\s\S])=\]/.exec(text.slice(at, at + 5));
    if (equal !== null) {
      codes.push((equal[1] as string).charCodeAt(0));
      at += 5;
      continue;
    }
    if (text[at] === '[') {
      const [code, after] = at + 1 < text.length ? characterAt(text, at + 1) : [0, at + 1];
      const repeat = /^\*(\d*)\]/.exec(text.slice(after));
      if (repeat !== null) {
        const digits = repeat[1] as string;
        const count = digits === '' ? 0 : Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
        if (count === 0) {
          fillAt = codes.length;
          fillCode = code;
        } else for (let i = 0; i < count; i += 1) codes.push(code);
        at = after + repeat[0].length;
        continue;
      }
    }
    const [first, next] = characterAt(text, at);
    if (text[next] === '-' && next + 1 < text.length) {
      const [last, end] = characterAt(text, next + 1);
      if (last < first) return `Range endpoints out of order`;
      for (let code = first; code <= last; code += 1) codes.push(code);
      at = end;
    } else {
      codes.push(first);
      at = next;
    }
  }
  return { codes, fillAt, fillCode };
}
