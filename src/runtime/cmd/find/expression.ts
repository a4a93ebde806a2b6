/**
 * find's predicates, compiled to functions. A predicate may wait (-exec, -ok, -delete, -newer is done
 * once before). The order of evaluation is that of the command line.
 * @man find(1)
 */
import type { Stat, Task } from '#kernel/syscall/sys.ts';

export interface Visit {
  readonly path: string;
  /** Last component. */
  readonly name: string;
  readonly stat: Stat;
  readonly depth: number;
  /** Set by -prune. */
  pruned: boolean;
}

export type Predicate = (visit: Visit) => Task<boolean>;

/** What the whole expression asks of the walk. */
export interface WalkSettings {
  depthFirst: boolean;
  oneFilesystem: boolean;
  maxDepth: number;
  minDepth: number;
  follow: 'none' | 'operands' | 'all';
  /** Something prints or runs: no -print is added. */
  hasAction: boolean;
}

export function not(operand: Predicate): Predicate {
  return function* evaluate(visit) {
    return !(yield* operand(visit));
  };
}

export function both(left: Predicate, right: Predicate): Predicate {
  return function* evaluate(visit) {
    return (yield* left(visit)) ? yield* right(visit) : false;
  };
}

export function either(left: Predicate, right: Predicate): Predicate {
  return function* evaluate(visit) {
    return (yield* left(visit)) ? true : yield* right(visit);
  };
}

/** A predicate that needs nobody. */
export function simple(holds: (visit: Visit) => boolean): Predicate {
  return function* evaluate(visit) {
    return holds(visit);
  };
}

/** `+n`, `-n` or `n`. */
export function parseCount(text: string): ((value: number) => boolean) | undefined {
  const match = /^([+-]?)(\d+)$/.exec(text);
  if (match === null) return undefined;
  const limit = Number(match[2]);
  if (match[1] === '+') return (value) => value > limit;
  if (match[1] === '-') return (value) => value < limit;
  return (value) => value === limit;
}
