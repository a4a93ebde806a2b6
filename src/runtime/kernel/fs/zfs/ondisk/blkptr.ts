/**
 * The block pointer: where a block is, how it was made, what it must sum to. 128 bytes hold up to
 * three places (DVAs), or, when embedded, 112 bytes of the block itself. A pointer without places
 * is a hole; with hole_birth a hole too says since when.
 * Surprising: sizes count sectors less one, except in embedded pointers, where they are bytes.
 * @spec ZFS On-Disk §2  @see uts/common/sys/fs/zfs: spa.h
 */
import { viewOf } from './struct.ts';

export const SPA_BLKPTR_SIZE = 128;
export const SPA_BLKPTRSHIFT = 7;
export const SPA_MINBLOCKSHIFT = 9;
export const SPA_MINBLOCKSIZE = 512;
export const SPA_OLD_MAXBLOCKSIZE: number = 128 * 1024;
export const SPA_MAXBLOCKSIZE: number = 16 * 1024 * 1024;
export const SPA_DVAS_PER_BP = 3;
/** Smaller blocks are never cut into pieces. */
export const SPA_GANG_MIN = 512;
/** `BPE_PAYLOAD_SIZE` */
export const BPE_PAYLOAD_SIZE = 112;
/** `BP_EMBEDDED_TYPE_DATA` */
export const BP_EMBEDDED_TYPE_DATA = 0;

/** `dva_t`, in bytes. */
export interface Dva {
  readonly vdev: number;
  /** From the end of the front labels and boot area. */
  readonly offset: number;
  /** Allocated there: parity, padding and, for a gang block, only the header. */
  readonly asize: number;
  readonly isGang: boolean;
}

/** `blkptr_t`. Immutable; a written block has a new one. */
export interface BlockPointer {
  /** Empty for holes and embedded blocks. */
  readonly dvas: readonly Dva[];
  readonly lsize: number;
  /** Size after compression, before parity. */
  readonly psize: number;
  /** `enum zio_compress` */
  readonly compress: number;
  /** `enum zio_checksum`; for an embedded block its `BP_EMBEDDED_TYPE`. */
  readonly checksum: number;
  /** `dmu_object_type_t` */
  readonly type: number;
  readonly level: number;
  readonly isDedup: boolean;
  /** The crypt bit: encrypted data, or authenticated metadata of an encrypted dataset. */
  readonly isEncrypted: boolean;
  readonly isLittleEndian: boolean;
  /** Txg in which the block was first referenced. */
  readonly birth: number;
  /** Txg in which it was written when that differs, else 0. */
  readonly physicalBirth: number;
  /** Non-hole blocks (of a meta-dnode: allocated dnodes) below. */
  readonly fill: number;
  /** Four 64-bit words as low and high halves. */
  readonly cksum: Uint32Array;
  /** The payload of an embedded block (`psize` bytes), else null. */
  readonly embedded: Uint8Array | null;
}

const NO_CKSUM: Uint32Array = new Uint32Array(8);
const TWO_32 = 2 ** 32;

/** A hole that was never anything else: 128 zero bytes. */
export const HOLE: BlockPointer = hole(0, 0, 0, 0);

/** A hole of `lsize` bytes that has been one since `birth` (0: for ever). */
export function hole(lsize: number, type: number, level: number, birth: number): BlockPointer {
  return {
    dvas: [],
    lsize,
    psize: birth === 0 ? 0 : SPA_MINBLOCKSIZE,
    compress: 0,
    checksum: 0,
    type,
    level,
    isDedup: false,
    isEncrypted: false,
    isLittleEndian: birth === 0 ? false : true,
    birth,
    physicalBirth: 0,
    fill: 0,
    cksum: NO_CKSUM,
    embedded: null,
  };
}

/** `BP_IS_HOLE` */
export function isHole(bp: BlockPointer): boolean {
  return bp.dvas.length === 0 && bp.embedded === null;
}

export function isGang(bp: BlockPointer): boolean {
  return bp.dvas[0]?.isGang ?? false;
}

/** `BP_PHYSICAL_BIRTH`: the txg whose write put the bytes where they are. */
export function physicalBirthOf(bp: BlockPointer): number {
  return bp.physicalBirth === 0 ? bp.birth : bp.physicalBirth;
}

function readDva(view: DataView, at: number): Dva | undefined {
  const asizeWord = view.getUint32(at, true);
  const vdev = view.getUint32(at + 4, true) & 0xffffff;
  const low = view.getUint32(at + 8, true);
  const high = view.getUint32(at + 12, true);
  const sectors = asizeWord & 0xffffff;
  if (sectors === 0 && asizeWord === 0 && vdev === 0 && low === 0 && high === 0) return undefined;
  return {
    vdev,
    asize: sectors * SPA_MINBLOCKSIZE,
    offset: ((high & 0x7fffffff) * TWO_32 + low) * SPA_MINBLOCKSIZE,
    isGang: high >= 0x80000000,
  };
}

function readWord(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}

/** Where the payload of an embedded block lies: everything but the property and birth words. */
const PAYLOAD_RANGES: readonly (readonly [number, number])[] = [
  [0, 48],
  [56, 80],
  [88, 128],
];

function readEmbedded(bytes: Uint8Array, at: number, psize: number): Uint8Array {
  const payload = new Uint8Array(BPE_PAYLOAD_SIZE);
  let to = 0;
  for (const [from, end] of PAYLOAD_RANGES) {
    payload.set(bytes.subarray(at + from, at + end), to);
    to += end - from;
  }
  return payload.subarray(0, Math.min(psize, BPE_PAYLOAD_SIZE));
}

/** A little-endian word, where a view for it would cost more than the reading. */
export function word32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return low + ((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)) * 65536;
}

/**
 * The first place of the pointer at `at`, in 512-byte sectors, and its physical birth, without
 * decoding the rest; undefined for holes and embedded blocks.
 */
export function readPlace(
  bytes: Uint8Array,
  at: number,
): { readonly vdev: number; readonly sector: number; readonly birth: number } | undefined {
  const asize = word32(bytes, at);
  if (((bytes[at + 52] as number) & 0x80) !== 0 || asize === 0) return undefined;
  const high = word32(bytes, at + 12) % 2 ** 31;
  let birth = word32(bytes, at + 72) + word32(bytes, at + 76) * TWO_32;
  if (birth === 0) birth = word32(bytes, at + 80) + word32(bytes, at + 84) * TWO_32;
  const vdev = word32(bytes, at + 4) & 0xffffff;
  return { vdev, sector: high * TWO_32 + word32(bytes, at + 8), birth };
}

/** The fill count of the pointer at `at` without decoding the rest; undefined for a hole. */
export function fillOfBlkptr(view: DataView, at: number): number | undefined {
  if ((view.getUint8(at + 52) & 0x80) !== 0) return 1;
  for (let word = 0; word < 48; word += 4) {
    if (view.getUint32(at + word, true) !== 0) return readWord(view, at + 88);
  }
  return undefined;
}

/** Decodes the 128 bytes at `at`. Never fails: hostile values are caught where they are used. */
export function readBlkptr(bytes: Uint8Array, at: number, view = viewOf(bytes)): BlockPointer {
  const low = view.getUint32(at + 48, true);
  const high = view.getUint32(at + 52, true);
  const birth = readWord(view, at + 80);
  const common = {
    compress: high & 0x7f,
    checksum: (high >>> 8) & 0xff,
    type: (high >>> 16) & 0xff,
    level: (high >>> 24) & 0x1f,
    isEncrypted: (high & 0x20000000) !== 0,
    isDedup: (high & 0x40000000) !== 0,
    isLittleEndian: high >= 0x80000000,
    birth,
  };
  if ((high & 0x80) !== 0) {
    const psize = (low >>> 25) + 1;
    return {
      ...common,
      dvas: [],
      lsize: (low & 0x1ffffff) + 1,
      psize,
      physicalBirth: 0,
      fill: 1,
      cksum: NO_CKSUM,
      embedded: readEmbedded(bytes, at, psize),
    };
  }
  const dvas: Dva[] = [];
  for (let d = 0; d < SPA_DVAS_PER_BP; d += 1) {
    const dva = readDva(view, at + d * 16);
    // A pointer is a hole by its first place; later ones of an encrypted block hold its salt.
    if (dva === undefined) break;
    if (d === 2 && common.isEncrypted && common.level === 0) break;
    dvas.push(dva);
  }
  const isEmpty = low === 0 && high === 0;
  const cksum = new Uint32Array(8);
  for (let i = 0; i < 8; i += 1) cksum[i] = view.getUint32(at + 96 + i * 4, true);
  return {
    ...common,
    dvas,
    lsize: isEmpty ? 0 : ((low & 0xffff) + 1) * SPA_MINBLOCKSIZE,
    psize: isEmpty ? 0 : ((low >>> 16) + 1) * SPA_MINBLOCKSIZE,
    physicalBirth: readWord(view, at + 72),
    fill: readWord(view, at + 88),
    cksum,
    embedded: null,
  };
}

function writeWord(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

function flagsOf(bp: BlockPointer): number {
  return (
    (bp.compress |
      (bp.checksum << 8) |
      (bp.type << 16) |
      (bp.level << 24) |
      (bp.isEncrypted ? 0x20000000 : 0) |
      (bp.isDedup ? 0x40000000 : 0) |
      (bp.isLittleEndian ? 0x80000000 : 0)) >>>
    0
  );
}

/** Encodes into the 128 bytes at `at`. */
export function writeBlkptr(bytes: Uint8Array, at: number, bp: BlockPointer): void {
  const view = viewOf(bytes);
  bytes.fill(0, at, at + SPA_BLKPTR_SIZE);
  writeWord(view, at + 80, bp.birth);
  if (bp.embedded !== null) {
    let from = 0;
    for (const [start, end] of PAYLOAD_RANGES) {
      bytes.set(bp.embedded.subarray(from, from + end - start), at + start);
      from += end - start;
    }
    view.setUint32(at + 48, ((bp.lsize - 1) | ((bp.psize - 1) << 25)) >>> 0, true);
    view.setUint32(at + 52, (flagsOf(bp) | 0x80) >>> 0, true);
    return;
  }
  if (isHole(bp)) {
    if (bp.birth === 0) return;
    // As illumos leaves a freed pointer: size, type and level, nothing about the past content.
    view.setUint32(at + 48, bp.lsize / SPA_MINBLOCKSIZE - 1, true);
    view.setUint32(at + 52, flagsOf({ ...bp, isLittleEndian: false }), true);
    return;
  }
  bp.dvas.forEach((dva, d) => {
    const sectors = dva.offset / SPA_MINBLOCKSIZE;
    view.setUint32(at + d * 16, dva.asize / SPA_MINBLOCKSIZE, true);
    view.setUint32(at + d * 16 + 4, dva.vdev, true);
    view.setUint32(at + d * 16 + 8, sectors % TWO_32, true);
    const high = Math.floor(sectors / TWO_32);
    view.setUint32(at + d * 16 + 12, dva.isGang ? (high | 0x80000000) >>> 0 : high, true);
  });
  const lsize = bp.lsize / SPA_MINBLOCKSIZE - 1;
  const psize = bp.psize / SPA_MINBLOCKSIZE - 1;
  view.setUint32(at + 48, (lsize | (psize << 16)) >>> 0, true);
  view.setUint32(at + 52, flagsOf(bp), true);
  writeWord(view, at + 72, bp.physicalBirth);
  writeWord(view, at + 88, bp.fill);
  for (let i = 0; i < 8; i += 1) view.setUint32(at + 96 + i * 4, bp.cksum[i] as number, true);
}
