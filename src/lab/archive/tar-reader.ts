/**
 * Reads an archive from a stream of bytes, entry by entry, in constant memory. Knows pax records and
 * GNU sparse files 1.0; what it does not know (links, devices, old sparse forms) it refuses.
 */
import { concatBytes, decodeUtf8 } from '#base/bytes.ts';
import type { Range } from '#lab/archive/sparse-map.ts';
import {
  decodeHeader,
  decodePaxRecords,
  invalidArchive,
  padding,
  TAR_BLOCK_BYTES,
} from '#lab/archive/tar-format.ts';

const MAX_RECORDS_BYTES = 1024 * 1024;
const MAX_RANGES = 4 * 1024 * 1024;

export interface TarEntry {
  readonly kind: 'file' | 'directory';
  readonly path: string;
  /** Of the file with its holes. */
  readonly sizeBytes: number;
  /** The stored ranges, in order; their data come from `data` one after the other. */
  readonly ranges: readonly Range[];
}

/** Pieces of a stream as exact counts of bytes. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Between 1 and `maxBytes` bytes. */
  async some(maxBytes: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const step = await this.#chunks.next();
      if (step.done === true) throw invalidArchive('the file is cut off');
      this.#rest = step.value;
    }
    const bytes = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async exactly(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = size; left > 0; left -= parts.at(-1)?.length ?? 0) {
      parts.push(await this.some(left));
    }
    return concatBytes(parts);
  }

  async skip(size: number): Promise<void> {
    for (let left = size; left > 0; ) left -= (await this.some(left)).length;
  }
}

/** Calls `visit` for each entry; it must take all of `data`. */
export async function readArchive(
  chunks: AsyncIterable<Uint8Array>,
  visit: (entry: TarEntry, data: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const reader = new ByteReader(chunks);
  let records = new Map<string, string>();
  for (;;) {
    const header = decodeHeader(await reader.exactly(TAR_BLOCK_BYTES));
    if (header === undefined) return;
    const storedBytes = paxNumber(records, 'size') ?? header.sizeBytes;
    if (header.type === 'x' || header.type === 'g') {
      if (storedBytes > MAX_RECORDS_BYTES) throw invalidArchive('an extended header is too large');
      const found = decodePaxRecords(await reader.exactly(storedBytes));
      if (header.type === 'x') records = found;
      await reader.skip(padding(storedBytes).length);
      continue;
    }
    const path = records.get('GNU.sparse.name') ?? records.get('path') ?? header.path;
    if (header.type === '5') {
      await visit({ kind: 'directory', path, sizeBytes: 0, ranges: [] }, nothing());
      await reader.skip(storedBytes + padding(storedBytes).length);
    } else if (header.type === '0') {
      const { entry, dataBytes } = await describeFile(reader, records, path, storedBytes);
      const data = dataOf(reader, dataBytes);
      await visit(entry, data);
      for await (const left of data) if (left.length > 0) throw new Error('data was not taken');
      await reader.skip(padding(storedBytes).length);
    } else {
      throw invalidArchive(`"${path}" is neither a file nor a folder`);
    }
    records = new Map();
  }
}

async function describeFile(
  reader: ByteReader,
  records: ReadonlyMap<string, string>,
  path: string,
  storedBytes: number,
): Promise<{ entry: TarEntry; dataBytes: number }> {
  const major = records.get('GNU.sparse.major');
  if (major === undefined) {
    const ranges = [{ offset: 0, size: storedBytes }];
    return {
      entry: { kind: 'file', path, sizeBytes: storedBytes, ranges },
      dataBytes: storedBytes,
    };
  }
  const sizeBytes = paxNumber(records, 'GNU.sparse.realsize');
  if (major !== '1' || sizeBytes === undefined) {
    throw invalidArchive(`"${path}" is a sparse file of an unknown form`);
  }
  const { ranges, mapBytes } = await readMap(reader, path);
  let end = 0;
  let dataBytes = 0;
  for (const { offset, size } of ranges) {
    if (offset < end || offset + size > sizeBytes) {
      throw invalidArchive(`"${path}" has a map that does not fit it`);
    }
    end = offset + size;
    dataBytes += size;
  }
  if (mapBytes + dataBytes !== storedBytes) {
    throw invalidArchive(`"${path}" has a map that does not fit it`);
  }
  return { entry: { kind: 'file', path, sizeBytes, ranges }, dataBytes };
}

/** Decimal numbers a line: a count, then offset and size of each range; padded to a block. */
async function readMap(
  reader: ByteReader,
  path: string,
): Promise<{ ranges: Range[]; mapBytes: number }> {
  const numbers: number[] = [];
  let line = '';
  let mapBytes = 0;
  const isComplete = (): boolean => numbers.length > 0 && numbers.length > 2 * (numbers[0] ?? 0);
  while (!isComplete()) {
    const text = decodeUtf8(await reader.exactly(TAR_BLOCK_BYTES));
    mapBytes += TAR_BLOCK_BYTES;
    for (const character of text) {
      if (isComplete()) break;
      if (character !== '\n') {
        line += character;
        continue;
      }
      if (!/^\d{1,15}$/.test(line)) throw invalidArchive(`"${path}" has a malformed map`);
      numbers.push(Number(line));
      line = '';
      if ((numbers[0] ?? 0) > MAX_RANGES) throw invalidArchive(`"${path}" has too large a map`);
    }
    if (line.length > 15) throw invalidArchive(`"${path}" has a malformed map`);
  }
  const ranges: Range[] = [];
  for (let i = 1; i + 1 < numbers.length; i += 2) {
    ranges.push({ offset: numbers[i] ?? 0, size: numbers[i + 1] ?? 0 });
  }
  return { ranges, mapBytes };
}

async function* dataOf(reader: ByteReader, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const piece = await reader.some(left);
    left -= piece.length;
    yield piece;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function paxNumber(records: ReadonlyMap<string, string>, key: string): number | undefined {
  const text = records.get(key);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalidArchive(`an extended header has a malformed "${key}"`);
  return Number(text);
}
