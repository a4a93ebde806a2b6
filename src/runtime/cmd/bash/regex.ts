/**
 * POSIX extended regular expressions (the right side of `=~`) as JavaScript's. Differences kept:
 * JavaScript takes the first alternative that matches, POSIX the longest.
 * @man regex(7)
 */
import { CHARACTER_CLASSES } from '#cmd/bash/pattern.ts';

/** Escapes `text` so that it matches itself in an ERE. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** undefined when `source` is no regular expression. */
export function compileRegex(source: string, ignoreCase: boolean): RegExp | undefined {
  try {
    return new RegExp(translate(source), ignoreCase ? 'isu' : 'su');
  } catch {
    return undefined;
  }
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
    } else if (char === '{' && !/^\{\d*(,\d*)?\}/.test(source.slice(at))) {
      out += '\\{';
      at += 1;
    } else if (char === '}' && !/\{\d*(,\d*)?$/.test(source.slice(0, at))) {
      out += '\\}';
      at += 1;
    } else if (char === ']' || char === '/') {
      out += `\\${char}`;
      at += 1;
    } else {
      out += char;
      at += 1;
    }
  }
  return out.replace(/\{,(\d+)\}/g, '{0,$1}');
}

/** GNU's \w \W \s \S \b \B \< \>; before other characters the backslash quotes. */
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
