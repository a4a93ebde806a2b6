/** What printing needs beside psinfo: names of users, groups, terminals and zones, and the time. */
import { PRNODEV, type Psinfo } from '#abi/illumos/procfs.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { localtime, strftime, type Timezone, timezoneFrom } from '#lib/libc/time.ts';
import { TerminalNames } from '#lib/libc/ttyname.ts';

const DAY_SECONDS = 86_400;

export class PsContext {
  readonly accounts: Accounts;
  readonly nowSeconds: number;
  readonly #terminals: TerminalNames;
  readonly #zone: Timezone;

  constructor(sys: Sys, nowNs: bigint) {
    this.accounts = new Accounts(sys);
    this.nowSeconds = Number(nowNs / 1_000_000_000n);
    this.#terminals = new TerminalNames(sys);
    this.#zone = timezoneFrom(sys.env);
  }

  /** The name below /dev of the controlling terminal; `?` without one. */
  *terminal(info: Psinfo): Task<string> {
    if (info.nlwp === 0 || info.ttydev === PRNODEV) return '?';
    return (yield* this.#terminals.nameOf(Number(info.ttydev))) ?? '??';
  }

  *user(uid: number): Task<string> {
    return (yield* this.accounts.userName(uid)) ?? String(uid);
  }

  *group(gid: number): Task<string> {
    return (yield* this.accounts.groupName(gid)) ?? String(gid);
  }

  /** When it started: the time, or the date after a day. `joiner` stands between month and day. */
  startTime(startNs: bigint, joiner: string): string {
    const seconds = roundedSeconds(startNs);
    const time = localtime(BigInt(seconds) * 1_000_000_000n, this.#zone);
    const isOld = this.nowSeconds - seconds >= DAY_SECONDS;
    return strftime(isOld ? `%b${joiner}%d` : '%H:%M:%S', time);
  }
}

/** Nanoseconds to seconds, half a second counts as one. */
export function roundedSeconds(ns: bigint): number {
  const rest = ns % 1_000_000_000n;
  return Number(ns / 1_000_000_000n) + (rest > 500_000_000n ? 1 : 0);
}

/** 16-bit fraction as a percentage with one digit; anything above nothing shows at least 0.1. */
export function percent(fraction: number, width: number): string {
  const value = Math.min(999, (fraction * 1000 + 0x7000) >> 15);
  return `${String(Math.floor(value / 10)).padStart(Math.max(2, width - 2))}.${value % 10}`;
}

/** `[[dd-]hh:]mm:ss` */
export function elapsed(seconds: number): string {
  if (seconds < 0) return '-';
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(seconds / DAY_SECONDS);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (days > 0) return `${days}-${two(hours)}:${rest}`;
  return hours > 0 ? `${two(hours)}:${rest}` : rest;
}

/** `mmm:ss` as the TIME column of a listing. */
export function cpuTime(ns: bigint): string {
  const seconds = roundedSeconds(ns);
  return `${String(Math.floor(seconds / 60)).padStart(4)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Printable text only, as much as fits. */
export function printable(text: string, width: number): string {
  return Array.from(text.replace(/[\x00-\x1f\x7f]/g, ''))
    .slice(0, width)
    .join('');
}

/** A zone's name: there is only the global zone. */
export function zoneName(zoneId: number): string {
  return zoneId === 0 ? 'global' : String(zoneId);
}
