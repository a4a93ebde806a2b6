/**
 * shutdown: warns everybody who is logged in, waits, and asks init for another run level.
 * @man shutdown(8)
 */
import { O_NOCTTY, O_NONBLOCK, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { ttyname } from '#lib/libc/ttyname.ts';
import { usageError } from '#lib/libc/usage.ts';
import { USER_PROCESS, readUtmpx } from '#lib/libc/utmpx.ts';
import { INIT_PIPE, sendRunLevel } from '#lib/libinit/initpipe.ts';

const USAGE = 'Usage: shutdown [ -y ] [ -g<grace> ] [ -i<initstate> ] [ message ]';
const DEFAULT_GRACE_SECONDS = 60;
/** Seconds before the end at which everybody is told again. */
const REMINDERS: readonly number[] = [7200, 3600, 1800, 1200, 600, 300, 120, 60, 30, 10];
const NS_PER_SECOND = 1_000_000_000n;

function* shutdown(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'yg:i:');
  const grace = optionValue(parsed, 'g') ?? String(DEFAULT_GRACE_SECONDS);
  const level = optionValue(parsed, 'i') ?? 's';
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  if (!/^\d+$/.test(grace)) return yield* usageError(io, USAGE, `${grace}: bad grace period`, 1);
  if (!/^[0156sS]$/.test(level)) {
    yield* io.out.write(`Initstate ${level} is not for system shutdown\n`);
    return 1;
  }
  if ((yield* sys.getuid()).effective !== 0) {
    yield* io.out.write(`${io.name}:  Only root can run ${sys.argv[0] ?? io.name}\n`);
    return 2;
  }
  const now = localtime(yield* sys.gettimeofday(), timezoneFrom(sys.env));
  const date = strftime('%a %b %e %H:%M:%S %Z %Y', now);
  yield* io.out.write(`\nShutdown started.    ${date}\n\n`);
  if (!hasOption(parsed, 'y') && !(yield* isConfirmed(io))) return 0;
  yield* countDown(sys, Number(grace), parsed.operands.join(' '));
  yield* io.out.write(`Changing to init state ${level} - please wait\n`);
  yield* io.out.flush();
  const sent = yield* sendRunLevel(sys, INIT_PIPE, level);
  if (!isErrno(sent)) return 0;
  yield* io.warn(`cannot reach init: ${sent.message}`);
  return 1;
}

function* isConfirmed(io: Stdio): Task<boolean> {
  yield* io.out.write('Do you want to continue? (y or n):   ');
  yield* io.out.flush();
  const answer = yield* io.in.readLine();
  if (answer !== undefined && /^[yY]/.test(String.fromCharCode(...answer))) return true;
  yield* io.out.write('False Start.\nShutdown aborted.\n');
  return false;
}

function* countDown(sys: Sys, graceSeconds: number, message: string): Task<void> {
  const { nodename } = yield* sys.uname();
  let left = graceSeconds;
  while (left > 0) {
    const text = `The system ${nodename} will be shut down in ${inWords(left)}\n${message}\n`;
    yield* broadcast(sys, nodename, text);
    const next = REMINDERS.find((seconds) => seconds < left) ?? 0;
    yield* sys.nanosleep(BigInt(left - next) * NS_PER_SECOND);
    left = next;
  }
  yield* broadcast(
    sys,
    nodename,
    `THE SYSTEM ${nodename} IS BEING SHUT DOWN NOW ! ! !\nLog off now or risk your files being damaged\n${message}\n`,
  );
}

function inWords(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`;
  const minutes = seconds / 60;
  return `${minutes} minute${minutes === 1 ? '' : 's'}`;
}

/** What wall(8) writes, to every terminal with a user. */
function* broadcast(sys: Sys, nodename: string, text: string): Task<void> {
  const now = localtime(yield* sys.gettimeofday(), timezoneFrom(sys.env));
  const when = strftime('%a %b %e %H:%M:%S', now);
  const line = (yield* ttyname(sys, 0))?.replace(/^\/dev\//, '') ?? '???';
  const bytes = encodeUtf8(
    `\x07\n\rBroadcast Message from root (${line}) on ${nodename} ${when}...\n${text}`,
  );
  for (const user of yield* readUtmpx(sys)) {
    if (user.type !== USER_PROCESS) continue;
    const fd = yield* sys.open(`/dev/${user.line}`, O_WRONLY | O_NOCTTY | O_NONBLOCK);
    if (isErrno(fd)) continue;
    yield* sys.write(fd, bytes);
    yield* sys.close(fd);
  }
}

export const SHUTDOWN: Command = {
  name: 'shutdown',
  path: '/usr/sbin/shutdown',
  main: withStdio(shutdown),
};
