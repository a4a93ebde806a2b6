/** Codecs over Node's zlib and crypto, for tests. */
import { createHash } from 'node:crypto';
import {
  constants,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { CodecError, type Codecs } from '#runtime/host.ts';

function guard(run: () => Uint8Array): Uint8Array {
  try {
    return run();
  } catch (error) {
    throw new CodecError(String(error));
  }
}

export const nodeCodecs: Codecs = {
  gzip: (bytes, level) => gzipSync(bytes, { level }),
  gunzip: (bytes, maxOutputLength) => guard(() => gunzipSync(bytes, { maxOutputLength })),
  deflate: (bytes, level) => deflateSync(bytes, { level }),
  // A block's last sector is filled up with zeros: what follows the stream is not an error.
  inflate: (bytes, maxOutputLength) =>
    guard(() => inflateSync(bytes, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH })),
  zstdDecompress: (bytes, maxOutputLength) =>
    guard(() => zstdDecompressSync(bytes, { maxOutputLength })),
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
};
