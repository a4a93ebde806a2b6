/**
 * cpio archives in the portable ASCII form (odc): what the boot archive is inside. Numbers are octal
 * text; a file with several links is stored with its content at each of them, and found again by
 * its inode number.
 * @spec POSIX.1 pax, "cpio Interchange Format"  @man archives.h(3HEAD)
 */
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '#abi/illumos/stat.ts';

/** One member. `path` has no leading slash; the root directory is `.`. */
export interface CpioEntry {
  readonly path: string;
  /** With type bits: S_IFREG | 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Equal for the names of one file. */
  readonly inode: number;
  readonly linkCount: number;
  readonly mtimeSeconds: number;
  /** Of a file its content, of a symbolic link its target. Borrowed from the archive. */
  readonly data: Uint8Array;
}

/** Says where and what: for people who look at a broken archive. */
export class CpioError extends Error {
  override readonly name = 'CpioError';
}

const MAGIC = '070707';
const TRAILER = 'TRAILER!!!';
const HEADER_BYTES = 76;
const BLOCK_BYTES = 512;

/** Width of each number in order: dev ino mode uid gid nlink rdev mtime namesize filesize. */
const WIDTHS: readonly number[] = [6, 6, 6, 6, 6, 6, 6, 11, 6, 11];

/** A whole archive with its trailer, filled up to a multiple of 512 bytes. */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const add = (bytes: Uint8Array): void => {
    parts.push(bytes);
    size += bytes.length;
  };
  const addMember = (entry: CpioEntry): void => {
    const name = encodeUtf8(`${entry.path}\0`);
    const numbers = [
      0,
      entry.inode,
      entry.mode,
      entry.uid,
      entry.gid,
      entry.linkCount,
      0,
      entry.mtimeSeconds,
      name.length,
      entry.data.length,
    ];
    add(
      encodeUtf8(MAGIC + numbers.map((value, at) => octal(value, WIDTHS[at] as number)).join('')),
    );
    add(name);
    add(entry.data);
  };
  for (const entry of entries) addMember(entry);
  addMember({ ...NOTHING, path: TRAILER });
  const archive = new Uint8Array(Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}

const NOTHING: CpioEntry = {
  path: '',
  mode: 0,
  uid: 0,
  gid: 0,
  inode: 0,
  linkCount: 1,
  mtimeSeconds: 0,
  data: new Uint8Array(0),
};

function octal(value: number, width: number): string {
  const text = value.toString(8).padStart(width, '0');
  if (text.length > width) throw new CpioError(`number ${value} does not fit ${width} digits`);
  return text;
}

/** The members in order; throws `CpioError` for anything that is no whole archive. */
export function* readCpio(archive: Uint8Array): Generator<CpioEntry, void, void> {
  let at = 0;
  for (;;) {
    const numbers = readHeader(archive, at);
    const [, inode = 0, mode = 0, uid = 0, gid = 0, linkCount = 0, , mtimeSeconds = 0] = numbers;
    const nameSize = numbers[8] ?? 0;
    const dataSize = numbers[9] ?? 0;
    const nameAt = at + HEADER_BYTES;
    const dataAt = nameAt + nameSize;
    const end = dataAt + dataSize;
    if (nameSize === 0 || end > archive.length) {
      throw new CpioError(`member at ${at} ends at ${end}, archive at ${archive.length}`);
    }
    const path = decodeUtf8(archive.subarray(nameAt, dataAt - 1));
    if (path === TRAILER) return;
    const data = archive.subarray(dataAt, end);
    yield { path, mode, uid, gid, inode, linkCount, mtimeSeconds, data };
    at = end;
  }
}

function readHeader(archive: Uint8Array, at: number): readonly number[] {
  if (at + HEADER_BYTES > archive.length) {
    throw new CpioError(`archive ends at ${archive.length}, expected a header at ${at}`);
  }
  for (let i = 0; i < MAGIC.length; i += 1) {
    if (archive[at + i] !== MAGIC.charCodeAt(i)) throw new CpioError(`no header at ${at}`);
  }
  const numbers: number[] = [];
  let position = at + MAGIC.length;
  for (const width of WIDTHS) {
    let value = 0;
    for (let i = 0; i < width; i += 1) {
      const digit = (archive[position + i] as number) - 48;
      if (digit < 0 || digit > 7) throw new CpioError(`header at ${at} has a bad number`);
      value = value * 8 + digit;
    }
    numbers.push(value);
    position += width;
  }
  return numbers;
}

/** One line of boot_archive.manifest: type, mode, owner, group, size, SHA-1, path. */
export function manifestLine(entry: CpioEntry, sha1: string): string {
  const kinds = new Map([
    [S_IFDIR, 'd'],
    [S_IFREG, 'f'],
    [S_IFLNK, 's'],
  ]);
  const kind = kinds.get(entry.mode & S_IFMT) ?? '?';
  const mode = (entry.mode & 0o7777).toString(8).padStart(4, '0');
  const path = entry.path === '.' ? '/' : `/${entry.path}`;
  const target = kind === 's' ? ` -> ${decodeUtf8(entry.data)}` : '';
  const size = kind === 'f' ? entry.data.length : 0;
  const hash = kind === 'f' ? sha1 : '-';
  return `${kind} ${mode} ${entry.uid} ${entry.gid} ${size} ${hash} ${path}${target}\n`;
}
