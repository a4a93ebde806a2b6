/**
 * pr: pages of 66 lines with a heading of date, name and page; -t without, -n numbers, -N columns, -h
 * heading, -l length, -w width, -d double spaced, -o margin. -m and -s are not there.
 * @man pr(1)
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { openOperand, closeOperand, operandsOrStdin } from '#lib/libc/file-operand.ts';
import { writeText } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { LineCursor } from '#lib/libc/lines.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: pr [+page] [-column] [-adFfprt] [-e[char][gap]] [-h header] [-i[char][gap]]\n' +
  '          [-l lines] [-n[char][width]] [-o offset] [-s[char]] [-w width] [file ...]\n';

interface PrOptions {
  readonly first: number;
  readonly columns: number;
  readonly length: number;
  readonly width: number;
  readonly margin: string;
  readonly plain: boolean;
  readonly double: boolean;
  readonly header: string | undefined;
  readonly numberWidth: number;
  readonly numberEnd: string;
}

/** Lines of one page, in columns down when there are several. */
function pageText(lines: readonly string[], rows: number, options: PrOptions): string[] {
  if (options.columns === 1) return lines.map((line) => options.margin + line);
  const size = Math.floor(options.width / options.columns);
  const height = Math.min(rows, Math.ceil(lines.length / options.columns));
  const result: string[] = [];
  for (let row = 0; row < height; row += 1) {
    let text = '';
    for (let column = 0; column < options.columns; column += 1) {
      const cell = lines[column * height + row];
      if (cell === undefined) continue;
      text = text.padEnd(column * size) + cell.slice(0, size - 1);
    }
    result.push(options.margin + text);
  }
  return result;
}

function* printFile(
  io: Stdio,
  cursor: LineCursor,
  heading: (page: number) => string,
  options: PrOptions,
): Task<void> {
  const hasFrame = !options.plain && options.length > 10;
  const body = hasFrame ? options.length - 10 : options.length;
  const rows = options.double ? Math.floor(body / 2) : body;
  let number = 0;
  for (let page = 1; ; page += 1) {
    const lines: string[] = [];
    while (lines.length < rows * options.columns) {
      const line = yield* cursor.next();
      if (line === undefined) break;
      number += 1;
      const count = String(number).slice(-options.numberWidth).padStart(options.numberWidth);
      lines.push(options.numberWidth > 0 ? count + options.numberEnd + line : line);
    }
    if (lines.length === 0) return;
    if (page < options.first) continue;
    const shown = pageText(lines, rows, options);
    const text = shown.map((line) => `${line}\n${options.double ? '\n' : ''}`).join('');
    const used = shown.length * (options.double ? 2 : 1);
    const fill = hasFrame ? '\n'.repeat(body - used + 5) : '';
    const head = hasFrame ? `\n\n${options.margin}${heading(page)}\n\n\n` : '';
    yield* writeText(io.out, head + text + fill);
  }
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  let first = 1;
  let columns = 1;
  let numbers = '';
  let isNumbered = false;
  const rest: string[] = [];
  for (const word of args) {
    const attached = /^-n(.*)$/.exec(word);
    if (/^\+\d+$/.test(word)) first = Number(word.slice(1));
    else if (/^-\d+$/.test(word)) columns = Number(word.slice(1));
    else if (attached !== null) {
      isNumbered = true;
      numbers = attached[1] as string;
    } else rest.push(word);
  }
  const parsed = getopt(rest, 'adfFprtmh:l:o:w:s:e:i:');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  const absent = parsed.options.find(({ letter }) => 'amse'.includes(letter));
  if (absent !== undefined) return yield* notSupported(io, `-${absent.letter}`);
  const [, end = '', width = ''] = /^(\D?)(\d*)$/.exec(numbers) ?? [];
  const options: PrOptions = {
    first,
    columns: Math.max(1, columns),
    length: Number(optionValue(parsed, 'l') ?? 66),
    width: Number(optionValue(parsed, 'w') ?? 72),
    margin: ' '.repeat(Number(optionValue(parsed, 'o') ?? 0)),
    plain: hasOption(parsed, 't'),
    double: hasOption(parsed, 'd'),
    header: optionValue(parsed, 'h'),
    numberWidth: isNumbered ? Number(width || 5) : 0,
    numberEnd: end || '\t',
  };
  const now = yield* sys.gettimeofday();
  let status = 0;
  for (const path of operandsOrStdin(parsed.operands)) {
    const fd = yield* openOperand(sys, path);
    if (isErrno(fd)) {
      if (!hasOption(parsed, 'r')) yield* io.warn(`${path}: ${fd.message}`);
      status = 1;
      continue;
    }
    const stat = yield* sys.fstat(fd);
    const at = path === '-' || isErrno(stat) ? now : stat.mtimeNs;
    const when = strftime('%b %e %H:%M %Y', localtime(at, timezoneFrom(sys.env)));
    const name = options.header ?? (path === '-' ? '' : path);
    const heading = (page: number): string => utf8ToLatin1(`${when}  ${name} Page ${page}`);
    yield* printFile(io, new LineCursor(sys, fd), heading, options);
    yield* closeOperand(sys, fd);
  }
  return status;
}

export const PR: Command = { name: 'pr', path: '/usr/bin/pr', main: withStdio(main) };
