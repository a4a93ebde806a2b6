import { expect, test } from 'vitest';
import { encodeUtf8 } from '#base/bytes.ts';
import { SIGUSR1 } from '#abi/illumos/signal.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { NativeMain, TraceEvent } from '#kernel/syscall/sys.ts';
import { bootHarness } from '#testing/node-harness.ts';

const traced: NativeMain = function* (sys) {
  yield* sys.nanosleep(1_000_000n);
  yield* sys.write(1, encodeUtf8('x'));
  yield* sys.close(99);
  yield* sys.fork(function* (child) {
    yield* child.getpid();
    return 3;
  });
  yield* sys.wait({ pid: -1 });
  yield* sys.kill(sys.pid, SIGUSR1);
  return 0;
};

/** Traces `traced` to its end and shows each event in a word or two. */
function trace(followForks: boolean): string[] {
  const node = bootHarness();
  const events: TraceEvent[] = [];
  node.run(function* (sys) {
    const child = yield* sys.fork(traced);
    if (isErrno(child)) return 1;
    const id = yield* sys.trace(child, followForks);
    if (isErrno(id)) return 2;
    for (;;) {
      const more = yield* sys.traceRead(id);
      if (isErrno(more) || more.length === 0) return 0;
      events.push(...more);
    }
  });
  return events.map(show);
}

function show(event: TraceEvent): string {
  switch (event.kind) {
    case 'entry':
      return `${event.call}(`;
    case 'return':
      return isErrno(event.result) ? `) ${event.result.name}` : ')';
    case 'signal':
      return `signal ${event.signal} ${event.disposition}`;
    case 'exit':
      return `${event.how} ${event.status}`;
    default:
      return event.kind;
  }
}

test('a tracer sees calls, results, forks, signals and the end', () => {
  expect(trace(false)).toEqual([
    'nanosleep(',
    ')',
    'write(',
    ')',
    'close(',
    ') EBADF',
    'forksys(',
    'fork',
    ')',
    'waitid(',
    ')',
    'kill(',
    ')',
    `signal ${SIGUSR1} default`,
    `killed ${SIGUSR1}`,
  ]);
});

test('children are followed when asked', () => {
  const events = trace(true);
  expect(events).toContain('getpid(');
  expect(events).toContain('exited 3');
});

test('a tracer that does not read slows what it traces; when it ends, that goes on', () => {
  const node = bootHarness();
  let calls = 0;
  let callsBefore = 0;
  const busy = node.start(function* (sys) {
    for (; calls < 20_000; calls += 1) yield* sys.getpid();
    return 0;
  });
  const tracer = node.start(function* (sys) {
    callsBefore = calls;
    yield* sys.trace(busy.proc.pid, false);
    yield* sys.nanosleep(1_000_000_000n);
    return 0;
  });
  while (node.step());
  expect(busy.end).toBeUndefined();
  expect(calls - callsBefore).toBeLessThan(1000);
  node.clock.advanceTo(2_000_000_000n);
  while (node.step());
  expect(tracer.end?.how).toBe('exited');
  expect(busy.end).toEqual({ how: 'exited', status: 0 });
});
