/**
 * st_mode's bits and device numbers. A device number has the 64-bit form (major in the upper half);
 * as a `number` it stays exact because majors are small.
 * @spec uts/common/sys/stat.h, sys/mkdev.h  @man stat.h(3HEAD)
 */
export const S_IFMT = 0xf000;
export const S_IFIFO = 0x1000;
export const S_IFCHR = 0x2000;
export const S_IFDIR = 0x4000;
export const S_IFBLK = 0x6000;
export const S_IFREG = 0x8000;
export const S_IFLNK = 0xa000;
export const S_IFSOCK = 0xc000;
export const S_IFDOOR = 0xd000;
export const S_IFPORT = 0xe000;

export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;
export const S_ISVTX = 0o1000;
export const S_IRWXU = 0o700;
export const S_IRUSR = 0o400;
export const S_IWUSR = 0o200;
export const S_IXUSR = 0o100;
export const S_IRWXG = 0o070;
export const S_IRGRP = 0o040;
export const S_IWGRP = 0o020;
export const S_IXGRP = 0o010;
export const S_IRWXO = 0o007;
export const S_IROTH = 0o004;
export const S_IWOTH = 0o002;
export const S_IXOTH = 0o001;
/** All that chmod(2) can set. */
export const S_IAMB = 0o7777;

/** The type bits for each `VnodeType`. @see uts/common/fs/vnode.c vttoif_tab */
export const TYPE_BITS = {
  VREG: S_IFREG,
  VDIR: S_IFDIR,
  VBLK: S_IFBLK,
  VCHR: S_IFCHR,
  VLNK: S_IFLNK,
  VFIFO: S_IFIFO,
  VDOOR: S_IFDOOR,
  VSOCK: S_IFSOCK,
  VPORT: S_IFPORT,
} as const;

/** The inverse of `TYPE_BITS` for the type bits of `mode`; undefined for no known type. */
export function typeOfMode(mode: number): keyof typeof TYPE_BITS | undefined {
  const bits = mode & S_IFMT;
  for (const type of Object.keys(TYPE_BITS) as (keyof typeof TYPE_BITS)[]) {
    if (TYPE_BITS[type] === bits) return type;
  }
  return undefined;
}

const MINOR_SPAN = 2 ** 32;

/** @man makedev(3C) */
export function makedev(major: number, minor: number): number {
  return major * MINOR_SPAN + minor;
}

/** @man major(3C) */
export function majorOf(device: number): number {
  return Math.floor(device / MINOR_SPAN);
}

/** @man minor(3C) */
export function minorOf(device: number): number {
  return device % MINOR_SPAN;
}
