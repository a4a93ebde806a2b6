/**
 * Time zones: TZ values in POSIX form (`EST5EDT,M3.2.0,M11.1.0`) and the common zone names, whose
 * present rules are in timezone.table.ts. An unknown name is UTC, as in libc.
 * Surprising: POSIX offsets count west of Greenwich as positive.
 * @man environ(7) TZ, tzset(3C)
 */
import {
  SECONDS_PER_DAY,
  civilFromDays,
  daysFromCivil,
  isLeapYear,
  weekdayOf,
} from '#base/calendar.ts';
import { ZONE_RULES } from '#lib/libc/timezone.table.ts';

/** When daylight saving begins or ends, in seconds of local standard or daylight time. */
type Transition =
  | { readonly kind: 'month'; month: number; week: number; weekday: number; seconds: number }
  | { readonly kind: 'julian'; day: number; countsLeapDay: boolean; seconds: number };

interface Season {
  readonly name: string;
  /** Seconds east of UTC. */
  readonly offset: number;
}

export interface Timezone {
  readonly standard: Season;
  readonly daylight:
    | (Season & { readonly start: Transition; readonly end: Transition })
    | undefined;
}

export const UTC: Timezone = { standard: { name: 'UTC', offset: 0 }, daylight: undefined };

/** The zone that the environment's TZ names; UTC without one. */
export function timezoneFrom(env: ReadonlyMap<string, string>): Timezone {
  const name = env.get('TZ');
  return name === undefined || name === '' ? UTC : parseTimezone(name);
}

/** `name` is a TZ value: `:UTC`, `Europe/Berlin`, `CET-1CEST,M3.5.0,M10.5.0/3`. */
export function parseTimezone(name: string): Timezone {
  const plain = name.replace(/^:/, '');
  return parsePosix(ZONE_RULES[plain] ?? plain) ?? UTC;
}

const NAME = '([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)';
const OFFSET = '([+-]?\\d{1,3}(?::\\d\\d){0,2})';
const POSIX = new RegExp(`^${NAME}${OFFSET}(?:${NAME}${OFFSET}?(?:,([^,]+),([^,]+))?)?$`);

function parsePosix(text: string): Timezone | undefined {
  const match = POSIX.exec(text);
  if (match === null) return undefined;
  const [, name = '', offset = '0', dstName, dstOffset, start, end] = match;
  const standard = { name: name.replace(/[<>]/g, ''), offset: -seconds(offset) };
  if (dstName === undefined) return { standard, daylight: undefined };
  const from = parseTransition(start ?? 'M3.2.0');
  const to = parseTransition(end ?? 'M11.1.0');
  if (from === undefined || to === undefined) return undefined;
  return {
    standard,
    daylight: {
      name: dstName.replace(/[<>]/g, ''),
      offset: dstOffset === undefined ? standard.offset + 3600 : -seconds(dstOffset),
      start: from,
      end: to,
    },
  };
}

function seconds(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, '').split(':').map(Number);
  return sign * (hours * 3600 + minutes * 60 + rest);
}

function parseTransition(text: string): Transition | undefined {
  const [rule = '', time] = text.split('/');
  const at = time === undefined ? 7200 : seconds(time);
  const month = /^M(\d+)\.(\d)\.(\d)$/.exec(rule);
  if (month !== null) {
    const [m, week, weekday] = month.slice(1).map(Number) as [number, number, number];
    return { kind: 'month', month: m - 1, week, weekday, seconds: at };
  }
  const julian = /^(J?)(\d+)$/.exec(rule);
  if (julian === null) return undefined;
  const countsLeapDay = julian[1] === '';
  const day = Number(julian[2]) - (countsLeapDay ? 0 : 1);
  return { kind: 'julian', day, countsLeapDay, seconds: at };
}

/** The transition in `year` as local seconds since 1970. */
function transitionSeconds(transition: Transition, year: number): number {
  if (transition.kind === 'julian') {
    const skipsLeapDay = !transition.countsLeapDay && isLeapYear(year) && transition.day >= 59;
    const days = daysFromCivil(year, 0, 1) + transition.day + (skipsLeapDay ? 1 : 0);
    return days * SECONDS_PER_DAY + transition.seconds;
  }
  const first = daysFromCivil(year, transition.month, 1);
  const length = daysFromCivil(year, transition.month + 1, 1) - first;
  let day = ((transition.weekday - weekdayOf(first) + 7) % 7) + (transition.week - 1) * 7;
  if (day >= length) day -= 7;
  return (first + day) * SECONDS_PER_DAY + transition.seconds;
}

export interface ZoneOffset extends Season {
  readonly isDaylight: boolean;
}

/** What the zone's clocks show at `seconds` since 1970 (UTC). */
export function offsetAt(zone: Timezone, utcSeconds: number): ZoneOffset {
  const { standard, daylight } = zone;
  if (daylight === undefined) return { ...standard, isDaylight: false };
  const localDays = Math.floor((utcSeconds + standard.offset) / SECONDS_PER_DAY);
  const { year } = civilFromDays(localDays);
  const start = transitionSeconds(daylight.start, year) - standard.offset;
  const end = transitionSeconds(daylight.end, year) - daylight.offset;
  const isDaylight =
    start < end ? utcSeconds >= start && utcSeconds < end : utcSeconds >= start || utcSeconds < end;
  const season = isDaylight ? daylight : standard;
  return { name: season.name, offset: season.offset, isDaylight };
}
