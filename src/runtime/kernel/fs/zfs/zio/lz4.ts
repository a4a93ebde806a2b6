/**
 * LZ4 block format as ZFS stores it: the compressed size in four big-endian bytes, then sequences of
 * literals and matches. The compressor is the greedy one-entry-hash kind with growing steps over
 * data that does not compress. Pools use the same in WebAssembly (zio/lz4-code.ts), which the tests
 * hold against this one.
 * @spec LZ4 block format  @see uts/common/fs/zfs/lz4.c
 */
export const MIN_MATCH = 4;
/** Bits of the hash: a table fits the innermost cache, and a small block fills only a small one. */
const HASH_LOG = 12;
const SMALL_HASH_LOG = 10;
const SMALL_BLOCK = 8192;
export const MAX_DISTANCE = 65535;
/** The end of a block: last 5 bytes literal, no match starts in the last 12. */
export const LAST_LITERALS = 5;
export const MATCH_LIMIT = 12;
export const SKIP_TRIGGER = 6;
/** Bytes that must be left behind literals: for a match and the end, or for the end alone. */
export const MATCH_ROOM = 8;
export const LAST_ROOM = 2;
export const LZ4_HEADER = 4;

export function hashLogFor(sizeBytes: number): number {
  return sizeBytes <= SMALL_BLOCK ? SMALL_HASH_LOG : HASH_LOG;
}

function read32(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Writes `length − base` as 255, 255, … rest. */
function putLength(target: Uint8Array, at: number, rest: number): number {
  let to = at;
  let left = rest;
  while (left >= 255) {
    target[to] = 255;
    to += 1;
    left -= 255;
  }
  target[to] = left;
  return to + 1;
}

function putLiterals(
  source: Uint8Array,
  from: number,
  end: number,
  target: Uint8Array,
  tokenAt: number,
): number {
  const length = end - from;
  let to = tokenAt + 1;
  if (length >= 15) {
    target[tokenAt] = 15 << 4;
    to = putLength(target, to, length - 15);
  } else {
    target[tokenAt] = length << 4;
  }
  if (length > 32) target.set(source.subarray(from, end), to);
  else for (let i = 0; i < length; i += 1) target[to + i] = source[from + i] as number;
  return to + length;
}

/** Hash table of one compressor; positions from `base` on belong to the block at hand. */
export class Lz4 {
  readonly #table: Int32Array = new Int32Array(1 << HASH_LOG);

  /** Compressed size in `target` with its header, or 0 when it does not fit. */
  compress(source: Uint8Array, target: Uint8Array): number {
    const size = source.length;
    const hashLog = hashLogFor(size);
    const table = this.#table;
    table.fill(-1, 0, 1 << hashLog);
    const limit = size - MATCH_LIMIT;
    const matchEnd = size - LAST_LITERALS;
    let anchor = 0;
    let from = 0;
    let to = LZ4_HEADER;
    let tries = 1 << SKIP_TRIGGER;
    while (from < limit) {
      const word = read32(source, from);
      const slot = Math.imul(word, -1640531535) >>> (32 - hashLog);
      let copy = table[slot] as number;
      table[slot] = from;
      if (copy < 0 || from - copy > MAX_DISTANCE || read32(source, copy) !== word) {
        from += tries >> SKIP_TRIGGER;
        tries += 1;
        continue;
      }
      tries = 1 << SKIP_TRIGGER;
      while (from > anchor && copy > 0 && source[from - 1] === source[copy - 1]) {
        from -= 1;
        copy -= 1;
      }
      const literals = from - anchor;
      if (to + literals + Math.floor(literals / 255) + MATCH_ROOM > target.length) return 0;
      const tokenAt = to;
      to = putLiterals(source, anchor, from, target, tokenAt);
      const distance = from - copy;
      target[to] = distance & 0xff;
      target[to + 1] = distance >> 8;
      to += 2;
      const start = from;
      from += MIN_MATCH;
      copy += MIN_MATCH;
      while (from < matchEnd && source[from] === source[copy]) {
        from += 1;
        copy += 1;
      }
      const extra = from - start - MIN_MATCH;
      if (to + Math.floor(extra / 255) + 2 > target.length) return 0;
      if (extra >= 15) {
        target[tokenAt] = (target[tokenAt] as number) | 15;
        to = putLength(target, to, extra - 15);
      } else {
        target[tokenAt] = (target[tokenAt] as number) | extra;
      }
      anchor = from;
      if (from < limit) {
        table[Math.imul(read32(source, from - 2), -1640531535) >>> (32 - hashLog)] = from - 2;
      }
    }
    const literals = size - anchor;
    if (to + literals + Math.floor(literals / 255) + LAST_ROOM > target.length) return 0;
    to = putLiterals(source, anchor, size, target, to);
    const body = to - LZ4_HEADER;
    target[0] = body >>> 24;
    target[1] = body >>> 16;
    target[2] = body >>> 8;
    target[3] = body;
    return to;
  }
}

/** Fills all of `target`; false on bad input. */
export function lz4Decompress(source: Uint8Array, target: Uint8Array): boolean {
  if (source.length < LZ4_HEADER) return false;
  const size =
    (((source[0] as number) << 24) |
      ((source[1] as number) << 16) |
      ((source[2] as number) << 8) |
      (source[3] as number)) >>>
    0;
  const end = LZ4_HEADER + size;
  if (end > source.length) return false;
  let from = LZ4_HEADER;
  let to = 0;
  while (from < end) {
    const token = source[from] as number;
    from += 1;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (from >= end) return false;
        more = source[from] as number;
        from += 1;
        literals += more;
      } while (more === 255);
    }
    if (from + literals > end || to + literals > target.length) return false;
    if (literals > 32) {
      target.set(source.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    } else {
      for (const stop = from + literals; from < stop; from += 1, to += 1) {
        target[to] = source[from] as number;
      }
    }
    if (from >= end) break;
    if (from + 2 > end) return false;
    const distance = (source[from] as number) | ((source[from + 1] as number) << 8);
    from += 2;
    if (distance === 0 || distance > to) return false;
    let length = token & 15;
    if (length === 15) {
      let more: number;
      do {
        if (from >= end) return false;
        more = source[from] as number;
        from += 1;
        length += more;
      } while (more === 255);
    }
    length += MIN_MATCH;
    if (to + length > target.length) return false;
    copyMatch(target, to, distance, length);
    to += length;
  }
  return to === target.length;
}

/** Copies `length` bytes from `distance` back; they may overlap, which repeats a pattern. */
function copyMatch(target: Uint8Array, to: number, distance: number, length: number): void {
  if (distance === 1 && length > 16) {
    target.fill(target[to - 1] as number, to, to + length);
  } else if (distance >= length && length > 32) {
    target.copyWithin(to, to - distance, to - distance + length);
  } else {
    const stop = to + length;
    for (let at = to; at < stop; at += 1) target[at] = target[at - distance] as number;
  }
}
