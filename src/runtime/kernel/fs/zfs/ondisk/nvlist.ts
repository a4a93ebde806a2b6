/**
 * Name-value lists: the configuration in labels and in the MOS, packed in XDR. Decoded they are a
 * Map from name to a value that knows its type, in the order of the list.
 * Surprising: the four-byte header is not XDR (its second byte tells the sender's byte order, and
 * XDR is big endian whatever it says); embedded lists have no header.
 * @man libnvpair(3LIB)  @see uts/common/sys/nvpair.h
 */
import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { NvList, NvValue } from '#abi/illumos/nvpair.ts';
import { viewOf } from './struct.ts';
import { corrupt } from './zfs-error.ts';

export type { NvList, NvValue } from '#abi/illumos/nvpair.ts';
export {
  nvBoolean,
  nvGetList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
  nvList,
  nvListArray,
  nvString,
  nvUint64,
} from '#abi/illumos/nvpair.ts';

/** `data_type_t` */
const TYPE_CODE: Readonly<Record<NvValue['type'], number>> = {
  boolean: 1,
  byte: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  int64: 7,
  uint64: 8,
  string: 9,
  byte_array: 10,
  uint32_array: 14,
  int64_array: 15,
  uint64_array: 16,
  string_array: 17,
  hrtime: 18,
  nvlist: 19,
  nvlist_array: 20,
  boolean_value: 21,
  int8: 22,
  uint8: 23,
  uint8_array: 26,
};

const TYPE_OF_CODE: ReadonlyMap<number, NvValue['type']> = new Map(
  Object.entries(TYPE_CODE).map(([name, code]) => [code, name as NvValue['type']]),
);

/** `NV_UNIQUE_NAME` */
const NV_UNIQUE_NAME = 1;
const MAX_DEPTH = 20;

class XdrReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.at = at;
  }

  #take(size: number): number {
    const from = this.at;
    if (size < 0 || from + size > this.#bytes.length) {
      throw corrupt('nvlist', `ends at ${this.#bytes.length}, ${size} bytes wanted at ${from}`);
    }
    this.at += size;
    return from;
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  opaque(size: number): Uint8Array {
    const from = this.#take(size);
    this.#take((4 - (size & 3)) & 3);
    return this.#bytes.slice(from, from + size);
  }

  string(): string {
    return decodeUtf8(this.opaque(this.u32()));
  }

  /** Reads `count` items, refusing counts that the rest of the buffer cannot hold. */
  many<T>(count: number, leastSize: number, item: () => T): T[] {
    if (count * leastSize > this.#bytes.length - this.at) {
      throw corrupt('nvlist', `array of ${count} at ${this.at} is past the end`);
    }
    return Array.from({ length: count }, item);
  }
}

function readValue(xdr: XdrReader, type: NvValue['type'], count: number, depth: number): NvValue {
  switch (type) {
    case 'boolean':
      return { type };
    case 'boolean_value':
      return { type, value: xdr.u32() !== 0 };
    case 'byte':
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
      return { type, value: xdr.i32() };
    case 'uint32':
      return { type, value: xdr.u32() };
    case 'uint64':
      return { type, value: xdr.u64() };
    case 'int64':
    case 'hrtime':
      return { type, value: xdr.i64() };
    case 'string':
      return { type, value: xdr.string() };
    case 'nvlist':
      return { type, value: readList(xdr, depth + 1) };
    case 'byte_array':
      return { type, value: xdr.opaque(count) };
    case 'uint8_array': {
      const length = xdr.u32();
      return { type, value: Uint8Array.from(xdr.many(length, 4, () => xdr.u32())) };
    }
    case 'uint32_array':
      xdr.u32();
      return { type, value: xdr.many(count, 4, () => xdr.u32()) };
    case 'uint64_array':
      xdr.u32();
      return { type, value: xdr.many(count, 8, () => xdr.u64()) };
    case 'int64_array':
      xdr.u32();
      return { type, value: xdr.many(count, 8, () => xdr.i64()) };
    case 'string_array':
      return { type, value: xdr.many(count, 4, () => xdr.string()) };
    case 'nvlist_array':
      return { type, value: xdr.many(count, 16, () => readList(xdr, depth + 1)) };
  }
}

function readList(xdr: XdrReader, depth: number): NvList {
  if (depth > MAX_DEPTH) throw corrupt('nvlist', `nested deeper than ${MAX_DEPTH}`);
  xdr.u32(); // version
  xdr.u32(); // flags
  const list = new Map<string, NvValue>();
  for (;;) {
    const start = xdr.at;
    const encodedSize = xdr.u32();
    const decodedSize = xdr.u32();
    if (encodedSize === 0 && decodedSize === 0) return list;
    const name = xdr.string();
    const code = xdr.u32();
    const count = xdr.u32();
    const type = TYPE_OF_CODE.get(code);
    if (type === undefined) {
      // A type of a later time: skip it by its size, as nvs_xdr does for what it must not touch.
      if (encodedSize < 20) throw corrupt('nvlist', `pair "${name}" has type ${code}`);
      xdr.at = start;
      xdr.opaque(encodedSize);
      continue;
    }
    list.set(name, readValue(xdr, type, count, depth));
  }
}

/** Unpacks a list with its header; what follows the list is ignored. */
export function nvlistUnpack(bytes: Uint8Array): NvList {
  if (bytes[0] !== 1) throw corrupt('nvlist', `encoding ${bytes[0] ?? 'missing'}, XDR is 1`);
  return readList(new XdrReader(bytes, 4), 0);
}

function be32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function be64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt.asUintN(64, value));
  return bytes;
}

function opaque(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  return padded;
}

function xdrString(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  return concatBytes([be32(bytes.length), opaque(bytes)]);
}

function packValue(pair: NvValue): Uint8Array {
  switch (pair.type) {
    case 'boolean':
      return new Uint8Array(0);
    case 'boolean_value':
      return be32(pair.value ? 1 : 0);
    case 'byte':
    case 'int8':
    case 'uint8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
      return be32(pair.value);
    case 'uint64':
    case 'int64':
    case 'hrtime':
      return be64(pair.value);
    case 'string':
      return xdrString(pair.value);
    case 'nvlist':
      return packList(pair.value);
    case 'byte_array':
      return opaque(pair.value);
    case 'uint8_array':
      return concatBytes([be32(pair.value.length), ...Array.from(pair.value, be32)]);
    case 'uint32_array':
      return concatBytes([be32(pair.value.length), ...pair.value.map(be32)]);
    case 'uint64_array':
    case 'int64_array':
      return concatBytes([be32(pair.value.length), ...pair.value.map(be64)]);
    case 'string_array':
      return concatBytes(pair.value.map(xdrString));
    case 'nvlist_array':
      return concatBytes(pair.value.map(packList));
  }
}

const round8 = (size: number): number => (size + 7) & ~7;

/** How many elements the pair says it has. */
function countOf(pair: NvValue): number {
  if (pair.type === 'boolean') return 0;
  return pair.type.endsWith('_array') ? (pair.value as { length: number }).length : 1;
}

/** The size that the value takes in illumos's own memory form; a reader allocates by it. */
function decodedSizeOf(pair: NvValue): number {
  switch (pair.type) {
    case 'boolean':
      return 0;
    case 'string':
      return round8(encodeUtf8(pair.value).length + 1);
    case 'nvlist':
      return 24;
    case 'nvlist_array':
      return pair.value.length * (24 + 8);
    case 'string_array':
      return round8(pair.value.reduce((sum, text) => sum + 8 + encodeUtf8(text).length + 1, 0));
    case 'uint64_array':
    case 'int64_array':
      return pair.value.length * 8;
    case 'uint32_array':
      return round8(pair.value.length * 4);
    case 'byte_array':
    case 'uint8_array':
      return round8(pair.value.length);
    default:
      return 8;
  }
}

function packList(list: NvList): Uint8Array {
  const parts: Uint8Array[] = [be32(0), be32(NV_UNIQUE_NAME)];
  for (const [name, pair] of list) {
    const body = concatBytes([
      xdrString(name),
      be32(TYPE_CODE[pair.type]),
      be32(countOf(pair)),
      packValue(pair),
    ]);
    const nameSize = encodeUtf8(name).length + 1;
    parts.push(be32(body.length + 8), be32(round8(16 + nameSize) + decodedSizeOf(pair)), body);
  }
  parts.push(new Uint8Array(8));
  return concatBytes(parts);
}

/** Packs a list in XDR with the header of a little-endian sender. */
export function nvlistPack(list: NvList): Uint8Array {
  return concatBytes([Uint8Array.of(1, 1, 0, 0), packList(list)]);
}

/** Indented lines as zdb prints a configuration. */
export function nvlistPrint(list: NvList, indent = 0): string[] {
  const pad = ' '.repeat(indent);
  const lines: string[] = [];
  for (const [name, pair] of list) {
    switch (pair.type) {
      case 'boolean':
        lines.push(`${pad}${name}`);
        break;
      case 'string':
        lines.push(`${pad}${name}: '${pair.value}'`);
        break;
      case 'nvlist':
        lines.push(`${pad}${name}:`, ...nvlistPrint(pair.value, indent + 4));
        break;
      case 'nvlist_array':
        pair.value.forEach((child, i) => {
          lines.push(`${pad}${name}[${i}]:`, ...nvlistPrint(child, indent + 4));
        });
        break;
      default:
        lines.push(`${pad}${name}: ${String(pair.value)}`);
    }
  }
  return lines;
}
