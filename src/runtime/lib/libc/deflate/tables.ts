/** Length and distance codes of deflate. @spec RFC 1951 §3.2.5 */
export const LENGTH_EXTRA: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
export const DISTANCE_EXTRA: readonly number[] = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];

function bases(extra: readonly number[], first: number): number[] {
  let value = first;
  return extra.map((bits) => {
    const base = value;
    value += 2 ** bits;
    return base;
  });
}

/** The last length code is 258 itself. */
export const LENGTH_BASE: readonly number[] = [...bases(LENGTH_EXTRA, 3).slice(0, 28), 258];
export const DISTANCE_BASE: readonly number[] = bases(DISTANCE_EXTRA, 1);
