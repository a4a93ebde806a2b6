/** cal: a month or a year. @man cal(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { daysFromCivil, weekdayOf } from '#base/calendar.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, MONTHS, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: cal [ [month] year ]\n';
const WEEK = ' S  M Tu  W Th  F  S';
const MONTH_WIDTH = 23;

/** The days of a month in lines of a week; September 1752 lacks the days that were left out. */
export function monthLines(year: number, month: number): string[] {
  const isReform = year === 1752 && month === 8;
  const days: number[] = [];
  const count = daysIn(year, month);
  for (let day = 1; day <= count; day += 1) if (!isReform || day < 3 || day > 13) days.push(day);
  const cells = new Array<string>(firstWeekday(year, month)).fill('  ');
  cells.push(...days.map((day) => String(day).padStart(2)));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += 7) lines.push(cells.slice(at, at + 7).join(' '));
  return lines;
}

/** Before 14 September 1752 the Julian calendar holds. */
function isJulian(year: number, month: number): boolean {
  return year < 1752 || (year === 1752 && month <= 8);
}

function daysIn(year: number, month: number): number {
  if (month === 1 && isJulian(year, month)) return year % 4 === 0 ? 29 : 28;
  const next = month === 11 ? daysFromCivil(year + 1, 0, 1) : daysFromCivil(year, month + 1, 1);
  return next - daysFromCivil(year, month, 1);
}

function firstWeekday(year: number, month: number): number {
  if (!isJulian(year, month)) return weekdayOf(daysFromCivil(year, month, 1));
  // Julian day numbers: year 1 began on a Saturday.
  let days = (year - 1) * 365 + Math.floor((year - 1) / 4);
  for (let before = 0; before < month; before += 1) days += daysIn(year, before);
  return (days + 6) % 7;
}

function yearText(year: number): string {
  let text = `\n\n\n\t\t\t\t${year}\n\n`;
  for (let first = 0; first < 12; first += 3) {
    const months = [first, first + 1, first + 2];
    const names = months.map((month) => `         ${(MONTHS[month] as string).slice(0, 3)}`);
    text += `${names
      .map((name) => name.padEnd(MONTH_WIDTH))
      .join('')
      .trimEnd()}\n`;
    text += `${months
      .map(() => WEEK.padEnd(MONTH_WIDTH))
      .join('')
      .trimEnd()}\n`;
    const columns = months.map((month) => monthLines(year, month));
    for (let line = 0; line < 6; line += 1) {
      const row = columns.map((lines) => (lines[line] ?? '').padEnd(MONTH_WIDTH));
      text += `${row.join('').trimEnd()}\n`;
    }
  }
  return `${text}\n\n\n`;
}

function* cal(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  if (args.length > 2 || args.some((word) => word.startsWith('-'))) {
    return yield* usageError(io, USAGE, undefined, 1);
  }
  const now = localtime(yield* sys.gettimeofday(), timezoneFrom(sys.env));
  const year = args.length === 0 ? now.year : Number(args.at(-1));
  if (!Number.isInteger(year) || year < 1 || year > 9999) {
    yield* io.err.write('cal: bad year\n');
    return 1;
  }
  if (args.length === 1) {
    yield* io.out.write(yearText(year));
    return 0;
  }
  const month = args.length === 0 ? now.month : Number(args[0]) - 1;
  const name = MONTHS[month];
  if (name === undefined) {
    yield* io.err.write('cal: bad month\n');
    return 1;
  }
  yield* io.out.write(`   ${name} ${year}\n${WEEK}\n${monthLines(year, month).join('\n')}\n`);
  return 0;
}

export const CAL: Command = { name: 'cal', path: '/usr/bin/cal', main: withStdio(cal) };
