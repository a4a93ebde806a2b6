/**
 * Name-value lists in the native encoding, little endian: what a receive_resume_token holds. Numbers,
 * texts and flags only; everything else of ours is XDR (nvlist.ts).
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

/** ZfsError EIO when it is not such a list. */
export function nvlistUnpackNative(packed: Uint8Array): NvList {
  const view = viewOf(packed);
  const isBadHeader = packed[0] !== NV_ENCODE_NATIVE || packed[1] !== LITTLE_ENDIAN;
  if (packed.length < LIST_HEADER + 4 || isBadHeader) throw corrupt('nvlist', 'bad header');
  const list = new Map<string, NvValue>();
  for (let at = LIST_HEADER; at + 4 <= packed.length; ) {
    const size = view.getInt32(at, true);
    if (size === 0) return list;
    const nameSize = size < PAIR_HEADER ? 0 : view.getInt16(at + 4, true);
    const valueAt = at + PAIR_HEADER + round8(nameSize);
    const end = at + size;
    if (nameSize < 1 || valueAt > end || end > packed.length) throw corrupt('nvlist', 'bad pair');
    const name = decodeUtf8(packed.subarray(at + PAIR_HEADER, at + PAIR_HEADER + nameSize - 1));
    const type = view.getInt32(at + 12, true);
    if (type === DATA_TYPE_BOOLEAN) {
      list.set(name, nvBoolean());
    } else if (type === DATA_TYPE_UINT64 && valueAt + 8 <= end) {
      list.set(name, nvUint64(view.getBigUint64(valueAt, true)));
    } else if (type === DATA_TYPE_STRING) {
      const bytes = packed.subarray(valueAt, end);
      const nul = bytes.indexOf(0);
      list.set(name, nvString(decodeUtf8(nul < 0 ? bytes : bytes.subarray(0, nul))));
    } else {
      throw corrupt('nvlist', `pair ${name} of type ${type}`);
    }
    at = end;
  }
  throw corrupt('nvlist', 'no end');
}
