/**
 * cpio's headers: odc (`070707`, octal fields of 6 and 11 digits) and newc (`070701`, eight
 * hexadecimal digits a field, everything padded to four bytes).
 * @man cpio(5)
 */
import { decodeLatin1, decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { ByteReader } from '#lib/libc/byte-reader.ts';
import type { Task } from '#kernel/syscall/sys.ts';

export const TRAILER = 'TRAILER!!!';

export type CpioFormat = 'odc' | 'newc';

export interface CpioEntry {
  readonly path: string;
  readonly ino: number;
  /** st_mode with the type bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly size: number;
  readonly device: number;
  readonly rdevMajor: number;
  readonly rdevMinor: number;
}

export interface CpioItem extends CpioEntry {
  readonly format: CpioFormat;
}

export function padding(size: number, format: CpioFormat): number {
  return format === 'newc' ? (4 - (size % 4)) % 4 : 0;
}

/** The next header; undefined at the end of the input, a message for anything else. */
export function* readCpioHeader(reader: ByteReader): Task<CpioItem | string | undefined> {
  const magic = yield* reader.take(6);
  if (magic === undefined) return undefined;
  const text = decodeLatin1(magic);
  if (text === '070707') return yield* readOdc(reader);
  if (text === '070701' || text === '070702') return yield* readNewc(reader);
  return 'Bad magic number/header.';
}

function* readOdc(reader: ByteReader): Task<CpioItem | string> {
  const block = yield* reader.take(70);
  if (block === undefined) return 'Unexpected end of archive.';
  const text = decodeLatin1(block);
  let at = 0;
  const field = (size: number): number => {
    const value = Number.parseInt(text.slice(at, at + size), 8);
    at += size;
    return value;
  };
  const [device, ino, mode, uid, gid, nlink, rdev] = [6, 6, 6, 6, 6, 6, 6].map(field) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const mtime = field(11);
  const nameSize = field(6);
  const size = field(11);
  const name = yield* reader.take(nameSize);
  if (name === undefined || Number.isNaN(size + nameSize)) return 'Bad magic number/header.';
  return {
    format: 'odc',
    path: decodeUtf8(name.subarray(0, -1)),
    ino,
    mode,
    uid,
    gid,
    nlink,
    mtime,
    size,
    device,
    rdevMajor: rdev >> 8,
    rdevMinor: rdev & 255,
  };
}

function* readNewc(reader: ByteReader): Task<CpioItem | string> {
  const block = yield* reader.take(104);
  if (block === undefined) return 'Unexpected end of archive.';
  const text = decodeLatin1(block);
  const field = (index: number): number =>
    Number.parseInt(text.slice(index * 8, index * 8 + 8), 16);
  const nameSize = field(11);
  const name = yield* reader.take(nameSize + padding(110 + nameSize, 'newc'));
  if (name === undefined) return 'Unexpected end of archive.';
  return {
    format: 'newc',
    path: decodeUtf8(name.subarray(0, nameSize - 1)),
    ino: field(0),
    mode: field(1),
    uid: field(2),
    gid: field(3),
    nlink: field(4),
    mtime: field(5),
    size: field(6),
    device: field(7) * 256 + field(8),
    rdevMajor: field(9),
    rdevMinor: field(10),
  };
}

export function formatCpioHeader(entry: CpioEntry, format: CpioFormat): Uint8Array {
  const name = encodeUtf8(`${entry.path}\0`);
  const octal = (value: number, size: number): string =>
    (value % 8 ** size).toString(8).padStart(size, '0');
  const hex = (value: number): string => (value % 2 ** 32).toString(16).padStart(8, '0');
  const { ino, mode, uid, gid, nlink, mtime, size, device, rdevMajor, rdevMinor } = entry;
  const head =
    format === 'odc'
      ? '070707' +
        [device, ino, mode, uid, gid, nlink, rdevMajor * 256 + rdevMinor]
          .map((value) => octal(value, 6))
          .join('') +
        octal(mtime, 11) +
        octal(name.length, 6) +
        octal(size, 11)
      : '070701' +
        [ino, mode, uid, gid, nlink, mtime, size, device >> 8, device & 255, rdevMajor, rdevMinor]
          .map(hex)
          .join('') +
        hex(name.length) +
        hex(0);
  const bytes = new Uint8Array(
    head.length + name.length + padding(head.length + name.length, format),
  );
  bytes.set(encodeUtf8(head));
  bytes.set(name, head.length);
  return bytes;
}
