/**
 * LZJB, the first compression of ZFS: a bit map byte, then eight items, each a literal byte or a
 * match of 3 … 66 bytes up to 1023 bytes back, in two bytes.
 * @spec ZFS On-Disk §2.4  @see uts/common/os/compress.c
 */
const MATCH_BITS = 6;
const MATCH_MIN = 3;
const MATCH_MAX: number = (1 << MATCH_BITS) + (MATCH_MIN - 1);
const OFFSET_MASK: number = (1 << (16 - MATCH_BITS)) - 1;
const LEMPEL_SIZE = 1024;
/** A bit map byte and eight matches, with one to spare: less room left means giving up. */
const ROOM_FOR_GROUP = 17;

/** Compressed size in `target`, or 0 when it does not fit. */
export function lzjbCompress(source: Uint8Array, target: Uint8Array): number {
  const last = new Int32Array(LEMPEL_SIZE).fill(-1);
  const size = source.length;
  let from = 0;
  let to = 0;
  let bit = 128;
  let mapAt = 0;
  while (from < size) {
    bit <<= 1;
    if (bit === 256) {
      if (to >= target.length - ROOM_FOR_GROUP) return 0;
      bit = 1;
      mapAt = to;
      target[to] = 0;
      to += 1;
    }
    if (from > size - MATCH_MAX) {
      target[to] = source[from] as number;
      to += 1;
      from += 1;
      continue;
    }
    const a = source[from] as number;
    const b = source[from + 1] as number;
    const c = source[from + 2] as number;
    let hash = (a << 16) + (b << 8) + c;
    hash += hash >> 9;
    hash += hash >> 5;
    const slot = hash & (LEMPEL_SIZE - 1);
    const copy = last[slot] as number;
    last[slot] = from;
    const distance = from - copy;
    if (
      copy >= 0 &&
      distance <= OFFSET_MASK &&
      source[copy] === a &&
      source[copy + 1] === b &&
      source[copy + 2] === c
    ) {
      let length = MATCH_MIN;
      while (length < MATCH_MAX && source[from + length] === source[copy + length]) length += 1;
      target[mapAt] = (target[mapAt] as number) | bit;
      target[to] = ((length - MATCH_MIN) << (8 - MATCH_BITS)) | (distance >> 8);
      target[to + 1] = distance & 0xff;
      to += 2;
      from += length;
    } else {
      target[to] = a;
      to += 1;
      from += 1;
    }
  }
  return to;
}

/** Fills all of `target`; false on bad input. */
export function lzjbDecompress(source: Uint8Array, target: Uint8Array): boolean {
  let from = 0;
  let to = 0;
  let bit = 128;
  let map = 0;
  while (to < target.length) {
    bit <<= 1;
    if (bit === 256) {
      if (from >= source.length) return false;
      bit = 1;
      map = source[from] as number;
      from += 1;
    }
    if ((map & bit) === 0) {
      if (from >= source.length) return false;
      target[to] = source[from] as number;
      to += 1;
      from += 1;
      continue;
    }
    if (from + 2 > source.length) return false;
    const first = source[from] as number;
    const length = (first >> (8 - MATCH_BITS)) + MATCH_MIN;
    const distance = ((first << 8) | (source[from + 1] as number)) & OFFSET_MASK;
    from += 2;
    if (distance === 0 || distance > to) return false;
    const end = Math.min(to + length, target.length);
    while (to < end) {
      target[to] = target[to - distance] as number;
      to += 1;
    }
  }
  return true;
}
