/**
 * Branded types: a number or bigint that cannot be mistaken for another one. The brand exists for
 * the compiler only; `brand` is the one place that makes it up.
 */
declare const brandKey: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brandKey]: Name };

/** Gives `value` its brand. Call it where a plain value enters a subsystem, once. */
export function brand<B extends Brand<unknown, string>>(
  value: B extends Brand<infer T, infer _Name> ? T : never,
): B {
  return value as unknown as B;
}
