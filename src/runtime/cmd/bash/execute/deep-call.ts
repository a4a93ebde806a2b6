/**
 * Deep recursion of shell functions without deep recursion of generators. A generator that is
 * resumed through a chain of `yield*` needs stack for every link; a shell function that calls itself
 * a thousand times would exhaust it. `deepCall` hands the callee to `runDeep` at the bottom, which
 * resumes it alone and passes its result back.
 */
import type { Task, Trap } from '#kernel/syscall/sys.ts';

/** What `deepCall` yields to `runDeep`; the dispatcher never sees it. */
class CallTrap implements Trap {
  readonly trap = 'deepCall';
  readonly task: Task<void>;

  constructor(task: Task<void>) {
    this.task = task;
  }
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Runs `task` as `yield*` would, but on a stack of its own. */
export function* deepCall<T>(task: Task<T>): Task<T> {
  let outcome: Outcome<T> | undefined;
  const settle = function* (): Task<void> {
    try {
      outcome = { value: yield* task };
    } catch (error) {
      outcome = { error };
    }
  };
  yield new CallTrap(settle());
  if (outcome === undefined) throw new Error('deepCall outside of runDeep');
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** The bottom of a program that uses `deepCall`. */
export function* runDeep<T>(task: Task<T>): Task<T> {
  const callers: Task<void>[] = [];
  let outcome: { readonly value: T } | undefined;
  const bottom = function* (): Task<void> {
    outcome = { value: yield* task };
  };
  let running: Task<void> = bottom();
  for (;;) {
    const step = running.next();
    if (step.done !== true) {
      if (step.value instanceof CallTrap) {
        callers.push(running);
        running = step.value.task;
      } else yield step.value;
      continue;
    }
    const caller = callers.pop();
    if (caller !== undefined) running = caller;
    else if (outcome !== undefined) return outcome.value;
  }
}
