/**
 * Calendar arithmetic: seconds since 1970 ↔ year, month, day, in the proleptic Gregorian calendar.
 * Time zones and printing are libc's (lib/libc/timezone.ts, time.ts).
 */
export const SECONDS_PER_DAY = 86_400;

export interface CivilDate {
  readonly year: number;
  /** 0 … 11 */
  readonly month: number;
  /** 1 … 31 */
  readonly day: number;
}

/** Days since 1970-01-01. Months and days out of range carry over. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const carry = Math.floor(month / 12);
  // The year starts in March: the leap day is then its last one.
  const monthFromMarch = (((month % 12) + 12) % 12) - 2;
  const y = year + carry - (monthFromMarch < 0 ? 1 : 0);
  const m = monthFromMarch < 0 ? monthFromMarch + 12 : monthFromMarch;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * m + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The inverse of `daysFromCivil`. */
export function civilFromDays(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 2 : monthFromMarch - 10;
  return { year: yearOfEra + era * 400 + (month < 2 ? 1 : 0), month, day };
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** 0 = Sunday. */
export function weekdayOf(days: number): number {
  return (((days + 4) % 7) + 7) % 7;
}

export interface CivilTime extends CivilDate {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** UTC of `seconds` since 1970. */
export function civilFromSeconds(seconds: number): CivilTime {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  return {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: Math.floor(rest) % 60,
  };
}

/** The inverse of `civilFromSeconds`. */
export function secondsFromCivil(time: CivilTime): number {
  const days = daysFromCivil(time.year, time.month, time.day);
  return days * SECONDS_PER_DAY + time.hour * 3600 + time.minute * 60 + time.second;
}
