/**
 * A lab as one file: a pax archive of its folder, compressed, that any tar lists and unpacks. Disk
 * images keep their holes. The last entry, SHA256SUMS, has the hash of every file in the form that
 * `sha256sum -c` checks. Written beside its place and renamed, so a file that is there is whole.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createWriteStream,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { encodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { encodeHeader, padding, TAR_BLOCK_BYTES, type TarHeader } from '#lab/archive/tar-format.ts';
import { mapFile, type Range } from '#lab/archive/sparse-map.ts';
import { fileError, LAB_FILE, readLabFile } from '#lab/folder/lab-file.ts';

export const SUMS_FILE = 'SHA256SUMS';
/** What belongs to a lab; locks and half-written files do not. */
const TOP_LEVEL = [LAB_FILE, 'nodes', 'media', 'captures'] as const;
const STEP_BYTES = MiB;

/** Exports the lab in `folder`; `.tar` is not compressed, `.zst` by zstd, all others by gzip. */
export async function exportLab(folder: string, file: string): Promise<void> {
  const temporary = `${file}.new`;
  try {
    const stages = [Readable.from(exportChunks(folder)), ...compression(file)];
    await pipeline([...stages, createWriteStream(temporary)]);
    renameSync(temporary, file);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw fileError(thrown, `Cannot export the lab to "${file}"`);
  }
}

function compression(file: string): Transform[] {
  if (file.endsWith('.tar')) return [];
  return [file.endsWith('.zst') ? createZstdCompress() : createGzip({ level: 6 })];
}

/** The archive, uncompressed, in pieces of at most a megabyte. */
export async function* exportChunks(folder: string): AsyncGenerator<Uint8Array> {
  const top = topName(readLabFile(folder).name);
  const sums: string[] = [];
  yield encodeHeader(entry('5', `${top}/`, 0));
  for (const path of walk(folder)) {
    if (path.endsWith('/')) {
      yield encodeHeader(entry('5', `${top}/${path}`, 0));
    } else {
      const sha256 = yield* fileChunks(join(folder, path), `${top}/${path}`);
      sums.push(`${sha256}  ${path}\n`);
    }
  }
  const text = encodeUtf8(sums.join(''));
  yield encodeHeader(entry('0', `${top}/${SUMS_FILE}`, text.length));
  yield text;
  yield padding(text.length);
  yield new Uint8Array(2 * TAR_BLOCK_BYTES);
}

/** Paths below `folder` with forward slashes; folders end in one. Links are left out. */
function* walk(folder: string): Generator<string> {
  const visit = function* (path: string): Generator<string> {
    yield `${path}/`;
    const entries = readdirSync(join(folder, path), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) yield* visit(`${path}/${entry.name}`);
      else if (entry.isFile() && !entry.name.endsWith('.new')) yield `${path}/${entry.name}`;
    }
  };
  const present = new Set(readdirSync(folder));
  for (const name of TOP_LEVEL) {
    if (!present.has(name)) continue;
    if (name === LAB_FILE) yield name;
    else yield* visit(name);
  }
}

/** One file's entry, sparse when it has holes; answers its hash. */
async function* fileChunks(file: string, path: string): AsyncGenerator<Uint8Array, string> {
  if (path.endsWith(`/${LAB_FILE}`)) return yield* smallFileChunks(file, path);
  const fd = openSync(file, 'r');
  try {
    const { size, mtimeMs } = fstatSync(fd);
    const { ranges, sha256 } = await mapFile(fd, size);
    const first = ranges[0];
    const isWhole = size === 0 || (first?.offset === 0 && first.size === size);
    if (isWhole) {
      yield encodeHeader(entry('0', path, size, mtimeMs));
      yield* rangeChunks(fd, { offset: 0, size });
    } else {
      yield* sparseChunks(fd, path, size, mtimeMs, ranges);
    }
    return sha256;
  } finally {
    closeSync(fd);
  }
}

/** lab.json may be rewritten at any time (by a rename), so it is read once. */
function* smallFileChunks(file: string, path: string): Generator<Uint8Array, string> {
  const bytes = readFileSync(file);
  yield encodeHeader(entry('0', path, bytes.length));
  yield bytes;
  yield padding(bytes.length);
  return createHash('sha256').update(bytes).digest('hex');
}

function* sparseChunks(
  fd: number,
  path: string,
  size: number,
  mtimeMs: number,
  found: readonly Range[],
): Generator<Uint8Array> {
  // A range of no bytes at the end tells where the file ends when a hole comes last.
  const last = found.at(-1);
  const endsInHole = last === undefined || last.offset + last.size < size;
  const ranges = endsInHole ? [...found, { offset: size, size: 0 }] : found;
  const numbers = ranges.flatMap((range) => [range.offset, range.size]);
  const map = encodeUtf8(`${[ranges.length, ...numbers].join('\n')}\n`);
  const mapPadding = padding(map.length);
  let stored = map.length + mapPadding.length;
  for (const range of ranges) stored += range.size;
  const name = path.slice(path.lastIndexOf('/') + 1);
  yield encodeHeader(entry('0', `GNUSparseFile.0/${name}`, stored, mtimeMs), [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.name', path],
    ['GNU.sparse.realsize', String(size)],
  ]);
  yield map;
  yield mapPadding;
  for (const range of ranges) yield* rangeBytes(fd, range);
  yield padding(stored);
}

function* rangeChunks(fd: number, range: Range): Generator<Uint8Array> {
  yield* rangeBytes(fd, range);
  yield padding(range.size);
}

function* rangeBytes(fd: number, { offset, size }: Range): Generator<Uint8Array> {
  for (let done = 0; done < size; ) {
    const piece = new Uint8Array(Math.min(STEP_BYTES, size - done));
    const count = readSync(fd, piece, 0, piece.length, offset + done);
    if (count === 0) throw new Error('a file has become shorter');
    yield piece.subarray(0, count);
    done += count;
  }
}

function entry(
  type: string,
  path: string,
  sizeBytes: number,
  mtimeMs: number = Date.now(),
): TarHeader {
  return { type, path, sizeBytes, modifiedSeconds: Math.floor(mtimeMs / 1000) };
}

/** The one folder at the top of the archive, named after the lab in plain letters. */
function topName(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/[^A-Za-z0-9._-]+/g, '-');
  return plain.replaceAll(/^[-.]+|-+$/g, '').slice(0, 40) || 'lab';
}
