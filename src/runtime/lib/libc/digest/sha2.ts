/**
 * SHA-224, SHA-256, SHA-384 and SHA-512. Their constants are fractions of square and cube roots of the
 * first primes, which is how they are made here.
 * @spec FIPS 180-4 §4.2, §5.3, §6.2, §6.4
 */
import { BlockHash, wordsToBytes } from '#lib/libc/digest/block-hash.ts';

function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n += 1n) {
    if (found.every((p) => n % p !== 0n)) found.push(n);
  }
  return found;
}

/** floor of the k-th root. */
function integerRoot(value: bigint, k: bigint): bigint {
  let low = 0n;
  let high = 1n << (BigInt(value.toString(2).length) / k + 1n);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** k <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** The first 64 bits of the fraction of the k-th root of `prime`. */
function rootFraction(prime: bigint, k: bigint): bigint {
  return BigInt.asUintN(64, integerRoot(prime << (64n * k), k));
}

/** Pairs of 32-bit halves, high first. */
function halves(values: readonly bigint[]): Int32Array {
  return Int32Array.from(
    values.flatMap((value) => [Number(value >> 32n) | 0, Number(value & 0xffffffffn) | 0]),
  );
}

const CUBE_ROOTS: Int32Array = halves(primes(80).map((prime) => rootFraction(prime, 3n)));
const K256: Int32Array = CUBE_ROOTS.filter((_, i) => i % 2 === 0);
const SQUARE_ROOTS: Int32Array = halves(primes(16).map((prime) => rootFraction(prime, 2n)));

/** SHA-256 starts with the first 8 square roots; SHA-224 with the low halves of the next 8. */
const START_256: Int32Array = SQUARE_ROOTS.filter((_, i) => i < 16 && i % 2 === 0);
const START_224: Int32Array = SQUARE_ROOTS.filter((_, i) => i >= 16 && i % 2 === 1);
const START_512: Int32Array = SQUARE_ROOTS.slice(0, 16);
const START_384: Int32Array = SQUARE_ROOTS.slice(16, 32);

function rotate(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n));
}

export class Sha256 extends BlockHash {
  readonly #state: Int32Array;
  readonly #size: number;
  readonly #words = new Int32Array(64);

  constructor(bits: 224 | 256) {
    super(64, 8, false);
    this.#state = Int32Array.from(bits === 256 ? START_256 : START_224);
    this.#size = bits / 32;
  }

  protected override compress(bytes: Uint8Array, at: number): void {
    const w = this.#words;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 64);
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(i * 4);
    for (let i = 16; i < 64; i += 1) {
      const x = w[i - 15] as number;
      const y = w[i - 2] as number;
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1;
    }
    const s = this.#state;
    let [a, b, c, d] = s as unknown as [number, number, number, number];
    let [, , , , e, f, g, h] = s as unknown as [0, 0, 0, 0, number, number, number, number];
    for (let i = 0; i < 64; i += 1) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K256[i] as number) + (w[i] as number)) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      s[i] = (s[i] as number) + value;
    });
  }

  protected override result(): Uint8Array {
    return wordsToBytes(this.#state, this.#size, false);
  }
}

export class Sha512 extends BlockHash {
  readonly #state: BigUint64Array;
  readonly #size: number;
  readonly #words = new BigUint64Array(80);

  constructor(bits: 384 | 512) {
    super(128, 16, false);
    const start = bits === 512 ? START_512 : START_384;
    this.#state = BigUint64Array.from({ length: 8 }, (_, i) => pair(start, i));
    this.#size = bits / 32;
  }

  protected override compress(bytes: Uint8Array, at: number): void {
    const w = this.#words;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 128);
    for (let i = 0; i < 16; i += 1) w[i] = view.getBigUint64(i * 8);
    for (let i = 16; i < 80; i += 1) {
      const x = w[i - 15] as bigint;
      const y = w[i - 2] as bigint;
      const s0 = rotate64(x, 1n) ^ rotate64(x, 8n) ^ (x >> 7n);
      const s1 = rotate64(y, 19n) ^ rotate64(y, 61n) ^ (y >> 6n);
      w[i] = (w[i - 16] as bigint) + s0 + (w[i - 7] as bigint) + s1;
    }
    const s = this.#state;
    let [a, b, c, d, e, f, g, h] = Array.from(s) as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    for (let i = 0; i < 80; i += 1) {
      const s1 = rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n);
      const choose = (e & f) ^ (~e & g);
      const t1 = BigInt.asUintN(64, h + s1 + choose + pair(CUBE_ROOTS, i) + (w[i] as bigint));
      const s0 = rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = BigInt.asUintN(64, d + t1);
      d = c;
      c = b;
      b = a;
      a = BigInt.asUintN(64, t1 + t2);
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      s[i] = (s[i] as bigint) + value;
    });
  }

  protected override result(): Uint8Array {
    const words = Array.from(this.#state).flatMap((value) => [
      Number(value >> 32n),
      Number(value & 0xffffffffn),
    ]);
    return wordsToBytes(words, this.#size, false);
  }
}

function pair(words: Int32Array, index: number): bigint {
  const high = BigInt((words[index * 2] as number) >>> 0);
  return (high << 32n) | BigInt((words[index * 2 + 1] as number) >>> 0);
}

function rotate64(x: bigint, n: bigint): bigint {
  return BigInt.asUintN(64, (x >> n) | (x << (64n - n)));
}
