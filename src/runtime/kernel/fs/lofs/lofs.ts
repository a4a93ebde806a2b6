/**
 * Loopback mounts: a directory or file seen a second time elsewhere, perhaps read-only. Every vnode
 * here stands for one below (`real`), what is mounted there included; the same one is answered for
 * the same file as long as somebody holds it.
 * @see uts/common/fs/lofs  @man lofs(4FS)
 */
import type { Ace } from '#abi/illumos/acl.ts';
import { O_TRUNC, isOpenForWriting } from '#abi/illumos/fcntl.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { EROFS, EXDEV, type Errno, isErrno } from '#kernel/os/errno.ts';
import { BaseVfs, BaseVnode } from '#kernel/vfs/base-vnode.ts';
import { lookupVnode, traverseMounts } from '#kernel/vfs/lookup.ts';
import type {
  Blocking,
  CreateAttributes,
  DirectoryEntry,
  MountRequest,
  PollState,
  SettableAttributes,
  Vfs,
  VfsStatistics,
  VfsType,
  Vnode,
  VnodeAttributes,
  VnodeContext,
} from '#kernel/vfs/vnode.ts';

/** Vnodes that nobody holds are kept up to this number. */
const CACHE_LIMIT = 1024;

class LofsVfs extends BaseVfs {
  readonly fstype = 'lofs';
  readonly #realRoot: Vnode;
  readonly #root: LofsVnode;
  readonly #known: Map<Vnode, LofsVnode> = new Map();

  constructor(fsid: number, realRoot: Vnode, isReadOnly: boolean) {
    super(fsid, isReadOnly);
    this.#realRoot = realRoot;
    realRoot.hold();
    this.#root = new LofsVnode(this, realRoot);
    this.#known.set(realRoot, this.#root);
  }

  override root(): LofsVnode {
    return this.#root;
  }

  override statvfs(): VfsStatistics {
    return this.#realRoot.vfs.statvfs();
  }

  override sync(): Blocking<undefined> {
    return this.#realRoot.vfs.sync();
  }

  override unmount(force: boolean): Errno | undefined {
    const failed = super.unmount(force);
    if (failed === undefined) this.#realRoot.release();
    return failed;
  }

  /** The vnode that stands for `real`. */
  wrap(real: Vnode): LofsVnode {
    const below = traverseMounts(real);
    const known = this.#known.get(below);
    if (known !== undefined) return known;
    if (this.#known.size >= CACHE_LIMIT) this.#forgetUnheld();
    const made = new LofsVnode(this, below);
    this.#known.set(below, made);
    return made;
  }

  forget(real: Vnode): void {
    if (real !== this.#realRoot) this.#known.delete(real);
  }

  #forgetUnheld(): void {
    for (const [real, vnode] of this.#known) if (vnode.holdCount === 0) this.forget(real);
  }
}

class LofsVnode extends BaseVnode {
  declare readonly vfs: LofsVfs;
  readonly real: Vnode;

  constructor(vfs: LofsVfs, real: Vnode) {
    super(vfs, real.type);
    this.real = real;
  }

  override hold(): void {
    super.hold();
    this.real.hold();
  }

  override release(): void {
    super.release();
    this.real.release();
  }

  protected override inactive(): void {
    this.vfs.forget(this.real);
  }

  /** A device or fifo answers its own open file; others stay here, so that the mount is busy. */
  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    const isWriting = isOpenForWriting(flags) || (flags & O_TRUNC) !== 0;
    if (isWriting && this.vfs.isReadOnly && this.type === 'VREG') return EROFS;
    const opened = this.real.open(flags, ctx);
    if (isErrno(opened) || isWouldBlock(opened)) return opened;
    return this.type === 'VDIR' || opened === this.real ? this : opened;
  }

  override close(ctx: VnodeContext): void {
    this.real.close(ctx);
  }

  override getattr(ctx: VnodeContext): VnodeAttributes | Errno {
    const attributes = this.real.getattr(ctx);
    return isErrno(attributes) ? attributes : { ...attributes, fsid: this.vfs.fsid };
  }

  override setattr(changes: SettableAttributes, ctx: VnodeContext): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : this.real.setattr(changes, ctx);
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return this.real.access(mode, ctx);
  }

  override read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.real.read(offsetBytes, target, ctx);
  }

  override xattrDirectory(isMade: boolean, ctx: VnodeContext): Vnode | Errno {
    return isMade && this.vfs.isReadOnly ? EROFS : this.real.xattrDirectory(isMade, ctx);
  }

  override getAcl(ctx: VnodeContext): readonly Ace[] | Errno {
    return this.real.getAcl(ctx);
  }

  override setAcl(aces: readonly Ace[], ctx: VnodeContext): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : this.real.setAcl(aces, ctx);
  }

  override seekContent(offset: number, what: 'data' | 'hole', ctx: VnodeContext): number | Errno {
    return this.real.seekContent(offset, what, ctx);
  }

  override write(offsetBytes: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.vfs.isReadOnly ? EROFS : this.real.write(offsetBytes, source, ctx);
  }

  override seek(offsetBytes: number): Errno | undefined {
    return this.real.seek(offsetBytes);
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    return this.real.ioctl(command, argument, ctx);
  }

  override poll(events: number, ctx: VnodeContext): PollState {
    return this.real.poll(events, ctx);
  }

  override fsync(ctx: VnodeContext): Blocking<undefined> {
    return this.real.fsync(ctx);
  }

  override readlink(ctx: VnodeContext): string | Errno {
    return this.real.readlink(ctx);
  }

  override lookup(name: string, ctx: VnodeContext): Vnode | Errno {
    // The root of the mount is its own parent: vfs/lookup.ts leaves it by the covered directory.
    if (name === '..' && this === this.vfs.root()) return this;
    const found = this.real.lookup(name, ctx);
    return isErrno(found) ? found : this.vfs.wrap(found);
  }

  override create(
    name: string,
    attributes: CreateAttributes,
    exclusive: boolean,
    ctx: VnodeContext,
  ): Vnode | Errno {
    if (this.vfs.isReadOnly) return EROFS;
    const made = this.real.create(name, attributes, exclusive, ctx);
    return isErrno(made) ? made : this.vfs.wrap(made);
  }

  override mkdir(name: string, attributes: CreateAttributes, ctx: VnodeContext): Vnode | Errno {
    if (this.vfs.isReadOnly) return EROFS;
    const made = this.real.mkdir(name, attributes, ctx);
    return isErrno(made) ? made : this.vfs.wrap(made);
  }

  override remove(name: string, ctx: VnodeContext): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : this.real.remove(name, ctx);
  }

  override rmdir(name: string, ctx: VnodeContext): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : this.real.rmdir(name, ctx);
  }

  override link(source: Vnode, name: string, ctx: VnodeContext): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    if (!(source instanceof LofsVnode)) return EXDEV;
    return this.real.link(source.real, name, ctx);
  }

  override symlink(
    name: string,
    target: string,
    attributes: CreateAttributes,
    ctx: VnodeContext,
  ): Errno | undefined {
    return this.vfs.isReadOnly ? EROFS : this.real.symlink(name, target, attributes, ctx);
  }

  override rename(
    from: string,
    toDirectory: Vnode,
    to: string,
    ctx: VnodeContext,
  ): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    if (!(toDirectory instanceof LofsVnode)) return EXDEV;
    return this.real.rename(from, toDirectory.real, to, ctx);
  }

  override readdir(
    cursor: number,
    limit: number,
    ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno {
    return this.real.readdir(cursor, limit, ctx);
  }
}

/** `root` is where `special`, a path, starts. */
export function lofsType(allocateFsid: () => number, root: Vnode): VfsType {
  return {
    name: 'lofs',
    mount(request: MountRequest): Vfs | Errno {
      const start = { root, directory: root, context: request.context };
      const real = lookupVnode(request.special, start, 'follow');
      if (isErrno(real)) return real;
      return new LofsVfs(allocateFsid(), real, request.options.has('ro'));
    },
  };
}
