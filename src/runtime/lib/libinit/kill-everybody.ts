/**
 * The end of all user processes before the machine stops: startd's and reboot(8)'s.
 */
import { SIGKILL, SIGTERM } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { listPsinfo } from '#lib/libproc/proc.ts';

/** What processes get to end by themselves. */
const GRACE_NS = 5_000_000_000n;
const LOOK_EVERY_NS = 50_000_000n;

/** SIGTERM to all but init and ourselves; who is still there after a while gets SIGKILL. */
export function* killEverybody(sys: Sys): Task<void> {
  yield* sys.sigaction(SIGTERM, { handler: 'ignore' });
  yield* sys.kill(-1, SIGTERM);
  for (let waited = 0n; waited < GRACE_NS; waited += LOOK_EVERY_NS) {
    yield* reapChildren(sys);
    if ((yield* runningProcesses(sys)).length === 0) return;
    yield* sys.nanosleep(LOOK_EVERY_NS);
  }
  for (const pid of yield* runningProcesses(sys)) yield* sys.kill(pid, SIGKILL);
  yield* sys.nanosleep(LOOK_EVERY_NS);
}

function* reapChildren(sys: Sys): Task<void> {
  for (;;) {
    const ended = yield* sys.wait({ pid: -1, noHang: true });
    if (ended === undefined || isErrno(ended)) return;
  }
}

/** Without init, the kernel's processes, zombies and ourselves. */
function* runningProcesses(sys: Sys): Task<readonly number[]> {
  const all = yield* listPsinfo(sys);
  if (isErrno(all)) return [];
  return all
    .filter(
      ({ pid, lwp }) => pid > 1 && pid !== sys.pid && lwp.clname !== 'SYS' && lwp.sname !== 'Z',
    )
    .map(({ pid }) => pid);
}
