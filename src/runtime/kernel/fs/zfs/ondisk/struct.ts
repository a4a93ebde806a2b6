/**
 * Structure definitions as data: each on-disk structure is one table of named, placed fields, read by
 * the reader, the writer and the printer (our zdb), so that they cannot disagree.
 * Surprising: everything is little endian here. Blocks of a big-endian pool are swapped whole when
 * they are read (ondisk/byteswap.ts), as ZFS itself does.
 */
import { corrupt } from './zfs-error.ts';

export interface Field<T> {
  readonly offset: number;
  readonly sizeBytes: number;
  read(view: DataView, base: number): T;
  write(view: DataView, base: number, value: T): void;
  print(value: T): string;
}

type Fields = Readonly<Record<string, Field<never>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The decoded form of a structure: plain data, free to change. */
export type Decoded<F> = { -readonly [K in keyof F]: ValueOf<F[K]> };
/** What `S.read` returns for a structure `S`. */
export type StructOf<S> = S extends Struct<infer F> ? Decoded<F> : never;

export interface Struct<F> {
  /** The C name, e.g. `uberblock_t`. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly fields: F;
  read(bytes: Uint8Array, at?: number): Decoded<F>;
  /** Writes the fields and leaves padding between them alone. */
  write(bytes: Uint8Array, at: number, value: Decoded<F>): void;
  /** One line a field, `name = value`, as zdb prints. */
  print(value: Decoded<F>): string[];
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Defines a structure. `sizeBytes` may exceed the last field: the rest is padding. */
export function struct<F extends Readonly<Record<string, unknown>>>(
  name: string,
  sizeBytes: number,
  fields: F,
): Struct<F> {
  const entries = Object.entries(fields as unknown as Fields);
  const check = (bytes: Uint8Array, at: number): void => {
    if (at < 0 || at + sizeBytes > bytes.length) {
      throw corrupt(name, `needs ${sizeBytes} bytes at ${at}, buffer has ${bytes.length}`);
    }
  };
  return {
    name,
    sizeBytes,
    fields,
    read(bytes, at = 0) {
      check(bytes, at);
      const view = viewOf(bytes);
      const value: Record<string, unknown> = {};
      for (const [key, field] of entries) value[key] = field.read(view, at);
      return value as Decoded<F>;
    },
    write(bytes, at, value) {
      check(bytes, at);
      const view = viewOf(bytes);
      for (const [key, field] of entries) {
        field.write(view, at, (value as Record<string, never>)[key] as never);
      }
    },
    print(value) {
      return entries.map(
        ([key, field]) => `${key} = ${field.print((value as Record<string, never>)[key] as never)}`,
      );
    },
  };
}

const TWO_32 = 2 ** 32;

/** Reads a u64 that must be a safe integer (sizes, object numbers, txgs). */
export function readSafeU64(view: DataView, at: number): number {
  const value = view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
  if (value > Number.MAX_SAFE_INTEGER) {
    throw corrupt('uint64_t', `value at ${at} is past 2^53`);
  }
  return value;
}

export function writeSafeU64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

export function u8(offset: number): Field<number> {
  return {
    offset,
    sizeBytes: 1,
    read: (view, base) => view.getUint8(base + offset),
    write: (view, base, value) => view.setUint8(base + offset, value),
    print: String,
  };
}

export function u16(offset: number): Field<number> {
  return {
    offset,
    sizeBytes: 2,
    read: (view, base) => view.getUint16(base + offset, true),
    write: (view, base, value) => view.setUint16(base + offset, value, true),
    print: String,
  };
}

export function u32(offset: number): Field<number> {
  return {
    offset,
    sizeBytes: 4,
    read: (view, base) => view.getUint32(base + offset, true),
    write: (view, base, value) => view.setUint32(base + offset, value, true),
    print: String,
  };
}

/** All 64 bits: guids, magics, flags. */
export function u64(offset: number): Field<bigint> {
  return {
    offset,
    sizeBytes: 8,
    read: (view, base) => view.getBigUint64(base + offset, true),
    write: (view, base, value) => view.setBigUint64(base + offset, value, true),
    print: String,
  };
}

/** A u64 on disk that is a count, size, object number or txg: a number here, checked. */
export function n64(offset: number): Field<number> {
  return {
    offset,
    sizeBytes: 8,
    read: (view, base) => readSafeU64(view, base + offset),
    write: (view, base, value) => writeSafeU64(view, base + offset, value),
    print: String,
  };
}

/** A signed 64-bit number, e.g. an entry of a used-space breakdown that may dip below zero. */
export function s64(offset: number): Field<number> {
  return {
    offset,
    sizeBytes: 8,
    read: (view, base) => Number(view.getBigInt64(base + offset, true)),
    write: (view, base, value) => view.setBigInt64(base + offset, BigInt(value), true),
    print: String,
  };
}

export function array<T>(
  element: (offset: number) => Field<T>,
  offset: number,
  count: number,
): Field<T[]> {
  const first = element(0);
  const fields = Array.from({ length: count }, (_, i) => element(offset + i * first.sizeBytes));
  return {
    offset,
    sizeBytes: count * first.sizeBytes,
    read: (view, base) => fields.map((field) => field.read(view, base)),
    write: (view, base, values) =>
      fields.forEach((field, i) => field.write(view, base, values[i] as T)),
    print: (values) => `[ ${values.map((value) => first.print(value)).join(' ')} ]`,
  };
}

/** NUL-padded text in a fixed place. */
export function cstring(offset: number, sizeBytes: number): Field<string> {
  return {
    offset,
    sizeBytes,
    read: (view, base) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + base + offset, sizeBytes);
      const end = bytes.indexOf(0);
      return new TextDecoder().decode(bytes.subarray(0, end < 0 ? sizeBytes : end));
    },
    write: (view, base, value) => {
      const target = new Uint8Array(view.buffer, view.byteOffset + base + offset, sizeBytes);
      target.fill(0);
      new TextEncoder().encodeInto(value, target);
    },
    print: (value) => `'${value}'`,
  };
}

/** Raw bytes; the decoded value is a copy. */
export function bytes(offset: number, sizeBytes: number): Field<Uint8Array> {
  const place = (view: DataView, base: number): Uint8Array =>
    new Uint8Array(view.buffer, view.byteOffset + base + offset, sizeBytes);
  return {
    offset,
    sizeBytes,
    read: (view, base) => place(view, base).slice(),
    write: (view, base, value) => place(view, base).set(value),
    print: (value) => Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}
