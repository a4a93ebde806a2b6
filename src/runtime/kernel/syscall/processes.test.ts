import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import {
  SIGALRM,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIGINT,
  SIGKILL,
  SIGSTOP,
  SIGTERM,
  SIGTSTP,
  SIGUSR1,
} from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task, WaitResult } from '#kernel/syscall/sys.ts';
import { bootHarness, runProgram } from '#testing/node-harness.ts';

/** Runs `body` as a process and gives what it noted down. */
function noted(body: (sys: Sys, note: (value: unknown) => void) => Task<void>): unknown[] {
  const notes: unknown[] = [];
  const result = runProgram(function* (sys) {
    yield* body(sys, (value) => notes.push(isErrno(value) ? value.name : value));
    return 0;
  });
  expect(result).toMatchObject({ status: 0, stderr: '' });
  return notes;
}

function* sleepForEver(sys: Sys): Task<number> {
  for (;;) yield* sys.sigsuspend([]);
}

function* pidOf(task: Task<number | { readonly name: string }>): Task<number> {
  const pid = yield* task;
  if (typeof pid !== 'number') throw new Error(pid.name);
  return pid;
}

function summary(result: unknown): unknown {
  if (result === undefined || isErrno(result)) return isErrno(result) ? result.name : 'nothing';
  const { how, status } = result as WaitResult;
  return [how, status];
}

test('wait reports exits, signals, stops and continues, once each', () => {
  const notes = noted(function* (sys, note) {
    const child = yield* pidOf(sys.fork(sleepForEver));
    const wait = (): Task<unknown> =>
      sys.wait({ pid: child, untraced: true, continued: true, noHang: true });
    note(summary(yield* wait()));
    yield* sys.kill(child, SIGSTOP);
    yield* sys.nanosleep(1_000_000n);
    note(summary(yield* sys.wait({ pid: child, untraced: true, noReap: true })));
    note(summary(yield* wait()));
    note(summary(yield* wait()));
    yield* sys.kill(child, SIGCONT);
    yield* sys.nanosleep(1_000_000n);
    note(summary(yield* wait()));
    yield* sys.kill(child, SIGTERM);
    note(summary(yield* sys.wait({ pid: -1, noReap: true })));
    note(summary(yield* sys.wait({ pid: 0 })));
    note(summary(yield* sys.wait({ pid: -1 })));
  });
  expect(notes).toEqual([
    'nothing',
    ['stopped', SIGSTOP],
    ['stopped', SIGSTOP],
    'nothing',
    ['continued', SIGCONT],
    ['killed', SIGTERM],
    ['killed', SIGTERM],
    'ECHILD',
  ]);
});

test('a stopped process is killed by SIGKILL and by nothing else', () => {
  const notes = noted(function* (sys, note) {
    const child = yield* pidOf(sys.fork(sleepForEver));
    yield* sys.kill(child, SIGSTOP);
    yield* sys.nanosleep(1_000_000n);
    yield* sys.kill(child, SIGTERM);
    yield* sys.nanosleep(1_000_000n);
    note(summary(yield* sys.wait({ pid: child, noHang: true })));
    yield* sys.kill(child, SIGKILL);
    note(summary(yield* sys.wait({ pid: child })));
  });
  expect(notes).toEqual(['nothing', ['killed', SIGKILL]]);
});

test('ignored SIGCHLD leaves no zombies; wait then says ECHILD when all are gone', () => {
  const notes = noted(function* (sys, note) {
    yield* sys.sigaction(SIGCHLD, { handler: 'ignore' });
    yield* sys.fork(function* () {
      return 3;
    });
    note(summary(yield* sys.wait({ pid: -1 })));
  });
  expect(notes).toEqual(['ECHILD']);
});

test('orphans go to init, which reaps them', () => {
  const node = bootHarness();
  node.run(function* (sys) {
    yield* sys.fork(function* (child) {
      yield* child.fork(function* (grandchild) {
        yield* grandchild.close(1);
        yield* grandchild.close(2);
        yield* grandchild.nanosleep(1_000_000_000n);
        return (yield* grandchild.getppid()) === 1 ? 0 : 1;
      });
      return 0;
    });
    yield* sys.wait({ pid: -1 });
    return 0;
  });
  const init = node.kernel.procs.get(1);
  expect(init?.children.size).toBe(1);
  node.clock.advanceTo(5_000_000_000n);
  while (node.step());
  expect(init?.children.size).toBe(0);
  expect(init?.childUsage.systemCalls).toBeGreaterThan(0);
});

test('signals to zombies are accepted and do nothing; unknown pids are ESRCH', () => {
  const notes = noted(function* (sys, note) {
    const child = yield* pidOf(
      sys.fork(function* () {
        return 5;
      }),
    );
    yield* sys.nanosleep(1_000_000n);
    note(yield* sys.kill(child, SIGTERM));
    note(yield* sys.kill(child, 0));
    note(summary(yield* sys.wait({ pid: child })));
    note(yield* sys.kill(child, 0));
    note(yield* sys.kill(1, 99));
    note(yield* sys.kill(4_000_000, SIGTERM));
  });
  expect(notes).toEqual([0, 0, ['exited', 5], 'ESRCH', 'EINVAL', 'ESRCH']);
});

test('a handler runs between calls; without SA_RESTART the call ends with EINTR', () => {
  const notes = noted(function* (sys, note) {
    const ends = yield* sys.pipe();
    if (isErrno(ends)) return;
    for (const restart of [false, true]) {
      yield* sys.sigaction(SIGALRM, {
        restart,
        *handler(_sys, signal) {
          note(`handler ${signal}`);
        },
      });
      yield* sys.alarm(1);
      const helper = yield* pidOf(
        sys.fork(function* (child) {
          yield* child.nanosleep(2_000_000_000n);
          yield* child.write(ends[1], encodeUtf8('late'));
          return 0;
        }),
      );
      note(yield* sys.read(ends[0], new Uint8Array(10)));
      yield* sys.wait({ pid: helper });
    }
    yield* sys.alarm(1);
    note(yield* sys.nanosleep(5_000_000_000n));
  });
  // The first read was interrupted, so the second finds its bytes; the second alarm meets wait(2).
  expect(notes).toEqual(['handler 14', 'EINTR', 4, 'handler 14', 'handler 14', 'EINTR']);
});

test('a blocked signal waits until it is unblocked; sigsuspend takes it in between', () => {
  const notes = noted(function* (sys, note) {
    yield* sys.sigaction(SIGUSR1, {
      *handler() {
        note('taken');
      },
    });
    yield* sys.sigprocmask('block', [SIGUSR1, SIGKILL]);
    yield* sys.kill(sys.pid, SIGUSR1);
    note(yield* sys.sigpending());
    note(yield* sys.sigsuspend([]));
    note(yield* sys.sigpending());
    note(yield* sys.sigprocmask('set', []));
  });
  expect(notes).toEqual([[SIGUSR1], 'taken', 'EINTR', [], [SIGUSR1]]);
});

test('a signal that comes while its handler runs waits until the handler is done', () => {
  const notes = noted(function* (sys, note) {
    let count = 0;
    yield* sys.sigaction(SIGUSR1, {
      *handler(inner) {
        count += 1;
        note('in');
        if (count === 1) yield* inner.kill(inner.pid, SIGUSR1);
        note('out');
      },
    });
    yield* sys.kill(sys.pid, SIGUSR1);
    note('main');
  });
  expect(notes).toEqual(['in', 'out', 'in', 'out', 'main']);
});

test('process groups: who may be moved where, and kill of a group', () => {
  const notes = noted(function* (sys, note) {
    const a = yield* pidOf(sys.fork(sleepForEver));
    const b = yield* pidOf(sys.fork(sleepForEver));
    note(yield* sys.setpgid(a, 0));
    note(yield* sys.setpgid(b, a));
    note((yield* sys.getpgid(b)) === a);
    note(yield* sys.setpgid(sys.pid, a));
    note(yield* sys.setpgid(b, 77_777));
    note(yield* sys.setpgid(1, 0));
    note(yield* sys.setsid());
    note(yield* sys.kill(-a, SIGINT));
    note(summary(yield* sys.wait({ pid: -a })));
    note(summary(yield* sys.wait({ pid: -a })));
    note(yield* sys.kill(-a, 0));
  });
  expect(notes).toEqual([
    0,
    0,
    true,
    'EPERM',
    'EPERM',
    'ESRCH',
    'EPERM',
    0,
    ['killed', SIGINT],
    ['killed', SIGINT],
    'ESRCH',
  ]);
});

test('setpgid of a child that has called exec is EACCES', () => {
  const node = bootHarness({
    commands: [{ name: 'idle', path: '/usr/bin/idle', main: sleepForEver }],
  });
  const result = node.run(function* (sys) {
    const child = yield* pidOf(
      sys.fork(function* (own) {
        yield* own.execve('/usr/bin/idle', ['idle'], new Map());
        return 1;
      }),
    );
    yield* sys.nanosleep(1_000_000n);
    const refused = yield* sys.setpgid(child, 0);
    yield* sys.kill(child, SIGKILL);
    return isErrno(refused) && refused.name === 'EACCES' ? 0 : 1;
  });
  expect(result.status).toBe(0);
});

test('a stopped group that is orphaned gets SIGHUP and SIGCONT; ^Z cannot stop it', () => {
  const notes: unknown[] = [];
  const node = bootHarness();
  node.run(function* (sys) {
    yield* sys.fork(function* (leader) {
      yield* leader.setsid();
      const member = yield* pidOf(
        leader.fork(function* (own) {
          yield* own.sigaction(SIGHUP, {
            *handler() {
              notes.push('hup');
            },
          });
          yield* own.sigaction(SIGCONT, {
            *handler() {
              notes.push('cont');
            },
          });
          yield* own.sigsuspend([]);
          yield* own.kill(own.pid, SIGTSTP);
          notes.push('still running');
          return 0;
        }),
      );
      yield* leader.setpgid(member, member);
      yield* leader.nanosleep(1_000_000n);
      yield* leader.kill(member, SIGTSTP);
      yield* leader.nanosleep(1_000_000n);
      return 0;
    });
    yield* sys.wait({ pid: -1 });
    yield* sys.nanosleep(10_000_000n);
    return 0;
  });
  expect(new Set(notes)).toEqual(new Set(['cont', 'hup', 'still running']));
});

test('kill -1 reaches every process but init and the kernel, the caller last', () => {
  const node = bootHarness();
  const others = [1, 2].map(() => node.start(sleepForEver));
  while (node.step());
  const killer = node.start(function* (sys) {
    yield* sys.kill(-1, SIGTERM);
    return 0;
  });
  while (node.step());
  expect([...others, killer].map((each) => each.end)).toEqual([
    { how: 'killed', status: SIGTERM },
    { how: 'killed', status: SIGTERM },
    { how: 'killed', status: SIGTERM },
  ]);
  expect(node.kernel.procs.get(1)?.state).toBe('running');
});

test('an ordinary user signals only his own, and cannot raise limits, nice or ids', () => {
  const node = bootHarness();
  const victim = node.start(sleepForEver);
  const notes: unknown[] = [];
  node.run(
    function* (sys) {
      for (const call of [
        sys.kill(victim.proc.pid, SIGKILL),
        sys.kill(1, 0),
        sys.setuid(0),
        sys.setgid(0),
        sys.setgroups([0]),
        sys.nice(-5),
        sys.setrlimit('nofile', { current: 1e6, maximum: 1e6 }),
        sys.chroot('/tmp'),
        sys.settimeofday(0n),
        sys.sethostname('mine'),
        sys.uadmin(2, 0),
        sys.trace(1, false),
      ]) {
        const result = yield* call as Task<unknown>;
        notes.push(isErrno(result) ? result.name : result);
      }
      notes.push(yield* sys.nice(3), yield* sys.setuid(100));
      notes.push(yield* sys.priority(0), yield* sys.priority(0, 7));
      for (const call of [sys.priority(0, 0), sys.priority(1, 10), sys.priority(77_777)]) {
        const result = yield* call;
        notes.push(isErrno(result) ? result.name : result);
      }
      return 0;
    },
    { uid: 100 },
  );
  const refused = new Array<string>(12).fill('EPERM');
  expect(notes).toEqual([...refused, 3, 0, 3, 7, 'EACCES', 'EPERM', 'ESRCH']);
});

test('init takes no signal that it did not ask for', () => {
  const node = bootHarness();
  node.run(function* (sys) {
    for (const signal of [SIGKILL, SIGTERM, SIGSTOP, SIGHUP]) yield* sys.kill(1, signal);
    return 0;
  });
  expect(node.kernel.procs.get(1)?.state).toBe('running');
});

test('usage and times are counted and handed to the parent with the child', () => {
  const notes = noted(function* (sys, note) {
    const child = yield* pidOf(
      sys.fork(function* (own) {
        for (let i = 0; i < 100; i += 1) yield* own.preempt(100_000);
        return 0;
      }),
    );
    const result = yield* sys.wait({ pid: child });
    if (result === undefined || isErrno(result)) return;
    note(result.usage.userNs >= 100_000_000n);
    const { children } = yield* sys.times();
    note(children.userNs === result.usage.userNs);
  });
  expect(notes).toEqual([true, true]);
});

test('standard output of a program that a signal ended is complete', () => {
  const result = runProgram(function* (sys) {
    yield* sys.write(1, encodeUtf8('before\n'));
    yield* sys.kill(sys.pid, SIGTERM);
    yield* sys.write(1, encodeUtf8('after\n'));
    return 0;
  });
  expect(result).toMatchObject({ status: 128 + SIGTERM, signal: SIGTERM, stdout: 'before\n' });
  expect(decodeUtf8(result.stdoutBytes)).toBe('before\n');
});
