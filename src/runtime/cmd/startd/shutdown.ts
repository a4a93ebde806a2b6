/**
 * The way down: services are stopped in the opposite order, what still runs is killed, then the
 * machine is told to halt, power off or start again.
 * @see usr/src/cmd/svc/startd/graph.c do_uadmin, kill_user_procs
 */
import { AD_BOOT, AD_HALT, AD_POWEROFF, A_SHUTDOWN } from '#abi/illumos/uadmin.ts';
import { O_NOCTTY, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { SIGHUP, SIGTERM } from '#abi/illumos/signal.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { startMethod } from '#cmd/startd/service.ts';
import type { ServiceRow } from '#cmd/startd/services.table.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { killEverybody } from '#lib/libinit/kill-everybody.ts';
import { DOWN_TIME, appendWtmpx, utmpxNow } from '#lib/libc/utmpx.ts';

const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ['0', AD_HALT],
  ['5', AD_POWEROFF],
  ['6', AD_BOOT],
]);

/** Does not return unless the machine refuses to stop. */
export function* goDown(
  sys: Sys,
  level: string,
  online: readonly ServiceRow[],
  children: Iterable<number>,
): Task<void> {
  // Not the console itself: that hangs up when its shell is killed.
  const out = yield* sys.open('/dev/msglog', O_WRONLY | O_NOCTTY);
  const fd = isErrno(out) ? 1 : out;
  const say = (text: string): Task<unknown> => sys.write(fd, encodeUtf8(`${text}\n`));
  yield* sys.announce('shuttingDown');
  yield* say('svc.startd: The system is coming down.  Please wait.');
  yield* say(`svc.startd: ${online.length} system services are now being stopped.`);
  for (const row of online.toReversed()) {
    if (row.stop === undefined) continue;
    const pid = yield* startMethod(sys, row, 'stop', row.stop);
    if (!isErrno(pid)) yield* sys.wait({ pid });
  }
  // A login shell ignores SIGTERM: its line drops.
  for (const pid of children) {
    yield* sys.kill(pid, SIGTERM);
    yield* sys.kill(pid, SIGHUP);
  }
  yield* appendWtmpx(sys, yield* utmpxNow(sys, { type: DOWN_TIME, line: 'system down' }));
  yield* say('svc.startd: Killing user processes.');
  yield* killEverybody(sys);
  yield* say('svc.startd: The system is down.');
  yield* sys.close(fd);
  const stopped = yield* sys.uadmin(A_SHUTDOWN, FUNCTIONS.get(level) ?? AD_HALT);
  if (isErrno(stopped)) yield* say(`svc.startd: cannot stop the machine: ${stopped.message}`);
}
