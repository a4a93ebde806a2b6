/** kstat: kernel statistics. @man kstat(8) */
import type { Command } from '#cmd/command.ts';
import { type KstatSelector, matcher, selector } from '#cmd/kstat/patterns.ts';
import type { KstatSnapshot, Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption, optionValue, type ParsedOptions } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = `Usage:
kstat [ -Cjlpq ] [ -T d|u ] [ -c class ]
      [ -m module ] [ -i instance ] [ -n name ] [ -s statistic ]
      [ interval [ count ] ]
kstat [ -Cjlpq ] [ -T d|u ] [ -c class ]
      [ module[:instance[:name[:statistic]]] ... ]
      [ interval [ count ] ]
`;

type Value = number | bigint | string;

/** The times of a statistic have nine digits after the point. */
function seconds(ns: bigint): string {
  return `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;
}

/** All of a kstat's statistics by name, with the ones that every kstat has. */
function statisticsOf(kstat: KstatSnapshot): [string, Value][] {
  const all: [string, Value][] = [
    ...Object.entries(kstat.data),
    ['class', kstat.class],
    ['crtime', seconds(kstat.createdNs)],
    ['snaptime', seconds(kstat.snapshotNs)],
  ];
  return all.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

interface Selected {
  readonly kstat: KstatSnapshot;
  readonly statistics: readonly (readonly [string, Value])[];
}

function select(
  kstats: readonly KstatSnapshot[],
  selectors: readonly KstatSelector[],
  className: (text: string) => boolean,
): Selected[] {
  const found: Selected[] = [];
  for (const kstat of kstats) {
    if (!className(kstat.class)) continue;
    const own = selectors.filter(
      (one) =>
        one.module(kstat.module) && one.instance(String(kstat.instance)) && one.name(kstat.name),
    );
    const statistics = statisticsOf(kstat).filter(([name]) =>
      own.some((one) => one.statistic(name)),
    );
    if (statistics.length > 0) found.push({ kstat, statistics });
  }
  return found.toSorted(
    ({ kstat: a }, { kstat: b }) =>
      compare(a.module, b.module) || a.instance - b.instance || compare(a.name, b.name),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The form for people: one block a kstat. */
function block({ kstat, statistics }: Selected): string {
  const { module, instance, name } = kstat;
  let text = `module: ${module.slice(0, 30).padEnd(30)}  instance: ${String(instance).padEnd(6)}\n`;
  text += `name:   ${name.slice(0, 30).padEnd(30)}  class:    ${kstat.class.slice(0, 30)}\n`;
  for (const [statistic, value] of statistics) {
    if (statistic !== 'class') text += `\t${statistic.padEnd(30)}  ${value}\n`;
  }
  return `${text}\n`;
}

/** -p and -l: one line a statistic. */
function lines({ kstat, statistics }: Selected, separator: string, listsOnly: boolean): string {
  const { module, instance, name } = kstat;
  return statistics
    .map(([statistic, value]) => {
      const path = [module, instance, name, statistic].join(':');
      return listsOnly ? `${path}\n` : `${path}${separator}${value}\n`;
    })
    .join('');
}

function json(found: readonly Selected[]): string {
  const all = found.map(({ kstat, statistics }) => {
    const { module, instance, name, class: className } = kstat;
    const data = statistics
      .filter(([statistic]) => !['class', 'crtime', 'snaptime'].includes(statistic))
      .map(([statistic, value]) => {
        const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
        return `\t\t"${statistic}": ${shown}`;
      });
    return (
      `\t"module": "${module}",\n\t"instance": ${instance},\n\t"name": "${name}",\n` +
      `\t"class": "${className}",\n\t"type": 1,\n\t"snaptime": ${seconds(kstat.snapshotNs)},\n` +
      `\t"data": {\n${data.join(',\n')}\n\t}`
    );
  });
  return `[{\n${all.join('\n}, {\n')}\n}]\n`;
}

/** Selectors of operands, or of -m -i -n -s; undefined for a bad pattern. */
function selectorsOf(
  parsed: ParsedOptions,
  operands: readonly string[],
): KstatSelector[] | undefined {
  const parts = ['m', 'i', 'n', 's'].map((letter) => optionValue(parsed, letter) ?? '');
  const texts = operands.length > 0 ? operands : [parts.join(':')];
  const selectors = texts.map(selector);
  return selectors.every((one) => one !== undefined) ? selectors : undefined;
}

function* timestamp(sys: Sys, form: string): Task<string> {
  const nowNs = yield* sys.gettimeofday();
  if (form === 'u') return `${nowNs / 1_000_000_000n}\n`;
  return `${strftime('%a %b %e %H:%M:%S %Z %Y', localtime(nowNs, timezoneFrom(sys.env)))}\n`;
}

function* kstat(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'hCqjlpT:m:i:n:s:c:');
  const operands = [...parsed.operands];
  const numbers: number[] = [];
  while (numbers.length < 2 && /^\d+$/.test(operands.at(-1) ?? '')) {
    numbers.unshift(Number(operands.pop()));
  }
  const [interval = 0, count = interval > 0 ? Number.POSITIVE_INFINITY : 1] = numbers;
  const mixes = operands.length > 0 && ['m', 'i', 'n', 's'].some((one) => hasOption(parsed, one));
  const form = optionValue(parsed, 'T');
  const badForm = form !== undefined && form !== 'u' && form !== 'd';
  if (parsed.message !== undefined || mixes || badForm) {
    return yield* usageError(io, USAGE, parsed.message, 2);
  }
  const selectors = selectorsOf(parsed, operands);
  const className = matcher(optionValue(parsed, 'c') ?? '');
  if (selectors === undefined || className === undefined) {
    yield* io.warn('invalid regular expression');
    return 3;
  }
  let isFound = false;
  for (let turn = 0; turn < count; turn += 1) {
    if (turn > 0) yield* sys.nanosleep(BigInt(interval) * 1_000_000_000n);
    const found = select(yield* sys.kstat(), selectors, className);
    isFound ||= found.length > 0;
    if (hasOption(parsed, 'q')) break;
    if (form !== undefined) yield* io.out.write(yield* timestamp(sys, form));
    yield* show(io, parsed, found);
    if (interval > 0) yield* io.out.flush();
  }
  return isFound ? 0 : 1;
}

function* show(io: Stdio, parsed: ParsedOptions, found: readonly Selected[]): Task<void> {
  if (hasOption(parsed, 'j')) {
    yield* io.out.write(json(found));
    return;
  }
  const isList = hasOption(parsed, 'l');
  const asLines = isList || hasOption(parsed, 'p') || hasOption(parsed, 'C');
  const separator = hasOption(parsed, 'C') ? ':' : '\t';
  for (const one of found) {
    yield* io.out.write(asLines ? lines(one, separator, isList) : block(one));
  }
}

export const KSTAT: Command = {
  name: 'kstat',
  path: '/usr/bin/kstat',
  links: ['/usr/sbin/kstat'],
  main: withStdio(kstat),
};
