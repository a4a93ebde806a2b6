/** Node.js's own zlib and hashes as a node's codecs. */
import { createHash } from 'node:crypto';
import { deflateSync, gunzipSync, gzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { CodecError, type Codecs } from '#runtime/host.ts';

export function nodeCodecs(): Codecs {
  return {
    gzip: (bytes, level) => gzipSync(bytes, { level }),
    gunzip: (bytes, maxSizeBytes) => expand('gunzip', gunzipSync, bytes, maxSizeBytes),
    deflate: (bytes, level) => deflateSync(bytes, { level }),
    inflate: (bytes, maxSizeBytes) => expand('inflate', inflateSync, bytes, maxSizeBytes),
    zstdDecompress: (bytes, maxSizeBytes) =>
      expand('zstd', zstdDecompressSync, bytes, maxSizeBytes),
    digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
  };
}

function expand(
  what: string,
  codec: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array,
  bytes: Uint8Array,
  maxSizeBytes: number,
): Uint8Array {
  try {
    return codec(bytes, { maxOutputLength: Math.max(1, maxSizeBytes) });
  } catch (thrown) {
    const state = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CodecError(`Cannot ${what} ${bytes.length} bytes: ${state}`);
  }
}
