/**
 * sort: sorts, merges (-m) or checks (-c, -C) lines. Everything is held in memory; -o may name an
 * input.
 * @man sort(1)
 */
import { utf8ToLatin1 } from '#base/bytes.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import {
  type KeyFlags,
  type SortKey,
  noFlags,
  parseKey,
  parseOldKey,
  setFlag,
} from '#cmd/sort/key.ts';
import { mergeSort, textRank } from '#cmd/sort/merge-sort.ts';
import {
  type Item,
  type SortOrder,
  compareItems,
  compareKeys,
  isPlainOrder,
  makeItem,
} from '#cmd/sort/order.ts';
import { forEachFile, writeText } from '#lib/libc/filter.ts';
import { type ParsedOptions, getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: sort [-cC] [-bdfiMnru] [-t char] [-k key] [-S mem] [-z] [file ...]\n' +
  '       sort [-mu] [-bdfiMnr] [-o output] [-T directory] [-t char] [-k key] [-S mem] [-z] [file ...]\n';

interface SortCommand {
  readonly order: SortOrder;
  readonly parsed: ParsedOptions;
}

/** Old keys `+1 -2` become options of their own before getopt sees the words. */
function extractOldKeys(args: readonly string[]): { rest: string[]; old: [string, string?][] } {
  const rest: string[] = [];
  const old: [string, string?][] = [];
  const form = /^\+\d+(?:\.\d+)?[bdfinrM]*$/;
  for (let i = 0; i < args.length; i += 1) {
    const word = args[i] as string;
    if (word === '--') return { rest: [...rest, ...args.slice(i)], old };
    if (!form.test(word)) {
      rest.push(word);
      continue;
    }
    const next = args[i + 1] ?? '';
    const hasEnd = /^-\d+(?:\.\d+)?[bdfinrM]*$/.test(next);
    old.push(hasEnd ? [word, next] : [word]);
    if (hasEnd) i += 1;
  }
  return { rest, old };
}

/** The order asked for, or what is wrong (empty: only the usage). */
function parseSort(args: readonly string[]): SortCommand | string {
  const { rest, old } = extractOldKeys(args);
  const parsed = getopt(rest, 'bcCdfgiMhmnrsuzk:o:S:T:t:y');
  if (parsed.message !== undefined) return parsed.message;
  const global: KeyFlags = noFlags();
  for (const { letter } of parsed.options) if (letter.length === 1) setFlag(global, letter);
  const keys: SortKey[] = [];
  for (const { letter, value } of parsed.options) {
    if (letter !== 'k') continue;
    const key = parseKey(value, global);
    if (key === undefined) return `invalid key: ${value}`;
    keys.push(key);
  }
  for (const [start, end] of old) {
    const key = parseOldKey(start, end, global);
    if (key === undefined) return '';
    keys.push(key);
  }
  const separator = optionValue(parsed, 't');
  if (separator !== undefined && utf8ToLatin1(separator).length !== 1 && separator !== '\\0')
    return '';
  const isStable = hasOption(parsed, 's') || hasOption(parsed, 'u');
  return {
    order: {
      keys,
      global,
      separator: separator === undefined ? undefined : utf8ToLatin1(separator),
      isStable,
    },
    parsed,
  };
}

/** -c: the first line that is out of order, or undefined. */
function firstDisorder(
  items: readonly Item[],
  order: SortOrder,
  unique: boolean,
): Item | undefined {
  const compare = unique ? compareKeys(order) : compareItems(order);
  for (let i = 1; i < items.length; i += 1) {
    const difference = compare(items[i - 1] as Item, items[i] as Item);
    if (difference > 0 || (unique && difference === 0)) return items[i];
  }
  return undefined;
}

function* sortLines(
  sys: Sys,
  lines: readonly string[],
  order: SortOrder,
  unique: boolean,
): Task<string[]> {
  const sorted: string[] = [];
  if (isPlainOrder(order)) {
    const sign = order.global.reverse ? -1 : 1;
    const ranks = Float64Array.from(lines, textRank);
    const indices = yield* mergeSort(sys, ranks, sign, (i, j) => {
      const [a, b] = [lines[i] as string, lines[j] as string];
      return a < b ? -sign : a > b ? sign : 0;
    });
    for (const index of indices) {
      const line = lines[index] as string;
      if (!unique || sorted.length === 0 || sorted.at(-1) !== line) sorted.push(line);
    }
    return sorted;
  }
  const items: Item[] = [];
  for (let at = 0; at < lines.length; at += 8192) {
    for (const line of lines.slice(at, at + 8192)) items.push(makeItem(line, order));
    yield* sys.preempt(60_000);
  }
  const ranks = Float64Array.from(items, ({ keys: [first = 0] }) =>
    typeof first === 'number' ? first : textRank(first),
  );
  const isReversed = (order.keys[0]?.flags ?? order.global).reverse;
  const compare = compareItems(order);
  const indices = yield* mergeSort(sys, ranks, isReversed ? -1 : 1, (i, j) =>
    compare(items[i] as Item, items[j] as Item),
  );
  const byKeys = compareKeys(order);
  let last: Item | undefined;
  for (const index of indices) {
    const item = items[index] as Item;
    if (!unique || last === undefined || byKeys(last, item) !== 0) sorted.push(item.line);
    last = item;
  }
  return sorted;
}

function* writeLines(
  io: Stdio,
  sys: Sys,
  lines: readonly string[],
  path: string | undefined,
  end: string,
): Task<number> {
  let { out } = io;
  if (path !== undefined) {
    const fd = yield* sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    if (isErrno(fd)) {
      yield* io.warn(`can't open ${path}: ${fd.message}`);
      return 2;
    }
    out = new Output(sys, fd, 'full');
  }
  for (let at = 0; at < lines.length && out.error === undefined; at += 2048) {
    yield* writeText(out, lines.slice(at, at + 2048).join(end) + end);
  }
  yield* out.flush();
  return 0;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const command = parseSort(sys.argv.slice(1));
  if (typeof command === 'string') {
    return yield* usageError(io, USAGE, command === '' ? undefined : command);
  }
  const { order, parsed } = command;
  const lines: string[] = [];
  const delimiter = hasOption(parsed, 'z') ? '\0' : '\n';
  const complain = (path: string, why: string): string => `can't open ${path}: ${why}`;
  const failures = yield* forEachFile(
    io,
    sys,
    parsed.operands,
    function* each(reader) {
      for (;;) {
        const batch = yield* reader.batch();
        if (batch === undefined) return;
        for (const line of batch) lines.push(line);
      }
    },
    complain,
    delimiter,
  );
  if (failures > 0) return 2;
  const unique = hasOption(parsed, 'u');
  if (hasOption(parsed, 'c') || hasOption(parsed, 'C')) {
    const items = lines.map((line) => makeItem(line, order));
    const bad = firstDisorder(items, order, unique);
    if (bad === undefined) return 0;
    if (hasOption(parsed, 'c')) yield* io.warn(`disorder: ${bad.line}`);
    return 1;
  }
  const sorted = yield* sortLines(sys, lines, order, unique);
  return yield* writeLines(io, sys, sorted, optionValue(parsed, 'o'), delimiter);
}

export const SORT: Command = { name: 'sort', path: '/usr/bin/sort', main: withStdio(main) };
