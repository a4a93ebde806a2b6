/**
 * Checksums by number: over a block for its pointer, and the embedded kind that ends labels,
 * uberblocks, gang headers and log blocks (`zio_eck_t`).
 * Surprising: an embedded checksum is taken with a verifier in its place, made of where the block
 * is, so that a block written to the wrong place does not pass.
 * @see uts/common/fs/zfs/zio_checksum.c
 */
import { blake3 } from '@noble/hashes/blake3.js';
import type { Codecs } from '#runtime/host.ts';
import { ZEC_MAGIC, ZIO_ECK_SIZE } from '../ondisk/label.ts';
import { ZIL_CHAIN_ECK_OFFSET, ZIL_MIN_BLKSZ } from '../ondisk/zil-phys.ts';
import { readSafeU64, viewOf } from '../ondisk/struct.ts';
import { swap32, swap64 } from '../ondisk/byteswap.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import * as algorithm from '../ondisk/zio-algorithm.ts';
import { BlockMachine } from './block-machine.ts';
import { Fletcher } from './fletcher.ts';

const ZEC_MAGIC_SWAPPED = 0x117a0cb17ada1002n;

export function equalChecksums(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < 8; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

export class Checksums {
  readonly fletcher: Fletcher;
  /** 32 bytes of the pool's own, the key of blake3; there when the MOS is. */
  salt: Uint8Array | undefined;
  readonly #codecs: Codecs;

  constructor(codecs: Codecs, machine: BlockMachine = new BlockMachine()) {
    this.#codecs = codecs;
    this.fletcher = new Fletcher(machine);
  }

  /**
   * The checksum of `bytes` as a writer of the given byte order computed it, or null for `off`.
   * ZfsError ENOTSUP for algorithms we do not have.
   */
  compute(kind: number, bytes: Uint8Array, isLittleEndian = true): Uint32Array | null {
    switch (kind) {
      case algorithm.ZIO_CHECKSUM_OFF:
      case algorithm.ZIO_CHECKSUM_NOPARITY:
        return null;
      case algorithm.ZIO_CHECKSUM_FLETCHER_2:
      case algorithm.ZIO_CHECKSUM_ZILOG:
        return this.fletcher.fletcher2(isLittleEndian ? bytes : swapped(bytes, swap64));
      case algorithm.ZIO_CHECKSUM_ON:
      case algorithm.ZIO_CHECKSUM_FLETCHER_4:
      case algorithm.ZIO_CHECKSUM_ZILOG2:
        return this.fletcher.fletcher4(isLittleEndian ? bytes : swapped(bytes, swap32));
      case algorithm.ZIO_CHECKSUM_SHA256:
      case algorithm.ZIO_CHECKSUM_LABEL:
      case algorithm.ZIO_CHECKSUM_GANG_HEADER:
        return this.sha256(bytes);
      case algorithm.ZIO_CHECKSUM_SHA512:
        return this.#sha512(bytes, isLittleEndian);
      case algorithm.ZIO_CHECKSUM_BLAKE3:
        return this.#blake3(bytes, isLittleEndian);
      default: {
        const name = algorithm.CHECKSUM_NAMES[kind] ?? String(kind);
        throw new ZfsError('ENOTSUP', `Cannot verify a block: checksum ${name} is not supported`);
      }
    }
  }

  /** SHA-256 as four big-endian words, whatever the machine. */
  sha256(bytes: Uint8Array): Uint32Array {
    const view = viewOf(this.#codecs.digest('sha256', bytes));
    const sum = new Uint32Array(8);
    for (let i = 0; i < 8; i += 2) {
      sum[i] = view.getUint32(i * 4 + 4);
      sum[i + 1] = view.getUint32(i * 4);
    }
    return sum;
  }

  /** SHA-512/256, its bytes taken as words of the writer's order. */
  #sha512(bytes: Uint8Array, isLittleEndian: boolean): Uint32Array {
    return wordsOf(this.#codecs.digest('sha512-256', bytes).slice(), isLittleEndian);
  }

  /** BLAKE3 keyed with the pool's salt. */
  #blake3(bytes: Uint8Array, isLittleEndian: boolean): Uint32Array {
    if (this.salt === undefined) throw new ZfsError('EIO', 'Cannot verify a block: no salt yet');
    return wordsOf(blake3(bytes, { key: this.salt }), isLittleEndian);
  }

  /** Fills in the `zio_eck_t` at the end of `bytes`. */
  seal(bytes: Uint8Array, verifier: Uint32Array): void {
    const view = viewOf(bytes);
    const eck = bytes.length - ZIO_ECK_SIZE;
    view.setBigUint64(eck, ZEC_MAGIC, true);
    putSum(view, eck + 8, verifier);
    putSum(view, eck + 8, this.sha256(bytes));
  }

  /** Fills in the `zio_eck_t` of a log block called `name`. */
  sealLog(kind: number, bytes: Uint8Array, name: Uint32Array): void {
    const [eck, size] = logExtent(kind, bytes);
    const view = viewOf(bytes);
    view.setBigUint64(eck, ZEC_MAGIC, true);
    putSum(view, eck + 8, name);
    const sum = this.compute(kind, bytes.subarray(0, size));
    if (sum !== null) putSum(view, eck + 8, sum);
  }

  /** Whether `bytes` is the log block called `name`; only of our byte order. */
  verifyLog(kind: number, bytes: Uint8Array, name: Uint32Array): boolean {
    const view = viewOf(bytes);
    // The size is not to be believed yet.
    const isSlim = kind === algorithm.ZIO_CHECKSUM_ZILOG2;
    if (isSlim && view.getUint32(ZIL_CHAIN_ECK_OFFSET - 4, true) !== 0) return false;
    const [eck, size] = logExtent(kind, bytes);
    if (size > bytes.length || size === 0) return false;
    if (view.getBigUint64(eck, true) !== ZEC_MAGIC) return false;
    const copy = bytes.slice(0, size);
    putSum(viewOf(copy), eck + 8, name);
    const sum = this.compute(kind, copy);
    const expected = Uint32Array.from({ length: 8 }, (_, i) =>
      view.getUint32(eck + 8 + i * 4, true),
    );
    return sum !== null && equalChecksums(sum, expected);
  }

  /**
   * Whether the `zio_eck_t` at the end of `bytes` is right, and the writer's byte order.
   * `bytes` is unchanged afterwards.
   */
  verify(bytes: Uint8Array, verifier: Uint32Array): 'little' | 'big' | null {
    const view = viewOf(bytes);
    const eck = bytes.length - ZIO_ECK_SIZE;
    const magic = view.getBigUint64(eck, true);
    if (magic !== ZEC_MAGIC && magic !== ZEC_MAGIC_SWAPPED) return null;
    const isLittleEndian = magic === ZEC_MAGIC;
    const kept = bytes.slice(eck + 8);
    putSum(view, eck + 8, verifier);
    if (!isLittleEndian) swap64(bytes, eck + 8, eck + 40);
    const actual = this.sha256(bytes);
    bytes.set(kept, eck + 8);
    if (!isLittleEndian) swap64(kept, 0, 32);
    const expected = new Uint32Array(kept.buffer, 0, 8);
    if (!equalChecksums(expected, actual)) return null;
    return isLittleEndian ? 'little' : 'big';
  }
}

/** Whether it is a log block's, whose checksum words are its name (ondisk/zil-phys.ts). */
export function isLogChecksum(kind: number): boolean {
  return kind === algorithm.ZIO_CHECKSUM_ZILOG || kind === algorithm.ZIO_CHECKSUM_ZILOG2;
}

/** Where the `zio_eck_t` of a log block is, and how much of the block it covers. */
function logExtent(kind: number, bytes: Uint8Array): [eck: number, size: number] {
  if (kind === algorithm.ZIO_CHECKSUM_ZILOG) return [bytes.length - ZIO_ECK_SIZE, bytes.length];
  const used = readSafeU64(viewOf(bytes), ZIL_CHAIN_ECK_OFFSET - 8);
  return [ZIL_CHAIN_ECK_OFFSET, Math.ceil(used / ZIL_MIN_BLKSZ) * ZIL_MIN_BLKSZ];
}

function putSum(view: DataView, at: number, sum: Uint32Array): void {
  for (let i = 0; i < 8; i += 1) view.setUint32(at + i * 4, sum[i] as number, true);
}

/** A digest of 32 bytes as the checksum words of a writer of the given order; changes `digest`. */
function wordsOf(digest: Uint8Array, isLittleEndian: boolean): Uint32Array {
  if (!isLittleEndian) swap64(digest, 0, 32);
  const view = viewOf(digest);
  return Uint32Array.from({ length: 8 }, (_, i) => view.getUint32(i * 4, true));
}

function swapped(
  bytes: Uint8Array,
  swap: (bytes: Uint8Array, from: number, end: number) => void,
): Uint8Array {
  const copy = bytes.slice();
  swap(copy, 0, copy.length);
  return copy;
}

/** The verifier of a gang header: where its first copy is, and when it was born. */
export function gangVerifier(vdev: number, offset: number, birth: number): Uint32Array {
  const words = new Uint32Array(8);
  words[0] = vdev;
  words[2] = offset % 2 ** 32;
  words[3] = Math.floor(offset / 2 ** 32);
  words[4] = birth % 2 ** 32;
  words[5] = Math.floor(birth / 2 ** 32);
  return words;
}
