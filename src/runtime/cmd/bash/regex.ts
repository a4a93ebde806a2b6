/**
 * The right side of `=~`: POSIX extended regular expressions over text. ASCII goes to libc's regex;
 * text beyond ASCII is matched by characters, not bytes, as in a UTF-8 locale, with JavaScript's
 * engine (its alternatives are first-match, not longest).
 * @man regex(7)
 */
import { compileRegex, RegexError } from '#lib/libc/regex.ts';
import { CHARACTER_CLASSES } from '#cmd/bash/pattern.ts';

/** Escapes `text` so that it matches itself in an ERE. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The match and its groups ('' for groups that took no part); undefined = no match. */
export function matchRegex(
  source: string,
  text: string,
  ignoreCase: boolean,
): readonly string[] | undefined | 'bad' {
  if (/^[\x00-\x7f]*$/.test(source + text)) {
    const regex = compileRegex(source, { syntax: 'extended', ignoreCase });
    if (regex instanceof RegexError) return 'bad';
    const found = regex.exec(text);
    if (found === undefined) return undefined;
    const groups: string[] = [];
    for (let i = 0; i < found.length; i += 2) {
      const start = found[i] as number;
      groups.push(start < 0 ? '' : text.slice(start, found[i + 1]));
    }
    return groups;
  }
  return matchCharacters(source, text, ignoreCase);
}

function matchCharacters(
  source: string,
  text: string,
  ignoreCase: boolean,
): readonly string[] | undefined | 'bad' {
  let regex: RegExp;
  try {
    regex = new RegExp(translate(source), ignoreCase ? 'isu' : 'su');
  } catch {
    return 'bad';
  }
  return regex.exec(text)?.map((group: string | undefined) => group ?? '');
}

function translate(source: string): string {
  let out = '';
  for (let at = 0; at < source.length; ) {
    const char = source[at] as string;
    if (char === '\\') {
      out += escaped(source[at + 1]);
      at += 2;
    } else if (char === '[') {
      const bracket = readBracket(source, at);
      out += bracket.source;
      at = bracket.next;
    } else {
      const isLiteral = char === ']' || (char === '{' && !/^\{\d*(,\d*)?\}/.test(source.slice(at)));
      out += isLiteral ? `\\${char}` : char;
      at += 1;
    }
  }
  return out.replace(/\{,(\d+)\}/g, '{0,$1}');
}

function escaped(char: string | undefined): string {
  if (char === undefined) throw new SyntaxError('Trailing backslash');
  if (char === '<') return '\\b(?=\\w)';
  if (char === '>') return '\\b(?<=\\w)';
  if ('wWsSbB'.includes(char)) return `\\${char}`;
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function readBracket(source: string, open: number): { source: string; next: number } {
  let at = open + 1;
  let set = '';
  if (source[at] === '^') {
    set = '^';
    at += 1;
  }
  const first = at;
  for (; at < source.length; ) {
    const char = source[at] as string;
    if (char === ']' && at > first) return { source: `[${set}]`, next: at + 1 };
    const named = /^\[([:.=])(.*?)\1\]/s.exec(source.slice(at));
    if (named !== null) {
      const [whole, kind, name = ''] = named;
      set += kind === ':' ? (CHARACTER_CLASSES[name] ?? '') : name.replace(/[\\\]^[-]/, '\\$&');
      at += whole.length;
      continue;
    }
    const isRange = char === '-' && at > first && source[at + 1] !== ']';
    set += isRange ? '-' : char.replace(/[\\\]^[-]/, '\\$&');
    at += 1;
  }
  throw new SyntaxError('Unmatched [');
}
