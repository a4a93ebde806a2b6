import { expect, test } from 'vitest';
import { O_CREAT, O_RDWR } from '#abi/illumos/fcntl.ts';
import { PRNODEV } from '#abi/illumos/procfs.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import {
  listPids,
  listPsinfo,
  readArgv,
  readCred,
  readEnviron,
  readFiles,
  readLwps,
  readPath,
  readPsinfo,
  readStatus,
  readUsage,
} from '#lib/libproc/proc.ts';
import { bootHarness } from '#testing/node-harness.ts';

function* good<T>(task: Task<T>): Task<Exclude<T, { readonly number: number; message: string }>> {
  const result = yield* task;
  if (isErrno(result)) throw new Error(result.name);
  return result as never;
}

/** Runs `program` as a user. */
function withProc(program: (sys: Sys) => Task<void>, uid = 0): void {
  const node = bootHarness();
  const outcome = node.run(
    function* (sys) {
      yield* program(sys);
      return 0;
    },
    { argv: ['/usr/bin/prog', 'one', 'two words'], env: { NAME: 'value' }, uid, cwd: '/tmp' },
  );
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
}

test('a program finds itself', () => {
  withProc(function* (sys) {
    const info = yield* good(readPsinfo(sys, sys.pid));
    expect(info).toMatchObject({
      pid: sys.pid,
      ppid: 1,
      nlwp: 1,
      fname: 'prog',
      psargs: '/usr/bin/prog one two words',
      argc: 3,
      ttydev: PRNODEV,
      lwp: { sname: 'O', clname: 'TS' },
    });
    expect(yield* good(readArgv(sys, sys.pid))).toEqual(['/usr/bin/prog', 'one', 'two words']);
    expect(yield* good(readEnviron(sys, sys.pid))).toContain('NAME=value');
    expect(yield* good(sys.readlink('/proc/self'))).toBe(String(sys.pid));
    expect(yield* good(readPath(sys, sys.pid, 'cwd'))).toBe('/tmp');
    expect((yield* good(readLwps(sys, sys.pid))).length).toBe(1);
    expect(yield* good(listPids(sys))).toEqual([0, 1, sys.pid]);
  });
});

test('states of others: sleeping, zombie, gone; usage counts system calls', () => {
  withProc(function* (sys) {
    const sleeper = yield* good(
      sys.fork(function* (child) {
        yield* child.nanosleep(60_000_000_000n);
        return 0;
      }),
    );
    const dead = yield* good(
      sys.fork(function* () {
        return 3;
      }),
    );
    yield* sys.nanosleep(10_000_000n);
    const all = new Map((yield* good(listPsinfo(sys))).map((info) => [info.pid, info]));
    expect(all.get(sleeper)).toMatchObject({ ppid: sys.pid, lwp: { sname: 'S' } });
    expect(all.get(dead)).toMatchObject({ nlwp: 0, wstat: 3 << 8, lwp: { sname: 'Z' } });
    const usage = yield* good(readUsage(sys, sleeper));
    expect(usage.sysc).toBeGreaterThanOrEqual(1n);
    expect(usage.rtime).toBeGreaterThan(0n);
    yield* sys.kill(sleeper, 9);
    yield* sys.wait({ pid: sleeper });
    expect(yield* readPsinfo(sys, sleeper)).toMatchObject({ name: 'ENOENT' });
  });
});

test('open files with their names', () => {
  withProc(function* (sys) {
    const fd = yield* good(sys.open('out', O_RDWR | O_CREAT, 0o644));
    yield* sys.write(fd, new Uint8Array(5));
    const files = yield* good(readFiles(sys, sys.pid));
    expect(files.map((file) => file.fd)).toEqual(
      [0, 1, 2, fd, expect.any(Number)].slice(0, files.length),
    );
    const out = files.find((file) => file.fd === fd);
    expect(out).toMatchObject({ path: '/tmp/out', size: 5n, offset: 5n, mode: 0o100644 });
    expect(yield* good(readPath(sys, sys.pid, String(fd)))).toBe('/tmp/out');
    // The file itself, opened once more with an offset of its own.
    const again = yield* good(sys.open(`/proc/self/fd/${fd}`, O_RDWR));
    expect(yield* sys.read(again, new Uint8Array(10))).toBe(5);
    yield* sys.unlink('/tmp/out');
    expect(yield* readPath(sys, sys.pid, String(fd))).toMatchObject({ name: 'ENOENT' });
  });
});

test('what belongs to others is theirs: psinfo for everybody, status for the owner', () => {
  withProc(function* (sys) {
    expect((yield* good(readPsinfo(sys, 1))).uid).toBe(0);
    expect((yield* good(readUsage(sys, 1))).count).toBe(1);
    for (const read of [readStatus, readCred, readEnviron, readFiles]) {
      expect(yield* read(sys, 1)).toMatchObject({ name: 'EACCES' });
    }
    expect((yield* good(readStatus(sys, sys.pid))).pid).toBe(sys.pid);
    expect(yield* good(readCred(sys, sys.pid))).toMatchObject({ euid: 100, groups: [100] });
  }, 100);
});
