import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '#runtime/host.ts';
import { CalloutTable } from '#kernel/disp/callout.ts';
import { Dispatcher } from '#kernel/disp/dispatcher.ts';
import { LoadAverages } from '#kernel/disp/loadavg.ts';
import { schedProbes } from '#kernel/disp/probes.ts';
import type { Thread, ThreadOwner } from '#kernel/disp/thread.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import { ProbeRegistry } from '#kernel/sdt/registry.ts';
import { VirtualClock } from '#testing/sim/clock.ts';

const MS = 1_000_000n;

const OWNER: ThreadOwner = {
  threadReturned: (thread) => thread.exit(),
  threadThrew: (_thread, error) => {
    throw error;
  },
  threadRan: () => {},
};

interface Rig {
  readonly clock: VirtualClock;
  readonly dispatcher: Dispatcher;
  /** Starts a thread; each step of `body` is a turn. */
  readonly start: (body: (self: () => Thread) => Generator<unknown, unknown, void>) => Thread;
}

function rig(clock = new VirtualClock()): Rig {
  const dispatcher = new Dispatcher(clock, new ProbeRegistry().provide(schedProbes));
  const start: Rig['start'] = (body) => {
    const program = body(() => thread);
    const thread: Thread = dispatcher.createThread(OWNER, program);
    thread.resume();
    return thread;
  };
  return { clock, dispatcher, start };
}

test('callouts run in order of deadline, then of making, whatever was cancelled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.bigInt(0n, 20n), cancelled: fc.boolean() }), { maxLength: 60 }),
      fc.bigInt(0n, 20n),
      (specs, nowNs) => {
        const table = new CalloutTable();
        const ran: number[] = [];
        specs.forEach(({ at, cancelled }, index) => {
          const callout = table.at(at, () => ran.push(index));
          if (cancelled) callout.cancel();
        });
        const live = specs.flatMap(({ at, cancelled }, index) =>
          cancelled ? [] : [{ at, index }],
        );
        live.sort((a, b) => Number(a.at - b.at) || a.index - b.index);
        expect(table.earliestNs()).toBe(live[0]?.at);
        table.runDue(nowNs);
        expect(ran).toEqual(live.filter(({ at }) => at <= nowNs).map(({ index }) => index));
        expect(table.earliestNs()).toBe(live.find(({ at }) => at > nowNs)?.at);
      },
    ),
  );
});

test('timeouts that are always cancelled in time do not pile up', () => {
  const table = new CalloutTable();
  const kept = table.at(5n, () => {});
  for (let i = 0; i < 10_000; i += 1) table.at(1_000_000n, () => {}).cancel();
  expect(table.size).toBeLessThan(200);
  expect(table.earliestNs()).toBe(5n);
  kept.cancel();
  kept.cancel();
  expect(table.earliestNs()).toBeUndefined();
  expect(table.size).toBe(0);
});

test('a thread that was waiting goes before one that computes', () => {
  const { clock, dispatcher, start } = rig();
  const log: string[] = [];
  start(function* () {
    for (;;) {
      dispatcher.spend(10_000, false);
      yield;
    }
  });
  start(function* (self) {
    for (let i = 0; i < 3; i += 1) {
      const deadlineNs = dispatcher.nowNs() + 5n * MS;
      self().park(new WouldBlock([], deadlineNs));
      yield;
      log.push(`late by ${(dispatcher.nowNs() - deadlineNs) / MS} ms`);
    }
  });
  dispatcher.run(clock.monotonicNs() + 40n * MS);
  expect(log).toEqual(['late by 0 ms', 'late by 0 ms', 'late by 0 ms']);
});

test('a computing thread sinks, a nice one gets less, all get some', () => {
  const { clock, dispatcher, start } = rig();
  const spin = function* (): Generator<unknown, unknown, void> {
    for (;;) {
      dispatcher.spend(10_000, false);
      yield;
    }
  };
  const plain = start(spin);
  const other = start(spin);
  dispatcher.run(clock.monotonicNs() + 1000n * MS);
  expect(plain.cpuPriority).toBe(0);
  expect(Number(plain.userNs - other.userNs)).toBeLessThan(30e6);
  other.nice = 39;
  dispatcher.reprioritize(other);
  const before = other.userNs;
  dispatcher.run(clock.monotonicNs() + 1000n * MS);
  expect(other.userNs - before).toBeLessThan(550n * MS);
});

test('run returns at its deadline with threads left, and early when all wait', () => {
  const { clock, dispatcher, start } = rig();
  const queue = new WaitQueue();
  const thread = start(function* (self) {
    dispatcher.spend(1_000_000, true);
    yield;
    self().park(new WouldBlock([queue]));
    yield;
  });
  expect(dispatcher.run(clock.monotonicNs() + 1n * MS)).toBe(true);
  expect(dispatcher.run(clock.monotonicNs() + 1000n * MS)).toBe(false);
  expect(thread.state).toBe('sleeping');
  expect(queue.waiters.size).toBe(1);
  queue.wakeAll();
  expect(queue.waiters.size).toBe(0);
  dispatcher.run(clock.monotonicNs() + 1n * MS);
  expect(thread.state).toBe('exited');
  expect(thread.systemNs).toBeGreaterThan(19n * MS);
});

test('user, system and idle time add up to the time that passed', () => {
  const { clock, dispatcher, start } = rig();
  start(function* (self) {
    for (let i = 0; i < 5; i += 1) {
      dispatcher.spend(3000, true);
      dispatcher.spend(5000, false);
      self().park(new WouldBlock([], dispatcher.nowNs() + 7n * MS));
      yield;
    }
  });
  const endNs = 50n * MS;
  while (clock.monotonicNs() < endNs) {
    if (dispatcher.run(endNs)) continue;
    clock.advanceTo(dispatcher.callouts.earliestNs() ?? endNs);
  }
  dispatcher.run(endNs);
  const { userNs, systemNs, idleNs } = dispatcher;
  expect(userNs + systemNs + idleNs).toBe(clock.monotonicNs());
  expect(systemNs).toBe(300_000n);
});

test('a real clock is never advanced and its time is what counts', () => {
  let nowNs = 0n;
  const clock: Clock = {
    realtimeNs: () => nowNs,
    monotonicNs: () => {
      nowNs += 50_000n;
      return nowNs;
    },
  };
  const dispatcher = new Dispatcher(clock, new ProbeRegistry().provide(schedProbes));
  let turns = 0;
  const spin = (function* () {
    for (;;) {
      dispatcher.spend(1, false);
      turns += 1;
      yield;
    }
  })();
  dispatcher.createThread(OWNER, spin).resume();
  dispatcher.run(5n * MS);
  expect(turns).toBeGreaterThan(20);
  expect(turns).toBeLessThan(110);
});

test('load averages follow the number of runnable threads', () => {
  const load = new LoadAverages(0n);
  load.update(0n, 2);
  for (let second = 1n; second <= 60n; second += 1n) load.update(second * 1000n * MS, 2);
  const [one, five, fifteen] = load.read(60_000n * MS);
  expect(one).toBeCloseTo(2 * (1 - Math.exp(-1)), 2);
  expect(five).toBeCloseTo(2 * (1 - Math.exp(-0.2)), 2);
  expect(fifteen).toBeLessThan(five);
  load.update(60_000n * MS, 0);
  expect(load.read(3_600_000n * MS)[0]).toBeLessThan(0.01);
});
