/**
 * The hash that orders ZAP entries: CRC-64 (ECMA, reflected) over the name, started with the ZAP's
 * salt, cut to its top 28 bits (48 with ZAP_FLAG_HASH64). Two halves, because it is hot.
 * @see uts/common/fs/zfs/zap_micro.c zap_hash()
 */
import { encodeUtf8 } from '#base/bytes.ts';

/** The two halves of a 64-bit hash. */
export interface ZapHash {
  readonly high: number;
  readonly low: number;
}

const POLY_HIGH = 0xc96c5795;
const POLY_LOW = 0xd7870f42;

function makeTable(): { high: Uint32Array; low: Uint32Array } {
  const tableHigh = new Uint32Array(256);
  const tableLow = new Uint32Array(256);
  for (let i = 0; i < 256; i += 1) {
    let high = 0;
    let low = i;
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = (low & 1) !== 0;
      low = (low >>> 1) | ((high & 1) << 31);
      high >>>= 1;
      if (isOdd) {
        high ^= POLY_HIGH;
        low ^= POLY_LOW;
      }
    }
    tableHigh[i] = high;
    tableLow[i] = low;
  }
  return { high: tableHigh, low: tableLow };
}

const TABLE = makeTable();
/** `zap_hashbits`: 28 unless the ZAP says otherwise, so that a cursor fits in 32 bits. */
const DEFAULT_MASK = 0xfffffff0;

/** Name bytes as the ZAP keeps them, with the NUL. */
export function zapKey(name: string): Uint8Array {
  const { length } = name;
  const key = new Uint8Array(length + 1);
  for (let i = 0; i < length; i += 1) {
    const code = name.charCodeAt(i);
    if (code > 127) return encodeUtf8(`${name}\0`);
    key[i] = code;
  }
  return key;
}

/** The hash of a key; its NUL does not count. `salt` is never 0. */
export function zapHash(key: Uint8Array, salt: ZapHash, isHash64 = false): ZapHash {
  let { high, low } = salt;
  for (let i = 0; i < key.length - 1; i += 1) {
    const index = (low ^ (key[i] as number)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (TABLE.low[index] as number);
    high = (high >>> 8) ^ (TABLE.high[index] as number);
  }
  if (isHash64) return { high: high >>> 0, low: (low & 0xffff0000) >>> 0 };
  return { high: (high & DEFAULT_MASK) >>> 0, low: 0 };
}

/** A salt as the halves that hashing starts with. */
export function saltHalves(salt: bigint): ZapHash {
  return { high: Number(salt >> 32n) >>> 0, low: Number(salt & 0xffffffffn) >>> 0 };
}

/** The top `count` bits, as an index; `count` ≤ 32. */
export function topBits(hash: ZapHash, count: number): number {
  return count === 0 ? 0 : hash.high >>> (32 - count);
}

export function compareHash(a: ZapHash, b: ZapHash): number {
  return a.high - b.high || a.low - b.low;
}
