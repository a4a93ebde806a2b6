import { expect, test } from 'vitest';
import { O_RDWR } from '#abi/illumos/fcntl.ts';
import { ISPTM, UNLKPT } from '#abi/illumos/ioctl.ts';
import { SIGHUP } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness } from '#testing/node-harness.ts';

/** A session leader on a pty with a job in the foreground and one in the background. */
function leader(slave: string, note: (line: string) => void): NativeMain {
  const job = (name: string): NativeMain =>
    function* (sys) {
      yield* sys.sigaction(SIGHUP, {
        *handler() {
          note(`${name} hup`);
        },
      });
      yield* sys.sigsuspend([]);
      return 0;
    };
  return function* (sys) {
    yield* sys.setsid();
    yield* sys.open(slave, O_RDWR);
    yield* sys.fork(job('foreground'));
    const background = yield* sys.fork(job('background'));
    if (isErrno(background)) return 1;
    yield* sys.setpgid(background, background);
    yield* sys.nanosleep(1_000_000n);
    return 0;
  };
}

function* openMaster(sys: Sys): Task<readonly [number, string]> {
  const master = yield* sys.open('/dev/ptmx', O_RDWR);
  const cell = { value: -1 };
  if (isErrno(master)) return [-1, ''];
  yield* sys.ioctl(master, ISPTM, cell);
  yield* sys.ioctl(master, UNLKPT);
  return [master, `/dev/pts/${cell.value}`];
}

test('the end of a session leader hangs up the terminal and tells the foreground group', () => {
  const notes: string[] = [];
  const node = bootHarness();
  const result = node.run(function* (sys) {
    const [, slave] = yield* openMaster(sys);
    yield* sys.fork(leader(slave, (line) => notes.push(line)));
    yield* sys.wait({ pid: -1 });
    yield* sys.nanosleep(1_000_000n);
    yield* sys.kill(-1, 9);
    return 0;
  });
  expect(result.signal).toBe(9);
  expect(notes).toEqual(['foreground hup']);
});

test('a terminal whose line drops signals the leader and the foreground group', () => {
  const notes: string[] = [];
  const node = bootHarness();
  node.run(function* (sys) {
    const [master, slave] = yield* openMaster(sys);
    const child = yield* sys.fork(function* (own) {
      yield* own.close(master);
      yield* own.sigaction(SIGHUP, {
        *handler() {
          notes.push('leader hup');
        },
      });
      yield* own.setsid();
      yield* own.open(slave, O_RDWR);
      yield* own.sigsuspend([]);
      return 0;
    });
    yield* sys.nanosleep(1_000_000n);
    yield* sys.close(master);
    if (!isErrno(child)) yield* sys.wait({ pid: child });
    return 0;
  });
  expect(notes).toEqual(['leader hup']);
});
