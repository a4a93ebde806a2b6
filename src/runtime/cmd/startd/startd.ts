/**
 * svc.startd: starts the services in the order of their dependencies, keeps those running that are
 * to run, and takes everything down again when init asks for run level 0, 5 or 6. It tells the front
 * panel how far the boot is. The services are a table (services.table.ts).
 * @man svc.startd(8) smf(7)
 */
import { O_RDWR } from '#abi/illumos/fcntl.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import { SIGCLD, SIGKILL } from '#abi/illumos/signal.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { failureOf, fmriOf, logLine, startMethod } from '#cmd/startd/service.ts';
import { SERVICES, type ServiceRow, inOrder } from '#cmd/startd/services.table.ts';
import { goDown } from '#cmd/startd/shutdown.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { openAs, spawn } from '#lib/libc/spawn.ts';
import { DEAD_PROCESS, readUtmpx, recordUtmpx } from '#lib/libc/utmpx.ts';
import {
  INIT_PIPE,
  STARTD_PIPE,
  listenForRunLevel,
  readRunLevels,
  sendRunLevel,
} from '#lib/libinit/initpipe.ts';

/** A `child` service that ends sooner than this is started again only after it. */
const RESTART_DELAY_NS = 1_000_000_000n;
const WAKE_UP = encodeUtf8('-');

export const STARTD: Command = {
  name: 'svc.startd',
  path: '/lib/svc/bin/svc.startd',
  main: (sys) => new Startd(sys).run(),
};

interface RunningService {
  readonly row: ServiceRow;
  readonly startedNs: bigint;
}

class Startd {
  readonly #sys: Sys;
  /** Services of duration `child`, by pid. */
  readonly #running: Map<number, RunningService> = new Map();
  readonly #online: ServiceRow[] = [];
  #isVerbose = false;
  /** sulogin and then the shell of single-user mode; 0 = none. */
  #maintenancePid = 0;

  constructor(sys: Sys) {
    this.#sys = sys;
  }

  *run(): Task<number> {
    const sys = this.#sys;
    const pipe = yield* listenForRunLevel(sys, STARTD_PIPE);
    if (isErrno(pipe)) return yield* this.#fail(`${STARTD_PIPE}: ${pipe.message}`);
    yield* sys.sigaction(SIGCLD, {
      restart: true,
      *handler(handlerSys) {
        yield* handlerSys.write(pipe, WAKE_UP);
      },
    });
    this.#isVerbose = sys.argv.includes('-v');
    const isSingleUser = sys.argv.includes('-s');
    yield* this.#startAll(isSingleUser);
    if (isSingleUser) yield* this.#startMaintenanceShell();
    yield* sys.announce('running');
    for (;;) {
      yield* this.#reap();
      yield* sys.poll([{ fd: pipe, events: POLLIN, revents: 0 }], -1);
      for (const level of yield* readRunLevels(sys, pipe)) yield* this.#changeLevel(level);
    }
  }

  *#fail(text: string): Task<number> {
    yield* this.#sys.write(2, encodeUtf8(`svc.startd: ${text}\n`));
    return 1;
  }

  *#say(text: string): Task<void> {
    yield* this.#sys.write(1, encodeUtf8(`${text}\n`));
  }

  *#startAll(isSingleUser: boolean): Task<void> {
    const wanted = SERVICES.filter((row) => row.isSingleUser || !isSingleUser);
    const failed = new Set<string>();
    let done = this.#online.length;
    for (const row of inOrder(wanted)) {
      if (this.#online.includes(row)) continue;
      yield* this.#sys.announce('booting', fmriOf(row), done / wanted.length);
      done += 1;
      if (row.needs.some((name) => failed.has(name)) || !(yield* this.#startService(row))) {
        failed.add(row.name);
      } else {
        this.#online.push(row);
      }
    }
  }

  /** False when it goes to maintenance: who needs it stays offline. */
  *#startService(row: ServiceRow): Task<boolean> {
    if (this.#isVerbose) {
      yield* this.#say(`[ ${row.name}:${row.instance} starting (${row.description}) ]`);
    }
    if (row.start === undefined) return true;
    const pid = yield* startMethod(this.#sys, row, 'start', row.start);
    if (isErrno(pid)) return false;
    if (row.duration === 'child') {
      this.#running.set(pid, { row, startedNs: yield* this.#sys.gethrtime() });
      return true;
    }
    const failure = failureOf(yield* this.#sys.wait({ pid }));
    if (failure === undefined) {
      yield* logLine(this.#sys, row, 'Method "start" exited with status 0.');
      return true;
    }
    yield* logLine(this.#sys, row, `Method "start" ${failure}.`);
    const method = row.start.join(' ');
    yield* this.#say(`svc.startd: ${fmriOf(row)}: Method "${method}" ${failure}.`);
    yield* this.#say(
      `[ ${row.name}:${row.instance} failed fatally: transitioned to maintenance (see 'svcs -xv' for details) ]`,
    );
    return false;
  }

  /** Ended children: those of `child` services are started again. */
  *#reap(): Task<void> {
    for (;;) {
      const ended = yield* this.#sys.wait({ pid: -1, noHang: true });
      if (ended === undefined || isErrno(ended)) return;
      yield* recordDeath(this.#sys, ended.pid, ended.how === 'exited' ? ended.status : 0);
      if (ended.pid === this.#maintenancePid) yield* this.#leaveMaintenance();
      const service = this.#running.get(ended.pid);
      if (service === undefined) continue;
      this.#running.delete(ended.pid);
      const age = (yield* this.#sys.gethrtime()) - service.startedNs;
      if (age < RESTART_DELAY_NS) yield* this.#sys.nanosleep(RESTART_DELAY_NS - age);
      yield* logLine(this.#sys, service.row, 'Stopping because all processes in service exited.');
      yield* this.#startService(service.row);
    }
  }

  *#changeLevel(level: string): Task<void> {
    if ('056'.includes(level)) {
      yield* goDown(this.#sys, level, this.#online, this.#running.keys());
    } else if (level === 'S' || level === '1') {
      yield* this.#stopMultiUser();
      yield* this.#startMaintenanceShell();
    } else if ('234'.includes(level)) {
      if (this.#maintenancePid !== 0) yield* this.#sys.kill(this.#maintenancePid, SIGKILL);
      this.#maintenancePid = 0;
      yield* this.#startAll(false);
      yield* this.#sys.announce('running');
    }
  }

  /** Everything that single-user mode does not have. */
  *#stopMultiUser(): Task<void> {
    for (const pid of this.#running.keys()) yield* this.#sys.kill(pid, SIGKILL);
    this.#running.clear();
    const kept = this.#online.filter((row) => row.isSingleUser);
    this.#online.length = 0;
    this.#online.push(...kept);
  }

  /** Single-user mode: root's password on the console, then a shell. */
  *#startMaintenanceShell(): Task<void> {
    const pid = yield* spawn(this.#sys, '/sbin/sulogin', ['sulogin'], {
      *prepare(child) {
        yield* child.setsid();
        yield* openAs(child, 0, '/dev/console', O_RDWR);
        yield* child.dup2(0, 1);
        yield* child.dup2(0, 2);
      },
    });
    if (!isErrno(pid)) this.#maintenancePid = pid;
  }

  /** Its shell ended: init makes it run level 3 and asks for the rest of the services. */
  *#leaveMaintenance(): Task<void> {
    this.#maintenancePid = 0;
    yield* sendRunLevel(this.#sys, INIT_PIPE, '3');
  }
}

/** The line of a process that ended is free again: its record becomes DEAD_PROCESS. */
function* recordDeath(sys: Sys, pid: number, status: number): Task<void> {
  const record = (yield* readUtmpx(sys)).find((entry) => entry.pid === pid);
  if (record === undefined) return;
  yield* recordUtmpx(sys, { ...record, type: DEAD_PROCESS, user: '', exit: status });
}
