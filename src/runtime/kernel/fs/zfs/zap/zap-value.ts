/**
 * What a ZAP holds under a name: an array of integers of one size. Most are one 64-bit number;
 * strings are arrays of bytes with their NUL. Kept big endian, as fat ZAPs store them.
 */
import { concatBytes, encodeUtf8 } from '#base/bytes.ts';
import { viewOf } from '../ondisk/struct.ts';
import { corrupt } from '../ondisk/zfs-error.ts';

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

export function zapU64(value: bigint | number): ZapValue {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt.asUintN(64, BigInt(value)));
  return { integerSize: 8, bytes };
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
  return integersOf(value)[0] ?? 0n;
}

/** The first integer as an object number or size. */
export function numberOf(value: ZapValue): number {
  const first = firstInteger(value);
  if (first > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt('ZAP value', 'past 2^53');
  return Number(first);
}
