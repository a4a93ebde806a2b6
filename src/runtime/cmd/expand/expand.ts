/** expand and unexpand: tabs to blanks and back. @man expand(1) */
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { mapLines } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

/** The column of the next tab stop after `column`; undefined past the last of several stops. */
type TabStops = (column: number) => number | undefined;

function parseStops(text: string): TabStops | undefined {
  const stops = text.split(/[,\s]+/).map(Number);
  if (stops.some((stop, i) => !(stop > (stops[i - 1] ?? 0)))) return undefined;
  if (stops.length > 1) return (column) => stops.find((stop) => stop > column);
  const [size = 8] = stops;
  return (column) => (Math.floor(column / size) + 1) * size;
}

function expandLine(line: string, next: TabStops): string {
  if (!line.includes('\t')) return line;
  let text = '';
  let column = 0;
  for (const char of line) {
    if (char === '\t') {
      const stop = next(column) ?? column + 1;
      text += ' '.repeat(stop - column);
      column = stop;
    } else {
      text += char;
      column = char === '\b' ? Math.max(0, column - 1) : column + 1;
    }
  }
  return text;
}

/** Runs of blanks that reach a tab stop become tabs; only leading ones unless `everywhere`. */
function unexpandLine(line: string, next: TabStops, everywhere: boolean): string {
  let text = '';
  let column = 0;
  let blanks = '';
  let i = 0;
  for (; i < line.length; i += 1) {
    const char = line[i] as string;
    if (char !== ' ' && char !== '\t') {
      if (!everywhere) break;
      text += blanks + char;
      blanks = '';
      column += 1;
      continue;
    }
    const stop = next(column);
    if (stop === undefined) {
      blanks += char;
      column += 1;
    } else if (char === '\t' || column + 1 === stop) {
      // A single blank before a stop stays a blank, unless blanks go before it.
      const isLone = char === ' ' && blanks === '' && line[i + 1] !== ' ' && line[i + 1] !== '\t';
      text += isLone && everywhere ? ' ' : '\t';
      blanks = '';
      column = stop;
    } else {
      blanks += ' ';
      column += 1;
    }
  }
  return text + blanks + line.slice(i);
}

function* run(io: Stdio, sys: Sys, isExpand: boolean): Task<number> {
  const args = sys.argv.slice(1).map((word) => word.replace(/^-(\d[\d,]*)$/, '-t$1'));
  const parsed = getopt(args, isExpand ? 't:' : 'at:');
  const tabs = optionValue(parsed, 't');
  const next = parseStops(tabs ?? '8');
  if (parsed.message !== undefined || next === undefined) {
    const usage = isExpand
      ? 'usage: expand [-t tablist] [file ...]\n' +
        '       expand [-tabstop] [-tab1,tab2,. . .,tabn] [file ...]\n'
      : 'usage: unexpand [-a ] [-t tablist] [file ...]\n';
    return yield* usageError(io, usage, parsed.message);
  }
  const everywhere = hasOption(parsed, 'a') || tabs !== undefined;
  return yield* mapLines(
    io,
    sys,
    parsed.operands,
    (line) => (isExpand ? expandLine(line, next) : unexpandLine(line, next, everywhere)),
    1,
  );
}

export const EXPAND: Command = {
  name: 'expand',
  path: '/usr/bin/expand',
  main: withStdio((io, sys) => run(io, sys, true)),
};
export const UNEXPAND: Command = {
  name: 'unexpand',
  path: '/usr/bin/unexpand',
  main: withStdio((io, sys) => run(io, sys, false)),
};
