/**
 * One file in memory: of tmpfs, the RAM root, /dev. A node lives while it has a name or somebody holds it; then its pages go
 * back. Directories keep their entries, links their target, special files their device number.
 * @see uts/common/fs/tmpfs/tmp_vnops.c  @man tmpfs(4FS)
 */
import { LINK_MAX } from '#abi/illumos/limits.ts';
import { S_IAMB, S_ISGID } from '#abi/illumos/stat.ts';
import {
  EEXIST,
  EFBIG,
  EINVAL,
  EISDIR,
  EMLINK,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  EPERM,
  EROFS,
  EXDEV,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import { FileData, PAGE_BYTES } from '#kernel/vfs/memory/file-data.ts';
import { checkRemoval, checkRename } from '#kernel/vfs/entry-rules.ts';
import type { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { BaseVnode } from '#kernel/vfs/base-vnode.ts';
import { DirectoryIndex } from '#kernel/vfs/directory-index.ts';
import {
  checkAccess,
  checkSetattr,
  isGroupMember,
  isPrivileged,
  modeWithoutSetId,
  permittedMode,
} from '#kernel/vfs/policy.ts';
import {
  type Blocking,
  type CreateAttributes,
  type DirectoryEntry,
  READ_QUIETLY,
  type SettableAttributes,
  type Vnode,
  type VnodeAttributes,
  type VnodeContext,
  type VnodeType,
} from '#kernel/vfs/vnode.ts';
import { encodeUtf8 } from '#base/bytes.ts';

/** Offsets above this do not fit a safe number. */
const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

export class MemoryNode extends BaseVnode {
  declare readonly vfs: MemoryVfs;
  readonly nodeid: number;
  readonly rdev: number;
  mode: number;
  uid: number;
  gid: number;
  linkCount = 0;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  /** Of a regular file. */
  readonly data: FileData | undefined;
  /** Of a directory. */
  readonly entries: DirectoryIndex<MemoryNode> | undefined;
  /** Of a directory: its parent; itself for the root. */
  parent: MemoryNode | undefined;
  /** Of a symbolic link. */
  readonly target: string;

  constructor(
    vfs: MemoryVfs,
    type: VnodeType,
    owner: { mode: number; uid: number; gid: number },
    content: { rdev?: number; target?: string } = {},
  ) {
    super(vfs, type);
    this.nodeid = vfs.allocateNodeid();
    this.mode = owner.mode & S_IAMB;
    this.uid = owner.uid;
    this.gid = owner.gid;
    this.rdev = content.rdev ?? 0;
    this.target = content.target ?? '';
    this.data = type === 'VREG' ? new FileData(vfs) : undefined;
    this.entries = type === 'VDIR' ? new DirectoryIndex() : undefined;
    const now = vfs.clock.realtimeNs();
    this.atimeNs = now;
    this.mtimeNs = now;
    this.ctimeNs = now;
  }

  protected override inactive(): void {
    if (this.linkCount === 0) this.vfs.freeNode(this);
  }

  /** A name went away. */
  dropLink(count = 1): void {
    this.linkCount -= count;
    this.ctimeNs = this.vfs.clock.realtimeNs();
    if (this.linkCount === 0 && this.holdCount === 0) this.vfs.freeNode(this);
  }

  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    if (this.type === 'VCHR' || this.type === 'VBLK' || this.type === 'VFIFO') {
      return this.vfs.special.open(this, this.rdev, flags, ctx);
    }
    return this;
  }

  override getattr(_ctx: VnodeContext): VnodeAttributes {
    const allocated = this.data?.allocatedBytes ?? 0;
    return {
      type: this.type,
      mode: this.mode,
      uid: this.uid,
      gid: this.gid,
      fsid: this.vfs.fsid,
      nodeid: this.nodeid,
      linkCount: this.linkCount,
      sizeBytes: this.sizeBytes,
      atimeNs: this.atimeNs,
      mtimeNs: this.mtimeNs,
      ctimeNs: this.ctimeNs,
      rdev: this.rdev,
      blockSizeBytes: PAGE_BYTES,
      blocks: allocated / 512,
    };
  }

  get isEmptyDirectory(): boolean {
    return this.entries?.size === 0;
  }

  get sizeBytes(): number {
    if (this.data !== undefined) return this.data.sizeBytes;
    if (this.entries !== undefined) return this.vfs.directorySize(this.entries.size);
    return this.type === 'VLNK' ? encodeUtf8(this.target).length : 0;
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return checkAccess(this, mode, ctx.cred);
  }

  override setattr(changes: SettableAttributes, ctx: VnodeContext): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    const denied = checkSetattr(this, changes, ctx.cred);
    if (denied !== undefined) return denied;
    const now = this.vfs.clock.realtimeNs();
    if (changes.sizeBytes !== undefined) {
      if (this.data === undefined) return this.type === 'VDIR' ? EISDIR : EINVAL;
      if (changes.sizeBytes < 0) return EINVAL;
      if (changes.sizeBytes > MAX_OFFSET) return EFBIG;
      this.data.truncate(changes.sizeBytes);
      this.mtimeNs = now;
    }
    if (changes.uid !== undefined || changes.gid !== undefined) {
      this.mode = modeWithoutSetId(this, ctx.cred);
      this.uid = changes.uid ?? this.uid;
      this.gid = changes.gid ?? this.gid;
    }
    if (changes.mode !== undefined)
      this.mode = permittedMode(this, changes.mode, ctx.cred) & S_IAMB;
    if (changes.atimeNs !== undefined) this.atimeNs = changes.atimeNs;
    if (changes.mtimeNs !== undefined) this.mtimeNs = changes.mtimeNs;
    this.ctimeNs = now;
    return undefined;
  }

  override read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (this.data === undefined) return this.type === 'VDIR' ? EISDIR : EINVAL;
    if ((ctx.fileFlags & READ_QUIETLY) === 0) this.atimeNs = this.vfs.clock.realtimeNs();
    return this.data.read(offsetBytes, target);
  }

  override write(offsetBytes: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (this.data === undefined) return this.type === 'VDIR' ? EISDIR : EINVAL;
    if (this.vfs.isReadOnly) return EROFS;
    if (source.length === 0) return 0;
    if (offsetBytes + source.length > MAX_OFFSET) return EFBIG;
    const taken = this.data.write(offsetBytes, source);
    if (taken === 0) return ENOSPC;
    this.mtimeNs = this.vfs.clock.realtimeNs();
    this.ctimeNs = this.mtimeNs;
    if ((this.mode & 0o6000) !== 0) this.mode = modeWithoutSetId(this, ctx.cred);
    return taken;
  }

  override readlink(_ctx: VnodeContext): string | Errno {
    return this.type === 'VLNK' ? this.target : EINVAL;
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (this.entries === undefined) return ENOTDIR;
    if (name === '..') return this.parent ?? ENOENT;
    return this.entries.get(name) ?? ENOENT;
  }

  override create(
    name: string,
    attributes: CreateAttributes,
    exclusive: boolean,
    ctx: VnodeContext,
  ): Vnode | Errno {
    const existing = this.entries?.get(name);
    if (existing !== undefined && !exclusive) return existing;
    const content = attributes.rdev === undefined ? {} : { rdev: attributes.rdev };
    return this.#make(name, attributes.type, attributes.mode, content, ctx);
  }

  override mkdir(name: string, attributes: CreateAttributes, ctx: VnodeContext): Vnode | Errno {
    if (this.linkCount >= LINK_MAX) return EMLINK;
    const mode = attributes.mode | (this.mode & S_ISGID);
    const made = this.#make(name, 'VDIR', mode, {}, ctx);
    if (isErrno(made)) return made;
    made.parent = this;
    made.linkCount += 1;
    this.linkCount += 1;
    return made;
  }

  override symlink(
    name: string,
    target: string,
    _attributes: CreateAttributes,
    ctx: VnodeContext,
  ): Errno | undefined {
    const made = this.#make(name, 'VLNK', 0o777, { target }, ctx);
    return isErrno(made) ? made : undefined;
  }

  override link(source: Vnode, name: string, ctx: VnodeContext): Errno | undefined {
    if (!(source instanceof MemoryNode) || source.vfs !== this.vfs) return EXDEV;
    if (source.type === 'VDIR') return EPERM;
    if (source.linkCount === 0) return ENOENT;
    if (source.linkCount >= LINK_MAX) return EMLINK;
    const refused = this.#refuseNewName(name, ctx);
    if (refused !== undefined) return refused;
    this.#enter(name, source);
    source.ctimeNs = this.mtimeNs;
    return undefined;
  }

  override remove(name: string, ctx: VnodeContext): Errno | undefined {
    const entry = this.entries?.get(name);
    if (this.entries === undefined) return ENOTDIR;
    if (entry === undefined) return ENOENT;
    const refused = checkRemoval(this, entry, ctx.cred);
    if (refused !== undefined) return refused;
    if (entry.type === 'VDIR') return EPERM;
    this.#leave(name);
    entry.dropLink();
    return undefined;
  }

  override rmdir(name: string, ctx: VnodeContext): Errno | undefined {
    if (this.entries === undefined) return ENOTDIR;
    if (name === '.') return EINVAL;
    if (name === '..') return EEXIST;
    const entry = this.entries.get(name);
    if (entry === undefined) return ENOENT;
    const refused = checkRemoval(this, entry, ctx.cred);
    if (refused !== undefined) return refused;
    if (entry.entries === undefined) return ENOTDIR;
    if (entry.entries.size > 0) return EEXIST;
    this.#leave(name);
    this.linkCount -= 1;
    entry.dropLink(2);
    return undefined;
  }

  override rename(
    from: string,
    toDirectory: Vnode,
    to: string,
    ctx: VnodeContext,
  ): Errno | undefined {
    if (!(toDirectory instanceof MemoryNode) || toDirectory.vfs !== this.vfs) return EXDEV;
    if (this.entries === undefined || toDirectory.entries === undefined) return ENOTDIR;
    if (from === '.' || from === '..' || to === '.' || to === '..') return EINVAL;
    const source = this.entries.get(from);
    if (source === undefined) return ENOENT;
    const target = toDirectory.entries.get(to);
    const refused = checkRename(this, source, toDirectory, target, ctx.cred);
    if (refused !== undefined) return refused;
    if (source === target) return undefined;
    if (source.type === 'VDIR' && isInside(toDirectory, source)) return EINVAL;
    if (target !== undefined) {
      toDirectory.#leave(to);
      if (target.type === 'VDIR') toDirectory.linkCount -= 1;
      target.dropLink(target.type === 'VDIR' ? 2 : 1);
    }
    this.#leave(from);
    source.linkCount -= 1;
    toDirectory.#enter(to, source);
    if (source.type === 'VDIR' && toDirectory !== this) {
      source.parent = toDirectory;
      this.linkCount -= 1;
      toDirectory.linkCount += 1;
    }
    source.ctimeNs = this.mtimeNs;
    return undefined;
  }

  override readdir(
    cursor: number,
    limit: number,
    ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno {
    if (this.entries === undefined) return ENOTDIR;
    if ((ctx.fileFlags & READ_QUIETLY) === 0) this.atimeNs = this.vfs.clock.realtimeNs();
    const entries: DirectoryEntry[] = [];
    let at = cursor;
    if (at === 0 && limit > 0) {
      entries.push({ name: '.', nodeid: this.nodeid, type: 'VDIR' });
      at = 1;
    }
    if (at === 1 && entries.length < limit) {
      entries.push({ name: '..', nodeid: (this.parent ?? this).nodeid, type: 'VDIR' });
      at = 2;
    }
    if (at < 2) return { entries, next: at };
    const wanted = limit - entries.length;
    const found = this.entries.from(at, wanted);
    for (const { name, value, place } of found) {
      entries.push({ name, nodeid: value.nodeid, type: value.type });
      at = place + 1;
    }
    return { entries, next: found.length < wanted ? undefined : at };
  }

  #make(
    name: string,
    type: VnodeType,
    mode: number,
    content: { rdev?: number; target?: string },
    ctx: VnodeContext,
  ): MemoryNode | Errno {
    const refused = this.#refuseNewName(name, ctx);
    if (refused !== undefined) return refused;
    const inheritsGroup = (this.mode & S_ISGID) !== 0;
    const gid = inheritsGroup ? this.gid : ctx.cred.effectiveGid;
    const keepsSetGid = type === 'VDIR' || isPrivileged(ctx.cred) || isGroupMember(ctx.cred, gid);
    const allowed = keepsSetGid ? mode : mode & ~S_ISGID;
    const made = this.vfs.makeNode(
      type,
      { mode: allowed, uid: ctx.cred.effectiveUid, gid },
      content,
    );
    if (isErrno(made)) return made;
    this.#enter(name, made);
    return made;
  }

  #refuseNewName(name: string, ctx: VnodeContext): Errno | undefined {
    if (this.entries === undefined) return ENOTDIR;
    if (this.vfs.isReadOnly) return EROFS;
    if (this.linkCount === 0) return ENOENT;
    if (name === '.' || name === '..' || this.entries.get(name) !== undefined) return EEXIST;
    return checkAccess(this, 2 | 1, ctx.cred);
  }

  #enter(name: string, node: MemoryNode): void {
    this.entries?.set(name, node);
    node.linkCount += 1;
    this.#touch();
  }

  #leave(name: string): void {
    this.entries?.delete(name);
    this.#touch();
  }

  #touch(): void {
    this.mtimeNs = this.vfs.clock.realtimeNs();
    this.ctimeNs = this.mtimeNs;
  }
}

/** True when `directory` is `ancestor` or lies below it. */
function isInside(directory: MemoryNode, ancestor: MemoryNode): boolean {
  let current = directory;
  for (;;) {
    if (current === ancestor) return true;
    const { parent } = current;
    if (parent === undefined || parent === current) return false;
    current = parent;
  }
}
