/**
 * Compression by number. A block is stored compressed only when that saves an eighth; the rest of
 * its last sector is zeros.
 * @see uts/common/fs/zfs/zio_compress.c
 */
import type { Codecs } from '#runtime/host.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import * as algorithm from '../ondisk/zio-algorithm.ts';
import { Lz4, lz4Decompress } from './lz4.ts';
import { lzjbCompress, lzjbDecompress } from './lzjb.ts';
import { zleCompress, zleDecompress } from './zle.ts';

/** ZFS's own header before a zstd frame: compressed size, then level and version. */
const ZSTD_HEADER = 8;
/** `ZIO_COMPRESS_ON` where lz4 is enabled, which is always in our pools. */
const COMPRESS_ON_VALUE = algorithm.ZIO_COMPRESS_LZ4;

export function isAllZero(bytes: Uint8Array): boolean {
  const words = bytes.length >> 2;
  if ((bytes.byteOffset & 3) === 0) {
    const view = new Uint32Array(bytes.buffer, bytes.byteOffset, words);
    for (let i = 0; i < words; i += 1) if (view[i] !== 0) return false;
  } else {
    for (let i = 0; i < words * 4; i += 1) if (bytes[i] !== 0) return false;
  }
  for (let i = words * 4; i < bytes.length; i += 1) if (bytes[i] !== 0) return false;
  return true;
}

export class Compressor {
  readonly #codecs: Codecs;
  readonly #lz4 = new Lz4();
  /** Where compressors write; what they made is copied out. */
  #scratch: Uint8Array = new Uint8Array(0);

  constructor(codecs: Codecs) {
    this.#codecs = codecs;
  }

  /** A fresh buffer of the compressed bytes, or null when they would not be fewer than 7/8. */
  compress(kind: number, source: Uint8Array): Uint8Array | null {
    const limit = source.length - (source.length >> 3);
    if (this.#scratch.length < limit) this.#scratch = new Uint8Array(limit);
    const target = this.#scratch.subarray(0, limit);
    const size = this.#run(
      kind === algorithm.ZIO_COMPRESS_ON ? COMPRESS_ON_VALUE : kind,
      source,
      target,
    );
    return size === 0 || size > limit ? null : target.slice(0, size);
  }

  #run(kind: number, source: Uint8Array, target: Uint8Array): number {
    if (kind >= algorithm.ZIO_COMPRESS_GZIP_1 && kind <= algorithm.ZIO_COMPRESS_GZIP_9) {
      const level = kind - algorithm.ZIO_COMPRESS_GZIP_1 + 1;
      const packed = this.#codecs.deflate(source, level);
      if (packed.length > target.length) return 0;
      target.set(packed);
      return packed.length;
    }
    switch (kind) {
      case algorithm.ZIO_COMPRESS_LZJB:
        return lzjbCompress(source, target);
      case algorithm.ZIO_COMPRESS_ZLE:
        return zleCompress(source, target);
      case algorithm.ZIO_COMPRESS_LZ4:
        return this.#lz4.compress(source, target);
      default:
        return 0;
    }
  }

  /** A fresh buffer of exactly `lsize` bytes; ZfsError EIO when `source` is damaged. */
  decompress(kind: number, source: Uint8Array, lsize: number): Uint8Array {
    const target = new Uint8Array(lsize);
    if (!this.#expand(kind, source, target)) {
      const name = algorithm.COMPRESS_NAMES[kind] ?? String(kind);
      throw new ZfsError('EIO', `Cannot decompress a block: its ${name} data is damaged`);
    }
    return target;
  }

  #expand(kind: number, source: Uint8Array, target: Uint8Array): boolean {
    if (kind >= algorithm.ZIO_COMPRESS_GZIP_1 && kind <= algorithm.ZIO_COMPRESS_GZIP_9) {
      return this.#fill(target, () => this.#codecs.inflate(source, target.length));
    }
    switch (kind) {
      case algorithm.ZIO_COMPRESS_LZJB:
        return lzjbDecompress(source, target);
      case algorithm.ZIO_COMPRESS_ZLE:
        return zleDecompress(source, target);
      case algorithm.ZIO_COMPRESS_LZ4:
        return lz4Decompress(source, target);
      case algorithm.ZIO_COMPRESS_ZSTD: {
        const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
        const size = view.getUint32(0);
        if (ZSTD_HEADER + size > source.length) return false;
        // ZFS leaves out the frame's magic number.
        const frame = new Uint8Array(4 + size);
        frame.set([0x28, 0xb5, 0x2f, 0xfd]);
        frame.set(source.subarray(ZSTD_HEADER, ZSTD_HEADER + size), 4);
        return this.#fill(target, () => this.#codecs.zstdDecompress(frame, target.length));
      }
      case algorithm.ZIO_COMPRESS_EMPTY:
        return true;
      default:
        throw new ZfsError('ENOTSUP', `Cannot decompress a block: algorithm ${kind} is not known`);
    }
  }

  #fill(target: Uint8Array, expand: () => Uint8Array): boolean {
    let plain: Uint8Array;
    try {
      plain = expand();
    } catch {
      return false;
    }
    if (plain.length > target.length) return false;
    target.set(plain);
    return true;
  }
}
