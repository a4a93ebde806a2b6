/**
 * /dev/fd: the caller's own descriptors. Opening /dev/fd/N is dup(2) of N; open(2) sees that by
 * `duplicates`. @see uts/common/fs/fd/fdops.c  @man fd(4D)
 */
import type { Clock } from '#runtime/host.ts';
import { ENOENT, type Errno } from '#kernel/os/errno.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import {
  type PseudoAttributes,
  PseudoDirectory,
  type PseudoEntry,
  PseudoVnode,
} from '#kernel/vfs/pseudo-vnode.ts';
import type { VfsType, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

const ROOT_NODEID = 2;

class FdVfs extends BaseVfs {
  readonly fstype = 'fd';
  readonly #root: FdDirectory;

  constructor(fsid: number, clock: Clock) {
    super(fsid);
    this.#root = new FdDirectory(this, clock);
  }

  override root(): FdDirectory {
    return this.#root;
  }
}

class FdDirectory extends PseudoDirectory {
  readonly clock: Clock;

  constructor(vfs: FdVfs, clock: Clock) {
    super(vfs);
    this.clock = clock;
  }

  override attributes(): PseudoAttributes {
    const timeNs = this.clock.realtimeNs();
    return { nodeid: ROOT_NODEID, mode: 0o555, uid: 0, gid: 0, sizeBytes: 512, timeNs };
  }

  override parent(): Vnode {
    return this;
  }

  override *list(ctx: VnodeContext): Iterable<PseudoEntry> {
    if (ctx.proc === null) return;
    for (const [fd] of ctx.proc.files.entries()) {
      yield { name: String(fd), nodeid: fd + ROOT_NODEID + 1, type: 'VCHR', place: fd };
    }
  }

  override lookup(name: string, ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this;
    const fd = /^(0|[1-9]\d{0,8})$/.test(name) ? Number(name) : -1;
    return ctx.proc?.files.get(fd) === undefined ? ENOENT : new FdVnode(this, fd);
  }
}

class FdVnode extends PseudoVnode {
  readonly duplicates: number;
  readonly #directory: FdDirectory;

  constructor(directory: FdDirectory, fd: number) {
    super(directory.vfs, 'VCHR');
    this.duplicates = fd;
    this.#directory = directory;
  }

  override attributes(): PseudoAttributes {
    return {
      nodeid: this.duplicates + ROOT_NODEID + 1,
      mode: 0o666,
      uid: 0,
      gid: 0,
      sizeBytes: 0,
      timeNs: this.#directory.clock.realtimeNs(),
    };
  }
}

export function fdfsType(allocateFsid: () => number, clock: Clock): VfsType {
  return { name: 'fd', mount: () => new FdVfs(allocateFsid(), clock) };
}
