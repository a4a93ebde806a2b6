/**
 * halt, poweroff, reboot: stop the machine at once, without svc.startd's way down: init is told to
 * start nothing more, everybody is killed, filesystems are synced.
 * @man halt(8) reboot(8) poweroff(8)  @see usr/src/cmd/halt/halt.c
 */
import { AD_BOOT, AD_HALT, AD_NOSYNC, AD_POWEROFF, A_SHUTDOWN } from '#abi/illumos/uadmin.ts';
import { SIGKILL, SIGTSTP } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { DOWN_TIME, appendWtmpx, utmpxNow } from '#lib/libc/utmpx.ts';
import { killEverybody } from '#lib/libinit/kill-everybody.ts';
import { listPsinfo } from '#lib/libproc/proc.ts';

const STARTD = 'svc.startd';

interface Kind {
  readonly fcn: number;
  readonly letters: string;
  readonly usage: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  halt: { fcn: AD_HALT, letters: 'dlnqy', usage: 'usage: halt [ -dlnqy ]' },
  poweroff: { fcn: AD_POWEROFF, letters: 'dlnqy', usage: 'usage: poweroff [ -dlnqy ]' },
  reboot: {
    fcn: AD_BOOT,
    letters: 'dlnqpf',
    usage: 'usage: reboot [ -dlnq ] [ boot args ]',
  },
};

function* halt(io: Stdio, sys: Sys): Task<number> {
  const kind = KINDS[io.name] ?? (KINDS['halt'] as Kind);
  const parsed = getopt(sys.argv.slice(1), kind.letters);
  if (parsed.message !== undefined) {
    return yield* usageError(io, kind.usage, parsed.message, 1);
  }
  if ((yield* sys.getuid()).effective !== 0) {
    yield* io.warn('permission denied');
    return 1;
  }
  if (hasOption(parsed, 'd')) return yield* notSupported(io, '-d (crash dump)');
  const mdep = parsed.operands.length === 0 ? undefined : parsed.operands.join(' ');
  yield* sys.announce('shuttingDown');
  if (!hasOption(parsed, 'q')) yield* stopEverything(sys);
  yield* appendWtmpx(sys, yield* utmpxNow(sys, { type: DOWN_TIME, line: 'system down' }));
  if (!hasOption(parsed, 'n')) yield* sys.sync();
  const fcn = hasOption(parsed, 'n') && kind.fcn !== AD_BOOT ? AD_NOSYNC : kind.fcn;
  const stopped = yield* sys.uadmin(A_SHUTDOWN, fcn, mdep);
  yield* io.warn(`cannot stop the machine: ${isErrno(stopped) ? stopped.message : 'unknown'}`);
  return 1;
}

/** init and startd would start again what is killed: they are stopped first. */
function* stopEverything(sys: Sys): Task<void> {
  yield* sys.kill(1, SIGTSTP);
  const all = yield* listPsinfo(sys);
  for (const { pid, fname } of isErrno(all) ? [] : all) {
    if (fname === STARTD) yield* sys.kill(pid, SIGKILL);
  }
  yield* killEverybody(sys);
}

export const HALT: Command = {
  name: 'halt',
  path: '/usr/sbin/halt',
  links: ['/usr/sbin/poweroff', '/usr/sbin/reboot'],
  main: withStdio(halt),
};
