/**
 * Compiled code: a closure that answers at once (`sync`) and a generator that may wait (`run`). Only
 * what needs to wait (getline, system, loops, recursive calls) lacks `sync`; so the usual per-record
 * work runs without resuming generators.
 */
import type { Task } from '#kernel/syscall/sys.ts';
import type { Value } from '#cmd/awk/value.ts';

export interface Code<T = Value> {
  readonly sync: (() => T) | undefined;
  readonly run: () => Task<T>;
}

export function pure<T>(sync: () => T): Code<T> {
  return {
    sync,
    run: function* run() {
      return sync();
    },
  };
}

export function waiting<T>(run: () => Task<T>): Code<T> {
  return { sync: undefined, run };
}

export function lift1<A, T>(a: Code<A>, f: (a: A) => T): Code<T> {
  const first = a.sync;
  if (first !== undefined) return pure(() => f(first()));
  return waiting(function* run() {
    return f(yield* a.run());
  });
}

/** Operands are evaluated from left to right. */
export function lift2<A, B, T>(a: Code<A>, b: Code<B>, f: (a: A, b: B) => T): Code<T> {
  const first = a.sync;
  const second = b.sync;
  if (first !== undefined && second !== undefined) return pure(() => f(first(), second()));
  return waiting(function* run() {
    const left = yield* a.run();
    return f(left, yield* b.run());
  });
}

export function liftAll<A, T>(codes: readonly Code<A>[], f: (values: A[]) => T): Code<T> {
  const syncs = codes.map((code) => code.sync);
  if (syncs.every((sync) => sync !== undefined)) {
    return pure(() => f(syncs.map((sync) => (sync as () => A)())));
  }
  return waiting(function* run() {
    const values: A[] = [];
    for (const code of codes) values.push(yield* code.run());
    return f(values);
  });
}
