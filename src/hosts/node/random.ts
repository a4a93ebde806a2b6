/**
 * Randomness for a node: from the host's generator, or from a seed. Seeded it is a tree of
 * independent streams: a child's key is SHA-256(parent's key, name), a stream is AES-256 in counter
 * mode under its key. A new draw in one subsystem so leaves every other one as it was.
 */
import { createCipheriv, createHash, randomFillSync } from 'node:crypto';
import type { RandomSource } from '#runtime/host.ts';

const POOL_BYTES = 4096;

/** For keys and addresses that nobody should be able to guess. */
export function systemRandom(): RandomSource {
  const source: RandomSource = pooled(
    (target) => {
      randomFillSync(target);
    },
    () => source,
  );
  return source;
}

/** Equal seeds, equal streams. For experiments: everything drawn can be computed by others. */
export function seededRandom(seed: number): RandomSource {
  return keyed(createHash('sha256').update(`smartos-lab seed ${seed}`).digest());
}

function keyed(key: Uint8Array): RandomSource {
  const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
  const zeros = new Uint8Array(POOL_BYTES);
  return pooled(
    (target) => target.set(cipher.update(zeros.subarray(0, target.length))),
    (name) => keyed(createHash('sha256').update(key).update(name).digest()),
  );
}

function pooled(
  refill: (pool: Uint8Array) => void,
  child: (name: string) => RandomSource,
): RandomSource {
  const pool = new Uint8Array(POOL_BYTES);
  const view = new DataView(pool.buffer);
  let at = POOL_BYTES;
  /** Where the next `size` bytes are; what is left of a pool too small for them is not used. */
  const take = (size: number): number => {
    if (at + size > POOL_BYTES) {
      refill(pool);
      at = 0;
    }
    at += size;
    return at - size;
  };
  return {
    child,
    uint32: () => view.getUint32(take(4), true),
    uint64: () => view.getBigUint64(take(8), true),
    fill: (target) => {
      for (let done = 0; done < target.length; ) {
        const size = Math.min(target.length - done, POOL_BYTES);
        const from = take(size);
        target.set(pool.subarray(from, from + size), done);
        done += size;
      }
    },
  };
}
