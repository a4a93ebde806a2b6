/** ptime: times of a command, or of a running process, to the nanosecond. @man ptime(1) */
import type { Prusage } from '#abi/illumos/procfs.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';
import { getopt, hasOption, optionValue } from '#lib/libc/getopt.ts';
import { signalName } from '#lib/libc/signames.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { readUsage } from '#lib/libproc/proc.ts';

const USAGE =
  'usage:\tptime [-mh] [-p pidlist | command [ args ... ]]\n' +
  '  (time a command using microstate accounting)\n';
const NS = 1_000_000_000n;

/** `real     1:02.000000003` */
export function timeLine(name: string, ns: bigint): string {
  const seconds = Number(ns / NS);
  const two = (value: number): string => String(value).padStart(2, '0');
  let text = String(seconds);
  if (seconds >= 3600) {
    const minutes = two(Math.floor(seconds / 60) % 60);
    text = `${Math.floor(seconds / 3600)}:${minutes}:${two(seconds % 60)}`;
  } else if (seconds >= 60) text = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${name.padEnd(4)} ${text.padStart(8)}.${String(ns % NS).padStart(9, '0')}\n`;
}

function report(usage: Prusage, realNs: bigint, showsAll: boolean): string {
  let text = `\n${timeLine('real', realNs)}${timeLine('user', usage.utime)}`;
  text += timeLine('sys', usage.stime);
  if (!showsAll) return text;
  const rows: readonly (readonly [string, bigint])[] = [
    ['trap', usage.ttime],
    ['tflt', usage.tftime],
    ['dflt', usage.dftime],
    ['kflt', usage.kftime],
    ['lock', usage.ltime],
    ['slp', usage.slptime],
    ['lat', usage.wtime],
    ['stop', usage.stoptime],
  ];
  return text + rows.map(([name, ns]) => timeLine(name, ns)).join('');
}

function* attach(io: Stdio, sys: Sys, list: string, showsAll: boolean): Task<number> {
  let status = 0;
  for (const word of list.split(/[\s,]+/).filter((part) => part !== '')) {
    const usage = yield* readUsage(sys, Number(word));
    if (isErrno(usage)) {
      yield* io.err.write(`${word}: ${usage.message}\n`);
      status = 1;
      continue;
    }
    yield* io.err.write(report(usage, usage.rtime, showsAll));
  }
  return status;
}

function* ptime(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'Fhp:m');
  const list = optionValue(parsed, 'p');
  const command = parsed.operands;
  const isWrong = (list === undefined) === (command.length === 0);
  if (parsed.message !== undefined || isWrong)
    return yield* usageError(io, USAGE, parsed.message, 1);
  const showsAll = hasOption(parsed, 'm');
  if (list !== undefined) return yield* attach(io, sys, list, showsAll);
  const startNs = yield* sys.gethrtime();
  const child = yield* sys.fork(function* (childSys) {
    const error = yield* execvp(childSys, command, childSys.env);
    yield* io.err.write(`ptime: ${command[0] ?? ''}: ${error.message}\n`);
    return execFailureStatus(error);
  });
  if (isErrno(child)) {
    yield* io.warn(`fork: ${child.message}`);
    return 2;
  }
  // The usage of a process that ended is there until it is waited for.
  yield* sys.wait({ pid: child, noReap: true });
  const usage = yield* readUsage(sys, child);
  const realNs = (yield* sys.gethrtime()) - startNs;
  const ended = yield* sys.wait({ pid: child });
  if (!isErrno(usage)) yield* io.err.write(report(usage, realNs, showsAll));
  if (ended === undefined || isErrno(ended)) return 1;
  if (ended.how === 'exited') return ended.status;
  yield* io.warn(`command terminated abnormally by SIG${signalName(ended.status)}`);
  return 128 + ended.status;
}

export const PTIME: Command = { name: 'ptime', path: '/usr/bin/ptime', main: withStdio(ptime) };
