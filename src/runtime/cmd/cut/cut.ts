/** cut: bytes, characters or fields by list. In the C locale -b and -c are the same. @man cut(1) */
import { utf8ToLatin1 } from '#base/bytes.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { mapLines } from '#lib/libc/filter.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: cut -b list [-n] [file ...]\n' +
  '       cut -c list [file ...]\n' +
  '       cut -f list [-d delim] [-s] [file ...]\n';

/** First and last, counted from 1. */
type Range = readonly [first: number, last: number];

/** Sorted ranges that don't overlap, or undefined for a bad list. */
function parseList(text: string): Range[] | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(/[,\s]+/)) {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (match === null || (match[1] === '' && match[3] === '')) return undefined;
    const first = match[1] === '' ? 1 : Number(match[1]);
    const last = match[2] === '' ? first : match[3] === '' ? Infinity : Number(match[3]);
    if (first < 1 || last < first) return undefined;
    ranges.push([first, last]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const range of ranges) {
    const before = merged.at(-1);
    if (before !== undefined && range[0] <= before[1] + 1)
      before[1] = Math.max(before[1], range[1]);
    else merged.push(range);
  }
  return merged;
}

function cutColumns(line: string, ranges: readonly Range[]): string {
  let text = '';
  for (const [first, last] of ranges) {
    if (first > line.length) break;
    text += line.slice(first - 1, last);
  }
  return text;
}

function cutFields(line: string, ranges: readonly Range[], delimiter: string): string {
  const fields = line.split(delimiter);
  const kept: string[] = [];
  for (const [first, last] of ranges) {
    if (first > fields.length) break;
    kept.push(...fields.slice(first - 1, Math.min(last, fields.length)));
  }
  return kept.join(delimiter);
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'b:c:d:f:ns');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message);
  const lists = parsed.options.filter(({ letter }) => 'bcf'.includes(letter));
  const [list] = lists;
  if (list === undefined || lists.length > 1) return yield* usageError(io, USAGE);
  const ranges = parseList(list.value);
  if (ranges === undefined) {
    return yield* usageError(
      io,
      USAGE,
      `bad list for ${'bc'.includes(list.letter) ? 'b/c' : 'f'} option`,
    );
  }
  if (list.letter !== 'f') {
    return yield* mapLines(io, sys, parsed.operands, (line) => cutColumns(line, ranges));
  }
  const delimiter = utf8ToLatin1(optionValue(parsed, 'd') ?? '\t');
  if (delimiter === '') return yield* usageError(io, USAGE, 'no delimiter');
  const onlyDelimited = hasOption(parsed, 's');
  return yield* mapLines(io, sys, parsed.operands, (line) =>
    line.includes(delimiter)
      ? cutFields(line, ranges, delimiter)
      : onlyDelimited
        ? undefined
        : line,
  );
}

export const CUT: Command = { name: 'cut', path: '/usr/bin/cut', main: withStdio(main) };
