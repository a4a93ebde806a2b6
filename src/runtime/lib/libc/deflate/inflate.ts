/**
 * Inflate, streaming: input comes in chunks from a source that may wait, output goes to a sink in
 * pieces; memory is the window and a little more.
 * @spec RFC 1951
 */
import type { Task } from '#kernel/syscall/sys.ts';
import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  LENGTH_BASE,
  LENGTH_EXTRA,
} from '#lib/libc/deflate/tables.ts';

/** Input that is no deflate stream, or ends early. Thrown inside, caught by gzip.ts. */
export class InflateError extends Error {
  override readonly name = 'InflateError';
}

const WINDOW = 32_768;
const OUTPUT = 131_072;
/** The most bytes that one symbol with its distance can use, with some to spare. */
const AHEAD = 16;
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A lookup table of 2^bits entries: symbol × 16 + length, 0 where no code is. */
interface Codes {
  readonly table: Int32Array;
  readonly bits: number;
}

function makeCodes(lengths: ArrayLike<number>): Codes {
  const counts = new Int32Array(16);
  let bits = 0;
  for (let i = 0; i < lengths.length; i += 1) {
    const length = lengths[i] as number;
    counts[length] = (counts[length] as number) + 1;
    if (length > bits) bits = length;
  }
  counts[0] = 0;
  const next = new Int32Array(16);
  let code = 0;
  let left = 1;
  for (let length = 1; length < 16; length += 1) {
    code = (code + (counts[length - 1] as number)) << 1;
    next[length] = code;
    left = left * 2 - (counts[length] as number);
    if (left < 0) throw new InflateError('invalid compressed data--format violated');
  }
  const table = new Int32Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    let reversed = 0;
    const value = next[length] as number;
    next[length] = value + 1;
    for (let i = 0; i < length; i += 1) reversed |= ((value >> i) & 1) << (length - 1 - i);
    for (let at = reversed; at < table.length; at += 1 << length) table[at] = symbol * 16 + length;
  }
  return { table, bits };
}

export class Inflater {
  readonly #source: () => Task<Uint8Array | undefined>;
  readonly #sink: (bytes: Uint8Array) => Task<void>;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  #hold = 0;
  #held = 0;
  #ended = false;
  readonly #output = new Uint8Array(WINDOW + OUTPUT + 300);
  #out = 0;
  #flushed = 0;

  constructor(source: () => Task<Uint8Array | undefined>, sink: (bytes: Uint8Array) => Task<void>) {
    this.#source = source;
    this.#sink = sink;
  }

  /** Makes at least AHEAD bytes ready, unless the input ends. */
  *#ready(): Task<void> {
    while (this.#input.length - this.#at < AHEAD && !this.#ended) {
      const chunk = yield* this.#source();
      if (chunk === undefined) {
        this.#ended = true;
        return;
      }
      const rest = this.#input.subarray(this.#at);
      const joined = new Uint8Array(rest.length + chunk.length);
      joined.set(rest);
      joined.set(chunk, rest.length);
      this.#input = joined;
      this.#at = 0;
    }
  }

  #bits(count: number): number {
    while (this.#held < count) {
      const byte = this.#input[this.#at];
      if (byte === undefined) throw new InflateError('unexpected end of file');
      this.#hold |= byte << this.#held;
      this.#at += 1;
      this.#held += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  #symbol({ table, bits }: Codes): number {
    while (this.#held < bits) {
      const byte = this.#input[this.#at];
      // The last code may be shorter than the longest: bits past the end are never used then.
      if (byte === undefined) break;
      this.#hold |= byte << this.#held;
      this.#at += 1;
      this.#held += 8;
    }
    const entry = table[this.#hold & ((1 << bits) - 1)] as number;
    const length = entry & 15;
    if (length === 0) throw new InflateError('invalid compressed data--format violated');
    if (length > this.#held) throw new InflateError('unexpected end of file');
    this.#hold >>>= length;
    this.#held -= length;
    return entry >> 4;
  }

  /** Whole bytes outside of the compressed data (headers, trailers); undefined at the end. */
  *bytes(count: number): Task<Uint8Array | undefined> {
    const bytes = new Uint8Array(count);
    // Bits that were read ahead go back.
    this.#at -= this.#held >> 3;
    this.#hold = 0;
    this.#held = 0;
    for (let i = 0; i < count; i += 1) {
      if (this.#at >= this.#input.length) yield* this.#ready();
      const byte = this.#input[this.#at];
      if (byte === undefined) return undefined;
      bytes[i] = byte;
      this.#at += 1;
    }
    return bytes;
  }

  /** Decompresses one stream. Throws `InflateError`. */
  *run(): Task<void> {
    this.#out = 0;
    this.#flushed = 0;
    for (let isLast = false; !isLast; ) {
      yield* this.#ready();
      isLast = this.#bits(1) === 1;
      const kind = this.#bits(2);
      if (kind === 0) yield* this.#stored();
      else if (kind === 1) yield* this.#compressed(...fixedCodes());
      else if (kind === 2) yield* this.#compressed(...(yield* this.#dynamicCodes()));
      else throw new InflateError('invalid compressed data--format violated');
    }
    yield* this.#flush();
  }

  *#flush(): Task<void> {
    if (this.#out > this.#flushed)
      yield* this.#sink(this.#output.subarray(this.#flushed, this.#out));
    if (this.#out > WINDOW) {
      this.#output.copyWithin(0, this.#out - WINDOW, this.#out);
      this.#out = WINDOW;
    }
    this.#flushed = this.#out;
  }

  *#stored(): Task<void> {
    const head = yield* this.bytes(4);
    if (head === undefined) throw new InflateError('unexpected end of file');
    const [a, b, c, d] = head as unknown as [number, number, number, number];
    const size = a | (b << 8);
    if (size !== (~(c | (d << 8)) & 0xffff)) {
      throw new InflateError('invalid compressed data--format violated');
    }
    for (let i = 0; i < size; i += 1) {
      if (this.#at >= this.#input.length) yield* this.#ready();
      const byte = this.#input[this.#at];
      if (byte === undefined) throw new InflateError('unexpected end of file');
      this.#output[this.#out] = byte;
      this.#out += 1;
      this.#at += 1;
      if (this.#out >= WINDOW + OUTPUT) yield* this.#flush();
    }
  }

  *#dynamicCodes(): Task<readonly [Codes, Codes]> {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const count = this.#bits(4) + 4;
    const lengths = new Uint8Array(19);
    for (let i = 0; i < count; i += 1) {
      if (i % 8 === 0) yield* this.#ready();
      lengths[CODE_ORDER[i] as number] = this.#bits(3);
    }
    const codes = makeCodes(lengths);
    const all = new Uint8Array(literals + distances);
    for (let at = 0; at < all.length; ) {
      yield* this.#ready();
      const symbol = this.#symbol(codes);
      if (symbol < 16) {
        all[at] = symbol;
        at += 1;
        continue;
      }
      const previous = symbol === 16 ? all[at - 1] : 0;
      if (previous === undefined)
        throw new InflateError('invalid compressed data--format violated');
      const repeat =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (at + repeat > all.length) {
        throw new InflateError('invalid compressed data--format violated');
      }
      all.fill(previous, at, at + repeat);
      at += repeat;
    }
    return [makeCodes(all.subarray(0, literals)), makeCodes(all.subarray(literals))];
  }

  *#compressed(literals: Codes, distances: Codes): Task<void> {
    const output = this.#output;
    for (;;) {
      if (this.#input.length - this.#at < AHEAD && !this.#ended) yield* this.#ready();
      const symbol = this.#symbol(literals);
      if (symbol < 256) {
        output[this.#out] = symbol;
        this.#out += 1;
      } else {
        if (symbol === 256) return;
        const index = symbol - 257;
        const base = LENGTH_BASE[index];
        if (base === undefined) throw new InflateError('invalid compressed data--format violated');
        const length = base + this.#bits(LENGTH_EXTRA[index] as number);
        const far = this.#symbol(distances);
        const start = DISTANCE_BASE[far];
        const distance = (start ?? 0) + this.#bits(DISTANCE_EXTRA[far] ?? 0);
        if (start === undefined || distance > this.#out) {
          throw new InflateError('invalid compressed data--format violated');
        }
        let from = this.#out - distance;
        for (let i = 0; i < length; i += 1) output[this.#out++] = output[from++] as number;
      }
      if (this.#out >= WINDOW + OUTPUT) yield* this.#flush();
    }
  }
}

function fixedCodes(): readonly [Codes, Codes] {
  const lengths = new Uint8Array(288);
  lengths.fill(8, 0, 144);
  lengths.fill(9, 144, 256);
  lengths.fill(7, 256, 280);
  lengths.fill(8, 280, 288);
  return [makeCodes(lengths), makeCodes(new Uint8Array(30).fill(5))];
}
