/** who: who is logged in, and what else utmpx records. @man who(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { ttyname } from '#lib/libc/ttyname.ts';
import {
  ACCOUNTING,
  BOOT_TIME,
  DEAD_PROCESS,
  INIT_PROCESS,
  LOGIN_PROCESS,
  NEW_TIME,
  OLD_TIME,
  readUtmpx,
  RUN_LVL,
  USER_PROCESS,
  UTMPX_FILE,
  type Utmpx,
} from '#lib/libc/utmpx.ts';

const USAGE = `
Usage:	who [-abdHlmpqrstTu] [utmpx_like_file]
	who -q [-n x] [utmpx_like_file]
	who [am i]
	who [am I]
a	all (bdlprtu options)
b	boot time
d	dead processes
H	print header
l	login processes
n #	specify number of users per line for -q
p	processes other than getty or users
q	quick who
r	run level
s	short form of who (no time since last output or pid)
t	time changes
T	status of tty (+ writable, - not writable, ? hung)
u	useful information
m	information only about current terminal
am i	information about current terminal (same as -m)
am I	information about current terminal (same as -m)
`;

/** Record types that an option adds. */
const TYPES: Readonly<Record<string, readonly number[]>> = {
  a: [BOOT_TIME, DEAD_PROCESS, LOGIN_PROCESS, INIT_PROCESS, RUN_LVL, OLD_TIME, NEW_TIME],
  b: [BOOT_TIME],
  d: [DEAD_PROCESS],
  l: [LOGIN_PROCESS],
  p: [INIT_PROCESS],
  r: [RUN_LVL],
  t: [OLD_TIME, NEW_TIME],
};

interface WhoOptions {
  readonly types: ReadonlySet<number>;
  readonly isTerse: boolean;
  readonly showsWritable: boolean;
}

function optionsOf(letters: string): WhoOptions {
  const types = new Set<number>();
  for (const letter of letters) for (const type of TYPES[letter] ?? []) types.add(type);
  if (types.size === 0 || /[au]/.test(letters)) types.add(USER_PROCESS);
  const isTerse = letters.includes('s') || !/[alruT]/.test(letters);
  return { types, isTerse, showsWritable: /[aT]/.test(letters) };
}

/** + or − : whether others may write to the terminal. */
function* writable(sys: Sys, record: Utmpx): Task<string> {
  if (record.type !== USER_PROCESS) return ' ';
  const stat = yield* sys.stat(`/dev/${record.line}`);
  if (isErrno(stat)) return '?';
  return (stat.mode & 0o022) === 0 ? '-' : '+';
}

/** `   .  `, ` 1:23`, `  old `: since anything came out. */
function* idle(sys: Sys, record: Utmpx, now: number): Task<string> {
  if (record.type !== USER_PROCESS) return '';
  const stat = yield* sys.stat(`/dev/${record.line}`);
  if (isErrno(stat)) return '';
  const minutes = Math.floor((now - Number(stat.mtimeNs / 1_000_000_000n)) / 60);
  if (minutes <= 0) return '   .  ';
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return '  old ';
  return ` ${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, '0')}`;
}

function* line(sys: Sys, record: Utmpx, options: WhoOptions, now: number): Task<string> {
  const time = localtime(BigInt(record.seconds) * 1_000_000_000n, timezoneFrom(sys.env));
  const mark = options.showsWritable ? yield* writable(sys, record) : ' ';
  const user = (record.user === '' ? '   .' : record.user).padEnd(10);
  const device = (record.line === '' ? '     .' : record.line).padEnd(12);
  let text = `${user} ${mark} ${device} ${strftime('%b %e %H:%M', time)}`;
  if (!options.isTerse) {
    text += yield* idle(sys, record, now);
    const hasPid = ![BOOT_TIME, RUN_LVL, ACCOUNTING].includes(record.type);
    if (hasPid) text += `  ${String(record.pid).padStart(5)}`;
    if (record.type === DEAD_PROCESS) {
      const term = String(record.termination).padEnd(3);
      text += `  id=${record.id.padStart(4)} term=${term} exit=${record.exit}  `;
    } else if (record.type === INIT_PROCESS) text += `  id=${record.id.padStart(4)}`;
  }
  if (record.type === RUN_LVL) {
    const level = String.fromCharCode(record.termination || 32);
    const before = String.fromCharCode(record.exit || 32);
    text += `     ${level}  ${String(record.pid).padStart(5)}  ${before}`;
  }
  return `${text}${record.host === '' ? '' : `\t(${record.host})`}\n`;
}

/** -q: names only, and how many. */
function* quick(io: Stdio, records: readonly Utmpx[], perLine: number): Task<number> {
  const users = records.filter((record) => record.type === USER_PROCESS);
  const cells = users.map((record) => `${record.user.padEnd(8)} `);
  for (let at = 0; at < cells.length; at += perLine) {
    yield* io.out.write(`${at > 0 ? '\n' : ''}${cells.slice(at, at + perLine).join('')}`);
  }
  yield* io.out.write(`\n# users=${users.length}\n`);
  return 0;
}

/** `am i`: the record of one's own terminal, or one made up of what is known. */
function* amI(io: Stdio, sys: Sys, records: readonly Utmpx[], options: WhoOptions): Task<number> {
  const terminal = (yield* ttyname(sys, 0)) ?? (yield* ttyname(sys, 1)) ?? (yield* ttyname(sys, 2));
  if (terminal === undefined) {
    yield* io.err.write("Must be attached to terminal for 'am I' option\n");
    return 1;
  }
  const device = terminal.replace(/^\/dev\//, '');
  const nowNs = yield* sys.gettimeofday();
  const now = Number(nowNs / 1_000_000_000n);
  const own = records.find((record) => record.line === device && record.type === USER_PROCESS);
  const { effective } = yield* sys.getuid();
  const user = (yield* new Accounts(sys).userName(effective)) ?? String(effective);
  const record = own ?? madeUp(user, device, sys.pid, now);
  yield* io.out.write(yield* line(sys, record, options, now));
  return 0;
}

function madeUp(user: string, device: string, pid: number, seconds: number): Utmpx {
  return {
    user,
    line: device,
    pid,
    seconds,
    id: '',
    type: USER_PROCESS,
    termination: 0,
    exit: 0,
    microseconds: 0,
    session: 0,
    syslen: 0,
    host: '',
  };
}

function* who(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const isAmI = args.length === 2 && args[0] === 'am' && /^[iI]$/.test(args[1] ?? '');
  const parsed = getopt(isAmI ? ['-m'] : args, 'abdHlmn:pqrstTu');
  if (parsed.message !== undefined) {
    yield* io.warn(parsed.message);
    yield* io.err.write(USAGE);
    return 1;
  }
  const letters = parsed.options.map((option) => option.letter).join('');
  const perLine = Number(parsed.options.find(({ letter }) => letter === 'n')?.value ?? 8);
  if (!Number.isInteger(perLine) || perLine < 1) {
    yield* io.warn('Number of users per line must be at least 1');
    return 1;
  }
  const [file] = parsed.operands;
  if (file !== undefined) {
    const stat = yield* sys.stat(file);
    if (isErrno(stat)) {
      yield* io.warn(`Cannot stat file '${file}': ${stat.message}`);
      return 1;
    }
  }
  const records = yield* readUtmpx(sys, file ?? UTMPX_FILE);
  if (letters.includes('q')) return yield* quick(io, records, perLine);
  const options = optionsOf(letters);
  if (letters.includes('m')) return yield* amI(io, sys, records, options);
  if (letters.includes('H')) {
    const more = options.isTerse ? '' : '          IDLE    PID  COMMENTS';
    yield* io.out.write(`NAME       LINE         TIME${more}\n`);
  }
  const now = Number((yield* sys.gettimeofday()) / 1_000_000_000n);
  for (const record of records) {
    if (options.types.has(record.type)) yield* io.out.write(yield* line(sys, record, options, now));
  }
  return 0;
}

export const WHO: Command = { name: 'who', path: '/usr/bin/who', main: withStdio(who) };
