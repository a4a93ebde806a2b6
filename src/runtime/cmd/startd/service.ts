/**
 * Running a service's method: its log in /var/svc/log, its environment, what its end means.
 * @man smf_method(7) svc.startd(8)
 */
import { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import type { ServiceRow } from '#cmd/startd/services.table.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task, WaitResult } from '#kernel/syscall/sys.ts';
import { openAs, spawn } from '#lib/libc/spawn.ts';
import { gmtime, strftime } from '#lib/libc/time.ts';

const LOG_FLAGS = O_WRONLY | O_APPEND | O_CREAT;

export function fmriOf(row: ServiceRow): string {
  return `svc:/${row.name}:${row.instance}`;
}

function logPath(row: ServiceRow): string {
  return `/var/svc/log/${row.name.replaceAll('/', '-')}:${row.instance}.log`;
}

/** Adds a line in brackets, as startd does before and after each method. */
export function* logLine(sys: Sys, row: ServiceRow, text: string): Task<void> {
  const fd = yield* sys.open(logPath(row), LOG_FLAGS, 0o644);
  if (isErrno(fd)) return;
  const time = strftime('%b %e %H:%M:%S', gmtime(yield* sys.gettimeofday()));
  yield* sys.write(fd, encodeUtf8(`[ ${time} ${text} ]\n`));
  yield* sys.close(fd);
}

/** Starts a method in a session of its own; the child's pid. */
export function* startMethod(
  sys: Sys,
  row: ServiceRow,
  kind: 'start' | 'stop',
  argv: readonly string[],
): Task<number | Errno> {
  yield* logLine(sys, row, `Executing ${kind} method ("${argv.join(' ')}").`);
  const env = new Map(sys.env);
  env.set('PATH', '/usr/sbin:/usr/bin');
  env.set('SMF_FMRI', fmriOf(row));
  env.set('SMF_METHOD', kind);
  env.set('SMF_RESTARTER', 'svc:/system/svc/restarter:default');
  env.set('SMF_ZONENAME', 'global');
  return yield* spawn(sys, argv[0] ?? '', argv, {
    env,
    *prepare(child) {
      yield* child.setsid();
      yield* child.sigprocmask('set', []);
      yield* openAs(child, 0, '/dev/null', O_RDONLY);
      yield* openAs(child, 1, logPath(row), LOG_FLAGS);
      yield* openAs(child, 2, logPath(row), LOG_FLAGS);
    },
  });
}

/** How a method ended, in startd's words; undefined: well. */
export function failureOf(end: WaitResult | undefined | Errno): string | undefined {
  if (end === undefined || isErrno(end)) return 'could not be started';
  if (end.how === 'exited') {
    return end.status === 0 ? undefined : `failed with exit status ${end.status}`;
  }
  return `failed due to signal ${end.status}`;
}
