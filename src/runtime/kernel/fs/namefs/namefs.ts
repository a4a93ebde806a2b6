/**
 * Names for open files: fattach(3C) puts a door over a file, so that others can open it by name.
 * What is seen there has the covered file's permissions; opening it opens the door.
 * @see uts/common/fs/namefs  @man fattach(3C)
 */
import type { Errno } from '#kernel/os/errno.ts';
import { BaseVfs, BaseVnode } from '#kernel/vfs/base-vnode.ts';
import type { Blocking, Vnode, VnodeAttributes, VnodeContext } from '#kernel/vfs/vnode.ts';

export class NameVfs extends BaseVfs {
  readonly fstype = 'namefs';
  readonly #root: NamedVnode;

  constructor(fsid: number, named: Vnode, covered: Vnode) {
    super(fsid);
    this.#root = new NamedVnode(this, named, covered);
    named.hold();
  }

  override root(): Vnode {
    return this.#root;
  }

  override unmount(force: boolean): Errno | undefined {
    const failed = super.unmount(force);
    if (failed === undefined) this.#root.named.release();
    return failed;
  }
}

class NamedVnode extends BaseVnode {
  readonly named: Vnode;
  readonly #covered: Vnode;

  constructor(vfs: NameVfs, named: Vnode, covered: Vnode) {
    super(vfs, named.type);
    this.named = named;
    this.#covered = covered;
  }

  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    return this.named.open(flags, ctx);
  }

  override getattr(ctx: VnodeContext): VnodeAttributes | Errno {
    const found = this.#covered.getattr(ctx);
    return 'type' in found ? { ...found, type: this.named.type, fsid: this.vfs.fsid } : found;
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return this.#covered.access(mode, ctx);
  }
}
