/**
 * What most filesystems share: reference counts, and the answer to operations that a kind of file
 * does not have (as fs_nosys and its kin do in illumos). A filesystem overrides what it offers.
 * @see uts/common/fs/fs_subr.c
 */
import type { Ace } from '#abi/illumos/acl.ts';
import { POLLIN, POLLOUT, POLLRDNORM } from '#abi/illumos/poll.ts';
import { assert } from '#base/assert.ts';
import { WaitQueue } from '#kernel/disp/wait.ts';
import {
  EBUSY,
  EINVAL,
  EISDIR,
  ENOSYS,
  ENOTDIR,
  ENOTTY,
  ENXIO,
  EROFS,
  ESPIPE,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import type {
  Blocking,
  CreateAttributes,
  DirectoryEntry,
  PollState,
  SettableAttributes,
  Vfs,
  VfsStatistics,
  Vnode,
  VnodeAttributes,
  VnodeContext,
  VnodeType,
} from '#kernel/vfs/vnode.ts';

/** Nobody ever waits here: files that are always ready. */
const ALWAYS_READY = new WaitQueue();

export abstract class BaseVnode implements Vnode {
  readonly vfs: BaseVfs;
  readonly type: VnodeType;
  mountedHere: Vfs | null = null;
  /** Open files, working directories, mounts and the like that keep this vnode. */
  holdCount = 0;

  constructor(vfs: BaseVfs, type: VnodeType) {
    this.vfs = vfs;
    this.type = type;
  }

  hold(): void {
    this.holdCount += 1;
    this.vfs.holdCount += 1;
  }

  release(): void {
    assert(this.holdCount > 0, 'a vnode is released as often as it was held');
    this.holdCount -= 1;
    this.vfs.holdCount -= 1;
    if (this.holdCount === 0) this.inactive();
  }

  /** The last holder is gone. */
  protected inactive(): void {}

  xattrDirectory(_isMade: boolean, _ctx: VnodeContext): Vnode | Errno {
    return EINVAL;
  }

  open(_flags: number, _ctx: VnodeContext): Blocking<Vnode> {
    return this;
  }

  close(_ctx: VnodeContext): void {}

  abstract getattr(ctx: VnodeContext): VnodeAttributes | Errno;

  setattr(_changes: SettableAttributes, _ctx: VnodeContext): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : ENOSYS;
  }

  abstract access(mode: number, ctx: VnodeContext): Errno | undefined;

  getAcl(_ctx: VnodeContext): readonly Ace[] | Errno {
    return ENOSYS;
  }

  setAcl(_aces: readonly Ace[], _ctx: VnodeContext): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : ENOSYS;
  }

  read(_offsetBytes: number, _target: Uint8Array, _ctx: VnodeContext): Blocking<number> {
    return this.type === 'VDIR' ? EISDIR : ENOSYS;
  }

  write(_offsetBytes: number, _source: Uint8Array, _ctx: VnodeContext): Blocking<number> {
    return this.type === 'VDIR' ? EISDIR : ENOSYS;
  }

  seek(offsetBytes: number): Errno | undefined {
    if (this.type === 'VFIFO' || this.type === 'VSOCK') return ESPIPE;
    return offsetBytes < 0 ? EINVAL : undefined;
  }

  /** Files that know of no holes: all is data, with one hole at the end. */
  seekContent(offset: number, what: 'data' | 'hole', ctx: VnodeContext): number | Errno {
    const attributes = this.getattr(ctx);
    if (isErrno(attributes)) return attributes;
    if (offset < 0 || offset >= attributes.sizeBytes) return ENXIO;
    return what === 'data' ? offset : attributes.sizeBytes;
  }

  ioctl(_command: number, _argument: unknown, _ctx: VnodeContext): Blocking<number> {
    return ENOTTY;
  }

  poll(events: number, _ctx: VnodeContext): PollState {
    return { events: events & (POLLIN | POLLRDNORM | POLLOUT), queue: ALWAYS_READY };
  }

  fsync(_ctx: VnodeContext): Blocking<undefined> {
    return undefined;
  }

  lookup(_name: string, _ctx: VnodeContext): Vnode | Errno {
    return ENOTDIR;
  }

  create(
    _name: string,
    _attributes: CreateAttributes,
    _exclusive: boolean,
    _ctx: VnodeContext,
  ): Vnode | Errno {
    return this.#notOffered();
  }

  mkdir(_name: string, _attributes: CreateAttributes, _ctx: VnodeContext): Vnode | Errno {
    return this.#notOffered();
  }

  remove(_name: string, _ctx: VnodeContext): Errno | undefined {
    return this.#notOffered();
  }

  rmdir(_name: string, _ctx: VnodeContext): Errno | undefined {
    return this.#notOffered();
  }

  link(_source: Vnode, _name: string, _ctx: VnodeContext): Errno | undefined {
    return this.#notOffered();
  }

  symlink(
    _name: string,
    _target: string,
    _attributes: CreateAttributes,
    _ctx: VnodeContext,
  ): Errno | undefined {
    return this.#notOffered();
  }

  rename(_from: string, _toDirectory: Vnode, _to: string, _ctx: VnodeContext): Errno | undefined {
    return this.#notOffered();
  }

  readlink(_ctx: VnodeContext): string | Errno {
    return EINVAL;
  }

  readdir(
    _cursor: number,
    _limit: number,
    _ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno {
    return ENOTDIR;
  }

  #notOffered(): Errno {
    if (this.type !== 'VDIR') return ENOTDIR;
    return this.vfs.isReadOnly ? EROFS : ENOSYS;
  }
}

export abstract class BaseVfs implements Vfs {
  abstract readonly fstype: string;
  readonly fsid: number;
  readonly #isReadOnly: boolean;
  coveredVnode: Vnode | null = null;
  /** Sum of the holds on its vnodes: not 0 means busy. */
  holdCount = 0;

  constructor(fsid: number, isReadOnly = false) {
    this.fsid = fsid;
    this.#isReadOnly = isReadOnly;
  }

  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  abstract root(): Vnode;

  /** Filesystems without storage: all counts are 0, as df shows them. */
  statvfs(): VfsStatistics {
    return {
      blockSizeBytes: 512,
      fragmentSizeBytes: 512,
      blocks: 0n,
      freeBlocks: 0n,
      availableBlocks: 0n,
      files: 0n,
      freeFiles: 0n,
      nameMax: 255,
    };
  }

  sync(): Blocking<undefined> {
    return undefined;
  }

  unmount(force: boolean): Errno | undefined {
    return this.holdCount > 0 && !force ? EBUSY : undefined;
  }
}
