/** printf: the format is used again until all arguments are. @man printf(1) */
import { encodeLatin1, utf8ToLatin1 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { echoEscapes, formatEscapes } from '#lib/libc/escapes.ts';
import { type Conversion, formatOne, parseFormat } from '#lib/libc/format.ts';
import { withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

/** A number as C writes it, or the character after a quote; `undefined` rest means all was used. */
function parseNumber(text: string, isFloat: boolean): { value: number | bigint; bad: boolean } {
  const quoted = /^["'](.)/s.exec(text);
  if (quoted !== null) return { value: (quoted[1] as string).charCodeAt(0), bad: false };
  if (text === '') return { value: 0, bad: false };
  if (isFloat) {
    const match =
      /^\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)/i;
    const found = match.exec(text)?.[0] ?? '';
    const named = /inf/i.test(found) ? Infinity : /nan/i.test(found) ? Number.NaN : Number(found);
    return {
      value: /^\s*-/.test(found) && named === Infinity ? -named : named,
      bad: found !== text,
    };
  }
  const match = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
  if (match === null) return { value: 0, bad: true };
  const digits = match[2] as string;
  const isOctal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return { value: match[1] === '-' ? -magnitude : magnitude, bad: match[0] !== text };
}

class Formatter {
  status = 0;
  readonly problems: string[] = [];
  readonly #args: readonly string[];
  #next = 0;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  get isDone(): boolean {
    return this.#next >= this.#args.length;
  }

  #number(isFloat: boolean): number | bigint {
    const text = this.#args[this.#next] ?? '';
    this.#next += 1;
    const { value, bad } = parseNumber(text, isFloat);
    if (bad) {
      this.problems.push(`${text}: not completely converted`);
      this.status = 1;
    }
    return value;
  }

  /** One pass over the pieces; `stops` after `\c` in a %b. */
  pass(pieces: readonly (string | Conversion)[]): { text: string; stops: boolean } {
    let text = '';
    for (const piece of pieces) {
      if (typeof piece === 'string') {
        text += piece;
        continue;
      }
      const stars: number[] = [];
      if (piece.width === '*') stars.push(Number(this.#number(false)));
      if (piece.precision === '*') stars.push(Number(this.#number(false)));
      const { letter } = piece;
      if (letter === 's' || letter === 'c' || letter === 'b') {
        const argument = this.#args[this.#next] ?? '';
        this.#next += 1;
        const escaped = letter === 'b' ? echoEscapes(argument) : { text: argument, stops: false };
        const value = letter === 'c' ? escaped.text.slice(0, 1) : escaped.text;
        text += formatOne(piece, value, stars);
        if (escaped.stops) return { text, stops: true };
      } else text += formatOne(piece, this.#number('eEfFgGaA'.includes(letter)), stars);
    }
    return { text, stops: false };
  }
}

export const PRINTF: Command = {
  name: 'printf',
  path: '/usr/bin/printf',
  main: withStdio(function* main(io, sys) {
    const words = sys.argv.slice(sys.argv[1] === '--' ? 2 : 1).map(utf8ToLatin1);
    const [format, ...args] = words;
    if (format === undefined) {
      return yield* usageError(io, 'usage: printf format [argument...]\n', undefined, 1);
    }
    const plain = formatEscapes(format);
    const pieces = parseFormat(plain.text);
    const formatter = new Formatter(args);
    const consumes = pieces.some((piece) => typeof piece !== 'string');
    let text = '';
    do {
      const result = formatter.pass(pieces);
      text += result.text;
      if (result.stops || plain.stops) break;
    } while (consumes && !formatter.isDone);
    yield* io.out.write(encodeLatin1(text));
    for (const problem of formatter.problems) yield* io.warn(problem);
    return formatter.status;
  }),
};
