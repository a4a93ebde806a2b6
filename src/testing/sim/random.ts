/**
 * A seeded tree of random streams: a child's stream depends on its name and its parent's seed, never
 * on how much its siblings drew. The generator is xoshiro128**, seeded by hashing the path.
 * @spec https://prng.di.unimi.it/xoshiro128starstar.c
 */
import type { RandomSource } from '#runtime/host.ts';

export class SeededRandom implements RandomSource {
  readonly #seed: number;
  readonly #path: string;
  readonly #state: Uint32Array;

  constructor(seed: number, path = '') {
    this.#seed = seed >>> 0;
    this.#path = path;
    this.#state = new Uint32Array(4);
    let hash = this.#seed ^ 0x9e3779b9;
    for (let at = 0; at < path.length; at += 1) {
      hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
    }
    for (let word = 0; word < 4; word += 1) {
      hash = mix(hash + 0x9e3779b9);
      this.#state[word] = hash;
    }
  }

  child(name: string): RandomSource {
    return new SeededRandom(this.#seed, `${this.#path}/${name}`);
  }

  uint32(): number {
    const s = this.#state;
    const [s0, s1, s2, s3] = s as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9) >>> 0;
    s[2] = s2 ^ s0;
    s[3] = s3 ^ s1;
    s[1] = s1 ^ (s[2] as number);
    s[0] = s0 ^ (s[3] as number);
    s[2] = (s[2] as number) ^ (s1 << 9);
    s[3] = rotate(s[3] as number, 11);
    return result;
  }

  uint64(): bigint {
    return (BigInt(this.uint32()) << 32n) | BigInt(this.uint32());
  }

  fill(target: Uint8Array): void {
    for (let at = 0; at < target.length; at += 1) target[at] = this.uint32() >>> 24;
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** splitmix32's finaliser. */
function mix(value: number): number {
  let z = value >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
