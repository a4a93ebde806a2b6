/** last: the history of logins, newest first. @man last(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, type Timezone, timezoneFrom } from '#lib/libc/time.ts';
import { usageError } from '#lib/libc/usage.ts';
import {
  BOOT_TIME,
  DEAD_PROCESS,
  DOWN_TIME,
  readUtmpx,
  USER_PROCESS,
  type Utmpx,
  WTMPX_FILE,
} from '#lib/libc/utmpx.ts';

const USAGE = 'usage: last [-n number | -number] [-f filename] [-a ] [name | tty] ...\n';
const DAY = 86_400;

function date(seconds: number, zone: Timezone): string {
  return strftime('%a %b %e %H:%M', localtime(BigInt(seconds) * 1_000_000_000n, zone));
}

/** `(1+02:03)` */
export function duration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor((seconds % DAY) / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  const days = Math.floor(seconds / DAY);
  return days === 0 ? `  (${clock})` : ` (${days}+${clock})`;
}

/** How the session of `record` ended: at a time, with the system, or not yet. */
function ending(records: readonly Utmpx[], index: number, zone: Timezone): string {
  const record = records[index] as Utmpx;
  for (const later of records.slice(index + 1)) {
    const isSystem = later.type === BOOT_TIME || later.type === DOWN_TIME;
    const isSame = later.line === record.line && later.type !== record.type;
    const isReplaced = later.line === record.line && later.type === USER_PROCESS;
    if (!isSystem && !isReplaced && !(isSame && later.type === DEAD_PROCESS)) continue;
    const length = duration(later.seconds - record.seconds);
    if (isSystem) return ` - ${later.type === DOWN_TIME ? 'down ' : 'crash'}${length}`;
    return ` - ${date(later.seconds, zone).slice(-5)}${length}`;
  }
  return '   still logged in';
}

function* last(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1).flatMap((word) => {
    const number = /^-(\d+)$/.exec(word)?.[1];
    return number === undefined ? [word] : ['-n', number];
  });
  const parsed = getopt(args, 'n:f:a');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  const file = optionValue(parsed, 'f') ?? WTMPX_FILE;
  let left = Number(optionValue(parsed, 'n') ?? Number.POSITIVE_INFINITY);
  const records = yield* readUtmpx(sys, file);
  const zone = timezoneFrom(sys.env);
  const names = parsed.operands;
  for (let index = records.length - 1; index >= 0 && left > 0; index -= 1) {
    const record = records[index] as Utmpx;
    const isBoot = record.type === BOOT_TIME;
    if (!isBoot && record.type !== USER_PROCESS) continue;
    const [user, line] = isBoot ? ['reboot', 'system boot'] : [record.user, record.line];
    const tty = line.replace(/^tty/, '');
    const isWanted = names.some((name) => name === user || name === line || name === tty);
    if (names.length > 0 && !isWanted) continue;
    const end = isBoot ? '' : ending(records, index, zone);
    const start = `${user.padEnd(9)} ${line.padEnd(12)} ${record.host.slice(0, 16).padEnd(16)}`;
    yield* io.out.write(`${start} ${date(record.seconds, zone)}${end}\n`);
    left -= 1;
  }
  const first = records[0];
  if (first !== undefined) yield* io.out.write(`\nwtmp begins ${date(first.seconds, zone)}\n`);
  return 0;
}

export const LAST: Command = { name: 'last', path: '/usr/bin/last', main: withStdio(last) };
