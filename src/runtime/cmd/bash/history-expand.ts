/**
 * History expansion, pure: `!!`, `!n`, `!-n`, `!str`, `!?str?`, `^a^b`, word designators and
 * modifiers. Single quotes and backslashes protect a `!`.
 * @man bash(1) HISTORY EXPANSION
 */
import type { History } from '#cmd/bash/history.ts';

export type HistoryExpansion =
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly text: string; readonly printOnly: boolean }
  | { readonly kind: 'failed'; readonly message: string };

class NotFound extends Error {
  override readonly name = 'NotFound';
}

export function expandHistory(line: string, history: History): HistoryExpansion {
  if (!/[!^]/.test(line)) return { kind: 'same' };
  try {
    const source = line.startsWith('^') ? quickSubstitution(line) : line;
    const expander = new Expander(source, history);
    const text = expander.run();
    if (text === line) return { kind: 'same' };
    return { kind: 'changed', text, printOnly: expander.printOnly };
  } catch (error) {
    if (error instanceof NotFound) return { kind: 'failed', message: error.message };
    throw error;
  }
}

/** `^old^new^rest` is `!!:s^old^new^rest`. */
function quickSubstitution(line: string): string {
  const [, old = '', replacement = '', rest = ''] = line.split('^');
  return `!!:s^${old}^${replacement}^${rest}`;
}

const WORDS = new RegExp(
  [
    /(?:[^\s'"\\;&|<>()$`]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|\$\([^)]*\)|`[^`]*`|\$)+/,
    /&&|\|\||<<<|>>|<<|[<>]&|[;&|<>()]/,
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

/** The words that designators count: as the shell splits, operators being words of their own. */
export function historyWords(line: string): string[] {
  return line.match(WORDS) ?? [];
}

class Expander {
  printOnly = false;
  readonly #source: string;
  readonly #history: History;
  #at = 0;

  constructor(source: string, history: History) {
    this.#source = source;
    this.#history = history;
  }

  run(): string {
    let out = '';
    let inSingle = false;
    let inDouble = false;
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] as string;
      const next = this.#source[this.#at + 1];
      if (char === '\\' && !inSingle && next !== undefined) {
        out += char + next;
        this.#at += 2;
        continue;
      }
      if (char === '#' && !inSingle && !inDouble && /(?:^|\s)$/.test(out.slice(-1))) {
        return out + this.#rest();
      }
      if (char === "'" && !inDouble) inSingle = !inSingle;
      if (char === '"' && !inSingle) inDouble = !inDouble;
      const isEvent =
        char === '!' &&
        !inSingle &&
        next !== undefined &&
        !/[\s=(]/.test(next) &&
        !(inDouble && next === '"') &&
        !/[[{$]$/.test(out.slice(-1));
      if (!isEvent) {
        out += char;
        this.#at += 1;
        continue;
      }
      this.#at += 1;
      out += this.#event(out);
    }
    return out;
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    const match = pattern.exec(this.#rest());
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #event(before: string): string {
    const start = this.#at;
    const line = this.#eventLine(before);
    if (line === undefined) {
      const name = this.#source.slice(start, this.#at);
      throw new NotFound(`!${name}: event not found`);
    }
    return this.#modify(this.#select(line, start));
  }

  #eventLine(before: string): string | undefined {
    const { lines } = this.#history;
    if (this.#take(/^!/) !== null) return lines.at(-1);
    if (this.#take(/^#/) !== null) return before;
    if (/^[$^*:]/.test(this.#rest())) return lines.at(-1);
    const number = this.#take(/^-?\d+/);
    if (number !== null) {
      const value = Number(number[0]);
      return value < 0 ? lines.at(value) : this.#history.byNumber(value);
    }
    const inside = this.#take(/^\?([^?\n]*)\??/);
    if (inside !== null) return lines.findLast((line) => line.includes(inside[1] as string));
    const prefix = this.#take(/^[^\s:;&|()<>"'^$*]+/);
    if (prefix === null) return undefined;
    return lines.findLast((line) => line.startsWith(prefix[0]));
  }

  /** `:n`, `:n-m`, `:^`, `:$`, `:*`, `:n*`, `:n-`; the colon may miss before `^ $ * -`. */
  #select(line: string, start: number): string {
    const match = this.#take(/^(?::(?=[\d^$*-])|(?=[$^*]))(?:(\d+|\^|\$)?(-)?(\d+|\$|\^)?(\*)?)/);
    if (match === null || match[0].replace(':', '') === '') return line;
    const words = historyWords(line);
    const last = words.length - 1;
    const [, first, dash, second, star] = match;
    const index = (text: string | undefined, fallback: number): number =>
      text === undefined ? fallback : text === '^' ? 1 : text === '$' ? last : Number(text);
    if (star !== undefined && first === undefined) return words.slice(1).join(' ');
    const from = index(first, 0);
    let to = from;
    if (star !== undefined) to = last;
    else if (dash !== undefined) to = index(second, last - 1);
    if (from > last || to > last || from > to + 1) {
      throw new NotFound(`${this.#source.slice(start, this.#at)}: bad word specifier`);
    }
    return words.slice(from, to + 1).join(' ');
  }

  #modify(given: string): string {
    let text = given;
    for (;;) {
      const simple = this.#take(/^:([htrepqxu])/);
      if (simple !== null) {
        text = this.#apply(text, simple[1] as string);
        continue;
      }
      const substitution = this.#take(/^:(g?[as]?|ga)s?([^\w\s])/);
      if (substitution === null) return text;
      const separator = substitution[2] as string;
      const escaped = separator.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      const body = this.#take(
        new RegExp(
          `^((?:\\\\.|[^\\\\${escaped}\\n])*)${escaped}?((?:\\\\.|[^\\\\${escaped}\\n])*)(?:${escaped}|$)`,
        ),
      );
      const old = body?.[1] ?? '';
      if (!text.includes(old))
        throw new NotFound(`:s${separator}${old}${separator}: substitution failed`);
      const replacement = (body?.[2] ?? '').replaceAll('&', old);
      const isGlobal = /[ga]/.test(substitution[1] ?? '');
      text = isGlobal
        ? text.replaceAll(old, () => replacement)
        : text.replace(old, () => replacement);
    }
  }

  #apply(text: string, letter: string): string {
    switch (letter) {
      case 'h':
        return text.replace(/\/[^/]*$/, '');
      case 't':
        return text.replace(/^.*\//, '');
      case 'r':
        return text.replace(/\.[^./]*$/, '');
      case 'e':
        return /\.[^./]*$/.exec(text)?.[0] ?? '';
      case 'p':
        this.printOnly = true;
        return text;
      case 'q':
        return `'${text.replaceAll("'", "'\\''")}'`;
      default:
        return text;
    }
  }
}
