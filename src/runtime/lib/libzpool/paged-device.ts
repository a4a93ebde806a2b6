/**
 * Devices and files as the kernel's ZFS code wants them, read by a program: `read` answers from pages
 * in memory and throws `PageMissing` for the first one that is not there. The program reads that
 * page with pread(2) and does the same piece of work again (pager.ts).
 * See docs/decisions/0007-zdb-reads-by-pages.md.
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';

export const PAGE_SIZE: number = 128 * 1024;

/** Thrown out of kernel code; caught by the pager alone. */
export class PageMissing extends Error {
  readonly device: PagedDevice;
  readonly page: number;

  constructor(device: PagedDevice, page: number) {
    super('page missing');
    this.device = device;
    this.page = page;
  }
}

interface Page {
  /** Null where the device failed. */
  readonly bytes: Uint8Array | null;
  /** The piece of work that used it last. */
  usedBy: number;
}

/** The pages of all devices of a program, bounded in number; the one unused for longest goes. */
export class PageCache {
  readonly #limit: number;
  readonly #pages: Map<string, Page> = new Map();
  /** Number of the piece of work that runs; its pages stay, so that it can come to its end. */
  #work = 0;

  constructor(limitBytes: number) {
    this.#limit = Math.max(1, Math.floor(limitBytes / PAGE_SIZE));
  }

  beginWork(): void {
    this.#work += 1;
  }

  get(key: string): Page | undefined {
    const page = this.#pages.get(key);
    if (page !== undefined && page.usedBy !== this.#work) {
      page.usedBy = this.#work;
      this.#pages.delete(key);
      this.#pages.set(key, page);
    }
    return page;
  }

  put(key: string, bytes: Uint8Array | null): void {
    this.#pages.set(key, { bytes, usedBy: this.#work });
    for (const [old, page] of this.#pages) {
      if (this.#pages.size <= this.#limit || page.usedBy === this.#work) return;
      this.#pages.delete(old);
    }
  }
}

export class PagedDevice implements BlockDevice {
  readonly name: string;
  readonly fd: number;
  readonly sizeBytes: number;
  readonly sectorSize = 512;
  readonly isReadOnly = true;
  readonly #cache: PageCache;

  constructor(cache: PageCache, name: string, fd: number, sizeBytes: number) {
    this.#cache = cache;
    this.name = name;
    this.fd = fd;
    this.sizeBytes = sizeBytes;
  }

  #key(page: number): string {
    return `${this.fd}:${page}`;
  }

  read(offset: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const number = Math.floor(at / PAGE_SIZE);
      const within = at % PAGE_SIZE;
      const count = Math.min(PAGE_SIZE - within, target.length - done);
      const page = this.#cache.get(this.#key(number));
      if (page === undefined) throw new PageMissing(this, number);
      if (page.bytes === null) throw new BlockDeviceError('EIO', `${this.name} failed`);
      target.set(page.bytes.subarray(within, within + count), done);
      done += count;
    }
  }

  /** Called by the pager with what it read, or null when that failed. */
  fill(page: number, bytes: Uint8Array | null): void {
    this.#cache.put(this.#key(page), bytes);
  }

  write(): void {
    throw new BlockDeviceError('EROFS', `${this.name} is only read`);
  }

  flush(): void {}

  discard(): void {}
}
