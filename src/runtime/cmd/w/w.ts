/** w and uptime: who does what, and for how long the node is up. @man w(1) uptime(1) */
import type { Command } from '#cmd/command.ts';
import { PRNODEV, type Psinfo } from '#abi/illumos/procfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, type Timezone, timezoneFrom } from '#lib/libc/time.ts';
import { readUtmpx, USER_PROCESS, type Utmpx } from '#lib/libc/utmpx.ts';
import { listPsinfo, readStatus } from '#lib/libproc/proc.ts';

const NS = 1_000_000_000n;
const HOUR = 3600;
const DAY = 86_400;

/** `up 2 day(s),  3:04,` as the first line has it. */
export function upText(seconds: number): string {
  const rounded = seconds + 30;
  const days = Math.floor(rounded / DAY);
  const hours = Math.floor((rounded % DAY) / HOUR);
  const minutes = Math.floor((rounded % HOUR) / 60);
  let text = 'up';
  if (days > 0) text += ` ${days} day(s),`;
  if (hours > 0 && minutes > 0) {
    text += ` ${String(hours).padStart(2)}:${String(minutes).padStart(2, '0')},`;
  } else if (hours > 0) text += ` ${hours} hr(s),`;
  else text += ` ${minutes} min(s),`;
  return text;
}

/** An elapsed time: `1:02:03`, `59:59`, `7`; right in `width` columns, the last one blank. */
export function elapsedText(seconds: number, width: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  let text = String(Math.max(0, seconds));
  if (seconds >= 36 * 60) {
    const minutes = two(Math.floor((seconds % HOUR) / 60));
    text = `${Math.floor(seconds / HOUR)}:${minutes}:${two(seconds % 60)}`;
  } else if (seconds >= 60) text = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${text.padStart(width - 1)} `;
}

/** The time of day, or the date of what is older than 18 hours; 12 columns. */
function atText(seconds: number, now: number, zone: Timezone): string {
  const time = localtime(BigInt(seconds) * NS, zone);
  const format = now - seconds <= 18 * HOUR ? '%T' : now - seconds <= 7 * DAY ? '%a %H:%M' : '%F';
  return `${strftime(format, time).padEnd(11)} `;
}

function loginsOf(records: readonly Utmpx[]): Utmpx[] {
  return records.filter((record) => record.type === USER_PROCESS);
}

/** ` 15:20:00    up 3 min(s),  1 user,  load average: 0.00, 0.01, 0.02` */
function* headline(sys: Sys, users: number): Task<string> {
  const nowSeconds = Number((yield* sys.gettimeofday()) / NS);
  const unix = yield* sys.kstat('unix');
  const misc = unix.find((one) => one.name === 'system_misc')?.data ?? {};
  const booted = Number(misc['boot_time'] ?? nowSeconds);
  const load = (yield* sys.getloadavg()).map((value) => value.toFixed(2)).join(', ');
  const at = atText(nowSeconds, nowSeconds, timezoneFrom(sys.env));
  const many = users === 1 ? 'user' : 'users';
  return `${at}${upText(nowSeconds - booted)}  ${users} ${many},  load average: ${load}\n`;
}

interface Jobs {
  readonly all: number;
  readonly own: number;
  readonly what: string;
}

/** Times of the processes on a terminal, and the newest of them. */
function* jobsOn(
  sys: Sys,
  processes: readonly Psinfo[],
  line: string,
  isLong: boolean,
): Task<Jobs> {
  const stat = yield* sys.stat(`/dev/${line}`);
  let [all, own] = [0, 0];
  let what = '-';
  if (isErrno(stat)) return { all, own, what };
  for (const info of processes) {
    if (info.nlwp === 0 || info.ttydev === PRNODEV || info.ttydev !== BigInt(stat.rdev)) continue;
    const status = yield* readStatus(sys, info.pid);
    if (isErrno(status)) continue;
    const time = Number((status.utime + status.stime) / NS);
    own += time;
    all += time + Number((status.cutime + status.cstime) / NS);
    what = isLong && info.psargs !== '' ? info.psargs : info.fname;
  }
  return { all, own, what };
}

/** Seconds since somebody typed: since the terminal was last read. */
function* idleSeconds(sys: Sys, line: string, now: number): Task<number> {
  const stat = yield* sys.stat(`/dev/${line}`);
  return isErrno(stat) ? 0 : Math.max(0, now - Number(stat.atimeNs / NS));
}

interface WOptions {
  readonly isUptime: boolean;
  readonly hasHeader: boolean;
  readonly isLong: boolean;
  readonly user: string | undefined;
}

/** The options; a string is what to complain. */
function parse(name: string, args: readonly string[]): WOptions | string {
  let isUptime = name === 'uptime';
  let [hasHeader, isLong] = [true, true];
  let user: string | undefined;
  for (const word of args) {
    if (!word.startsWith('-')) {
      if (user !== undefined) return `usage: ${name} [ -hlsuw ] [ user ]`;
      user = word;
      continue;
    }
    for (const letter of word.slice(1)) {
      if (letter === 'h') hasHeader = false;
      else if (letter === 'l') isLong = true;
      else if (letter === 's') isLong = false;
      else if (letter === 'u') isUptime = true;
      else if (letter === 'w') isUptime = false;
      else return `${name}: bad flag ${word}`;
    }
  }
  return { isUptime, hasHeader, isLong, user };
}

function* w(io: Stdio, sys: Sys): Task<number> {
  const options = parse(io.name, sys.argv.slice(1));
  if (typeof options === 'string') {
    yield* io.err.write(`${options}\n`);
    return 1;
  }
  const logins = loginsOf(yield* readUtmpx(sys));
  if (options.hasHeader) yield* io.out.write(yield* headline(sys, logins.length));
  if (options.isUptime) return 0;
  const { isLong } = options;
  if (options.hasHeader) {
    yield* io.out.write(
      isLong
        ? 'User     tty      login@         idle    JCPU    PCPU what\n'
        : 'User     tty         idle what\n',
    );
  }
  const zone = timezoneFrom(sys.env);
  const now = Number((yield* sys.gettimeofday()) / NS);
  const processes = yield* listPsinfo(sys);
  for (const { user, line, seconds } of logins) {
    if (options.user !== undefined && user !== options.user) continue;
    const jobs = yield* jobsOn(sys, isErrno(processes) ? [] : processes, line, isLong);
    const terminal = isLong ? line : line.replace(/^pts\//, '');
    const idle = elapsedText(yield* idleSeconds(sys, line, now), 8);
    const times = isLong ? elapsedText(jobs.all, 8) + elapsedText(jobs.own, 8) : '';
    const login = isLong ? atText(seconds, now, zone) : '';
    yield* io.out.write(
      `${user.padEnd(8)} ${terminal.padEnd(8)} ${login}${idle}${times}${jobs.what.slice(0, 32)}\n`,
    );
  }
  return 0;
}

export const W: Command = {
  name: 'w',
  path: '/usr/bin/w',
  links: ['/usr/bin/uptime'],
  main: withStdio(w),
};
