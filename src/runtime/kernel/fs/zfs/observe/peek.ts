/**
 * Reading a block without a trace: straight from the devices, past the cache, the counters and the
 * repair of bad copies, so that looking at a pool heals nothing and counts as no I/O of the pool.
 * Surprising: no parity. What only reconstruction could bring back stays unseen.
 */
import { BlockDeviceError } from '#runtime/host.ts';
import type { BlockPointer, Dva } from '../ondisk/blkptr.ts';
import { SPA_GANGBLOCKSIZE, VDEV_LABEL_START_SIZE } from '../ondisk/label.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { ZIO_COMPRESS_OFF } from '../ondisk/zio-algorithm.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { raidzMap } from '../vdev/vdev-raidz-map.ts';
import { VdevRaidz } from '../vdev/vdev-raidz.ts';
import type { Vdev, Verify } from '../vdev/vdev.ts';
import { equalChecksums } from '../zio/zio-checksum.ts';
import type { ZioContext } from '../zio/zio.ts';

/** The block's bytes unpacked, or undefined when no copy can be read plainly. */
export function peekBlock(zio: ZioContext, bp: BlockPointer): Uint8Array | undefined {
  if (bp.embedded !== null) return unpack(zio, bp, bp.embedded);
  if (!bp.isLittleEndian || bp.isEncrypted) return undefined;
  const verify: Verify = (bytes) => {
    const sum = zio.checksums.compute(bp.checksum, bytes.subarray(0, bp.psize), true);
    return sum === null || equalChecksums(sum, bp.cksum);
  };
  for (const dva of bp.dvas) {
    if (dva.isGang) continue;
    const stored = peekDva(zio, dva, bp.psize, verify);
    if (stored !== undefined) return unpack(zio, bp, stored.subarray(0, bp.psize));
  }
  return undefined;
}

/** The header of a gang block, unverified: what it points to must be plausible to be followed. */
export function peekGangHeader(zio: ZioContext, dva: Dva): Uint8Array | undefined {
  return peekDva(zio, dva, SPA_GANGBLOCKSIZE, () => true);
}

function unpack(zio: ZioContext, bp: BlockPointer, stored: Uint8Array): Uint8Array | undefined {
  if (bp.compress === ZIO_COMPRESS_OFF) return stored;
  try {
    return zio.compressor.decompress(bp.compress, stored, bp.lsize);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return undefined;
  }
}

function peekDva(zio: ZioContext, dva: Dva, psize: number, verify: Verify): Uint8Array | undefined {
  const top = zio.tops[dva.vdev];
  if (top === undefined) return undefined;
  const sector = 2 ** top.vdev.ashift;
  return peekVdev(top.vdev, dva.offset, Math.ceil(psize / sector) * sector, verify);
}

function peekVdev(
  vdev: Vdev,
  offset: number,
  size: number,
  verify: Verify,
): Uint8Array | undefined {
  if (vdev instanceof VdevDisk) {
    const bytes = peekDisk(vdev, offset, size);
    return bytes !== undefined && verify(bytes) ? bytes : undefined;
  }
  if (vdev instanceof VdevRaidz) {
    const bytes = peekColumns(vdev, offset, size);
    return bytes !== undefined && verify(bytes) ? bytes : undefined;
  }
  for (const child of vdev.children) {
    const bytes = peekVdev(child, offset, size, verify);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

function peekDisk(disk: VdevDisk, offset: number, size: number): Uint8Array | undefined {
  const { device } = disk;
  const at = VDEV_LABEL_START_SIZE + offset;
  if (device === null || !disk.isReadable || at + size > device.sizeBytes) return undefined;
  const bytes = new Uint8Array(size);
  try {
    device.read(at, bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof BlockDeviceError)) throw error;
    return undefined;
  }
}

function peekColumns(vdev: VdevRaidz, offset: number, size: number): Uint8Array | undefined {
  const { ashift, children, parityCount } = vdev;
  const map = raidzMap(offset, size, ashift, children.length, parityCount);
  const bytes = new Uint8Array(size);
  let done = 0;
  for (const column of map.columns.slice(map.parityCount)) {
    const child = children[column.child];
    if (!(child instanceof VdevDisk)) return undefined;
    const part = peekDisk(child, column.offset, column.size);
    if (part === undefined) return undefined;
    bytes.set(part, done);
    done += column.size;
  }
  return bytes;
}
