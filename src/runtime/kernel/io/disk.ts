/**
 * Disks: the host's block devices under /dev/dsk (block) and /dev/rdsk (raw).
 * Surprising: there is no label and there are no partitions. `c1t0d0`, its slice 0 and partition p0
 * all are the whole disk, so that an image file of the host is a plain vdev.
 * @man sd(4D) dkio(4I)
 */
import type { BlockDevice } from '#runtime/host.ts';
import { BlockDeviceError } from '#runtime/host.ts';
import { DKIOCFLUSHWRITECACHE, DKIOCGMEDIAINFO, type DiskMediaInfo } from '#abi/illumos/dkio.ts';
import { EINVAL, EIO, ENOSPC, ENOTTY, ENXIO, EROFS, type Errno } from '#kernel/os/errno.ts';
import { type Driver, MAJORS, OpenDevice } from '#kernel/io/device.ts';
import type { Blocking } from '#kernel/vfs/vnode.ts';

/** `SDUNIT_SHIFT`: 64 minors a disk. */
const UNIT_SHIFT = 6;
/** Minor numbers within a disk, and how their names in /dev end. */
export const DISK_PARTS: readonly (readonly [suffix: string, minor: string, part: number])[] = [
  ['', 'wd', 7],
  ['s0', 'a', 0],
  ['p0', 'q', 16],
];

const ERRNO_OF = { EIO, ENXIO, EROFS, ENOSPC } as const;

function guard<T>(work: () => T): T | Errno {
  try {
    return work();
  } catch (error) {
    if (error instanceof BlockDeviceError) return ERRNO_OF[error.code];
    throw error;
  }
}

export function diskMinor(unit: number, part: number): number {
  return unit * 2 ** UNIT_SHIFT + part;
}

class OpenDisk extends OpenDevice {
  readonly #disk: BlockDevice;
  readonly #onClose: () => void;

  constructor(disk: BlockDevice, onClose: () => void = () => {}) {
    super();
    this.#disk = disk;
    this.#onClose = onClose;
  }

  override close(): void {
    this.#onClose();
  }

  /** The sectors that a range touches. */
  #span(offset: number, size: number): { from: number; bytes: Uint8Array } {
    const { sectorSize } = this.#disk;
    const from = offset - (offset % sectorSize);
    const to = Math.ceil((offset + size) / sectorSize) * sectorSize;
    return { from, bytes: new Uint8Array(to - from) };
  }

  override read(offset: number, target: Uint8Array): Blocking<number> {
    const size = Math.min(target.length, this.#disk.sizeBytes - offset);
    if (size <= 0) return 0;
    return guard(() => {
      const { from, bytes } = this.#span(offset, size);
      this.#disk.read(from, bytes);
      target.set(bytes.subarray(offset - from, offset - from + size));
      return size;
    });
  }

  override write(offset: number, source: Uint8Array): Blocking<number> {
    const size = Math.min(source.length, this.#disk.sizeBytes - offset);
    if (size <= 0) return source.length === 0 ? 0 : ENXIO;
    if (this.#disk.isReadOnly) return EROFS;
    return guard(() => {
      const { from, bytes } = this.#span(offset, size);
      if (bytes.length !== size) this.#disk.read(from, bytes);
      bytes.set(source.subarray(0, size), offset - from);
      this.#disk.write(from, bytes);
      return size;
    });
  }

  override ioctl(command: number, argument: unknown): Blocking<number> {
    if (command === DKIOCFLUSHWRITECACHE) {
      return guard(() => {
        this.#disk.flush();
        return 0;
      });
    }
    if (command !== DKIOCGMEDIAINFO) return ENOTTY;
    if (typeof argument !== 'object' || argument === null) return EINVAL;
    const { sectorSize, sizeBytes } = this.#disk;
    const info: DiskMediaInfo = { blockSize: sectorSize, capacity: sizeBytes / sectorSize };
    Object.assign(argument, info);
    return 0;
  }
}

/** Any storage as an open disk; for drivers of other kinds of disks. */
export function openBlockDevice(device: BlockDevice, onClose: () => void): OpenDevice {
  return new OpenDisk(device, onClose);
}

/** The driver of all disks; a disk's unit is its place in `disks`. */
export function diskDriver(disks: readonly BlockDevice[]): Driver {
  return {
    name: 'sd',
    major: MAJORS.sd,
    open(minor) {
      const disk = diskOfMinor(disks, minor);
      return disk === undefined ? ENXIO : new OpenDisk(disk);
    },
  };
}

/** The disk behind a minor number of the driver. */
export function diskOfMinor(disks: readonly BlockDevice[], minor: number): BlockDevice | undefined {
  const part = minor % 2 ** UNIT_SHIFT;
  if (!DISK_PARTS.some(([, , known]) => known === part)) return undefined;
  return disks[Math.floor(minor / 2 ** UNIT_SHIFT)];
}
