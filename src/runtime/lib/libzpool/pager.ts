/**
 * Runs kernel code that only reads over paged devices: a piece of work is done again from its start
 * whenever a page was missing, so it must have no effect but its result. Pieces should be small: one
 * object, one block.
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { PAGE_SIZE, PageCache, PagedDevice, PageMissing } from '#lib/libzpool/paged-device.ts';

const CACHE_BYTES: number = 64 * 1024 * 1024;

export class Pager {
  readonly #sys: Sys;
  readonly #cache: PageCache = new PageCache(CACHE_BYTES);

  constructor(sys: Sys) {
    this.#sys = sys;
  }

  /** A device over an open file of `sizeBytes`. */
  device(name: string, fd: number, sizeBytes: number): PagedDevice {
    return new PagedDevice(this.#cache, name, fd, sizeBytes);
  }

  /** The result of `work`, which may be called several times. What it throws comes through. */
  *run<T>(work: () => T): Task<T> {
    this.#cache.beginWork();
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof PageMissing)) throw error;
        yield* this.#load(error);
      }
    }
  }

  *#load({ device, page }: PageMissing): Task<void> {
    const at = page * PAGE_SIZE;
    const bytes = new Uint8Array(Math.max(0, Math.min(PAGE_SIZE, device.sizeBytes - at)));
    for (let done = 0; done < bytes.length; ) {
      const count = yield* this.#sys.pread(device.fd, bytes.subarray(done), at + done);
      if (isErrno(count) && count.name === 'EINTR') continue;
      if (isErrno(count) || count === 0) {
        device.fill(page, null);
        return;
      }
      done += count;
    }
    device.fill(page, bytes);
  }
}
