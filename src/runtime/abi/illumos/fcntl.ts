/**
 * Flags and commands of open(2) and fcntl(2). The access mode is a value of two bits, not a flag:
 * mask with O_ACCMODE before comparing.
 * @spec uts/common/sys/fcntl.h  @man fcntl.h(3HEAD)
 */
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_SEARCH = 0x200000;
export const O_EXEC = 0x400000;
export const O_ACCMODE = 0x600003;

export const O_NDELAY = 0x04;
export const O_APPEND = 0x08;
export const O_SYNC = 0x10;
export const O_DSYNC = 0x40;
export const O_NONBLOCK = 0x80;
export const O_CREAT = 0x100;
export const O_TRUNC = 0x200;
export const O_EXCL = 0x400;
export const O_NOCTTY = 0x800;
export const O_LARGEFILE = 0x2000;
export const O_XATTR = 0x4000;
export const O_RSYNC = 0x8000;
export const O_NOFOLLOW = 0x20000;
export const O_NOLINKS = 0x40000;
export const O_CLOEXEC = 0x800000;
export const O_DIRECTORY = 0x1000000;
export const O_DIRECT = 0x2000000;

export const F_DUPFD = 0;
export const F_GETFD = 1;
export const F_SETFD = 2;
export const F_GETFL = 3;
export const F_SETFL = 4;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_DUP2FD = 9;
export const F_ALLOCSP = 10;
export const F_FREESP = 11;
export const F_ISSTREAM = 13;
export const F_GETLK = 14;
export const F_GETOWN = 23;
export const F_SETOWN = 24;
export const F_DUP2FD_CLOEXEC = 36;
export const F_DUPFD_CLOEXEC = 37;
export const F_GETXFL = 45;

/** The one descriptor flag. */
export const FD_CLOEXEC = 1;

export const F_RDLCK = 1;
export const F_WRLCK = 2;
export const F_UNLCK = 3;

export const SEEK_SET = 0;
export const SEEK_CUR = 1;
export const SEEK_END = 2;
export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

/** True when an open with `flags` may read. */
export function isOpenForReading(flags: number): boolean {
  const mode = flags & O_ACCMODE;
  return mode === O_RDONLY || mode === O_RDWR;
}

/** True when an open with `flags` may write. */
export function isOpenForWriting(flags: number): boolean {
  const mode = flags & O_ACCMODE;
  return mode === O_WRONLY || mode === O_RDWR;
}
