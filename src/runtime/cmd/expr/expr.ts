/**
 * expr: `| & = == > >= < <= != + - * / % :` and parentheses, with match, substr, index and length.
 * Integers have no limit here. Exit status 1 for an empty or zero result.
 * @man expr(1)
 */
import { encodeLatin1, utf8ToLatin1 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { RegexError, compileRegex } from '#lib/libc/regex.ts';
import { withStdio } from '#lib/libc/stdio.ts';

class ExprError extends Error {
  override readonly name = 'ExprError';
}

const INTEGER = /^-?\d+$/;
const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['=', '==', '>', '>=', '<', '<=', '!='],
  ['+', '-'],
  ['*', '/', '%'],
  [':'],
];

function isTrue(value: string): boolean {
  return value !== '' && !/^-?0+$/.test(value);
}

function compare(left: string, operator: string, right: string): boolean {
  let order: number;
  if (INTEGER.test(left) && INTEGER.test(right)) {
    const difference = BigInt(left) - BigInt(right);
    order = difference < 0n ? -1 : difference > 0n ? 1 : 0;
  } else order = left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '=':
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    default:
      return order <= 0;
  }
}

function arithmetic(left: string, operator: string, right: string): string {
  if (!INTEGER.test(left) || !INTEGER.test(right)) throw new ExprError('non-numeric argument');
  const [a, b] = [BigInt(left), BigInt(right)];
  if ((operator === '/' || operator === '%') && b === 0n) throw new ExprError('division by zero');
  if (operator === '+') return String(a + b);
  if (operator === '-') return String(a - b);
  if (operator === '*') return String(a * b);
  return String(operator === '/' ? a / b : a % b);
}

/** The group's text, or the length of the match, anchored at the start. */
function match(text: string, pattern: string): string {
  const regex = compileRegex(pattern.replace(/^\^/, ''), { syntax: 'basic' });
  if (regex instanceof RegexError) throw new ExprError(`RE error: ${regex.message}`);
  const found = regex.exec(text);
  const anchored = found !== undefined && found[0] === 0 ? found : undefined;
  if (regex.groupCount === 0) return String(anchored?.[1] ?? 0);
  const start = anchored?.[2] ?? -1;
  return start < 0 ? '' : text.slice(start, anchored?.[3]);
}

class Parser {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  parse(): string {
    const value = this.#level(0);
    if (this.#at < this.#words.length) throw new ExprError('syntax error');
    return value;
  }

  #level(index: number): string {
    const operators = LEVELS[index];
    if (operators === undefined) return this.#primary();
    let left = this.#level(index + 1);
    for (;;) {
      const operator = this.#words[this.#at];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.#at += 1;
      left = this.#apply(left, operator, this.#level(index + 1));
    }
  }

  #apply(left: string, operator: string, right: string): string {
    if (operator === '|') return isTrue(left) ? left : isTrue(right) ? right : '0';
    if (operator === '&') return isTrue(left) && isTrue(right) ? left : '0';
    if (operator === ':') return match(left, right);
    if ('+-*/%'.includes(operator)) return arithmetic(left, operator, right);
    return compare(left, operator, right) ? '1' : '0';
  }

  #next(): string {
    const word = this.#words[this.#at];
    if (word === undefined) throw new ExprError('syntax error');
    this.#at += 1;
    return word;
  }

  #primary(): string {
    const word = this.#next();
    if (word === '(') {
      const value = this.#level(0);
      if (this.#next() !== ')') throw new ExprError('syntax error');
      return value;
    }
    // Function names are only functions when arguments follow.
    const rest = this.#words.length - this.#at;
    if (word === 'length' && rest >= 1) return String(this.#primary().length);
    if (word === 'match' && rest >= 2) return match(this.#primary(), this.#primary());
    if (word === 'index' && rest >= 2) {
      const text = this.#primary();
      const chars = new Set(this.#primary());
      return String(text.split('').findIndex((char) => chars.has(char)) + 1);
    }
    if (word === 'substr' && rest >= 3) {
      const text = this.#primary();
      const [start, size] = [Number(this.#primary()), Number(this.#primary())];
      return start >= 1 && size > 0 ? text.slice(start - 1, start - 1 + size) : '';
    }
    return word;
  }
}

export const EXPR: Command = {
  name: 'expr',
  path: '/usr/bin/expr',
  main: withStdio(function* main(io, sys) {
    const args = sys.argv.slice(sys.argv[1] === '--' ? 2 : 1);
    try {
      const value = new Parser(args.map(utf8ToLatin1)).parse();
      yield* io.out.write(encodeLatin1(`${value}\n`));
      return isTrue(value) ? 0 : 1;
    } catch (error) {
      if (!(error instanceof ExprError)) throw error;
      yield* io.warn(error.message);
      return 2;
    }
  }),
};
