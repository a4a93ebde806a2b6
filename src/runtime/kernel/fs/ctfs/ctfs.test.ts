/** Process contracts through /system/contract, as a restarter uses them. */
import { expect, test } from 'vitest';
import {
  CT_CABANDON,
  CT_CACK,
  CT_ERECV,
  CT_PR_EV_EMPTY,
  CT_PR_EV_EXIT,
  CT_PR_EV_FORK,
  CT_PR_EV_SIGNAL,
  CT_PR_NOORPHAN,
  CT_SSTATUS,
  CT_TACTIVATE,
  CT_TCLEAR,
  CT_TSET,
  type ContractEvent,
  type ContractEventCell,
  type ContractStatus,
  type ContractStatusCell,
  type ContractTerms,
} from '#abi/illumos/contract.ts';
import { O_NONBLOCK, O_RDONLY, O_RDWR } from '#abi/illumos/fcntl.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import { SIGKILL } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import { runProgram } from '#testing/node-harness.ts';

function* must(task: Task<unknown>): Task<number> {
  const result = yield* task;
  if (typeof result !== 'number') throw new Error(isErrno(result) ? result.name : String(result));
  return result;
}

const PROCESS = '/system/contract/process';

/** Forks `main` into a contract of its own; answers its pid and the contract's number. */
function* start(
  sys: Sys,
  terms: Partial<ContractTerms>,
  main: NativeMain,
): Task<{ pid: number; id: number }> {
  const template = yield* must(sys.open(`${PROCESS}/template`, O_RDWR));
  yield* must(sys.ioctl(template, CT_TSET, terms));
  yield* must(sys.ioctl(template, CT_TACTIVATE));
  const pid = yield* must(sys.fork(main));
  yield* must(sys.ioctl(template, CT_TCLEAR));
  yield* must(sys.close(template));
  const { id } = yield* statusOf(sys, `${PROCESS}/latest`);
  return { pid, id };
}

function* statusOf(sys: Sys, path: string): Task<ContractStatus> {
  const fd = yield* must(sys.open(path, O_RDONLY));
  const cell: ContractStatusCell = { status: undefined };
  yield* must(sys.ioctl(fd, CT_SSTATUS, cell));
  yield* must(sys.close(fd));
  if (cell.status === undefined) throw new Error('no status');
  return cell.status;
}

function* nextEvent(sys: Sys, fd: number): Task<ContractEvent | string> {
  const cell: ContractEventCell = { event: undefined };
  const result = yield* sys.ioctl(fd, CT_ERECV, cell);
  if (isErrno(result)) return result.name;
  return cell.event ?? 'none';
}

function* sleepForEver(sys: Sys): Task<number> {
  for (;;) yield* sys.sigsuspend([]);
}

/** A service of two processes. */
function* service(sys: Sys): Task<number> {
  yield* must(sys.fork(sleepForEver));
  return yield* sleepForEver(sys);
}

function check(body: (sys: Sys) => Task<void>): void {
  const result = runProgram(function* (sys) {
    yield* body(sys);
    return 0;
  });
  expect(result).toMatchObject({ status: 0, stderr: '' });
}

test('a service dies process by process; its holder hears when the last is gone', () => {
  check(function* (sys) {
    const events = yield* must(sys.open(`${PROCESS}/pbundle`, O_RDONLY));
    const terms = { informative: CT_PR_EV_FORK | CT_PR_EV_EXIT, critical: CT_PR_EV_EMPTY };
    const { pid, id } = yield* start(sys, { ...terms, svcFmri: 'svc:/x:default' }, service);
    yield* sys.nanosleep(1_000_000n);
    const status = yield* statusOf(sys, `${PROCESS}/${id}/status`);
    expect(status).toMatchObject({
      id,
      holder: sys.pid,
      state: 'owned',
      svcFmri: 'svc:/x:default',
    });
    expect(status.members).toHaveLength(2);
    expect(yield* nextEvent(sys, events)).toMatchObject({ kind: CT_PR_EV_FORK, isCritical: false });

    for (const member of status.members) yield* sys.kill(member, SIGKILL);
    for (const _ of status.members) {
      expect(yield* nextEvent(sys, events)).toMatchObject({ kind: CT_PR_EV_EXIT, status: SIGKILL });
    }
    const last = yield* nextEvent(sys, events);
    expect(last).toMatchObject({ kind: CT_PR_EV_EMPTY, contract: id, isCritical: true, pid: 0 });
    expect((yield* statusOf(sys, `${PROCESS}/${id}/status`)).eventCount).toBe(1);

    const control = yield* must(sys.open(`${PROCESS}/${id}/ctl`, O_RDWR));
    const { number } = last as ContractEvent;
    yield* must(sys.ioctl(control, CT_CACK, number));
    expect(yield* sys.ioctl(control, CT_CACK, number)).toMatchObject({ name: 'ESRCH' });
    yield* must(sys.ioctl(control, CT_CABANDON));
    expect(yield* sys.stat(`${PROCESS}/${id}`)).toMatchObject({ name: 'ENOENT' });
    yield* sys.wait({ pid });
  });
});

test('an event file can be polled, and without patience says EAGAIN', () => {
  check(function* (sys) {
    const events = yield* must(sys.open(`${PROCESS}/pbundle`, O_RDONLY | O_NONBLOCK));
    expect(yield* nextEvent(sys, events)).toBe('EAGAIN');
    const { pid } = yield* start(sys, {}, function* (child) {
      yield* child.nanosleep(5_000_000n);
      return 3;
    });
    const request = { fd: events, events: POLLIN, revents: 0 };
    expect(yield* sys.poll([request], 10_000)).toBe(1);
    expect(yield* nextEvent(sys, events)).toMatchObject({ kind: CT_PR_EV_EMPTY });
    yield* sys.wait({ pid });
  });
});

test('a fatal event ends the other members', () => {
  check(function* (sys) {
    const terms = { fatal: CT_PR_EV_SIGNAL, critical: CT_PR_EV_EMPTY, informative: 0 };
    const { pid, id } = yield* start(sys, terms, service);
    yield* sys.nanosleep(1_000_000n);
    const events = yield* must(sys.open(`${PROCESS}/${id}/events`, O_RDONLY));
    yield* sys.kill(pid, SIGKILL);
    expect(yield* nextEvent(sys, events)).toMatchObject({ kind: CT_PR_EV_EMPTY, contract: id });
    yield* sys.wait({ pid });
  });
});

test.each([
  ['lives on without', 0, 1],
  ['is ended with CT_PR_NOORPHAN', CT_PR_NOORPHAN, 0],
])('when its holder exits a contract %s', (_, params, left) => {
  check(function* (sys) {
    let id = 0;
    const holder = yield* must(
      sys.fork(function* (child) {
        ({ id } = yield* start(child, { params }, sleepForEver));
        return 0;
      }),
    );
    yield* sys.wait({ pid: holder });
    yield* sys.nanosleep(1_000_000n);
    const all = yield* sys.stat(`/system/contract/all/${id}`);
    expect(isErrno(all) ? 0 : 1).toBe(left);
    if (left === 0) return;
    const status = yield* statusOf(sys, `/system/contract/all/${id}/status`);
    expect(status).toMatchObject({ state: 'orphan', holder: 0 });
    for (const member of status.members) yield* sys.kill(member, SIGKILL);
  });
});

test('terms that are none, and a caller without a contract', () => {
  check(function* (sys) {
    const template = yield* must(sys.open(`${PROCESS}/template`, O_RDWR));
    expect(yield* sys.ioctl(template, CT_TSET, { params: 0x100 })).toMatchObject({
      name: 'EINVAL',
    });
    expect(yield* sys.open(`${PROCESS}/latest`, O_RDONLY)).toMatchObject({ name: 'ESRCH' });
    expect(yield* sys.open(`${PROCESS}/77/ctl`, O_RDWR)).toMatchObject({ name: 'ENOENT' });
  });
});
