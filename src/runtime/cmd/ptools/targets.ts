/** The process arguments that the proc tools share: `123` or `/proc/123`. */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import { readPsinfo } from '#lib/libproc/proc.ts';

/** The process an argument means; complains and answers undefined when there is none. */
export function* examine(io: Stdio, sys: Sys, argument: string): Task<Psinfo | undefined> {
  const word = argument.replace(/^.*\//, '');
  const info = /^\d+$/.test(word) ? yield* readPsinfo(sys, Number(word)) : undefined;
  if (info !== undefined && !isErrno(info)) return info;
  const reason = info === undefined ? 'no such process or core file' : reasonOf(info.name);
  yield* io.warn(`cannot examine ${argument}: ${reason}`);
  return undefined;
}

/** libproc's words for why a process can't be looked at. */
export function reasonOf(errnoName: string): string {
  return errnoName === 'ENOENT' ? 'no such process' : 'permission denied';
}

/** `123:\tsleep 100`, the line each tool begins with. */
export function titleLine(info: Psinfo, width = 70): string {
  const text = info.psargs.replace(/[\x00-\x1f\x7f]/g, ' ');
  return `${info.pid}:\t${text.slice(0, width)}\n`;
}

/** Runs `show` for each argument; the status is the number of those that failed, as 0 or 1. */
export function* forEachProcess(
  io: Stdio,
  sys: Sys,
  args: readonly string[],
  show: (info: Psinfo) => Task<boolean>,
): Task<number> {
  let failures = 0;
  for (const argument of args) {
    const info = yield* examine(io, sys, argument);
    if (info === undefined || !(yield* show(info))) failures += 1;
  }
  return failures === 0 ? 0 : 1;
}
