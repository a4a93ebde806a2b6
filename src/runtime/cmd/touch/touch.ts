/** touch. @man touch(1) */
import { O_CREAT, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task, TimeChange } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { type Timezone, UTC, localtime, mktime, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: touch [-acm] [-r ref_file] file...\n' +
  '       touch [-acm] [-t [[CC]YY]MMDDhhmm[.SS]] file...\n' +
  '       touch [-acm] [-d YYYY-MM-DDThh:mm:SS[.frac][Z]] file...\n' +
  '       touch [-acm] [-d YYYY-MM-DDThh:mm:SS[,frac][Z]] file...\n' +
  '       touch [-acm] [MMDDhhmm[yy]] file...\n';

const NS = 1_000_000_000n;

/** `YYYY-MM-DDThh:mm:SS[.frac][Z]` as nanoseconds since 1970. */
function parseDate(text: string, zone: Timezone): bigint | undefined {
  const form = /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z?)$/;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const fields = { year, month: month - 1, day, hour, minute, second };
  const seconds = mktime(fields, match[8] === 'Z' ? UTC : zone);
  return BigInt(seconds) * NS + BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'));
}

/** `[[CC]YY]MMDDhhmm[.SS]`; two-digit years below 69 are in this century. */
function parseStamp(text: string, thisYear: number, zone: Timezone): bigint | undefined {
  const form = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/;
  const digits = text.replace(/\..*/, '').length;
  const match = form.exec(text);
  if (match === null || ![8, 10, 12].includes(digits)) return undefined;
  const two = Number(digits === 12 ? match[2] : match[1]);
  let year = thisYear;
  if (digits === 12) year = Number(match[1]) * 100 + two;
  else if (digits === 10) year = two < 69 ? 2000 + two : 1900 + two;
  const [month = 0, day = 0, hour = 0, minute = 0] = match.slice(3, 7).map(Number);
  const second = Number(match[7] ?? 0);
  return BigInt(mktime({ year, month: month - 1, day, hour, minute, second }, zone)) * NS;
}

interface Times {
  readonly atime: TimeChange;
  readonly mtime: TimeChange;
}

/** The times to set, or what is wrong. The old form takes them from the first operand. */
function* chooseTimes(
  sys: Sys,
  option: { readonly letter: string; readonly value: string } | undefined,
  stamp: string | undefined,
): Task<Times | string> {
  const zone = timezoneFrom(sys.env);
  const now = yield* sys.gettimeofday();
  const { year } = localtime(now, zone);
  let at: bigint | undefined;
  if (option?.letter === 'r') {
    const stat = yield* sys.stat(option.value);
    if (isErrno(stat)) return `${option.value}: ${stat.message}`;
    return { atime: stat.atimeNs, mtime: stat.mtimeNs };
  }
  if (option?.letter === 'd') at = parseDate(option.value, zone);
  else if (option !== undefined) at = parseStamp(option.value, year, zone);
  else if (stamp !== undefined) {
    const moved = stamp.length === 10 ? stamp.slice(8) + stamp.slice(0, 8) : stamp;
    at = parseStamp(moved, year, zone);
  } else return { atime: 'now', mtime: 'now' };
  return at === undefined ? 'bad time specification' : { atime: at, mtime: at };
}

function* touchOne(io: Stdio, sys: Sys, path: string, times: Times, create: boolean): Task<number> {
  const stat = yield* sys.stat(path);
  if (isErrno(stat)) {
    if (stat.name !== 'ENOENT') {
      yield* io.warn(`cannot stat ${path}: ${stat.message}`);
      return 1;
    }
    if (!create) return 0;
    const fd = yield* sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666);
    if (isErrno(fd)) {
      yield* io.warn(`cannot create ${path}: ${fd.message}`);
      return 1;
    }
    yield* sys.close(fd);
  }
  const result = yield* sys.utimens(path, times.atime, times.mtime);
  if (!isErrno(result)) return 0;
  yield* io.warn(`cannot change times on ${path}: ${result.message}`);
  return 1;
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'acfmr:d:t:');
  const given = parsed.options.filter(({ letter }) => 'rdt'.includes(letter));
  if (parsed.message !== undefined || parsed.operands.length === 0 || given.length > 1) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  let operands = parsed.operands;
  let stamp: string | undefined;
  if (given.length === 0 && operands.length >= 2 && /^(?:\d{8}|\d{10})$/.test(operands[0] ?? '')) {
    stamp = operands[0];
    operands = operands.slice(1);
  }
  const times = yield* chooseTimes(sys, given[0], stamp);
  if (typeof times === 'string') {
    yield* io.warn(times);
    return optionValue(parsed, 'r') === undefined ? 1 : 2;
  }
  const both = hasOption(parsed, 'a') === hasOption(parsed, 'm');
  const chosen: Times = {
    atime: both || hasOption(parsed, 'a') ? times.atime : 'omit',
    mtime: both || hasOption(parsed, 'm') ? times.mtime : 'omit',
  };
  let status = 0;
  for (const path of operands) {
    status += yield* touchOne(io, sys, path, chosen, !hasOption(parsed, 'c'));
  }
  return Math.min(status, 255);
}

export const TOUCH: Command = { name: 'touch', path: '/usr/bin/touch', main: withStdio(main) };
