/**
 * Tape archives in the pax format: 512-byte headers, and before an entry, where needed, one more
 * entry with records `LENGTH KEY=VALUE\n`. Disk images go as GNU sparse files, version 1.0: the
 * entry's data begin with a map of the ranges that are stored; GNU tar restores the holes.
 * @spec POSIX.1-2017 pax §"pax Interchange Format"  @spec GNU tar manual, "Storing Sparse Files"
 */
import { concatBytes, decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { LabError } from '#protocol/errors.ts';

export const TAR_BLOCK_BYTES = 512;

const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const;

/** Largest number in the eleven octal digits of a size. */
const MAX_OCTAL_SIZE = 8 ** 11 - 1;

export interface TarHeader {
  /** `0` file, `5` directory, `x` pax records for the next entry, `g` for all; others: links … */
  readonly type: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
}

/** Header block of an entry, preceded by a pax entry when `records` or a long path ask for one. */
export function encodeHeader(
  header: TarHeader,
  records: readonly (readonly [string, string])[] = [],
): Uint8Array {
  const all = [...records];
  if (encodeUtf8(header.path).length > FIELD.name[1]) all.push(['path', header.path]);
  if (header.sizeBytes > MAX_OCTAL_SIZE) all.push(['size', String(header.sizeBytes)]);
  const block = encodeBlock(header);
  if (all.length === 0) return block;
  const data = encodeUtf8(all.map(([key, value]) => paxRecord(key, value)).join(''));
  const paxHeader = encodeBlock({
    type: 'x',
    path: 'PaxHeaders/entry',
    sizeBytes: data.length,
    modifiedSeconds: header.modifiedSeconds,
  });
  return concatBytes([paxHeader, data, padding(data.length), block]);
}

/** Zeros up to the next block. */
export function padding(sizeBytes: number): Uint8Array {
  return new Uint8Array((TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES);
}

function encodeBlock(header: TarHeader): Uint8Array {
  const block = new Uint8Array(TAR_BLOCK_BYTES);
  const put = ([at, size]: readonly [number, number], text: string): void => {
    block.set(encodeUtf8(text).subarray(0, size), at);
  };
  const octal = (field: readonly [number, number], value: number): void => {
    put(field, value.toString(8).padStart(field[1] - 1, '0'));
  };
  put(FIELD.name, header.path);
  octal(FIELD.mode, header.type === '5' ? 0o755 : 0o644);
  octal(FIELD.uid, 0);
  octal(FIELD.gid, 0);
  octal(FIELD.size, Math.min(header.sizeBytes, MAX_OCTAL_SIZE));
  octal(FIELD.mtime, header.modifiedSeconds);
  put(FIELD.type, header.type);
  put(FIELD.magic, 'ustar\x0000');
  put(FIELD.checksum, `${checksum(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** Undefined for a block of zeros, which ends an archive. Throws LabError `archiveInvalid`. */
export function decodeHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (readOctal(block, FIELD.checksum) !== checksum(block)) {
    throw invalidArchive('a header has a wrong checksum');
  }
  const prefix = readText(block, FIELD.prefix);
  const name = readText(block, FIELD.name);
  return {
    type: readText(block, FIELD.type) || '0',
    path: prefix === '' ? name : `${prefix}/${name}`,
    sizeBytes: readOctal(block, FIELD.size),
    modifiedSeconds: readOctal(block, FIELD.mtime),
  };
}

export function decodePaxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const size = space < 0 ? Number.NaN : Number(decodeUtf8(bytes.subarray(at, space)));
    const end = at + size;
    if (!Number.isInteger(size) || size < 5 || end > bytes.length || bytes[end - 1] !== 10) {
      throw invalidArchive('an extended header is malformed');
    }
    const text = decodeUtf8(bytes.subarray(space + 1, end - 1));
    const equals = text.indexOf('=');
    if (equals < 1) throw invalidArchive('an extended header is malformed');
    records.set(text.slice(0, equals), text.slice(equals + 1));
    at = end;
  }
  return records;
}

export function invalidArchive(state: string): LabError {
  return new LabError('archiveInvalid', `Cannot import the lab: ${state}`);
}

/** The length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const restSize = encodeUtf8(rest).length;
  let size = restSize + 1;
  while (String(size).length + restSize !== size) size = String(size).length + restSize;
  return `${size}${rest}`;
}

/** The sum of all bytes with the checksum's own field taken as spaces. */
function checksum(block: Uint8Array): number {
  const [from, size] = FIELD.checksum;
  let sum = 32 * size;
  for (const [index, byte] of block.entries()) {
    if (index < from || index >= from + size) sum += byte;
  }
  return sum;
}

function readText(block: Uint8Array, [at, size]: readonly [number, number]): string {
  const field = block.subarray(at, at + size);
  const end = field.indexOf(0);
  return decodeUtf8(end < 0 ? field : field.subarray(0, end));
}

function readOctal(block: Uint8Array, field: readonly [number, number]): number {
  const text = readText(block, field).trim();
  if (!/^[0-7]*$/.test(text)) throw invalidArchive('a header has a malformed number');
  return text === '' ? 0 : Number.parseInt(text, 8);
}
