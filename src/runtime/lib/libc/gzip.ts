/**
 * gzip streams over descriptors or any source and sink: members one after another, checked by CRC and
 * length.
 * @spec RFC 1952
 */
import type { Task } from '#kernel/syscall/sys.ts';
import { crc32 } from '#lib/libc/crc32.ts';
import { DEFLATE_CHUNK, Deflater } from '#lib/libc/deflate/deflate.ts';
import { InflateError, Inflater } from '#lib/libc/deflate/inflate.ts';

/** The next bytes, borrowed until the next call; undefined at the end. */
export type ByteSource = () => Task<Uint8Array | undefined>;
/** Takes bytes, borrowed until it returns. */
export type ByteSink = (bytes: Uint8Array) => Task<void>;

export interface GzipHeader {
  /** Latin-1, without directory; undefined when not stored. */
  readonly name: string | undefined;
  /** Seconds since 1970; 0 when not known. */
  readonly mtime: number;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function le32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
}

const [FHCRC, FEXTRA, FNAME, FCOMMENT] = [2, 4, 8, 16];
/** The operating system in the header: Unix. */
const OS_UNIX = 3;

export function* gzipStream(
  source: ByteSource,
  sink: ByteSink,
  level: number,
  header: GzipHeader,
): Task<void> {
  const flags = header.name === undefined ? 0 : FNAME;
  const speed = level === 9 ? 2 : level === 1 ? 4 : 0;
  const name = header.name === undefined ? [] : [...header.name.split('').map(codeOf), 0];
  yield* sink(Uint8Array.of(0x1f, 0x8b, 8, flags, ...le32(header.mtime), speed, OS_UNIX, ...name));
  const deflater = new Deflater(level);
  const block = new Uint8Array(DEFLATE_CHUNK);
  let used = 0;
  let crc = 0;
  let size = 0;
  for (;;) {
    const chunk = yield* source();
    if (chunk === undefined) break;
    crc = crc32(chunk, crc);
    size += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const part = Math.min(chunk.length - at, DEFLATE_CHUNK - used);
      block.set(chunk.subarray(at, at + part), used);
      used += part;
      at += part;
      if (used < DEFLATE_CHUNK) continue;
      yield* sink(deflater.chunk(block, false));
      used = 0;
    }
  }
  yield* sink(deflater.chunk(block.subarray(0, used), true));
  yield* sink(Uint8Array.of(...le32(crc), ...le32(size % 2 ** 32)));
}

function codeOf(char: string): number {
  return char.charCodeAt(0) & 255;
}

function* readHeader(inflater: Inflater, isFirst: boolean): Task<GzipHeader | undefined> {
  const must = function* must(count: number): Task<Uint8Array> {
    const bytes = yield* inflater.bytes(count);
    if (bytes === undefined) throw new InflateError('unexpected end of file');
    return bytes;
  };
  const text = function* text(): Task<string> {
    let result = '';
    for (;;) {
      const [byte = 0] = yield* must(1);
      if (byte === 0) return result;
      result += String.fromCharCode(byte);
    }
  };
  const magic = yield* inflater.bytes(2);
  if (magic === undefined && !isFirst) return undefined;
  if (magic === undefined || !isGzip(magic)) {
    // Zeros or other garbage after a member are let pass.
    if (!isFirst) return undefined;
    throw new InflateError('not in gzip format');
  }
  const head = yield* must(8);
  const flags = head[1] as number;
  if (head[0] !== 8) throw new InflateError(`unknown method ${head[0]} -- not supported`);
  if ((flags & FEXTRA) !== 0) {
    const [low = 0, high = 0] = yield* must(2);
    yield* must(low | (high << 8));
  }
  const name = (flags & FNAME) === 0 ? undefined : yield* text();
  if ((flags & FCOMMENT) !== 0) yield* text();
  if ((flags & FHCRC) !== 0) yield* must(2);
  const mtime = new DataView(head.buffer, 2, 4).getUint32(0, true);
  return { name, mtime };
}

/** Decompresses all members; the first one's header, or what is wrong in gzip's words. */
export function* gunzipStream(source: ByteSource, sink: ByteSink): Task<GzipHeader | string> {
  let crc = 0;
  let size = 0;
  const inflater = new Inflater(source, function* checked(bytes) {
    crc = crc32(bytes, crc);
    size += bytes.length;
    yield* sink(bytes);
  });
  let first: GzipHeader | undefined;
  try {
    for (;;) {
      const header = yield* readHeader(inflater, first === undefined);
      if (header === undefined) return first as GzipHeader;
      first ??= header;
      crc = 0;
      size = 0;
      yield* inflater.run();
      const trailer = yield* inflater.bytes(8);
      if (trailer === undefined) return 'unexpected end of file';
      const view = new DataView(trailer.buffer);
      if (view.getUint32(0, true) !== crc) return 'invalid compressed data--crc error';
      if (view.getUint32(4, true) !== size % 2 ** 32) {
        return 'invalid compressed data--length error';
      }
    }
  } catch (error) {
    if (error instanceof InflateError) return error.message;
    throw error;
  }
}
