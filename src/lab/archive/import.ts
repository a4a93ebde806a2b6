/**
 * A lab from an export file. Nothing of the archive is trusted: every path must be one a lab has,
 * every entry a plain file or folder, every hash right. It is unpacked beside its place and renamed
 * there when all is well, so a bad file leaves nothing behind. The copy gets an identity of its own.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { concatBytes, decodeUtf8 } from '#base/bytes.ts';
import { MiB } from '#base/units.ts';
import { SUMS_FILE } from '#lab/archive/export.ts';
import { hashZeros } from '#lab/archive/sparse-map.ts';
import { invalidArchive } from '#lab/archive/tar-format.ts';
import { readArchive, type TarEntry } from '#lab/archive/tar-reader.ts';
import { fileError, LAB_FILE, readLabFile, writeLabFile } from '#lab/folder/lab-file.ts';
import { assertFree } from '#lab/folder/lab-folder.ts';

/** A name on every system: no separators, drives, control characters, no dot or blank at an end. */
const NAME = /^(?!\.)[^/\\:*?"<>|\u0000-\u001f\u007f]{1,200}(?<![. ])$/;
const TOP_LEVEL: ReadonlySet<string> = new Set([LAB_FILE, SUMS_FILE, 'nodes', 'media', 'captures']);
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100_000;
const MAX_TEXT_BYTES = 16 * MiB;

/** Makes `folder` (new or empty) from `file`. `name` renames the lab. Throws LabError. */
export async function importLab(file: string, folder: string, name?: string): Promise<void> {
  const target = resolve(folder);
  assertFree(target);
  const place = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.new`);
  try {
    mkdirSync(place, { recursive: true });
    await unpack(file, place);
    const config = readLabFile(place);
    writeLabFile(place, { ...config, id: randomUUID(), ...(name === undefined ? {} : { name }) });
    for (const made of ['nodes', 'media', 'captures']) {
      mkdirSync(join(place, made), { recursive: true });
    }
    if (existsSync(target)) rmdirSync(target);
    renameSync(place, target);
  } catch (thrown) {
    rmSync(place, { recursive: true, force: true });
    throw fileError(thrown, `Cannot import the lab from "${file}"`);
  }
}

async function unpack(file: string, place: string): Promise<void> {
  const found = new Map<string, string>();
  let sums: string | undefined;
  let entryCount = 0;
  await readArchive(openArchive(file), async (entry, data) => {
    entryCount += 1;
    if (entryCount > MAX_ENTRIES) throw invalidArchive('it has too many entries');
    const path = safePath(entry);
    if (path.length === 0) return;
    const local = path.join('/');
    if (entry.kind === 'directory') {
      mkdirSync(join(place, ...path), { recursive: true });
    } else if (local === SUMS_FILE) {
      sums = await readText(entry, data);
    } else {
      if (found.has(local)) throw invalidArchive(`"${entry.path}" is there twice`);
      mkdirSync(join(place, ...path.slice(0, -1)), { recursive: true });
      found.set(local, await writeEntry(join(place, ...path), entry, data));
    }
  });
  if (sums === undefined) throw invalidArchive(`${SUMS_FILE} is missing: the file is not whole`);
  if (!found.has(LAB_FILE)) throw invalidArchive(`${LAB_FILE} is missing: it is not a lab`);
  verifySums(sums, found);
}

/** The archive's bytes; how it is compressed is seen from its first bytes, not from its name. */
function openArchive(file: string): AsyncIterable<Uint8Array> {
  const start = new Uint8Array(4);
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (thrown) {
    throw fileError(thrown, `Cannot read "${file}"`);
  }
  try {
    readSync(fd, start, 0, start.length, 0);
  } finally {
    closeSync(fd);
  }
  const raw = createReadStream(file, { highWaterMark: MiB });
  if (start[0] === 0x1f && start[1] === 0x8b) return decompressed(raw, createGunzip());
  const isZstd = start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd;
  return isZstd ? decompressed(raw, createZstdDecompress()) : raw;
}

async function* decompressed(
  raw: NodeJS.ReadableStream & { destroy(): void },
  codec: NodeJS.ReadWriteStream & { destroy(error?: Error): void },
): AsyncGenerator<Uint8Array> {
  raw.on('error', (error) => codec.destroy(error as Error));
  raw.pipe(codec);
  try {
    for await (const piece of codec) yield piece as unknown as Uint8Array;
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException;
    const isCodec = code.startsWith('Z_') || code.startsWith('ZSTD') || code.startsWith('ERR_');
    throw isCodec ? invalidArchive(`the compressed data are damaged: ${message}`) : thrown;
  } finally {
    raw.destroy();
    codec.destroy();
  }
}

/** The path below the archive's top folder, checked name by name. */
function safePath(entry: TarEntry): string[] {
  const names = entry.path.replace(/\/$/, '').split('/');
  const isSafe = names.length <= MAX_DEPTH && names.every((name) => NAME.test(name));
  const path = names.slice(1);
  const isOurs = path.length === 0 ? entry.kind === 'directory' : TOP_LEVEL.has(path[0] ?? '');
  if (!isSafe || !isOurs) throw invalidArchive(`"${entry.path}" is not a path of a lab`);
  return path;
}

/** Writes the stored ranges, leaves the holes; answers the hash of the whole. */
async function writeEntry(
  file: string,
  entry: TarEntry,
  data: AsyncIterable<Uint8Array>,
): Promise<string> {
  const hash = createHash('sha256');
  const fd = openSync(file, 'wx');
  try {
    ftruncateSync(fd, entry.sizeBytes);
    let hashedTo = 0;
    let index = 0;
    let done = 0;
    for await (const piece of data) {
      for (let from = 0; from < piece.length; ) {
        while (done === (entry.ranges[index]?.size ?? -1)) {
          index += 1;
          done = 0;
        }
        const range = entry.ranges[index];
        if (range === undefined) throw invalidArchive(`"${entry.path}" is longer than its map`);
        const part = piece.subarray(from, from + range.size - done);
        const at = range.offset + done;
        await hashZeros(hash, at - hashedTo);
        hash.update(part);
        writeSync(fd, part, 0, part.length, at);
        hashedTo = at + part.length;
        done += part.length;
        from += part.length;
      }
    }
    await hashZeros(hash, entry.sizeBytes - hashedTo);
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}

async function readText(entry: TarEntry, data: AsyncIterable<Uint8Array>): Promise<string> {
  if (entry.sizeBytes > MAX_TEXT_BYTES) throw invalidArchive(`"${entry.path}" is too large`);
  const parts: Uint8Array[] = [];
  for await (const piece of data) parts.push(piece.slice());
  return decodeUtf8(concatBytes(parts));
}

/** Every file has its hash, every hash its file, and they agree. */
function verifySums(text: string, found: ReadonlyMap<string, string>): void {
  const expected = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    if (match !== null) expected.set(match[2] ?? '', match[1] ?? '');
  }
  for (const [path, sha256] of found) {
    const wanted = expected.get(path);
    if (wanted === undefined) throw invalidArchive(`"${path}" has no hash in ${SUMS_FILE}`);
    if (wanted !== sha256) throw invalidArchive(`"${path}" is damaged: its hash is another`);
  }
  for (const path of expected.keys()) {
    if (!found.has(path)) throw invalidArchive(`"${path}" is missing`);
  }
}
