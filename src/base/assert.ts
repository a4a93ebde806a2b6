/**
 * Assertions for programming errors. They stay on in production: a node whose invariant is broken
 * must panic (with a dump) rather than go on and write something wrong. Expected outcomes are values,
 * never assertions.
 */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws `AssertionError` when `condition` is false. The message says what should have held. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(`assertion failed: ${message}`);
}

/** The value, or an assertion failure when it is null or undefined. */
export function must<T>(value: T | null | undefined, message: string): T {
  if (value === null || value === undefined) {
    throw new AssertionError(`assertion failed: ${message}`);
  }
  return value;
}
