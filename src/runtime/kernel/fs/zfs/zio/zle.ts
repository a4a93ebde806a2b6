/**
 * Zero-length encoding: runs of zeros are counted, everything else is copied. A length byte below 64
 * is followed by that many bytes and one; from 64 on it stands for zeros.
 * @see uts/common/fs/zfs/zle.c
 */
const LITERALS = 64;
const MAX_ZEROS: number = 256 - LITERALS;

/** Compressed size in `target`, or 0 when it does not fit. */
export function zleCompress(source: Uint8Array, target: Uint8Array): number {
  const size = source.length;
  let from = 0;
  let to = 0;
  while (from < size) {
    if (to >= target.length - 1) return 0;
    const lengthAt = to;
    to += 1;
    const start = from;
    if (source[from] === 0) {
      const end = Math.min(from + MAX_ZEROS, size);
      while (from < end && source[from] === 0) from += 1;
      target[lengthAt] = from - start - 1 + LITERALS;
      continue;
    }
    // A single zero between literals is cheaper as a literal.
    const end = Math.min(from + LITERALS, size);
    while (from < end && (source[from] !== 0 || (from + 1 < end && source[from + 1] !== 0))) {
      from += 1;
    }
    if (from - start > target.length - to) return 0;
    target.set(source.subarray(start, from), to);
    to += from - start;
    target[lengthAt] = from - start - 1;
  }
  return to;
}

/** Fills all of `target`; false on bad input. */
export function zleDecompress(source: Uint8Array, target: Uint8Array): boolean {
  let from = 0;
  let to = 0;
  while (from < source.length && to < target.length) {
    const length = 1 + (source[from] as number);
    from += 1;
    if (length <= LITERALS) {
      if (from + length > source.length || to + length > target.length) return false;
      target.set(source.subarray(from, from + length), to);
      from += length;
      to += length;
    } else {
      const zeros = length - LITERALS;
      if (to + zeros > target.length) return false;
      target.fill(0, to, to + zeros);
      to += zeros;
    }
  }
  return to === target.length;
}
