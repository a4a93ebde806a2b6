/**
 * Open files and descriptor tables. An open file (offset, flags) is shared by the descriptors that
 * dup(2) and fork(2) made of it; its vnode is held from open to the last close.
 * @see uts/common/os/fio.c  @see file_t, uf_info_t
 */
import { assert } from '#base/assert.ts';
import { EBADF, EMFILE, type Errno } from '#kernel/os/errno.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** `file_t` */
export class OpenFile {
  readonly vnode: Vnode;
  /** O_ACCMODE, O_APPEND, O_NONBLOCK … */
  flags: number;
  offset = 0;
  /** The name it was opened by, for pfiles; undefined for pipes and the like. */
  readonly path: string | undefined;
  #references = 0;

  /** Takes over one successful `vnode.open`; closes it with the last reference. */
  constructor(vnode: Vnode, flags: number, path?: string) {
    this.vnode = vnode;
    this.flags = flags;
    this.path = path;
    vnode.hold();
  }

  hold(): void {
    this.#references += 1;
  }

  get references(): number {
    return this.#references;
  }

  release(context: VnodeContext): void {
    assert(this.#references > 0, 'an open file is released as often as it was held');
    this.#references -= 1;
    if (this.#references > 0) return;
    this.vnode.close(context);
    this.vnode.release();
  }
}

export interface Descriptor {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

/** The descriptors of one process. */
export class FileTable {
  readonly #entries: (Descriptor | undefined)[] = [];
  /** No descriptor below this one is free. */
  #lowestFree = 0;

  get(fd: number): OpenFile | undefined {
    return this.#entries[fd]?.file;
  }

  descriptor(fd: number): Descriptor | undefined {
    return this.#entries[fd];
  }

  /** Puts `file` (a new reference) at the lowest free descriptor ≥ `from`. */
  allocate(file: OpenFile, limit: number, from = 0, closeOnExec = false): number | Errno {
    let fd = Math.max(from, this.#lowestFree);
    while (this.#entries[fd] !== undefined) fd += 1;
    if (fd >= limit) return EMFILE;
    if (from <= this.#lowestFree) this.#lowestFree = fd + 1;
    file.hold();
    this.#entries[fd] = { file, closeOnExec };
    return fd;
  }

  /** How many descriptors below `limit` are free, at most `wanted`. */
  canAllocate(wanted: number, limit: number): boolean {
    let free = 0;
    for (let fd = this.#lowestFree; fd < limit && free < wanted; fd += 1) {
      if (this.#entries[fd] === undefined) free += 1;
    }
    return free >= wanted;
  }

  /** Puts `file` (a new reference) at `fd`, closing what was there. `fd` is below the limit. */
  install(fd: number, file: OpenFile, closeOnExec: boolean, context: VnodeContext): void {
    file.hold();
    const before = this.#entries[fd];
    while (this.#entries.length < fd) this.#entries.push(undefined);
    this.#entries[fd] = { file, closeOnExec };
    before?.file.release(context);
  }

  close(fd: number, context: VnodeContext): Errno | undefined {
    const entry = this.#entries[fd];
    if (entry === undefined) return EBADF;
    this.#entries[fd] = undefined;
    if (fd < this.#lowestFree) this.#lowestFree = fd;
    entry.file.release(context);
    return undefined;
  }

  closeAll(context: VnodeContext): void {
    for (let fd = 0; fd < this.#entries.length; fd += 1) {
      if (this.#entries[fd] !== undefined) this.close(fd, context);
    }
  }

  closeOnExec(context: VnodeContext): void {
    for (let fd = 0; fd < this.#entries.length; fd += 1) {
      if (this.#entries[fd]?.closeOnExec === true) this.close(fd, context);
    }
  }

  /** For a child: the same open files at the same descriptors. */
  copy(): FileTable {
    const table = new FileTable();
    for (let fd = 0; fd < this.#entries.length; fd += 1) {
      const entry = this.#entries[fd];
      entry?.file.hold();
      table.#entries[fd] = entry && { file: entry.file, closeOnExec: entry.closeOnExec };
    }
    table.#lowestFree = this.#lowestFree;
    return table;
  }

  /** Open descriptors in ascending order. */
  *entries(): IterableIterator<readonly [fd: number, descriptor: Descriptor]> {
    for (let fd = 0; fd < this.#entries.length; fd += 1) {
      const entry = this.#entries[fd];
      if (entry !== undefined) yield [fd, entry];
    }
  }

  get count(): number {
    return this.#entries.reduce((sum, entry) => (entry === undefined ? sum : sum + 1), 0);
  }
}
