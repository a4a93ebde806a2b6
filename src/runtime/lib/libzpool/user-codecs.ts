/**
 * The codecs that reading a pool needs, in a program: there is no host to ask, so they are those of
 * libc. zstd, which no SmartOS pool has, is not among them.
 */
import { sha256 } from '#base/sha256.ts';
import { InflateError } from '#lib/libc/deflate/inflate.ts';
import { inflateZlib } from '#lib/libc/deflate/zlib.ts';
import { DIGESTS } from '#lib/libc/digest.ts';
import { CodecError, type Codecs } from '#runtime/host.ts';

function inflate(bytes: Uint8Array, maxSizeBytes: number): Uint8Array {
  try {
    return inflateZlib(bytes, maxSizeBytes);
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    throw new CodecError(error.message);
  }
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
