/**
 * Name-value lists in the native encoding, little endian: what a receive_resume_token and genuine pool
 * history hold. Numbers, texts and flags are all that is written; the rest of ours is XDR (nvlist.ts).
 * @see usr/src/common/nvpair/nvpair.c nvs_native_nvlist()
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { type NvList, nvBoolean, nvString, nvUint64, type NvValue } from './nvlist.ts';
import { viewOf } from './struct.ts';
import { corrupt } from './zfs-error.ts';

const NV_ENCODE_NATIVE = 0;
const LITTLE_ENDIAN = 1;
const NV_UNIQUE_NAME = 1;
const DATA_TYPE_BOOLEAN = 1;
const DATA_TYPE_UINT64 = 8;
const DATA_TYPE_STRING = 9;
const LIST_HEADER = 12;
const PAIR_HEADER = 16;

const round8 = (size: number): number => Math.ceil(size / 8) * 8;

function valueBytes(value: NvValue): { type: number; bytes: Uint8Array } {
  if (value.type === 'boolean') return { type: DATA_TYPE_BOOLEAN, bytes: new Uint8Array(0) };
  if (value.type === 'uint64') {
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigUint64(0, value.value, true);
    return { type: DATA_TYPE_UINT64, bytes };
  }
  if (value.type === 'string') {
    return { type: DATA_TYPE_STRING, bytes: encodeUtf8(`${value.value}\0`) };
  }
  throw corrupt('nvlist', `no native form for ${value.type}`);
}

export function nvlistPackNative(list: NvList): Uint8Array {
  const pairs = Array.from(list, ([name, value]) => {
    const nameBytes = encodeUtf8(`${name}\0`);
    const { type, bytes } = valueBytes(value);
    const size = PAIR_HEADER + round8(nameBytes.length) + round8(bytes.length);
    return { nameBytes, type, bytes, size };
  });
  const packed = new Uint8Array(LIST_HEADER + pairs.reduce((sum, { size }) => sum + size, 0) + 4);
  const view = viewOf(packed);
  packed[0] = NV_ENCODE_NATIVE;
  packed[1] = LITTLE_ENDIAN;
  view.setUint32(8, NV_UNIQUE_NAME, true);
  let at = LIST_HEADER;
  for (const { nameBytes, type, bytes, size } of pairs) {
    view.setInt32(at, size, true);
    view.setInt16(at + 4, nameBytes.length, true);
    view.setInt32(at + 8, type === DATA_TYPE_BOOLEAN ? 0 : 1, true);
    view.setInt32(at + 12, type, true);
    packed.set(nameBytes, at + PAIR_HEADER);
    packed.set(bytes, at + PAIR_HEADER + round8(nameBytes.length));
    at += size;
  }
  return packed;
}

/** Lists in lists, at most. */
const MAX_DEPTH = 20;
/** `nvlist_t` and a pointer, whose places an embedded list keeps in its pair. */
const POINTER = 8;

/** Reads pairs one behind the other; what an embedded list holds follows its pair. */
class NativeReader {
  readonly #packed: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
    this.#view = viewOf(packed);
    this.#at = LIST_HEADER;
  }

  list(depth: number): Map<string, NvValue> {
    if (depth > MAX_DEPTH) throw corrupt('nvlist', 'lists nested too deep');
    const list = new Map<string, NvValue>();
    while (this.#at + 4 <= this.#packed.length) {
      const at = this.#at;
      const size = this.#view.getInt32(at, true);
      if (size === 0) {
        this.#at += 4;
        return list;
      }
      if (size < PAIR_HEADER || at + size > this.#packed.length) {
        throw corrupt('nvlist', 'bad pair');
      }
      const nameSize = this.#view.getInt16(at + 4, true);
      const valueAt = at + PAIR_HEADER + round8(nameSize);
      if (nameSize < 1 || valueAt > at + size) throw corrupt('nvlist', 'bad pair');
      const name = this.#text(at + PAIR_HEADER, at + PAIR_HEADER + nameSize);
      this.#at = at + size;
      const value = this.#value(at, valueAt, at + size, depth);
      if (value === undefined) {
        throw corrupt('nvlist', `pair ${name} of type ${this.#view.getInt32(at + 12, true)}`);
      }
      list.set(name, value);
    }
    throw corrupt('nvlist', 'no end');
  }

  #text(from: number, end: number): string {
    const bytes = this.#packed.subarray(from, end);
    const nul = bytes.indexOf(0);
    return decodeUtf8(nul < 0 ? bytes : bytes.subarray(0, nul));
  }

  #value(pair: number, at: number, end: number, depth: number): NvValue | undefined {
    const view = this.#view;
    const count = view.getInt32(pair + 8, true);
    const type = TYPE_NAMES[view.getInt32(pair + 12, true)];
    const holds = (size: number): boolean => count >= 0 && at + size <= end;
    const words = (): bigint[] =>
      Array.from({ length: count }, (_, i) => view.getBigUint64(at + i * 8, true));
    if (type === 'boolean') return nvBoolean();
    if (type === 'string') return nvString(this.#text(at, end));
    if (type === 'nvlist') return { type, value: this.list(depth + 1) };
    if (type === 'nvlist_array') {
      if (!holds(count * POINTER)) return undefined;
      const value = Array.from({ length: count }, () => this.list(depth + 1));
      return { type, value };
    }
    if (type === 'string_array') return { type, value: this.#texts(at, end, count) };
    if (type === 'byte_array' || type === 'uint8_array') {
      return holds(count) ? { type, value: this.#packed.slice(at, at + count) } : undefined;
    }
    if (type === 'uint64_array') return holds(count * 8) ? { type, value: words() } : undefined;
    if (type === 'int64_array') {
      if (!holds(count * 8)) return undefined;
      return { type, value: words().map((word) => BigInt.asIntN(64, word)) };
    }
    if (at + 4 > end) return undefined;
    if (type === 'boolean_value') return { type, value: view.getInt32(at, true) !== 0 };
    if (type === 'int32') return { type, value: view.getInt32(at, true) };
    if (type === 'uint32') return { type, value: view.getUint32(at, true) };
    if (type === 'byte' || type === 'uint8') return { type, value: view.getUint8(at) };
    if (at + 8 > end) return undefined;
    if (type === 'uint64') return nvUint64(view.getBigUint64(at, true));
    if (type === 'int64' || type === 'hrtime') return { type, value: view.getBigInt64(at, true) };
    return undefined;
  }

  /** Pointers, which mean nothing here, and then the texts. */
  #texts(at: number, end: number, count: number): string[] {
    const texts: string[] = [];
    let from = at + count * POINTER;
    while (texts.length < count && from < end) {
      const text = this.#text(from, end);
      texts.push(text);
      from += encodeUtf8(text).length + 1;
    }
    return texts;
  }
}

/** Numbers of `data_type_t` that are read. */
const TYPE_NAMES: Readonly<Record<number, NvValue['type']>> = {
  [DATA_TYPE_BOOLEAN]: 'boolean',
  2: 'byte',
  5: 'int32',
  6: 'uint32',
  7: 'int64',
  [DATA_TYPE_UINT64]: 'uint64',
  [DATA_TYPE_STRING]: 'string',
  10: 'byte_array',
  15: 'int64_array',
  16: 'uint64_array',
  17: 'string_array',
  18: 'hrtime',
  19: 'nvlist',
  20: 'nvlist_array',
  21: 'boolean_value',
  23: 'uint8',
  26: 'uint8_array',
};

/** ZfsError EIO when it is not such a list. */
export function nvlistUnpackNative(packed: Uint8Array): NvList {
  const isBadHeader = packed[0] !== NV_ENCODE_NATIVE || packed[1] !== LITTLE_ENDIAN;
  if (packed.length < LIST_HEADER + 4 || isBadHeader) throw corrupt('nvlist', 'bad header');
  return new NativeReader(packed).list(0);
}
