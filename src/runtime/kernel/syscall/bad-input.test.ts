/** What a program may do wrong or on purpose, and the node must survive. */
import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { O_CREAT, O_RDWR, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { SIGKILL, SIGPIPE, SIGXCPU, SIGXFSZ } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness, runProgram } from '#testing/node-harness.ts';

function* named(task: Task<unknown>): Task<unknown> {
  const result = yield* task;
  return isErrno(result) ? result.name : result;
}

test('a program that computes for ever leaves time to others and dies by SIGKILL', () => {
  const node = bootHarness();
  const spinner = node.start(function* (sys) {
    for (;;) yield* sys.preempt(50);
  });
  const worker = node.run(function* (sys) {
    for (let i = 0; i < 50; i += 1) yield* sys.nanosleep(1_000_000n);
    yield* sys.kill(spinner.proc.pid, SIGKILL);
    return 0;
  });
  expect(worker.status).toBe(0);
  // 50 sleeps of a millisecond: the one that waits goes first, whatever the other computes.
  expect(node.clock.monotonicNs()).toBeLessThan(100_000_000n);
  while (node.step());
  expect(spinner.end).toEqual({ how: 'killed', status: SIGKILL });
});

test('two that compute share the processor evenly', () => {
  const node = bootHarness();
  const spin: NativeMain = function* (sys) {
    for (;;) yield* sys.preempt(50);
  };
  const both = [node.start(spin), node.start(spin)];
  while (node.clock.monotonicNs() < 1_000_000_000n) node.step();
  const [a, b] = both.map(({ proc }) => Number(proc.usage.userNs)) as [number, number];
  expect(a + b).toBeGreaterThan(0.9e9);
  expect(Math.abs(a - b)).toBeLessThan(0.05e9);
});

test('a fork bomb is held by the process limit and the node stays usable', () => {
  const node = bootHarness();
  let refusals = 0;
  const bomb: NativeMain = function* (sys) {
    for (;;) {
      const child = yield* sys.fork(bomb);
      if (isErrno(child)) {
        refusals += 1;
        yield* sys.nanosleep(10_000_000n);
      }
    }
  };
  node.start(
    function* (sys) {
      yield* sys.setrlimit('nproc', { current: 100, maximum: 100 });
      return yield* bomb(sys);
    },
    { uid: 100 },
  );
  for (let i = 0; i < 200 || refusals === 0; i += 1) node.step();
  expect(node.kernel.procs.countOf(100)).toBe(100);
  const other = node.run(function* (sys) {
    const child = yield* sys.fork(function* () {
      return 0;
    });
    yield* sys.kill(-1, SIGKILL);
    return isErrno(child) ? 1 : 0;
  });
  expect(other.signal).toBe(SIGKILL);
  while (node.step());
  expect(node.kernel.procs.countOf(100)).toBe(0);
});

test('an unlimited fork bomb of root stops at the size of the process table', () => {
  const node = bootHarness({ ramBytes: 128 * 1024 * 1024 });
  let refusal: unknown;
  const bomb: NativeMain = function* (sys) {
    while (refusal === undefined) {
      const child = yield* sys.fork(bomb);
      if (isErrno(child)) refusal = child.name;
    }
    return 0;
  };
  node.run(bomb);
  expect(refusal).toBe('EAGAIN');
});

test('a writer to a pipe that nobody reads waits, takes no memory, and can be killed', () => {
  const node = bootHarness();
  const megabyte = new Uint8Array(1024 * 1024);
  let written = 0;
  const writer = node.start(function* (sys) {
    const ends = yield* sys.pipe();
    if (isErrno(ends)) return 1;
    for (let i = 0; i < 1024; i += 1) {
      const count = yield* sys.write(ends[1], megabyte);
      if (!isErrno(count)) written += count;
    }
    return 0;
  });
  while (node.step());
  expect(writer.end).toBeUndefined();
  expect(written).toBe(0);
  expect(writer.proc.usage.writtenBytes).toBeLessThanOrEqual(64 * 1024);
  node.run(function* (sys) {
    yield* sys.kill(writer.proc.pid, SIGKILL);
    return 0;
  });
  expect(writer.end).toEqual({ how: 'killed', status: SIGKILL });
});

test('a write without a reader is SIGPIPE, or EPIPE where that is ignored', () => {
  const broken = function* (sys: Sys, ignore: boolean): Task<number> {
    if (ignore) yield* sys.sigaction(SIGPIPE, { handler: 'ignore' });
    const ends = yield* sys.pipe();
    if (isErrno(ends)) return 1;
    yield* sys.close(ends[0]);
    const result = yield* sys.write(ends[1], encodeUtf8('x'));
    return isErrno(result) && result.name === 'EPIPE' ? 9 : 1;
  };
  expect(runProgram((sys) => broken(sys, false)).signal).toBe(SIGPIPE);
  expect(runProgram((sys) => broken(sys, true)).status).toBe(9);
});

test('descriptors that are not open, or not open for that, are EBADF', () => {
  const results: unknown[] = [];
  runProgram(
    function* (sys) {
      const buffer = new Uint8Array(4);
      const writeOnly = (yield* sys.open('/tmp/f', O_CREAT | O_WRONLY, 0o644)) as number;
      for (const fd of [77, -1, 1.5, Number.NaN, 2 ** 40]) {
        results.push(
          yield* named(sys.read(fd, buffer)),
          yield* named(sys.write(fd, buffer)),
          yield* named(sys.close(fd)),
          yield* named(sys.fstat(fd)),
        );
      }
      results.push(
        yield* named(sys.read(writeOnly, buffer)),
        yield* named(sys.dup2(writeOnly, 70_000)),
        yield* named(sys.dup2(99, 5)),
        yield* named(sys.fcntl(99, 1)),
        yield* named(sys.getdents(99)),
      );
      return 0;
    },
    { files: { '/tmp/x': '' } },
  );
  expect(new Set(results)).toEqual(new Set(['EBADF']));
});

test('exec of what is no program', () => {
  const results: unknown[] = [];
  const files = {
    '/bin/garbage': { content: new Uint8Array([1, 2, 3]), mode: 0o755 },
    '/bin/empty': { content: '', mode: 0o755 },
    '/bin/unknown': { content: '\x7fSOL-NATIVE nobody-knows\n', mode: 0o755 },
    '/bin/text': { content: 'no program\n', mode: 0o644 },
    '/bin/noline': { content: '#!/bin/sh', mode: 0o755 },
    '/bin/noname': { content: '#!  \n', mode: 0o755 },
    '/bin/loop': { content: '#!/bin/loop\n', mode: 0o755 },
    '/bin/gone': { content: '#!/no/such/interpreter\n', mode: 0o755 },
  };
  runProgram(
    function* (sys) {
      for (const path of [...Object.keys(files), '/bin', '/bin/none', '/bin/text/x', '']) {
        const errno = yield* sys.execve(path, [path], new Map());
        results.push(errno.name);
      }
      const huge = new Map([['X', 'x'.repeat(3_000_000)]]);
      results.push((yield* sys.execve('/bin/garbage', ['x'], huge)).name);
      return 0;
    },
    { files },
  );
  expect(results).toEqual([
    'ENOEXEC',
    'ENOEXEC',
    'ENOEXEC',
    'EACCES',
    'ENOEXEC',
    'ENOEXEC',
    'ENOEXEC',
    'ENOENT',
    'EACCES',
    'ENOENT',
    'ENOTDIR',
    'ENOENT',
    'E2BIG',
  ]);
});

test('the descriptor limit binds open, dup and pipe', () => {
  const results: unknown[] = [];
  runProgram(function* (sys) {
    yield* sys.setrlimit('nofile', { current: 5, maximum: 10 });
    results.push(
      yield* named(sys.dup(0)),
      yield* named(sys.pipe()),
      yield* named(sys.dup(0)),
      yield* named(sys.dup(0)),
      yield* named(sys.open('/tmp/f', O_CREAT | O_RDWR, 0o644)),
      yield* named(sys.dup2(0, 7)),
      yield* named(sys.fcntl(0, 0, 7)),
      yield* named(sys.stat('/tmp/f')),
    );
    return 0;
  });
  expect(results).toEqual([3, 'EMFILE', 4, 'EMFILE', 'EMFILE', 'EBADF', 'EINVAL', 'ENOENT']);
});

test('the file size limit cuts a write short, then signals', () => {
  const write = (ignore: boolean): NativeMain =>
    function* (sys) {
      if (ignore) yield* sys.sigaction(SIGXFSZ, { handler: 'ignore' });
      yield* sys.setrlimit('fsize', { current: 10, maximum: 10 });
      const fd = (yield* sys.open('/tmp/f', O_CREAT | O_WRONLY, 0o644)) as number;
      const first = yield* sys.write(fd, new Uint8Array(16));
      const second = yield* sys.write(fd, new Uint8Array(1));
      return first === 10 && isErrno(second) && second.name === 'EFBIG' ? 0 : 1;
    };
  expect(runProgram(write(true)).status).toBe(0);
  expect(runProgram(write(false)).signal).toBe(SIGXFSZ);
});

test('the processor limit ends a loop with SIGXCPU, and one that catches it with SIGKILL', () => {
  const spin = function* (sys: Sys): Task<number> {
    for (;;) yield* sys.preempt(1000);
  };
  const limited = runProgram(function* (sys) {
    yield* sys.setrlimit('cpu', { current: 1, maximum: 2 });
    return yield* spin(sys);
  });
  expect(limited.signal).toBe(SIGXCPU);
  const stubborn = runProgram(function* (sys) {
    yield* sys.sigaction(SIGXCPU, { handler: 'ignore' });
    yield* sys.setrlimit('cpu', { current: 1, maximum: 2 });
    return yield* spin(sys);
  });
  expect(stubborn.signal).toBe(SIGKILL);
});

test('endless recursion ends the program, not the node', () => {
  const node = bootHarness();
  const recurse = function* (sys: Sys): Task<number> {
    yield* sys.getpid();
    return (yield* recurse(sys)) + 1;
  };
  expect(node.run(recurse).signal).toBe(11);
  expect(
    node.run(function* () {
      return 0;
    }).status,
  ).toBe(0);
});
