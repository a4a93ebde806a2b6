/**
 * Pools for a program that reads them by itself: devices found in folders by their labels, and the
 * pool opened read-only with the kernel's own code.
 * @see lib/libzpool/common/kernel.c, lib/libzutil zpool_find_config()
 */
import { DKIOCGMEDIAINFO, type DiskMediaInfo } from '#abi/illumos/dkio.ts';
import { ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import { type LoadedPool, spaLoad } from '#kernel/fs/zfs/pool/spa-load.ts';
import { type FoundPool, findPools } from '#kernel/fs/zfs/spa/spa-config.ts';
import { Checksums } from '#kernel/fs/zfs/zio/zio-checksum.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { PagedDevice } from '#lib/libzpool/paged-device.ts';
import { Pager } from '#lib/libzpool/pager.ts';
import { USER_CODECS } from '#lib/libzpool/user-codecs.ts';

const ARC_BYTES: number = 64 * 1024 * 1024;
/** `SPA_MINDEVSIZE`: smaller ones are no vdevs. */
const LEAST_BYTES: number = 64 * 1024 * 1024;
const O_RDONLY = 0;

/** Devices of one folder, or one device by its own path. */
export class UserPools {
  readonly pager: Pager;
  readonly checksums: Checksums = new Checksums(USER_CODECS);
  readonly #sys: Sys;

  constructor(sys: Sys) {
    this.#sys = sys;
    this.pager = new Pager(sys);
  }

  /** Opens a file or raw disk to read by pages. */
  *openDevice(path: string): Task<PagedDevice | Errno> {
    const fd = yield* this.#sys.open(path, O_RDONLY);
    if (isErrno(fd)) return fd;
    const size = yield* this.#sizeOf(fd);
    if (isErrno(size)) {
      yield* this.#sys.close(fd);
      return size;
    }
    return this.pager.device(path, fd, size);
  }

  /** A disk says its size itself; a file has one. */
  *#sizeOf(fd: number): Task<number | Errno> {
    const info: { -readonly [K in keyof DiskMediaInfo]: DiskMediaInfo[K] } = {
      blockSize: 0,
      capacity: 0,
    };
    const asked = yield* this.#sys.ioctl(fd, DKIOCGMEDIAINFO, info);
    if (!isErrno(asked) && info.blockSize > 0) return info.blockSize * info.capacity;
    return yield* this.#sys.lseek(fd, 0, 2);
  }

  /** Every file in `folder` that could be a vdev, by name. */
  *devicesIn(folder: string): Task<PagedDevice[]> {
    const devices: PagedDevice[] = [];
    for (const name of yield* this.#names(folder)) {
      const path = `${folder}/${name}`;
      const stat = yield* this.#sys.stat(path);
      if (isErrno(stat) || stat.type === 'VDIR' || stat.type === 'VFIFO') continue;
      const device = yield* this.openDevice(path);
      if (isErrno(device)) continue;
      if (device.sizeBytes >= LEAST_BYTES) devices.push(device);
      else yield* this.#sys.close(device.fd);
    }
    return devices;
  }

  *#names(folder: string): Task<string[]> {
    const fd = yield* this.#sys.open(folder, O_RDONLY);
    if (isErrno(fd)) return [];
    const names: string[] = [];
    for (;;) {
      const entries = yield* this.#sys.getdents(fd);
      if (isErrno(entries) || entries.length === 0) break;
      names.push(...entries.map((entry) => entry.name));
    }
    yield* this.#sys.close(fd);
    return names.filter((name) => name !== '.' && name !== '..').sort();
  }

  /** The pool called `name`, or with that guid, on devices in `folders`. */
  *find(name: string, folders: readonly string[]): Task<FoundPool | Errno> {
    const devices: PagedDevice[] = [];
    for (const folder of folders) devices.push(...(yield* this.devicesIn(folder)));
    const pools = yield* this.pager.run(() => findPools(devices, this.checksums));
    const wanted = pools.filter((pool) => pool.name === name || String(pool.guid) === name);
    return wanted[0] ?? ENOENT;
  }

  /** Opens the pool; ZfsError when it can't be read. */
  *load(found: FoundPool): Task<LoadedPool> {
    return yield* this.pager.run(() =>
      spaLoad(found, { codecs: USER_CODECS, arcLimitBytes: ARC_BYTES, isReadOnly: true }),
    );
  }
}
