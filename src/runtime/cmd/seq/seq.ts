/** seq: numbers from first to last, with -w equal widths, -s separator, -f format. @man seq(1) */
import { encodeLatin1, utf8ToLatin1 } from '#base/bytes.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { formatEscapes } from '#lib/libc/escapes.ts';
import { formatOne, parseFormat } from '#lib/libc/format.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: seq [-w] [-f format] [-s string] [-t string] [first [incr]] last\n';

function decimals(word: string): number {
  return /\.(\d*)$/.exec(word)?.[1]?.length ?? 0;
}

function printer(words: readonly string[], format: string | undefined, width: number) {
  const [first = '1'] = words.length > 1 ? words : ['1'];
  const digits = Math.max(decimals(first), words.length === 3 ? decimals(words[1] as string) : 0);
  if (format !== undefined) {
    const pieces = parseFormat(utf8ToLatin1(format));
    return (value: number): string =>
      pieces
        .map((piece) => (typeof piece === 'string' ? piece : formatOne(piece, value, [])))
        .join('');
  }
  return (value: number): string => {
    const text = value.toFixed(digits);
    const sign = text.startsWith('-') ? '-' : '';
    return sign + text.slice(sign.length).padStart(width - sign.length, '0');
  };
}

function* main(io: Stdio, sys: Sys): Task<number> {
  // A negative number is an operand, not options.
  const args = sys.argv.slice(1);
  let first = 0;
  while (/^-[fstw]/.test(args[first] ?? ''))
    first += /^-[fst]$/.test(args[first] as string) ? 2 : 1;
  if (/^-[\d.]/.test(args[first] ?? '')) args.splice(first, 0, '--');
  const parsed = getopt(args, 'f:s:t:w');
  const words = parsed.operands;
  if (parsed.message !== undefined || words.length === 0 || words.length > 3) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const bad = words.find((word) => word.trim() === '' || Number.isNaN(Number(word)));
  if (bad !== undefined) {
    yield* io.warn(`invalid floating point argument: ${bad}`);
    return 2;
  }
  const values = words.map(Number);
  const start = values.length > 1 ? (values[0] as number) : 1;
  const last = values.at(-1) as number;
  const step = values.length === 3 ? (values[1] as number) : start <= last ? 1 : -1;
  if (step === 0) {
    yield* io.warn('zero increment');
    return 1;
  }
  const plain = printer(words, undefined, 0);
  const isWide = hasOption(parsed, 'w');
  const width = isWide ? Math.max(plain(start).length, plain(last).length) : 0;
  const text = printer(words, optionValue(parsed, 'f'), width);
  const separator = formatEscapes(utf8ToLatin1(optionValue(parsed, 's') ?? '\n')).text;
  const end = formatEscapes(utf8ToLatin1(optionValue(parsed, 't') ?? '')).text;
  let pending = '';
  // Multiplied, not added up: errors of binary fractions must not grow.
  for (let i = 0; ; i += 1) {
    const value = start + i * step;
    if (step > 0 ? value > last + Math.abs(step) * 1e-10 : value < last - Math.abs(step) * 1e-10)
      break;
    pending += (i > 0 && separator !== '\n' ? separator : '') + text(value);
    if (separator === '\n') pending += '\n';
    if (pending.length > 8192) {
      yield* io.out.write(encodeLatin1(pending));
      pending = '';
      yield* sys.preempt(2000);
      if (io.out.error !== undefined) return 1;
    }
  }
  if (separator !== '\n') pending += end === '' ? '\n' : end;
  yield* io.out.write(encodeLatin1(pending));
  return 0;
}

export const SEQ: Command = { name: 'seq', path: '/usr/bin/seq', main: withStdio(main) };
