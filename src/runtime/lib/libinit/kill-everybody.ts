/**
 * The end of all user processes before the machine stops: startd's and reboot(8)'s. Interactive
 * shells ignore SIGTERM; they go when their terminal hangs up, so SIGHUP follows.
 */
import { SIGHUP, SIGINT, SIGKILL, SIGQUIT, SIGTERM, type Signal } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { listPsinfo } from '#lib/libproc/proc.ts';

/** What is sent, and how long the others may take to end by themselves. */
const STEPS: readonly { readonly signal: Signal; readonly graceNs: bigint }[] = [
  { signal: SIGTERM, graceNs: 500_000_000n },
  { signal: SIGHUP, graceNs: 4_500_000_000n },
  { signal: SIGKILL, graceNs: 1_000_000_000n },
];
const LOOK_EVERY_NS = 20_000_000n;

/** All but init, the kernel's processes and ourselves; who does not listen is killed. */
export function* killEverybody(sys: Sys): Task<void> {
  for (const signal of [SIGTERM, SIGHUP, SIGINT, SIGQUIT]) {
    yield* sys.sigaction(signal, { handler: 'ignore' });
  }
  for (const { signal, graceNs } of STEPS) {
    for (const pid of yield* runningProcesses(sys)) yield* sys.kill(pid, signal);
    for (let waitedNs = 0n; waitedNs < graceNs; waitedNs += LOOK_EVERY_NS) {
      yield* reapChildren(sys);
      if ((yield* runningProcesses(sys)).length === 0) return;
      yield* sys.nanosleep(LOOK_EVERY_NS);
    }
  }
}

function* reapChildren(sys: Sys): Task<void> {
  for (;;) {
    const ended = yield* sys.wait({ pid: -1, noHang: true });
    if (ended === undefined || isErrno(ended)) return;
  }
}

/** Pids without init, the kernel's processes, zombies and ourselves. */
function* runningProcesses(sys: Sys): Task<readonly number[]> {
  const all = yield* listPsinfo(sys);
  if (isErrno(all)) return [];
  return all
    .filter(({ pid, lwp }) => {
      const isOurs = pid <= 1 || pid === sys.pid;
      return !isOurs && lwp.clname !== 'SYS' && lwp.sname !== 'Z';
    })
    .map(({ pid }) => pid);
}
