/**
 * Deflate, streaming: input is taken in chunks with the 32 KiB before them as dictionary; every chunk
 * becomes a block with codes of its own (or stored, when that is smaller). Matches are found by chains
 * of equal hashes; a match waits for a better one at the next byte.
 * @spec RFC 1951
 */
import { codeLengths, codesOf } from '#lib/libc/deflate/huffman.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  LENGTH_BASE,
  LENGTH_EXTRA,
} from '#lib/libc/deflate/tables.ts';

const WINDOW = 32_768;
/** Input that makes one block. */
export const DEFLATE_CHUNK = 131_072;
const HASH_BITS = 15;
const MIN_MATCH = 4;
const MAX_MATCH = 258;
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Places tried for a match, by level 1 … 9. */
const TRIES = [2, 4, 8, 12, 16, 32, 64, 128, 512];

function codeTable(bases: readonly number[], size: number): Uint8Array {
  const table = new Uint8Array(size);
  bases.forEach((base, code) => table.fill(code, base));
  return table;
}

const LENGTH_CODE: Uint8Array = codeTable(LENGTH_BASE, MAX_MATCH + 1);
const DISTANCE_CODE: Uint8Array = codeTable(DISTANCE_BASE, WINDOW + 1);

class BitWriter {
  #bytes = new Uint8Array(65_536);
  #size = 0;
  #hold = 0;
  #held = 0;

  bits(value: number, count: number): void {
    this.#hold |= value << this.#held;
    this.#held += count;
    while (this.#held >= 8) {
      this.#byte(this.#hold & 255);
      this.#hold >>>= 8;
      this.#held -= 8;
    }
  }

  #byte(value: number): void {
    if (this.#size === this.#bytes.length) {
      const larger = new Uint8Array(this.#size * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#size] = value;
    this.#size += 1;
  }

  align(): void {
    if (this.#held > 0) this.bits(0, 8 - this.#held);
  }

  raw(bytes: Uint8Array): void {
    for (const byte of bytes) this.#byte(byte);
  }

  /** The whole bytes written so far; bits that are left stay. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#size);
    this.#size = 0;
    return bytes;
  }
}

export class Deflater {
  readonly #tries: number;
  readonly #writer = new BitWriter();
  #dictionary: Uint8Array = new Uint8Array(0);

  constructor(level: number) {
    this.#tries = TRIES[Math.min(9, Math.max(1, level)) - 1] as number;
  }

  /** Compresses at most DEFLATE_CHUNK bytes; what is ready of the stream. */
  chunk(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const data = new Uint8Array(this.#dictionary.length + bytes.length);
    data.set(this.#dictionary);
    data.set(bytes, this.#dictionary.length);
    const symbols = findMatches(data, this.#dictionary.length, this.#tries);
    writeBlock(this.#writer, symbols, bytes, isLast);
    if (isLast) this.#writer.align();
    this.#dictionary = data.slice(Math.max(0, data.length - WINDOW));
    return this.#writer.take();
  }
}

/** Literals as they are; a match as length × 65536 + distance. */
function findMatches(data: Uint8Array, start: number, tries: number): Int32Array {
  const head = new Int32Array(1 << HASH_BITS).fill(-1);
  const previous = new Int32Array(data.length);
  const end = data.length;
  const symbols = new Int32Array(end - start);
  let count = 0;
  const insert = (at: number): void => {
    if (at + MIN_MATCH > end) return;
    const word =
      (data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    previous[at] = head[hash] as number;
    head[hash] = at;
  };
  /** The best match at `at`, whose chain was just entered; 0 for none. */
  const search = (at: number): number => {
    let best = MIN_MATCH - 1;
    let distance = 0;
    const limit = Math.min(MAX_MATCH, end - at);
    let from = at + MIN_MATCH > end ? -1 : (previous[at] as number);
    for (let left = tries; from >= 0 && at - from <= WINDOW && left > 0; left -= 1) {
      if (data[from + best] === data[at + best]) {
        let length = 0;
        while (length < limit && data[from + length] === data[at + length]) length += 1;
        if (length > best) {
          best = length;
          distance = at - from;
          if (length >= limit) break;
        }
      }
      from = previous[from] as number;
    }
    return distance === 0 ? 0 : best * 65_536 + distance;
  };
  for (let at = 0; at < start; at += 1) insert(at);
  let at = start;
  insert(at);
  let match = at < end ? search(at) : 0;
  while (at < end) {
    if (match === 0) {
      symbols[count++] = data[at] as number;
      at += 1;
      if (at >= end) break;
      insert(at);
      match = search(at);
      continue;
    }
    const length = match >> 16;
    let next = 0;
    if (at + 1 < end && length < 32) {
      insert(at + 1);
      next = search(at + 1);
    }
    if (next >> 16 > length) {
      symbols[count++] = data[at] as number;
      at += 1;
      match = next;
      continue;
    }
    symbols[count++] = match;
    const first = length < 32 ? at + 2 : at + 1;
    for (let i = first; i <= at + length && i < end; i += 1) insert(i);
    at += length;
    match = at < end ? search(at) : 0;
  }
  return symbols.subarray(0, count);
}

/** Lengths of all codes, run-length coded: [symbol, extra bits, their count]. */
function packLengths(lengths: Uint8Array): (readonly [number, number, number])[] {
  const packed: (readonly [number, number, number])[] = [];
  for (let at = 0; at < lengths.length; ) {
    const value = lengths[at] as number;
    let run = 1;
    while (at + run < lengths.length && lengths[at + run] === value) run += 1;
    if (value === 0 && run >= 3) {
      run = Math.min(run, 138);
      packed.push(run <= 10 ? [17, run - 3, 3] : [18, run - 11, 7]);
      at += run;
    } else {
      packed.push([value, 0, 0]);
      at += 1;
      run -= 1;
      while (value !== 0 && run >= 3) {
        const part = Math.min(run, 6);
        packed.push([16, part - 3, 2]);
        at += part;
        run -= part;
      }
    }
  }
  return packed;
}

function lastUsed(lengths: Uint8Array, least: number): number {
  let count = lengths.length;
  while (count > least && lengths[count - 1] === 0) count -= 1;
  return count;
}

function writeBlock(
  writer: BitWriter,
  symbols: Int32Array,
  bytes: Uint8Array,
  isLast: boolean,
): void {
  const literals = new Uint32Array(286);
  const distances = new Uint32Array(30);
  literals[256] = 1;
  let bits = 0;
  for (const symbol of symbols) {
    const isMatch = symbol > 255;
    const code = isMatch ? 257 + (LENGTH_CODE[symbol >> 16] as number) : symbol;
    literals[code] = (literals[code] as number) + 1;
    if (!isMatch) continue;
    const far = DISTANCE_CODE[symbol & 65_535] as number;
    distances[far] = (distances[far] as number) + 1;
    bits += (LENGTH_EXTRA[code - 257] as number) + (DISTANCE_EXTRA[far] as number);
  }
  const literalLengths = codeLengths(literals, 15);
  const distanceLengths = codeLengths(distances, 15);
  literals.forEach((count, i) => (bits += count * (literalLengths[i] as number)));
  distances.forEach((count, i) => (bits += count * (distanceLengths[i] as number)));
  if (bits / 8 + 100 > bytes.length) {
    writeStored(writer, bytes, isLast);
    return;
  }
  const literalCount = lastUsed(literalLengths, 257);
  const distanceCount = lastUsed(distanceLengths, 1);
  const all = new Uint8Array(literalCount + distanceCount);
  all.set(literalLengths.subarray(0, literalCount));
  all.set(distanceLengths.subarray(0, distanceCount), literalCount);
  const packed = packLengths(all);
  const frequencies = new Uint32Array(19);
  for (const [symbol] of packed) frequencies[symbol] = (frequencies[symbol] as number) + 1;
  const lengths = codeLengths(frequencies, 7);
  const codes = codesOf(lengths);
  let count = 19;
  while (count > 4 && lengths[CODE_ORDER[count - 1] as number] === 0) count -= 1;
  writer.bits(isLast ? 5 : 4, 3);
  writer.bits(literalCount - 257, 5);
  writer.bits(distanceCount - 1, 5);
  writer.bits(count - 4, 4);
  for (let i = 0; i < count; i += 1) writer.bits(lengths[CODE_ORDER[i] as number] as number, 3);
  for (const [symbol, extra, extraBits] of packed) {
    writer.bits(codes[symbol] as number, lengths[symbol] as number);
    if (extraBits > 0) writer.bits(extra, extraBits);
  }
  writeSymbols(writer, symbols, literalLengths, distanceLengths);
}

function writeSymbols(
  writer: BitWriter,
  symbols: Int32Array,
  literalLengths: Uint8Array,
  distanceLengths: Uint8Array,
): void {
  const literalCodes = codesOf(literalLengths);
  const distanceCodes = codesOf(distanceLengths);
  for (const symbol of symbols) {
    if (symbol <= 255) {
      writer.bits(literalCodes[symbol] as number, literalLengths[symbol] as number);
      continue;
    }
    const length = symbol >> 16;
    const distance = symbol & 65_535;
    const code = LENGTH_CODE[length] as number;
    writer.bits(literalCodes[257 + code] as number, literalLengths[257 + code] as number);
    writer.bits(length - (LENGTH_BASE[code] as number), LENGTH_EXTRA[code] as number);
    const far = DISTANCE_CODE[distance] as number;
    writer.bits(distanceCodes[far] as number, distanceLengths[far] as number);
    writer.bits(distance - (DISTANCE_BASE[far] as number), DISTANCE_EXTRA[far] as number);
  }
  writer.bits(literalCodes[256] as number, literalLengths[256] as number);
}

function writeStored(writer: BitWriter, bytes: Uint8Array, isLast: boolean): void {
  for (let at = 0; at === 0 || at < bytes.length; at += 65_535) {
    const part = bytes.subarray(at, at + 65_535);
    const isEnd = isLast && at + 65_535 >= bytes.length;
    writer.bits(isEnd ? 1 : 0, 3);
    writer.align();
    writer.bits(part.length, 16);
    writer.bits(~part.length & 0xffff, 16);
    writer.raw(part);
  }
}
