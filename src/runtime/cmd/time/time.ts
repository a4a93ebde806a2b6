/** time: how long a command took. @man time(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: time [-p] utility [argument...]\n';

/** `    1:02.3` as time prints it: tenths, and minutes only from one minute on. */
export function formatTime(ns: bigint): string {
  const tenths = Number(ns / 100_000_000n);
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  const hours = Math.floor(minutes / 60);
  const seconds = `${Math.floor(rest / 10)}.${rest % 10}`;
  if (hours > 0) {
    return `${hours}:${String(minutes % 60).padStart(2, '0')}:${seconds.padStart(4, '0')}`;
  }
  return minutes > 0 ? `${minutes}:${seconds.padStart(4, '0')}` : seconds;
}

function* time(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'p');
  const command = parsed.operands;
  if (parsed.message !== undefined || command.length === 0) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  const startNs = yield* sys.gethrtime();
  const child = yield* sys.fork(function* (childSys) {
    const error = yield* execvp(childSys, command, childSys.env);
    yield* io.err.write(`time: ${command[0] ?? ''}: ${error.message}\n`);
    return execFailureStatus(error);
  });
  if (isErrno(child)) {
    yield* io.warn(`cannot fork -- ${child.message}`);
    return 1;
  }
  const ended = yield* sys.wait({ pid: child });
  if (isErrno(ended) || ended === undefined) return 1;
  const realNs = (yield* sys.gethrtime()) - startNs;
  const { userNs, systemNs } = ended.usage;
  const show = hasOption(parsed, 'p')
    ? (name: string, ns: bigint): string => `${name} ${(Number(ns) / 1e9).toFixed(2)}\n`
    : (name: string, ns: bigint): string => `${name.padEnd(4)} ${formatTime(ns).padStart(11)}\n`;
  yield* io.err.write(
    `${hasOption(parsed, 'p') ? '' : '\n'}${show('real', realNs)}${show('user', userNs)}${show('sys', systemNs)}`,
  );
  if (ended.how !== 'exited') {
    yield* io.err.write(`Command terminated abnormally.\n`);
    return 128 + ended.status;
  }
  return ended.status;
}

export const TIME: Command = { name: 'time', path: '/usr/bin/time', main: withStdio(time) };
