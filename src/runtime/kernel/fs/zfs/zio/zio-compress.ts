/**
 * Compression by number. A block is stored compressed only when that saves an eighth; the rest of
 * its last sector is zeros.
 * @see uts/common/fs/zfs/zio_compress.c
 */
import type { Codecs } from '#runtime/host.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import * as algorithm from '../ondisk/zio-algorithm.ts';
import { BlockMachine } from './block-machine.ts';
import { LZ4_HEADER } from './lz4.ts';
import { lzjbCompress, lzjbDecompress } from './lzjb.ts';
import { zleCompress, zleDecompress } from './zle.ts';

/** ZFS's own header before a zstd frame: compressed size, then level and version. */
const ZSTD_HEADER = 8;
/** A compressed block is filled up to a whole number of sectors of 2^16 bytes at most. */
const MAX_PADDING: number = 64 * 1024;
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
  readonly #machine: BlockMachine;
  /** Where the other compressors write. */
  #scratch: Uint8Array = new Uint8Array(0);

  constructor(codecs: Codecs, machine: BlockMachine = new BlockMachine()) {
    this.#codecs = codecs;
    this.#machine = machine;
  }

  /**
   * The compressed bytes, or null when they would not be fewer than 7/8. Borrowed until the next
   * call, and `padTo` may be asked to put zeros behind them.
   */
  compress(kind: number, source: Uint8Array): Uint8Array | null {
    const limit = source.length - (source.length >> 3);
    const known = kind === algorithm.ZIO_COMPRESS_ON ? COMPRESS_ON_VALUE : kind;
    if (known === algorithm.ZIO_COMPRESS_LZ4) return this.#lz4(source, limit);
    const size = limit + MAX_PADDING;
    if (this.#scratch.length < size) this.#scratch = new Uint8Array(size);
    const target = this.#scratch.subarray(0, limit);
    const used = this.#run(known, source, target);
    return used === 0 || used > limit ? null : target.subarray(0, used);
  }

  /** LZ4 with the compressed size before it. */
  #lz4(source: Uint8Array, limit: number): Uint8Array | null {
    const packed = this.#machine.lz4Compress(source, LZ4_HEADER, limit);
    if (packed === null) return null;
    const size = packed.length - LZ4_HEADER;
    packed[0] = size >>> 24;
    packed[1] = size >>> 16;
    packed[2] = size >>> 8;
    packed[3] = size;
    return packed;
  }

  /** What `compress` gave, filled up with zeros to `sizeBytes`, less than a sector more. */
  padTo(packed: Uint8Array, sizeBytes: number): Uint8Array {
    const whole = new Uint8Array(packed.buffer as ArrayBuffer, packed.byteOffset, sizeBytes);
    return whole.fill(0, packed.length);
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
      default:
        return 0;
    }
  }

  /** A fresh buffer of exactly `lsize` bytes; ZfsError EIO when `source` is damaged. */
  decompress(kind: number, source: Uint8Array, lsize: number): Uint8Array {
    if (kind === algorithm.ZIO_COMPRESS_LZ4) {
      const plain = lz4Body(source, (body) => this.#machine.lz4Decompress(body, lsize));
      if (plain !== null) return plain.slice();
    }
    const target = new Uint8Array(lsize);
    if (kind === algorithm.ZIO_COMPRESS_LZ4 || !this.#expand(kind, source, target)) {
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

/** Calls `unpack` with what follows the compressed size; null when that is more than there is. */
function lz4Body(
  source: Uint8Array,
  unpack: (body: Uint8Array) => Uint8Array | null,
): Uint8Array | null {
  if (source.length < LZ4_HEADER) return null;
  const size = new DataView(source.buffer, source.byteOffset, LZ4_HEADER).getUint32(0);
  if (size > source.length - LZ4_HEADER) return null;
  return unpack(source.subarray(LZ4_HEADER, LZ4_HEADER + size));
}
