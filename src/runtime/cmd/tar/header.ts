/**
 * tar's blocks: ustar headers, pax extended headers (read and, for what ustar can't hold, written), GNU
 * long names (read).
 * @spec POSIX pax "ustar Interchange Format", "pax Header Block"  @see archives.h(3HEAD)
 *
 *   name 100 | mode 8 | uid 8 | gid 8 | size 12 | mtime 12 | chksum 8 | typeflag 1 | linkname 100
 *   | magic 6 | version 2 | uname 32 | gname 32 | devmajor 8 | devminor 8 | prefix 155
 */
import { decodeLatin1, decodeUtf8, encodeUtf8 } from '#base/bytes.ts';

export const BLOCK = 512;

export interface TarEntry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** 0 file, 1 hard link, 2 symbolic link, 3 character, 4 block, 5 directory, 6 fifo. */
  readonly type: string;
  readonly link: string;
  readonly userName: string;
  readonly groupName: string;
  readonly major: number;
  readonly minor: number;
}

function textAt(block: Uint8Array, at: number, size: number): string {
  const field = block.subarray(at, at + size);
  const end = field.indexOf(0);
  return decodeUtf8(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or a binary number after a byte with the high bit set (GNU, star). */
function numberAt(block: Uint8Array, at: number, size: number): number {
  if (((block[at] as number) & 0x80) !== 0) {
    let value = (block[at] as number) & 0x7f;
    for (let i = 1; i < size; i += 1) value = value * 256 + (block[at + i] as number);
    return value;
  }
  const digits = decodeLatin1(block.subarray(at, at + size)).replace(/[^0-7].*$/s, '');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i += 1) sum += i >= 148 && i < 156 ? 32 : (block[i] as number);
  return sum;
}

export function isEndBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** undefined when the checksum is wrong: this is no tar header. */
export function parseHeader(block: Uint8Array): TarEntry | undefined {
  const stored = decodeLatin1(block.subarray(148, 156))
    .trim()
    .replace(/[^0-7].*$/s, '');
  if (Number.parseInt(stored, 8) !== checksum(block)) return undefined;
  const isUstar = textAt(block, 257, 5) === 'ustar';
  // GNU's old format has the same magic with blanks and no prefix.
  const hasPrefix = isUstar && block[262] === 0;
  const prefix = hasPrefix ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  const type = String.fromCharCode(block[156] as number);
  const path = prefix === '' ? name : `${prefix}/${name}`;
  return {
    path,
    mode: numberAt(block, 100, 8),
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    size: numberAt(block, 124, 12),
    mtime: numberAt(block, 136, 12),
    type: type === '\0' || type === '7' ? (path.endsWith('/') ? '5' : '0') : type,
    link: textAt(block, 157, 100),
    userName: isUstar ? textAt(block, 265, 32) : '',
    groupName: isUstar ? textAt(block, 297, 32) : '',
    major: numberAt(block, 329, 8),
    minor: numberAt(block, 337, 8),
  };
}

/** Records `length key=value\n` of a pax header: `path`, `linkpath`, `size`, `mtime`, `uid` … */
export function parsePax(data: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    if (space < 0) break;
    const size = Number.parseInt(decodeLatin1(data.subarray(at, space)), 10);
    if (!(size > 0)) break;
    const record = decodeUtf8(data.subarray(space + 1, at + size - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += size;
  }
  return records;
}

export function applyPax(entry: TarEntry, pax: ReadonlyMap<string, string>): TarEntry {
  const number = (key: string, fallback: number): number => {
    const text = pax.get(key);
    return text === undefined ? fallback : Number(text);
  };
  return {
    ...entry,
    path: pax.get('path') ?? entry.path,
    link: pax.get('linkpath') ?? entry.link,
    size: number('size', entry.size),
    mtime: Math.floor(number('mtime', entry.mtime)),
    uid: number('uid', entry.uid),
    gid: number('gid', entry.gid),
    userName: pax.get('uname') ?? entry.userName,
    groupName: pax.get('gname') ?? entry.groupName,
  };
}

const MAX_OCTAL_SIZE = 0o77777777777;
const MAX_OCTAL_ID = 0o7777777;

/** Where a path splits into prefix and name; undefined when it does not fit. */
function splitPath(path: Uint8Array): readonly [Uint8Array, Uint8Array] | undefined {
  if (path.length <= 100) return [new Uint8Array(0), path];
  for (let at = Math.min(155, path.length - 2); at > 0; at -= 1) {
    if (path[at] === 47 && path.length - at - 1 <= 100) {
      return [path.subarray(0, at), path.subarray(at + 1)];
    }
  }
  return undefined;
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const size = encodeUtf8(rest).length;
  let total = size + String(size).length;
  total = size + String(total).length;
  return `${total}${rest}`;
}

/** The header blocks of an entry: one, or with a pax header and its data before it. */
export function formatHeader(entry: TarEntry): Uint8Array[] {
  const path = encodeUtf8(entry.path);
  const link = encodeUtf8(entry.link);
  const split = splitPath(path);
  let pax = '';
  if (split === undefined) pax += paxRecord('path', entry.path);
  if (link.length > 100) pax += paxRecord('linkpath', entry.link);
  if (entry.size > MAX_OCTAL_SIZE) pax += paxRecord('size', String(entry.size));
  if (entry.uid > MAX_OCTAL_ID) pax += paxRecord('uid', String(entry.uid));
  if (entry.gid > MAX_OCTAL_ID) pax += paxRecord('gid', String(entry.gid));
  const [prefix, name] = split ?? [new Uint8Array(0), path.subarray(0, 100)];
  const main = headerBlock(entry, prefix, name, link.subarray(0, 100));
  if (pax === '') return [main];
  const data = encodeUtf8(pax);
  const padded = new Uint8Array(Math.ceil(data.length / BLOCK) * BLOCK);
  padded.set(data);
  const head = {
    ...entry,
    type: 'x',
    size: data.length,
    mode: 0o644,
    link: '',
    major: 0,
    minor: 0,
  };
  const paxName = encodeUtf8('PaxHeaders/').subarray(0, 100);
  return [headerBlock(head, new Uint8Array(0), paxName, new Uint8Array(0)), padded, main];
}

function headerBlock(
  entry: TarEntry,
  prefix: Uint8Array,
  name: Uint8Array,
  link: Uint8Array,
): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const octal = (value: number, at: number, size: number, limit: number): void => {
    const text = Math.min(value, limit)
      .toString(8)
      .padStart(size - 1, '0');
    block.set(encodeUtf8(text), at);
  };
  block.set(name, 0);
  octal(entry.mode & 0o7777, 100, 8, MAX_OCTAL_ID);
  octal(entry.uid, 108, 8, MAX_OCTAL_ID);
  octal(entry.gid, 116, 8, MAX_OCTAL_ID);
  octal(entry.size, 124, 12, MAX_OCTAL_SIZE);
  octal(Math.max(0, entry.mtime), 136, 12, MAX_OCTAL_SIZE);
  block[156] = entry.type.charCodeAt(0);
  block.set(link, 157);
  block.set(encodeUtf8('ustar\x0000'), 257);
  block.set(encodeUtf8(entry.userName).subarray(0, 31), 265);
  block.set(encodeUtf8(entry.groupName).subarray(0, 31), 297);
  octal(entry.major, 329, 8, MAX_OCTAL_ID);
  octal(entry.minor, 337, 8, MAX_OCTAL_ID);
  block.set(prefix, 345);
  block.set(encodeUtf8(`${checksum(block).toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}
