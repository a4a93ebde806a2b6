/**
 * The codecs that reading a pool needs, in a program: there is no host to ask, so they are those of
 * libc. zstd, which no SmartOS pool has, is not among them.
 */
import { concatBytes } from '#base/bytes.ts';
import { sha256 } from '#base/sha256.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { InflateError, Inflater } from '#lib/libc/deflate/inflate.ts';
import { DIGESTS } from '#lib/libc/digest.ts';
import { CodecError, type Codecs } from '#runtime/host.ts';

/** zlib's two bytes in front of the deflate stream (RFC 1950). */
const ZLIB_HEADER = 2;

function inflate(bytes: Uint8Array, maxSizeBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  let input: Uint8Array | undefined = bytes.subarray(ZLIB_HEADER);
  function* source(): Task<Uint8Array | undefined> {
    const chunk = input;
    input = undefined;
    return chunk;
  }
  function* sink(chunk: Uint8Array): Task<void> {
    size += chunk.length;
    if (size > maxSizeBytes) throw new CodecError('the stream is longer than its block');
    parts.push(chunk.slice());
  }
  try {
    // Neither end waits, so the first step is the last.
    new Inflater(source, sink).run().next();
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    throw new CodecError(error.message);
  }
  return concatBytes(parts);
}

function absent(what: string): never {
  throw new CodecError(`${what} is not supported here`);
}

export const USER_CODECS: Codecs = {
  inflate,
  gzip: () => absent('gzip'),
  gunzip: () => absent('gzip'),
  deflate: () => absent('deflate'),
  zstdDecompress: () => absent('zstd'),
  digest: (algorithm, bytes) => {
    if (algorithm === 'sha256') return sha256(bytes);
    const make = DIGESTS[algorithm];
    if (make === undefined) return absent(algorithm);
    const hash = make();
    hash.update(bytes);
    return hash.digest();
  },
};
