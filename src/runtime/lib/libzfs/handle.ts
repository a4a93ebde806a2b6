/**
 * `libzfs_handle_t`: /dev/zfs open, and the way in which errors are told: an action ("cannot create
 * 'x'") and a description, which is the error's own unless `aux` gave a better one just before.
 * Every method that fails prints and answers `false`, so that callers can `return yield* zfs.error…`.
 * @see lib/libzfs/common/libzfs_util.c
 */
import { ZFS_IOC_NUMBERS, type ZfsCommand, type ZfsIoctlName } from '#abi/illumos/zfs-ioctl.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import { EZFS, type EzfsName } from '#lib/libzfs/errors.table.ts';

/** O_RDWR */
const RDWR = 2;
const SIGABRT = 6;

export class LibZfs {
  readonly sys: Sys;
  readonly io: Stdio;
  readonly #fd: number;
  #aux: string | undefined;
  /** `libzfs_errno`: the last error. */
  lastError: EzfsName | undefined;
  /** `libzfs_print_on_error` */
  printsErrors = true;

  private constructor(sys: Sys, io: Stdio, fd: number) {
    this.sys = sys;
    this.io = io;
    this.#fd = fd;
  }

  /** `libzfs_init`; undefined after saying why not. */
  static *open(sys: Sys, io: Stdio): Task<LibZfs | undefined> {
    const fd = yield* sys.open('/dev/zfs', RDWR);
    if (!isErrno(fd)) return new LibZfs(sys, io, fd);
    yield* io.err.write('internal error: failed to initialize ZFS library\n');
    return undefined;
  }

  *close(): Task<void> {
    yield* this.sys.close(this.#fd);
  }

  /** One ioctl; the answer is in `command`. */
  *ioctl(name: ZfsIoctlName, command: ZfsCommand): Task<Errno | undefined> {
    const result = yield* this.sys.ioctl(this.#fd, ZFS_IOC_NUMBERS[name], command);
    return isErrno(result) ? result : undefined;
  }

  /** `zfs_error_aux`: describes the next error better than its code does. */
  aux(description: string): void {
    this.#aux = description;
  }

  /** `zfs_error`: prints `action: description`. */
  *error(code: EzfsName, action: string): Task<false> {
    const description = this.#aux ?? EZFS[code];
    this.#aux = undefined;
    this.lastError = code;
    if (!this.printsErrors) return false;
    if (code === 'EZFS_UNKNOWN') {
      yield* this.io.err.write(`internal error: ${description}\n`);
      yield* this.sys.kill(this.sys.pid, SIGABRT);
      return false;
    }
    yield* this.io.err.write(`${action}: ${description}\n`);
    return false;
  }

  /** Describes and tells in one go. */
  *errorAux(code: EzfsName, action: string, description: string): Task<false> {
    this.aux(description);
    return yield* this.error(code, action);
  }

  /** `zfs_standard_error`: of a dataset operation. */
  standardError(errno: Errno, action: string): Task<false> {
    return this.#standard(DATASET_ERRORS, errno, action);
  }

  /** `zpool_standard_error`: of a pool operation. */
  poolError(errno: Errno, action: string): Task<false> {
    return this.#standard(POOL_ERRORS, errno, action);
  }

  *#standard(table: Errors, errno: Errno, action: string): Task<false> {
    const known = COMMON_ERRORS[errno.name] ?? table[errno.name];
    if (known === undefined) {
      this.aux(errno.message);
      return yield* this.error('EZFS_UNKNOWN', action);
    }
    const [code, description] = known;
    if (description !== undefined) this.aux(description);
    return yield* this.error(code, action);
  }
}

type Errors = Readonly<
  Partial<Record<Errno['name'], readonly [code: EzfsName, description?: string]>>
>;

/** `zfs_common_error` */
const COMMON_ERRORS: Errors = {
  EPERM: ['EZFS_PERM'],
  EACCES: ['EZFS_PERM'],
  ECANCELED: ['EZFS_NODELEGATION'],
  EIO: ['EZFS_IO'],
  EFAULT: ['EZFS_FAULT'],
  EINTR: ['EZFS_INTR'],
};

const SUSPENDED = 'pool I/O is currently suspended';

const DATASET_ERRORS: Errors = {
  ENXIO: ['EZFS_IO'],
  ENODEV: ['EZFS_IO'],
  EPIPE: ['EZFS_IO'],
  ENOENT: ['EZFS_NOENT', 'dataset does not exist'],
  ENOSPC: ['EZFS_NOSPC'],
  EDQUOT: ['EZFS_NOSPC'],
  EEXIST: ['EZFS_EXISTS', 'dataset already exists'],
  EBUSY: ['EZFS_BUSY', 'dataset is busy'],
  EROFS: ['EZFS_POOLREADONLY'],
  ENAMETOOLONG: ['EZFS_NAMETOOLONG'],
  ENOTSUP: ['EZFS_BADVERSION'],
  EAGAIN: ['EZFS_POOLUNAVAIL', SUSPENDED],
};

const POOL_ERRORS: Errors = {
  ENODEV: ['EZFS_NODEVICE'],
  ENOENT: ['EZFS_NOENT', 'no such pool or dataset'],
  EEXIST: ['EZFS_EXISTS', 'pool already exists'],
  EBUSY: ['EZFS_BUSY', 'pool is busy'],
  ENXIO: ['EZFS_BADDEV', 'one or more devices is currently unavailable'],
  ENAMETOOLONG: ['EZFS_DEVOVERFLOW'],
  ENOTSUP: ['EZFS_POOL_NOTSUP'],
  EINVAL: ['EZFS_POOL_INVALARG'],
  ENOSPC: ['EZFS_NOSPC'],
  EDQUOT: ['EZFS_NOSPC'],
  EAGAIN: ['EZFS_POOLUNAVAIL', SUSPENDED],
  EROFS: ['EZFS_POOLREADONLY'],
};
