/**
 * What a ZAP holds under a name: an array of integers of one size. Most are one 64-bit number;
 * strings are arrays of bytes with their NUL. Kept big endian, as fat ZAPs store them.
 */
import { concatBytes, encodeUtf8 } from '#base/bytes.ts';
import { viewOf } from '../ondisk/struct.ts';
import { corrupt } from '../ondisk/zfs-error.ts';

const TWO_32 = 2 ** 32;

export interface ZapValue {
  readonly integerSize: number;
  /** `integerSize` × count bytes, big endian. */
  readonly bytes: Uint8Array;
}

export interface ZapEntry {
  readonly name: string;
  readonly value: ZapValue;
  /** Where a walk that came this far goes on; grows along the walk. */
  readonly cursor: number;
}

/** One number. Byte by byte: a view of a small buffer would cost more than all the rest. */
export function zapU64(value: bigint | number): ZapValue {
  if (typeof value === 'number' && value >= 0) {
    return zapWord(Math.floor(value / TWO_32), value % TWO_32);
  }
  const wide = BigInt.asUintN(64, BigInt(value));
  return zapWord(Number(wide >> 32n), Number(wide & 0xffffffffn));
}

/** One 64-bit number from its halves. */
export function zapWord(high: number, low: number): ZapValue {
  const bytes = new Uint8Array(8);
  for (let i = 0; i < 4; i += 1) {
    bytes[i] = high >>> (24 - i * 8);
    bytes[4 + i] = low >>> (24 - i * 8);
  }
  return { integerSize: 8, bytes };
}

/** The upper (0) or lower (4) half of a 64-bit number. */
export function halfAt({ bytes }: ZapValue, at: 0 | 4): number {
  const upper = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  const lower = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
  return upper * 65536 + lower;
}

export function isWord({ integerSize, bytes }: ZapValue): boolean {
  return integerSize === 8 && bytes.length === 8;
}

export function zapString(text: string): ZapValue {
  return { integerSize: 1, bytes: concatBytes([encodeUtf8(text), Uint8Array.of(0)]) };
}

export function zapBytes(bytes: Uint8Array): ZapValue {
  return { integerSize: 1, bytes };
}

/** Several 64-bit integers. */
export function zapU64Values(values: readonly bigint[]): ZapValue {
  const bytes = new Uint8Array(values.length * 8);
  values.forEach((value, i) => viewOf(bytes).setBigUint64(i * 8, value));
  return { integerSize: 8, bytes };
}

export function zapU16Array(values: readonly number[]): ZapValue {
  const bytes = new Uint8Array(values.length * 2);
  values.forEach((value, i) => viewOf(bytes).setUint16(i * 2, value));
  return { integerSize: 2, bytes };
}

/** 64-bit integers, given as they lie in memory: little endian. */
export function zapU64Array(words: Uint8Array): ZapValue {
  const bytes = new Uint8Array(words.length);
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= words.length; at += 8) {
    view.setBigUint64(at, viewOf(words).getBigUint64(at, true));
  }
  return { integerSize: 8, bytes };
}

/** All integers of the value. */
export function integersOf(value: ZapValue): bigint[] {
  const { integerSize, bytes } = value;
  const view = viewOf(bytes);
  const out: bigint[] = [];
  for (let at = 0; at + integerSize <= bytes.length; at += integerSize) {
    if (integerSize === 8) out.push(view.getBigUint64(at));
    else if (integerSize === 4) out.push(BigInt(view.getUint32(at)));
    else if (integerSize === 2) out.push(BigInt(view.getUint16(at)));
    else out.push(BigInt(view.getUint8(at)));
  }
  return out;
}

/** The first integer. */
export function firstInteger(value: ZapValue): bigint {
  if (!isWord(value)) return integersOf(value)[0] ?? 0n;
  const high = halfAt(value, 0);
  const low = halfAt(value, 4);
  return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
}

/** The first integer as an object number or size. */
export function numberOf(value: ZapValue): number {
  if (isWord(value) && halfAt(value, 0) < 2 ** 21) {
    return halfAt(value, 0) * TWO_32 + halfAt(value, 4);
  }
  const first = firstInteger(value);
  if (first > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt('ZAP value', 'past 2^53');
  return Number(first);
}
