/**
 * How much must be reserved so that a volume can always be written in full: its data with copies, and
 * the indirect blocks above it, which are taken to be as large as they can get.
 * @see lib/libzfs/common/libzfs_dataset.c zvol_volsize_to_reservation()
 */
const DN_MAX_INDBLKSHIFT = 17;
const SPA_BLKPTRSHIFT = 7;
const SPA_DVAS_PER_BP = 3;
const OLD_MAX_BLOCK = 131_072;
/** `ZVOL_DEFAULT_BLOCKSIZE` */
const DEFAULT_BLOCK = 8192;
/** Blocks from the meta-dnode's levels, which are there whatever the size. */
const METADNODE_BLOCKS = 7;

/** A raidz, as it counts here. */
export interface RaidzShape {
  readonly childCount: number;
  readonly parity: number;
  readonly ashift: number;
}

/** `vdev_raidz_asize` */
function raidzSize({ childCount, parity, ashift }: RaidzShape, size: number): number {
  const data = Math.floor((size - 1) / 2 ** ashift) + 1;
  const withParity = data + parity * Math.ceil(data / (childCount - parity));
  return Math.ceil(withParity / (parity + 1)) * (parity + 1) * 2 ** ashift;
}

/** Bytes for the data alone: small blocks on raidz take more than used space counts for them. */
function dataBytes(blocks: number, blockSize: number, raidz: readonly RaidzShape[]): number {
  const plain = blocks * blockSize;
  const sizes = raidz.map((shape) => {
    const perBlock = raidzSize(shape, blockSize);
    return Math.floor((blocks * perBlock * OLD_MAX_BLOCK) / raidzSize(shape, OLD_MAX_BLOCK));
  });
  return Math.max(plain, ...sizes);
}

/** The refreservation of a volume that is not sparse; `raidz` are the pool's, if any. */
export function volsizeToReservation(
  volsize: number,
  blockSize = DEFAULT_BLOCK,
  copies = 1,
  raidz: readonly RaidzShape[] = [],
): number {
  const perIndirect = 2 ** (DN_MAX_INDBLKSHIFT - SPA_BLKPTRSHIFT);
  let metadata = METADNODE_BLOCKS;
  const blocks = Math.floor(volsize / blockSize);
  for (let level = blocks; level > 1; ) {
    level = Math.ceil(level / perIndirect);
    metadata += level;
  }
  const metadataCopies = Math.min(SPA_DVAS_PER_BP, copies + 1);
  const data = dataBytes(blocks, blockSize, raidz) * copies;
  return data + metadata * metadataCopies * 2 ** DN_MAX_INDBLKSHIFT;
}
