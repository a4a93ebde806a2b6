/**
 * Broken-down time and strftime(3C) in the C locale. Times are nanoseconds since 1970 (bigint), as
 * the file calls and gettimeofday give them; the zone comes from timezone.ts.
 * @man strftime(3C) localtime(3C) mktime(3C)
 */
import {
  SECONDS_PER_DAY,
  civilFromDays,
  daysFromCivil,
  isLeapYear,
  weekdayOf,
} from '#base/calendar.ts';
import { type Timezone, UTC, offsetAt } from '#lib/libc/timezone.ts';

export { type Timezone, UTC, parseTimezone, timezoneFrom } from '#lib/libc/timezone.ts';

/** `struct tm`, with whole years and the zone. */
export interface BrokenDownTime {
  readonly year: number;
  /** 0 … 11 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 = Sunday */
  readonly weekday: number;
  /** 0 … 365 */
  readonly yearDay: number;
  readonly isDaylight: boolean;
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly zone: string;
}

const NS = 1_000_000_000n;

export function localtime(timeNs: bigint, zone: Timezone): BrokenDownTime {
  const nanosecond = Number(((timeNs % NS) + NS) % NS);
  const utcSeconds = Number((timeNs - BigInt(nanosecond)) / NS);
  const { offset, name, isDaylight } = offsetAt(zone, utcSeconds);
  const local = utcSeconds + offset;
  const days = Math.floor(local / SECONDS_PER_DAY);
  const rest = local - days * SECONDS_PER_DAY;
  const { year, month, day } = civilFromDays(days);
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond,
    weekday: weekdayOf(days),
    yearDay: days - daysFromCivil(year, 0, 1),
    isDaylight,
    offset,
    zone: name,
  };
}

export function gmtime(timeNs: bigint): BrokenDownTime {
  return localtime(timeNs, UTC);
}

/** A local date and time; values out of range carry over. */
export interface LocalFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Seconds since 1970. In the hour that happens twice, the first one. */
export function mktime(fields: LocalFields, zone: Timezone): number {
  const local =
    daysFromCivil(fields.year, fields.month, fields.day) * SECONDS_PER_DAY +
    fields.hour * 3600 +
    fields.minute * 60 +
    fields.second;
  const daylight = zone.daylight?.offset ?? zone.standard.offset;
  for (const offset of [daylight, zone.standard.offset]) {
    if (offsetAt(zone, local - offset).offset === offset) return local - offset;
  }
  return local - zone.standard.offset;
}

export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function blank(value: number): string {
  return String(value).padStart(2, ' ');
}

function hour12(hour: number): number {
  return hour % 12 === 0 ? 12 : hour % 12;
}

/** Week of the year whose weeks begin on `first` (0 Sunday, 1 Monday); days before it: week 0. */
function weekNumber(time: BrokenDownTime, first: 0 | 1): number {
  return Math.floor((time.yearDay + 7 - ((time.weekday - first + 7) % 7)) / 7);
}

/** ISO 8601 year and week. */
function isoWeek(time: BrokenDownTime): readonly [year: number, week: number] {
  const mondayBased = (time.weekday + 6) % 7;
  const week = Math.floor((time.yearDay - mondayBased + 10) / 7);
  if (week < 1) {
    const length = isLeapYear(time.year - 1) ? 366 : 365;
    return isoWeek({ ...time, year: time.year - 1, yearDay: time.yearDay + length });
  }
  const length = isLeapYear(time.year) ? 366 : 365;
  // Days of this week that lie in the next year: four or more make it week 1 there.
  if (week === 53 && time.yearDay - mondayBased + 3 >= length) return [time.year + 1, 1];
  return [time.year, week];
}

function zoneOffset(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}

type Conversion = (time: BrokenDownTime) => string;

/** What each letter prints in the C locale. */
const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  a: (t) => (WEEKDAYS[t.weekday] as string).slice(0, 3),
  A: (t) => WEEKDAYS[t.weekday] as string,
  b: (t) => (MONTHS[t.month] as string).slice(0, 3),
  B: (t) => MONTHS[t.month] as string,
  c: (t) => strftime('%a %b %e %H:%M:%S %Y', t),
  C: (t) => two(Math.floor(t.year / 100)),
  d: (t) => two(t.day),
  D: (t) => strftime('%m/%d/%y', t),
  e: (t) => blank(t.day),
  F: (t) => strftime('%Y-%m-%d', t),
  g: (t) => two(isoWeek(t)[0] % 100),
  G: (t) => String(isoWeek(t)[0]),
  h: (t) => (MONTHS[t.month] as string).slice(0, 3),
  H: (t) => two(t.hour),
  I: (t) => two(hour12(t.hour)),
  j: (t) => String(t.yearDay + 1).padStart(3, '0'),
  k: (t) => blank(t.hour),
  l: (t) => blank(hour12(t.hour)),
  m: (t) => two(t.month + 1),
  M: (t) => two(t.minute),
  n: () => '\n',
  N: (t) => String(t.nanosecond).padStart(9, '0'),
  p: (t) => (t.hour < 12 ? 'AM' : 'PM'),
  r: (t) => strftime('%I:%M:%S %p', t),
  R: (t) => strftime('%H:%M', t),
  s: (t) => String(utcSeconds(t)),
  S: (t) => two(t.second),
  t: () => '\t',
  T: (t) => strftime('%H:%M:%S', t),
  u: (t) => String(t.weekday === 0 ? 7 : t.weekday),
  U: (t) => two(weekNumber(t, 0)),
  V: (t) => two(isoWeek(t)[1]),
  w: (t) => String(t.weekday),
  W: (t) => two(weekNumber(t, 1)),
  x: (t) => strftime('%m/%d/%y', t),
  X: (t) => strftime('%H:%M:%S', t),
  y: (t) => two(((t.year % 100) + 100) % 100),
  Y: (t) => String(t.year),
  z: (t) => zoneOffset(t.offset),
  Z: (t) => t.zone,
  '%': () => '%',
};

function utcSeconds(time: BrokenDownTime): number {
  const days = daysFromCivil(time.year, time.month, time.day);
  return days * SECONDS_PER_DAY + time.hour * 3600 + time.minute * 60 + time.second - time.offset;
}

/** Unknown conversions stay as they are. The modifiers E and O have no effect in the C locale. */
export function strftime(format: string, time: BrokenDownTime): string {
  return format.replace(/%[EO]?([A-Za-z%])/g, (text, letter: string) => {
    const conversion = Object.hasOwn(CONVERSIONS, letter) ? CONVERSIONS[letter] : undefined;
    return conversion === undefined ? text : conversion(time);
  });
}
