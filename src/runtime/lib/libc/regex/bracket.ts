/**
 * Bracket expressions: `[a-z]`, `[^]x]`, `[[:alpha:]_]`, `[[.-.]]`, `[[=a=]]`. Surprising: `]` is
 * literal when it comes first, and a backslash is literal unless the caller (awk, sed) asks for
 * escapes.
 * @man regex(7) "RE Bracket Expression"
 */
import {
  CHARACTER_CLASSES,
  type CharSet,
  addRange,
  addToSet,
  complementSet,
  emptySet,
  foldSet,
  isWordCode,
} from '#lib/libc/regex/syntax.ts';
import { RegexError } from '#lib/libc/regex/regex-error.ts';

export interface BracketOptions {
  readonly escapes: boolean;
  /** Whether a backslash also quotes `]`, `-` and the like in brackets, as in awk. */
  readonly bracketQuotes: boolean;
  readonly ignoreCase: boolean;
  /** A newline is matched by no complemented set. */
  readonly newline: boolean;
}

const ESCAPES: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  f: 12,
  v: 11,
  a: 7,
  b: 8,
};

/** The value of the escape whose letter is at `at`: [code, next index], or undefined. */
export function escapeAt(text: string, at: number): readonly [number, number] | undefined {
  const letter = text[at] ?? '';
  const known = ESCAPES[letter];
  if (known !== undefined) return [known, at + 1];
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3));
  if (octal !== null) return [Number.parseInt(octal[0], 8) & 255, at + octal[0].length];
  return undefined;
}

/** One member of the set: a character or a class that was already added. */
interface Member {
  readonly code: number | undefined;
  readonly next: number;
}

function classMember(text: string, at: number, set: CharSet): Member {
  const kind = text[at + 1] as string;
  const close = text.indexOf(`${kind}]`, at + 2);
  if (close < 0) throw new RegexError('brackets ([ ]) not balanced');
  const name = text.slice(at + 2, close);
  if (kind === ':') {
    const ranges = CHARACTER_CLASSES[name];
    if (ranges === undefined) throw new RegexError('invalid character class');
    for (const [first, last] of ranges) addRange(set, first, last);
    return { code: undefined, next: close + 2 };
  }
  if (name.length !== 1) throw new RegexError('invalid collating element');
  if (kind === '=') {
    addToSet(set, name.charCodeAt(0));
    return { code: undefined, next: close + 2 };
  }
  return { code: name.charCodeAt(0), next: close + 2 };
}

function memberAt(text: string, at: number, set: CharSet, options: BracketOptions): Member {
  const char = text[at] as string;
  if (char === '[' && /[:.=]/.test(text[at + 1] ?? '')) return classMember(text, at, set);
  if (char === '\\' && options.escapes) {
    const escape = escapeAt(text, at + 1);
    if (escape !== undefined) return { code: escape[0], next: escape[1] };
    const next = text[at + 1] ?? '';
    if (options.bracketQuotes && next !== '' && '\\]/"-^&'.includes(next)) {
      return { code: next.charCodeAt(0), next: at + 2 };
    }
  }
  return { code: char.charCodeAt(0), next: at + 1 };
}

/** Parses the bracket expression whose `[` is at `open`: the set and the index after `]`. */
export function parseBracket(
  text: string,
  open: number,
  options: BracketOptions,
): readonly [CharSet, number] {
  const set = emptySet();
  let at = open + 1;
  const isComplement = text[at] === '^';
  if (isComplement) at += 1;
  const first = at;
  for (;;) {
    if (at >= text.length) throw new RegexError('brackets ([ ]) not balanced');
    if (text[at] === ']' && at > first) break;
    const low = memberAt(text, at, set, options);
    at = low.next;
    if (low.code === undefined) continue;
    if (text[at] === '-' && at + 1 < text.length && text[at + 1] !== ']') {
      const high = memberAt(text, at + 1, set, options);
      if (high.code === undefined || high.code < low.code) {
        throw new RegexError('invalid character range');
      }
      addRange(set, low.code, high.code);
      at = high.next;
    } else {
      addToSet(set, low.code);
    }
  }
  if (options.ignoreCase) foldSet(set);
  if (isComplement) {
    if (options.newline) addToSet(set, 10);
    complementSet(set);
  }
  return [set, at + 1];
}

/** `\w` and `\W`, `\s` and `\S`: the sets that people's patterns expect. */
export function shorthandSet(letter: string): CharSet | undefined {
  const set = emptySet();
  const lower = letter.toLowerCase();
  if (lower === 'w') {
    for (let code = 0; code < 256; code += 1) if (isWordCode(code)) addToSet(set, code);
  } else if (lower === 's') {
    addRange(set, 9, 13);
    addToSet(set, 32);
  } else {
    return undefined;
  }
  return letter === lower ? set : complementSet(set);
}
