/** Doors between native programs. */
import { expect, test } from 'vitest';
import { O_CREAT, O_RDONLY, O_RDWR } from '#abi/illumos/fcntl.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import { SIGALRM, SIGKILL } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { runProgram } from '#testing/node-harness.ts';

function* must(task: Task<unknown>): Task<number> {
  const result = yield* task;
  if (typeof result !== 'number') throw new Error(isErrno(result) ? result.name : String(result));
  return result;
}

const NAME = '/var/run/server_door';

/** Makes the door, gives it its name, and answers calls by doubling. */
function* server(sys: Sys): Task<number> {
  const door = yield* must(sys.doorCreate());
  yield* must(sys.close(yield* must(sys.open(NAME, O_CREAT | O_RDWR, 0o644))));
  yield* must(sys.fattach(door, NAME));
  for (;;) {
    const call = yield* sys.doorReceive(door);
    if (call === undefined || isErrno(call)) return 1;
    if (call.argument === 'stop') return 0;
    if (call.argument === 'hang') yield* sys.sigsuspend([]);
    yield* sys.doorReply(door, call.id, { double: Number(call.argument) * 2, from: call.pid });
  }
}

function withServer(body: (sys: Sys, server: number) => Task<void>): void {
  const outcome = runProgram(
    function* (sys) {
      const pid = yield* must(sys.fork(server));
      yield* sys.nanosleep(1_000_000n);
      yield* body(sys, pid);
      yield* sys.kill(pid, SIGKILL);
      return 0;
    },
    { files: { '/var/run': null } },
  );
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
}

test('a call goes to the server and comes back, by the name of the door', () => {
  withServer(function* (sys) {
    expect(yield* sys.stat(NAME)).toMatchObject({ type: 'VDOOR', mode: 0o150644 });
    const door = yield* must(sys.open(NAME, O_RDONLY));
    expect(yield* sys.doorCall(door, 21)).toEqual({ double: 42, from: sys.pid });
    expect(yield* sys.doorCall(door, 4)).toEqual({ double: 8, from: sys.pid });
  });
});

test('many clients at once get each its own answer', () => {
  withServer(function* (sys) {
    const children: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const child = yield* must(
        sys.fork(function* (own) {
          const door = yield* must(own.open(NAME, O_RDONLY));
          const answer = (yield* own.doorCall(door, n)) as { double: number; from: number };
          return answer.double === 2 * n && answer.from === own.pid ? 0 : 1;
        }),
      );
      children.push(child);
    }
    for (const pid of children) expect(yield* sys.wait({ pid })).toMatchObject({ status: 0 });
  });
});

test('a server that exits during a call ends it with EINTR; later calls are EBADF', () => {
  withServer(function* (sys) {
    const door = yield* must(sys.open(NAME, O_RDONLY));
    expect(yield* sys.doorCall(door, 'stop')).toMatchObject({ name: 'EINTR' });
    expect(yield* sys.doorCall(door, 1)).toMatchObject({ name: 'EBADF' });
  });
});

test('a signal ends the wait of a client, and the server goes on', () => {
  withServer(function* (sys, pid) {
    const door = yield* must(sys.open(NAME, O_RDONLY));
    yield* sys.sigaction(SIGALRM, {
      handler: function* () {
        // Only to be interrupted.
      },
    });
    yield* sys.alarm(1);
    expect(yield* sys.doorCall(door, 'hang')).toMatchObject({ name: 'EINTR' });
    expect(yield* sys.kill(pid, SIGKILL)).toBe(0);
  });
});

test('who is not the server may not serve; a server may not call itself', () => {
  withServer(function* (sys) {
    const door = yield* must(sys.open(NAME, O_RDONLY));
    expect(yield* sys.doorReceive(door, true)).toMatchObject({ name: 'EPERM' });
    expect(yield* sys.doorReply(door, 1, 0)).toMatchObject({ name: 'EPERM' });
    expect(yield* sys.doorRevoke(door)).toMatchObject({ name: 'EPERM' });
    const own = yield* must(sys.doorCreate());
    expect(yield* sys.doorCall(own, 1)).toMatchObject({ name: 'EINVAL' });
    expect(yield* sys.doorCall(0, 1)).toMatchObject({ name: 'EBADF' });
  });
});

test('a server can poll its door, and take what waits', () => {
  const outcome = runProgram(function* (sys) {
    const door = yield* must(sys.doorCreate());
    expect(yield* sys.doorReceive(door, true)).toBeUndefined();
    const child = yield* must(
      sys.fork(function* (own) {
        return (yield* own.doorCall(door, 'hello')) === 'hello to you' ? 0 : 1;
      }),
    );
    const request = { fd: door, events: POLLIN, revents: 0 };
    expect(yield* sys.poll([request], 1000)).toBe(1);
    const call = yield* sys.doorReceive(door, true);
    if (call === undefined || isErrno(call)) throw new Error('no call');
    expect(call).toMatchObject({ argument: 'hello', pid: child, effectiveUid: 0 });
    expect(yield* sys.doorReply(door, call.id + 1, '')).toMatchObject({ name: 'EINVAL' });
    yield* must(sys.doorReply(door, call.id, 'hello to you'));
    expect(yield* sys.wait({ pid: child })).toMatchObject({ status: 0 });
    yield* must(sys.doorRevoke(door));
    return 0;
  });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
});
