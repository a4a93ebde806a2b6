/**
 * nl: numbers lines of logical pages: `\:\:\:` begins a header, `\:\:` a body, `\:` a footer; each has
 * its own style (a all, t text, n none, pRE matching).
 * @man nl(1)
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { mapLines } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { RegexError, compileRegex } from '#lib/libc/regex.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: nl [-p] [-b type] [-d delim] [-f type] [-h type] [-i incr] [-l num] [-n format] ' +
  '[-s sep] [-w width] [-v startnum] [file]\n';

/** Whether a line gets a number. */
type Style = (line: string) => boolean;

function parseStyle(text: string): Style | undefined {
  if (text === 'a') return () => true;
  if (text === 'n') return () => false;
  if (text === 't') return (line) => line !== '';
  if (!text.startsWith('p')) return undefined;
  const regex = compileRegex(utf8ToLatin1(text.slice(1)), { syntax: 'basic' });
  return regex instanceof RegexError ? undefined : (line) => regex.test(line);
}

function formatNumber(value: number, width: number, format: string): string {
  if (format === 'ln') return String(value).padEnd(width);
  return String(value).padStart(width, format === 'rz' ? '0' : ' ');
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'b:d:f:h:i:l:n:ps:v:w:');
  const value = (letter: string, fallback: string): string =>
    utf8ToLatin1(optionValue(parsed, letter) ?? fallback);
  const styles = { header: 'h', body: 'b', footer: 'f' } as const;
  const header = parseStyle(value(styles.header, 'n'));
  const body = parseStyle(value(styles.body, 't'));
  const footer = parseStyle(value(styles.footer, 'n'));
  const [start, step] = [Number(value('v', '1')), Number(value('i', '1'))];
  const [blanks, width] = [Number(value('l', '1')), Number(value('w', '6'))];
  const format = value('n', 'rn');
  const isBad =
    parsed.message !== undefined ||
    header === undefined ||
    body === undefined ||
    footer === undefined ||
    [start, step, blanks, width].some(Number.isNaN) ||
    !['ln', 'rn', 'rz'].includes(format);
  if (isBad) return yield* usageError(io, USAGE, parsed.message, 1);
  const given = value('d', '\\:');
  const delimiter = given.length === 1 ? `${given}:` : given;
  const separator = value('s', '\t');
  const keeps = hasOption(parsed, 'p');
  let number = start;
  let style = body;
  let empty = 0;
  return yield* mapLines(io, sys, parsed.operands, (line) => {
    const sections = [footer, body, header].map((s, i) => [delimiter.repeat(i + 1), s] as const);
    const section = sections.find(([mark]) => line === mark);
    if (section !== undefined) {
      style = section[1];
      if (!keeps && section[0] !== delimiter && section[1] === header) number = start;
      return '';
    }
    empty = line === '' ? empty + 1 : 0;
    const counts = style(line) && (line !== '' || empty % blanks === 0);
    if (!counts) return ' '.repeat(width + separator.length) + line;
    const text = formatNumber(number, width, format) + separator + line;
    number += step;
    return text;
  });
}

export const NL: Command = { name: 'nl', path: '/usr/bin/nl', main: withStdio(main) };
