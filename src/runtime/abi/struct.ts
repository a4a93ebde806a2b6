/**
 * C structures as data: fields at offsets, little endian. A layout is read against the header file
 * line by line; behaviour stays with whoever uses it. What is not named reads as padding and is
 * written as zeros.
 */
import { decodeUtf8, encodeUtf8, viewOf } from '#base/bytes.ts';
import { NS_PER_SEC } from '#base/units.ts';

/** `In` differs from `T` where parts may be left out. */
export interface Field<T, In = T> {
  readonly offset: number;
  readonly size: number;
  get(view: DataView, base: number): T;
  set(view: DataView, base: number, value: In): void;
}

/** The values of a structure, by field. */
export type StructValue<F> = {
  readonly [K in keyof F]: F[K] extends Field<infer T, infer _In> ? T : never;
};

/** The same for writing: what is left out is zero. */
export type StructInput<F> = {
  readonly [K in keyof F]?: F[K] extends Field<infer _T, infer In> ? In : never;
};

export interface Struct<F> {
  /** The C name. */
  readonly name: string;
  readonly size: number;
  readonly fields: F;
  /** A fresh buffer; members left out are zero. */
  encode(value: StructInput<F>): Uint8Array;
  encodeInto(view: DataView, base: number, value: StructInput<F>): void;
  /** The structure at the start of `bytes`; throws RangeError when it is shorter. */
  decode(bytes: Uint8Array): StructValue<F>;
  decodeFrom(view: DataView, base: number): StructValue<F>;
}

export function struct<F extends Record<string, Field<unknown>>>(
  name: string,
  size: number,
  fields: F,
): Struct<F> {
  const entries = Object.entries(fields);
  for (const [field, { offset, size: fieldSize }] of entries) {
    if (offset + fieldSize > size) throw new RangeError(`${name}.${field} lies outside`);
  }
  const encodeInto: Struct<F>['encodeInto'] = (view, base, value) => {
    const values = value as Record<string, unknown>;
    for (const [field, codec] of entries) {
      const member = values[field];
      if (member !== undefined) codec.set(view, base, member);
    }
  };
  const decodeFrom: Struct<F>['decodeFrom'] = (view, base) => {
    const value: Record<string, unknown> = {};
    for (const [field, codec] of entries) value[field] = codec.get(view, base);
    return value as StructValue<F>;
  };
  return {
    name,
    size,
    fields,
    encodeInto,
    decodeFrom,
    encode(value) {
      const bytes = new Uint8Array(size);
      encodeInto(viewOf(bytes), 0, value);
      return bytes;
    },
    decode(bytes) {
      if (bytes.length < size) {
        throw new RangeError(`${name} has ${size} bytes, found ${bytes.length}`);
      }
      return decodeFrom(viewOf(bytes), 0);
    },
  };
}

export function i8(offset: number): Field<number> {
  return {
    offset,
    size: 1,
    get: (view, base) => view.getInt8(base + offset),
    set: (view, base, value) => view.setInt8(base + offset, value),
  };
}

export function i16(offset: number): Field<number> {
  return {
    offset,
    size: 2,
    get: (view, base) => view.getInt16(base + offset, true),
    set: (view, base, value) => view.setInt16(base + offset, value, true),
  };
}

export function u16(offset: number): Field<number> {
  return {
    offset,
    size: 2,
    get: (view, base) => view.getUint16(base + offset, true),
    set: (view, base, value) => view.setUint16(base + offset, value, true),
  };
}

export function i32(offset: number): Field<number> {
  return {
    offset,
    size: 4,
    get: (view, base) => view.getInt32(base + offset, true),
    set: (view, base, value) => view.setInt32(base + offset, value, true),
  };
}

export function u32(offset: number): Field<number> {
  return {
    offset,
    size: 4,
    get: (view, base) => view.getUint32(base + offset, true),
    set: (view, base, value) => view.setUint32(base + offset, value, true),
  };
}

/** `long`, `size_t`, `uintptr_t`, `dev_t` of a 64-bit program. */
export function u64(offset: number): Field<bigint> {
  return {
    offset,
    size: 8,
    get: (view, base) => view.getBigUint64(base + offset, true),
    set: (view, base, value) => view.setBigUint64(base + offset, BigInt.asUintN(64, value), true),
  };
}

/** `timestruc_t` as nanoseconds. */
export function timestruc(offset: number): Field<bigint> {
  return {
    offset,
    size: 16,
    get: (view, base) =>
      view.getBigInt64(base + offset, true) * NS_PER_SEC +
      view.getBigInt64(base + offset + 8, true),
    set: (view, base, value) => {
      view.setBigInt64(base + offset, value / NS_PER_SEC, true);
      view.setBigInt64(base + offset + 8, value % NS_PER_SEC, true);
    },
  };
}

/** `char[size]`: UTF-8, ended by NUL unless it fills the field; too long is cut. */
export function cstring(offset: number, size: number): Field<string> {
  return {
    offset,
    size,
    get: (view, base) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + base + offset, size);
      const end = bytes.indexOf(0);
      return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
    },
    set: (view, base, value) => {
      const target = new Uint8Array(view.buffer, view.byteOffset + base + offset, size);
      target.set(encodeUtf8(value).subarray(0, size));
    },
  };
}

/** `char` that holds a letter. */
export function letter(offset: number): Field<string> {
  return {
    offset,
    size: 1,
    get: (view, base) => String.fromCharCode(view.getUint8(base + offset)),
    set: (view, base, value) => view.setUint8(base + offset, value.charCodeAt(0)),
  };
}

/** `uint32_t[count]` as a set of numbers counted from 1: `sigset_t` and its kin. */
export function bitset(offset: number, count: number): Field<readonly number[]> {
  return {
    offset,
    size: 4 * count,
    get: (view, base) => {
      const members: number[] = [];
      for (let bit = 0; bit < 32 * count; bit += 1) {
        const word = view.getUint32(base + offset + 4 * (bit >> 5), true);
        if ((word & (1 << (bit & 31))) !== 0) members.push(bit + 1);
      }
      return members;
    },
    set: (view, base, value) => {
      for (const member of value) {
        const at = base + offset + 4 * ((member - 1) >> 5);
        view.setUint32(at, view.getUint32(at, true) | (1 << ((member - 1) & 31)), true);
      }
    },
  };
}

/** A structure inside another. */
export function nested<F>(offset: number, inner: Struct<F>): Field<StructValue<F>, StructInput<F>> {
  return {
    offset,
    size: inner.size,
    get: (view, base) => inner.decodeFrom(view, base + offset),
    set: (view, base, value) => inner.encodeInto(view, base + offset, value),
  };
}
