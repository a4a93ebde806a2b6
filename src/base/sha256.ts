/**
 * SHA-256 for programs of the node, which have no codecs: password hashes. The kernel and the hosts
 * use the host's own (runtime/host.ts Codecs).
 * @spec FIPS 180-4
 */
import { viewOf } from '#base/bytes.ts';

const ROUNDS = 64;
const BLOCK_BYTES = 64;

/** Fractional parts of the roots of the first primes, as the standard makes them up. */
const K: Uint32Array = primeRoots(ROUNDS, 3);
const INITIAL: Uint32Array = primeRoots(8, 2);

/** The first 32 bits of the fraction of the square or cube root of each of the first primes. */
function primeRoots(count: number, degree: 2 | 3): Uint32Array {
  const words = new Uint32Array(count);
  let found = 0;
  for (let candidate = 2n; found < count; candidate += 1n) {
    if (!isPrime(candidate)) continue;
    words[found] = Number(integerRoot(candidate << BigInt(32 * degree), degree) & 0xffff_ffffn);
    found += 1;
  }
  return words;
}

function isPrime(candidate: bigint): boolean {
  for (let divisor = 2n; divisor * divisor <= candidate; divisor += 1n) {
    if (candidate % divisor === 0n) return false;
  }
  return true;
}

function integerRoot(value: bigint, degree: 2 | 3): bigint {
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** The 32 bytes of the digest, a fresh buffer. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const size = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = viewOf(padded);
  view.setBigUint64(size - 8, BigInt(bytes.length) * 8n);
  const state = INITIAL.slice();
  const schedule = new Uint32Array(ROUNDS);
  for (let at = 0; at < size; at += BLOCK_BYTES) compress(state, schedule, view, at);
  const digest = new Uint8Array(32);
  const out = viewOf(digest);
  state.forEach((word, index) => out.setUint32(4 * index, word));
  return digest;
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function compress(state: Uint32Array, w: Uint32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) w[t] = view.getUint32(at + 4 * t);
  for (let t = 16; t < ROUNDS; t += 1) {
    const x = w[t - 15] as number;
    const y = w[t - 2] as number;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < ROUNDS; t += 1) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + (K[t] as number) + (w[t] as number)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + s0 + majority) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    state[index] = (state[index] as number) + word;
  });
}
