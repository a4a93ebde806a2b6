/** ioctl(2) on disks. @spec uts/common/sys/dkio.h  @man dkio(4I) */
const DKIOC = 0x0400;

export const DKIOCFLUSHWRITECACHE: number = DKIOC | 34;
export const DKIOCGMEDIAINFO: number = DKIOC | 42;

/** `struct dk_minfo`; the call fills the object that it is given. */
export interface DiskMediaInfo {
  /** Bytes of a sector. */
  readonly blockSize: number;
  /** Sectors. */
  readonly capacity: number;
}
