/** The CRC-32 of gzip and zip, and the one of cksum(1). @spec RFC 1952 §8, POSIX cksum */
function makeTable(): Int32Array {
  const table = new Int32Array(256);
  for (let n = 0; n < 256; n += 1) {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[n] = value;
  }
  return table;
}

function makeForwardTable(): Int32Array {
  const table = new Int32Array(256);
  for (let n = 0; n < 256; n += 1) {
    let value = n << 24;
    for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
    table[n] = value;
  }
  return table;
}

const TABLE: Int32Array = makeTable();
const FORWARD: Int32Array = makeForwardTable();

/** Goes on from `crc` (0 at the start). */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let value = ~crc;
  for (let i = 0; i < bytes.length; i += 1) {
    value = (value >>> 8) ^ (TABLE[(value ^ (bytes[i] as number)) & 255] as number);
  }
  return ~value >>> 0;
}

/** cksum's sum over data, most significant bit first; `cksumEnd` adds the length. */
export function cksumUpdate(bytes: Uint8Array, crc: number): number {
  let value = crc;
  for (let i = 0; i < bytes.length; i += 1) {
    value = (value << 8) ^ (FORWARD[(value >>> 24) ^ (bytes[i] as number)] as number);
  }
  return value;
}

export function cksumEnd(crc: number, sizeBytes: number): number {
  let value = crc;
  for (let rest = sizeBytes; rest > 0; rest = Math.floor(rest / 256)) {
    value = cksumUpdate(Uint8Array.of(rest % 256), value);
  }
  return ~value >>> 0;
}
