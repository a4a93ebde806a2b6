import { expect, test } from 'vitest';
import type { Task } from '#kernel/syscall/sys.ts';
import { deepCall, runDeep } from '#cmd/bash/execute/deep-call.ts';

function* countDown(left: number): Task<number> {
  if (left === 0) return 0;
  return 1 + (yield* deepCall(countDown(left - 1)));
}

function finish<T>(task: Task<T>): { value: T; traps: unknown[] } {
  const traps: unknown[] = [];
  for (;;) {
    const step = task.next();
    if (step.done === true) return { value: step.value, traps };
    traps.push(step.value);
  }
}

test('a hundred thousand levels deep', () => {
  expect(finish(runDeep(countDown(100_000))).value).toBe(100_000);
});

test('traps of the callee reach the dispatcher, its errors the caller', () => {
  const trap = { trap: 'sleep' };
  const failing = function* (): Task<number> {
    yield trap;
    throw new Error('from below');
  };
  const caller = function* (): Task<string> {
    try {
      yield* deepCall(failing());
      return 'no error';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(finish(runDeep(caller()))).toEqual({ value: 'from below', traps: [trap] });
});
