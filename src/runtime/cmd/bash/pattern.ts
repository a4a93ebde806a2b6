/**
 * Shell patterns as regular expressions: `*`, `?`, `[…]`, character classes, and with extglob
 * `?(…) *(…) +(…) @(…) !(…)`. In a pattern a backslash quotes the next character; quoted text of a
 * word arrives here already escaped by `escapePattern`.
 * @man bash(1) Pattern Matching  @man fnmatch(7)
 */
export interface PatternOptions {
  readonly extended: boolean;
  readonly ignoreCase: boolean;
}

const SPECIAL = /[*?[\]\\()|!+@^-]/g;
const REGEXP_SPECIAL = /[\\^$.*+?()[\]{}|/]/g;

/** Escapes what is special in patterns, so that `text` matches itself. */
export function escapePattern(text: string): string {
  return text.replace(SPECIAL, '\\$&');
}

/** Removes the escapes of a pattern that turned out to have nothing else in it. */
export function unescapePattern(pattern: string): string {
  return pattern.replace(/\\(.)/gs, '$1');
}

/** True when `pattern` can match anything but one string. */
export function hasPattern(pattern: string, extended: boolean): boolean {
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at];
    if (char === '\\') at += 1;
    else if (char === '*' || char === '?') return true;
    else if (char === '[' && pattern.indexOf(']', at + 1) > 0) return true;
    else if (extended && pattern[at + 1] === '(' && '+@!'.includes(char as string)) return true;
  }
  return false;
}

/** Compiled patterns of one shell. */
export class PatternCache {
  readonly #compiled: Map<string, RegExp> = new Map();

  /** Matches the whole of a string. */
  whole(pattern: string, options: PatternOptions): RegExp {
    const key = `${options.extended ? 'x' : '-'}${options.ignoreCase ? 'i' : '-'}${pattern}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      if (this.#compiled.size > 500) this.#compiled.clear();
      const source = patternSource(pattern, options);
      compiled = new RegExp(`^(?:${source})$`, options.ignoreCase ? 'isu' : 'su');
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }
}

/** The regular expression (flags `su`) for `pattern`, unanchored. */
export function patternSource(pattern: string, options: PatternOptions): string {
  return new Translator(pattern, options).translate(false);
}

class Translator {
  readonly #pattern: string;
  readonly #options: PatternOptions;
  #at = 0;

  constructor(pattern: string, options: PatternOptions) {
    this.#pattern = pattern;
    this.#options = options;
  }

  /** Up to the end, or inside an extended group up to its `)`. */
  translate(inGroup: boolean): string {
    let source = '';
    while (this.#at < this.#pattern.length) {
      const char = this.#pattern[this.#at] as string;
      if (inGroup && char === ')') return source;
      if (inGroup && char === '|') {
        source += '|';
        this.#at += 1;
        continue;
      }
      source += this.#next(char);
    }
    return source;
  }

  #next(char: string): string {
    if (this.#options.extended && '?*+@!'.includes(char) && this.#pattern[this.#at + 1] === '(') {
      const group = this.#group(char);
      if (group !== undefined) return group;
    }
    this.#at += 1;
    if (char === '*') return '.*';
    if (char === '?') return '.';
    if (char === '[') return this.#bracket();
    if (char === '\\' && this.#at < this.#pattern.length) return this.#literal();
    this.#at -= 1;
    return this.#literal();
  }

  #literal(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) as number);
    this.#at += char.length;
    return char.replace(REGEXP_SPECIAL, '\\$&');
  }

  #group(operator: string): string | undefined {
    const start = this.#at;
    this.#at += 2;
    const inner = this.translate(true);
    if (this.#pattern[this.#at] !== ')') {
      this.#at = start;
      return undefined;
    }
    this.#at += 1;
    if (operator === '@') return `(?:${inner})`;
    if (operator !== '!') return `(?:${inner})${operator}`;
    const rest = this.translateRest();
    return `(?!(?:${inner})(?:${rest})$).*`;
  }

  /** What follows a `!(…)`, translated without consuming it. */
  translateRest(): string {
    const start = this.#at;
    const rest = this.translate(false);
    this.#at = start;
    return rest;
  }

  /** After the `[`. A bracket without end is the character itself. */
  #bracket(): string {
    const pattern = this.#pattern;
    let at = this.#at;
    const isNegated = pattern[at] === '!' || pattern[at] === '^';
    if (isNegated) at += 1;
    let set = '';
    const first = at;
    for (; at < pattern.length; ) {
      const char = pattern[at] as string;
      if (char === ']' && at > first) {
        this.#at = at + 1;
        if (set === '') return isNegated ? '.' : '(?!)';
        return `[${isNegated ? '^' : ''}${set}]`;
      }
      const named = /^\[([:.=])(.*?)\1\]/s.exec(pattern.slice(at));
      if (char === '[' && named !== null) {
        set += namedSet(named[1] as string, named[2] as string);
        at += named[0].length;
        continue;
      }
      const member = readMember(pattern, at);
      const last = pattern[member.next] === '-' ? readMember(pattern, member.next + 1) : undefined;
      if (last !== undefined && last.char !== '' && pattern[member.next + 1] !== ']') {
        if (member.char <= last.char)
          set += `${escapeMember(member.char)}-${escapeMember(last.char)}`;
        at = last.next;
      } else {
        set += escapeMember(member.char);
        at = member.next;
      }
    }
    return '\\[';
  }
}

function readMember(pattern: string, at: number): { char: string; next: number } {
  const start = pattern[at] === '\\' && at + 1 < pattern.length ? at + 1 : at;
  const code = pattern.codePointAt(start);
  if (code === undefined) return { char: '', next: at };
  const char = String.fromCodePoint(code);
  return { char, next: start + char.length };
}

function escapeMember(char: string): string {
  return char.replace(/[\\\]^[-]/, '\\$&');
}

/** Inside of a JavaScript character class. @man regex(7) */
export const CHARACTER_CLASSES: Readonly<Record<string, string>> = {
  alnum: '\\p{L}\\p{N}',
  alpha: '\\p{L}',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e\\u{a1}-\\u{10ffff}',
  lower: '\\p{Ll}',
  print: '\\x20-\\x7e\\u{a0}-\\u{10ffff}',
  punct: '!-\\/:-@\\[-`{-~',
  space: ' \\t\\n\\v\\f\\r',
  upper: '\\p{Lu}',
  word: '\\p{L}\\p{N}_',
  xdigit: '0-9A-Fa-f',
};

function namedSet(kind: string, name: string): string {
  if (kind === ':') return CHARACTER_CLASSES[name] ?? '';
  return escapeMember(name);
}
