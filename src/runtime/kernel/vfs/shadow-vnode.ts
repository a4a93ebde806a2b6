/**
 * A vnode that does the work of a stored file (device, fifo) while name, owner, mode and times stay
 * the stored file's: what specvp() makes in illumos.
 */
import type { Errno } from '#kernel/os/errno.ts';
import { BaseVnode } from '#kernel/vfs/base-vnode.ts';
import type { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import type {
  Blocking,
  SettableAttributes,
  Vnode,
  VnodeAttributes,
  VnodeContext,
} from '#kernel/vfs/vnode.ts';

export abstract class ShadowVnode extends BaseVnode {
  /** The file as its filesystem knows it; held as long as this vnode is. */
  readonly stored: Vnode;

  constructor(stored: Vnode) {
    super(stored.vfs as BaseVfs, stored.type);
    this.stored = stored;
  }

  override hold(): void {
    this.holdCount += 1;
    this.stored.hold();
  }

  override release(): void {
    this.holdCount -= 1;
    this.stored.release();
  }

  /** Opened once more, by /proc/PID/fd: an open of its own. */
  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    return this.stored.open(flags, ctx);
  }

  override getattr(ctx: VnodeContext): VnodeAttributes | Errno {
    return this.stored.getattr(ctx);
  }

  override setattr(changes: SettableAttributes, ctx: VnodeContext): Errno | undefined {
    if (changes.sizeBytes === undefined) return this.stored.setattr(changes, ctx);
    const { sizeBytes: _ignored, ...rest } = changes;
    return Object.keys(rest).length === 0 ? undefined : this.stored.setattr(rest, ctx);
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return this.stored.access(mode, ctx);
  }
}
