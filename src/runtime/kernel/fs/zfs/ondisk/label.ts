/**
 * The four labels of a vdev and the uberblock ring in them.
 *
 *   L0 L1 ........................ L2 L3      256 KiB each, two in front, two at the end
 *   label = 8K blank | 8K boot header | 112K packed nvlist | 128K uberblock ring
 *
 * Data starts behind the two front labels and a 3.5 MiB boot area.
 * @spec ZFS On-Disk §1  @see uts/common/fs/zfs/vdev_label.c, uberblock.c
 */
export {
  POOL_STATE_ACTIVE,
  POOL_STATE_DESTROYED,
  POOL_STATE_EXPORTED,
  POOL_STATE_L2CACHE,
  POOL_STATE_SPARE,
} from '#abi/illumos/zfs-stat.ts';
import { array, n64, type Struct, type StructOf, struct, u64, bytes } from './struct.ts';
import { SPA_BLKPTR_SIZE } from './blkptr.ts';

export const VDEV_LABELS = 4;
export const VDEV_LABEL_SIZE: number = 256 * 1024;
export const VDEV_PAD_SIZE: number = 8 * 1024;
export const VDEV_PHYS_OFFSET: number = 16 * 1024;
export const VDEV_PHYS_SIZE: number = 112 * 1024;
export const VDEV_UBERBLOCK_RING: number = 128 * 1024;
export const VDEV_BOOT_SIZE: number = 3584 * 1024;
/** `VDEV_LABEL_START_SIZE`: byte of the device where DVA offset 0 is. */
export const VDEV_LABEL_START_SIZE: number = 2 * VDEV_LABEL_SIZE + VDEV_BOOT_SIZE;
/** `VDEV_LABEL_END_SIZE` */
export const VDEV_LABEL_END_SIZE: number = 2 * VDEV_LABEL_SIZE;
/** `SPA_MINDEVSIZE` */
export const SPA_MINDEVSIZE: number = 64 * 1024 * 1024;

/** Where label `l` begins on a device of `sizeBytes`. */
export function labelOffset(sizeBytes: number, l: number): number {
  const aligned = sizeBytes - (sizeBytes % VDEV_LABEL_SIZE);
  return l < 2 ? l * VDEV_LABEL_SIZE : aligned - (VDEV_LABELS - l) * VDEV_LABEL_SIZE;
}

/** Bytes that a device of `sizeBytes` has for data. */
export function dataSize(sizeBytes: number): number {
  const aligned = sizeBytes - (sizeBytes % VDEV_LABEL_SIZE);
  return aligned - VDEV_LABEL_START_SIZE - VDEV_LABEL_END_SIZE;
}

export const MIN_UBERBLOCK_SHIFT = 10;
export const MAX_UBERBLOCK_SHIFT = 13;

/** `VDEV_UBERBLOCK_SIZE` */
export function uberblockSize(ashift: number): number {
  return 2 ** Math.min(Math.max(ashift, MIN_UBERBLOCK_SHIFT), MAX_UBERBLOCK_SHIFT);
}

/** `VDEV_UBERBLOCK_COUNT` */
export function uberblockCount(ashift: number): number {
  return VDEV_UBERBLOCK_RING / uberblockSize(ashift);
}

/** Offset of ring slot `n` in its label. */
export function uberblockOffset(ashift: number, n: number): number {
  return VDEV_PHYS_OFFSET + VDEV_PHYS_SIZE + n * uberblockSize(ashift);
}

export const UBERBLOCK_MAGIC = 0x00bab10cn;
export const MMP_MAGIC = 0xa11cea11n;
export const SPA_VERSION_BEFORE_FEATURES = 28;
export const SPA_VERSION_FEATURES = 5000;

/** `uberblock_t` up to the fields we keep. */
export const uberblock: Struct<{
  magic: ReturnType<typeof u64>;
  version: ReturnType<typeof n64>;
  txg: ReturnType<typeof n64>;
  guidSum: ReturnType<typeof u64>;
  timestamp: ReturnType<typeof n64>;
  rootbp: ReturnType<typeof bytes>;
  softwareVersion: ReturnType<typeof n64>;
  mmpMagic: ReturnType<typeof u64>;
  mmpDelay: ReturnType<typeof u64>;
  mmpConfig: ReturnType<typeof u64>;
  checkpointTxg: ReturnType<typeof n64>;
}> = struct('uberblock_t', 208, {
  magic: u64(0),
  version: n64(8),
  txg: n64(16),
  guidSum: u64(24),
  timestamp: n64(32),
  rootbp: bytes(40, SPA_BLKPTR_SIZE),
  softwareVersion: n64(168),
  mmpMagic: u64(176),
  mmpDelay: u64(184),
  mmpConfig: u64(192),
  checkpointTxg: n64(200),
});
export type Uberblock = StructOf<typeof uberblock>;

/** `ZEC_MAGIC`; a label or gang header ends in `zio_eck_t`: this and a checksum, 40 bytes. */
export const ZEC_MAGIC = 0x0210da7ab10c7a11n;
export const ZIO_ECK_SIZE = 40;

/** Gang header: three block pointers, padding, `zio_eck_t`; 512 bytes. */
export const SPA_GANGBLOCKSIZE = 512;
export const SPA_GBH_NBLKPTRS = 3;

export const checksumWords: ReturnType<typeof array<bigint>> = array(u64, 0, 4);
