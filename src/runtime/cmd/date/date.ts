/** date: shows and sets the time. @man date(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import {
  type BrokenDownTime,
  localtime,
  mktime,
  strftime,
  type Timezone,
  timezoneFrom,
  UTC,
} from '#lib/libc/time.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: date [-u] mmddHHMM[[cc]yy][.SS]\n' +
  '       date [-u] [-R] [-r seconds | filename] [+format]\n' +
  '       date -a [-]sss[.fff]\n';
const NS = 1_000_000_000n;
const DEFAULT_FORMAT = '%a %b %e %H:%M:%S %Z %Y';
const RFC_FORMAT = '%a, %d %h %Y %H:%M:%S %z';

/** `[mmdd]HHMM[.SS]` or `mmddHHMM[[cc]yy][.SS]`; missing parts are those of `now`. */
export function parseSetting(
  text: string,
  now: BrokenDownTime,
  zone: Timezone,
): number | undefined {
  const match = /^(\d+)(?:\.(\d\d))?$/.exec(text);
  const digits = match?.[1] ?? '';
  const pairs = digits.match(/\d\d/g)?.map(Number) ?? [];
  if (![4, 8, 10, 12].includes(digits.length)) return undefined;
  let { year, month, day } = now;
  let clock = pairs;
  if (digits.length >= 8) {
    month = (pairs[0] as number) - 1;
    day = pairs[1] as number;
    clock = pairs.slice(2, 4);
  }
  if (digits.length === 10) year = (pairs[4] as number) + ((pairs[4] as number) < 69 ? 2000 : 1900);
  if (digits.length === 12) year = (pairs[4] as number) * 100 + (pairs[5] as number);
  const [hour = 0, minute = 0] = clock;
  const second = Number(match?.[2] ?? 0);
  const isWrong = month > 11 || month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59;
  if (isWrong || second > 61) return undefined;
  return mktime({ year, month, day, hour, minute, second }, zone);
}

/** The time that -r means: seconds, or a file's last change. */
function* reference(sys: Sys, text: string): Task<bigint | undefined> {
  if (/^\d+$/.test(text)) return BigInt(text) * NS;
  const stat = yield* sys.stat(text);
  return isErrno(stat) ? undefined : stat.mtimeNs;
}

function* setClock(io: Stdio, sys: Sys, text: string, zone: Timezone): Task<number> {
  const nowNs = yield* sys.gettimeofday();
  const seconds = parseSetting(text, localtime(nowNs, zone), zone);
  if (seconds === undefined) {
    yield* io.warn('bad conversion');
    return yield* usageError(io, USAGE, undefined, 1);
  }
  const result = yield* sys.settimeofday(BigInt(seconds) * NS);
  if (!isErrno(result)) {
    const time = localtime(BigInt(seconds) * NS, zone);
    yield* io.out.write(`${strftime(DEFAULT_FORMAT, time)}\n`);
    return 0;
  }
  yield* io.warn('Not owner');
  return 1;
}

function* date(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'a:uRr:');
  if (parsed.message !== undefined || parsed.operands.length > 1) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  if (hasOption(parsed, 'a')) return yield* notSupported(io, '-a');
  const zone = hasOption(parsed, 'u') ? UTC : timezoneFrom(sys.env);
  const [operand] = parsed.operands;
  if (operand !== undefined && !operand.startsWith('+')) {
    return yield* setClock(io, sys, operand, zone);
  }
  const text = optionValue(parsed, 'r');
  const timeNs = text === undefined ? yield* sys.gettimeofday() : yield* reference(sys, text);
  if (timeNs === undefined) {
    yield* io.warn(`stat: ${text ?? ''}: No such file or directory`);
    return 1;
  }
  const format = hasOption(parsed, 'R') ? RFC_FORMAT : DEFAULT_FORMAT;
  const shown = strftime(operand?.slice(1) ?? format, localtime(timeNs, zone));
  yield* io.out.write(`${shown}\n`);
  return 0;
}

export const DATE: Command = { name: 'date', path: '/usr/bin/date', main: withStdio(date) };
