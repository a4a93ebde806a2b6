/**
 * A file of ZFS as the VFS sees it: permission checks and errno here, the work in zfs-fs.ts.
 * Surprising: an access time is kept in memory and written when the last holder lets go, as illumos
 * does, so that reading alone does not make a txg.
 * @see uts/common/fs/zfs/zfs_vnops.c
 */
import { O_DSYNC, O_SYNC } from '#abi/illumos/fcntl.ts';
import { S_IAMB, S_IFMT, S_ISGID, TYPE_BITS, typeOfMode } from '#abi/illumos/stat.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import {
  EEXIST,
  EFBIG,
  EINVAL,
  EISDIR,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  EPERM,
  EROFS,
  EXDEV,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import { BaseVnode } from '#kernel/vfs/base-vnode.ts';
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
} from '#kernel/vfs/vnode.ts';
import { checkRemoval, checkRename } from '#kernel/vfs/entry-rules.ts';
import { guard, MAX_FILE_SIZE } from './zfs-errno.ts';
import { AT_ATIME, AT_GID, AT_MODE, AT_MTIME, AT_UID } from './zfs-log.ts';
import type { ZfsVfs } from './zfs-vfs.ts';
import type { ZfsTime, ZnodeAttributes } from './znode.ts';

const NS_PER_SEC = 1_000_000_000n;
/** `ZFS_MAX_NAMELEN` without long names. */
const NAME_MAX = 255;
/** Places of `.` and `..` before the entries of the directory's ZAP. */
const FIRST_ENTRY = 2;
/** What an operation that adds a name may take from the pool. */
const METADATA_COST = 8192;

const toNs = ([seconds, ns]: ZfsTime): bigint => BigInt.asIntN(64, seconds) * NS_PER_SEC + ns;

function fromNs(ns: bigint): ZfsTime {
  const rest = ((ns % NS_PER_SEC) + NS_PER_SEC) % NS_PER_SEC;
  return [(ns - rest) / NS_PER_SEC, rest];
}

/** What a setattr changed, for the log; the size has a record of its own. */
function attributeMask(changes: SettableAttributes, isModeChanged: boolean): number {
  return (
    (isModeChanged ? AT_MODE : 0) |
    (changes.uid === undefined ? 0 : AT_UID) |
    (changes.gid === undefined ? 0 : AT_GID) |
    (changes.atimeNs === undefined ? 0 : AT_ATIME) |
    (changes.mtimeNs === undefined ? 0 : AT_MTIME)
  );
}

export class ZfsVnode extends BaseVnode {
  declare readonly vfs: ZfsVfs;
  readonly object: number;
  /** The file was freed; what still has the vnode gets ENOENT. */
  isGone = false;
  #isAccessTimeDirty = false;

  constructor(vfs: ZfsVfs, object: number) {
    super(vfs, typeOfMode(vfs.fs.attributes(object).mode) ?? 'VREG');
    this.object = object;
  }

  get #attributes(): ZnodeAttributes {
    return this.vfs.fs.attributes(this.object);
  }

  get mode(): number {
    return this.#attributes.mode & S_IAMB;
  }

  get uid(): number {
    return Number(this.#attributes.uid);
  }

  get gid(): number {
    return Number(this.#attributes.gid);
  }

  get linkCount(): number {
    return this.#attributes.links;
  }

  protected override inactive(): void {
    if (this.isGone || this.vfs.isReadOnly) return;
    const failed = guard(() => {
      if (this.#attributes.links > 0) {
        this.storeAccessTime();
        return;
      }
      this.vfs.fs.reap(this.object);
      this.vfs.forget(this.object);
    });
    // Nobody is left to tell; the file stays in the unlinked set for the next mount.
    if (isErrno(failed)) this.isGone = true;
  }

  storeAccessTime(): void {
    if (!this.#isAccessTimeDirty || this.isGone) return;
    this.#isAccessTimeDirty = false;
    this.vfs.fs.store(this.object, this.#attributes);
  }

  #accessed(ctx: VnodeContext): void {
    if (this.vfs.isReadOnly || (ctx.fileFlags & READ_QUIETLY) !== 0) return;
    this.#attributes.atime = this.vfs.fs.now();
    this.#isAccessTimeDirty = true;
  }

  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    if (this.type === 'VCHR' || this.type === 'VBLK' || this.type === 'VFIFO') {
      return this.vfs.host.special.open(this, Number(this.#attributes.rdev), flags, ctx);
    }
    return this;
  }

  override getattr(_ctx: VnodeContext): VnodeAttributes | Errno {
    if (this.isGone) return ENOENT;
    return guard(() => {
      const a = this.#attributes;
      const dnode = this.vfs.fs.dnode(this.object);
      return {
        type: this.type,
        mode: a.mode & S_IAMB,
        uid: Number(a.uid),
        gid: Number(a.gid),
        fsid: this.vfs.fsid,
        nodeid: this.object,
        linkCount: a.links,
        sizeBytes: a.sizeBytes,
        atimeNs: toNs(a.atime),
        mtimeNs: toNs(a.mtime),
        ctimeNs: toNs(a.ctime),
        rdev: Number(a.rdev),
        blockSizeBytes: dnode.dataBlockSize,
        blocks: Math.round(dnode.used / 512) + dnode.slots,
      };
    });
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    if (this.isGone) return ENOENT;
    return guard(() => checkAccess(this, mode, ctx.cred));
  }

  /** What every change begins with. */
  #refuseChange(cost = METADATA_COST): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    if (this.isGone) return ENOENT;
    return this.vfs.host.admit(cost);
  }

  override setattr(changes: SettableAttributes, ctx: VnodeContext): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    if (this.isGone) return ENOENT;
    return guard(() => {
      const denied = checkSetattr(this, changes, ctx.cred);
      if (denied !== undefined) return denied;
      const { fs } = this.vfs;
      const { sizeBytes } = changes;
      if (sizeBytes !== undefined) {
        if (this.type !== 'VREG') return this.type === 'VDIR' ? EISDIR : EINVAL;
        if (sizeBytes < 0) return EINVAL;
        if (sizeBytes > MAX_FILE_SIZE) return EFBIG;
        fs.truncate(this.object, sizeBytes);
        this.vfs.log?.truncate(this.object, sizeBytes);
      }
      const ownerChanges = changes.uid !== undefined || changes.gid !== undefined;
      const before = this.mode;
      let mode = ownerChanges ? modeWithoutSetId(this, ctx.cred) : before;
      if (changes.mode !== undefined) mode = permittedMode(this, changes.mode, ctx.cred) & S_IAMB;
      if (mode !== before) fs.chmod(this.object, mode);
      fs.update(this.object, (a) => {
        if (changes.uid !== undefined) a.uid = BigInt(changes.uid);
        if (changes.gid !== undefined) a.gid = BigInt(changes.gid);
        if (changes.atimeNs !== undefined) a.atime = fromNs(changes.atimeNs);
        if (changes.mtimeNs !== undefined) a.mtime = fromNs(changes.mtimeNs);
        a.ctime = fs.now();
      });
      this.vfs.log?.setattr(this.object, attributeMask(changes, mode !== before));
      this.vfs.log?.done();
      return undefined;
    });
  }

  override read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (this.type !== 'VREG') return this.type === 'VDIR' ? EISDIR : EINVAL;
    if (this.isGone) return ENOENT;
    return guard(() => {
      const { sizeBytes } = this.#attributes;
      const count = Math.max(0, Math.min(target.length, sizeBytes - offsetBytes));
      if (count > 0) this.vfs.fs.dnode(this.object).read(offsetBytes, target.subarray(0, count));
      this.#accessed(ctx);
      return count;
    });
  }

  override write(offsetBytes: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (this.type !== 'VREG') return this.type === 'VDIR' ? EISDIR : EINVAL;
    if (source.length === 0) return 0;
    if (offsetBytes + source.length > MAX_FILE_SIZE) return EFBIG;
    return guard(() => {
      const refused = this.#refuseChange(source.length + METADATA_COST);
      if (refused !== undefined) return refused;
      const { fs, log } = this.vfs;
      if ((this.mode & 0o6000) !== 0) {
        const mode = modeWithoutSetId(this, ctx.cred);
        if (mode !== this.mode) fs.chmod(this.object, mode);
      }
      fs.write(this.object, offsetBytes, source);
      const isSync = (ctx.fileFlags & (O_SYNC | O_DSYNC)) !== 0;
      log?.write(this.object, offsetBytes, source, isSync);
      if (isSync) log?.commit(this.object);
      log?.done();
      return source.length;
    });
  }

  override fsync(_ctx: VnodeContext): Blocking<undefined> {
    if (this.vfs.isReadOnly) return undefined;
    return guard(() => {
      this.vfs.log?.commit(this.object);
      return undefined;
    });
  }

  override readlink(_ctx: VnodeContext): string | Errno {
    if (this.type !== 'VLNK') return EINVAL;
    return guard(() => this.vfs.fs.readlink(this.object));
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (this.isGone) return ENOENT;
    return guard(() => {
      if (name === '..') return this.vfs.vnode(this.#attributes.parent);
      return this.child(name) ?? ENOENT;
    });
  }

  /** The entry called `name`. */
  child(name: string): ZfsVnode | undefined {
    const object = this.vfs.fs.lookup(this.object, name);
    return object === undefined ? undefined : this.vfs.vnode(object);
  }

  get isEmptyDirectory(): boolean {
    return this.#attributes.sizeBytes <= FIRST_ENTRY;
  }

  override create(
    name: string,
    attributes: CreateAttributes,
    exclusive: boolean,
    ctx: VnodeContext,
  ): Vnode | Errno {
    return guard(() => {
      if (this.type === 'VDIR' && !exclusive && !this.isGone) {
        const existing = this.child(name);
        if (existing !== undefined) return existing;
      }
      return this.#make(name, attributes, ctx);
    });
  }

  override mkdir(name: string, attributes: CreateAttributes, ctx: VnodeContext): Vnode | Errno {
    return guard(() => {
      const inherited = this.isGone ? 0 : this.mode & S_ISGID;
      const mode = attributes.mode | inherited;
      return this.#make(name, { ...attributes, type: 'VDIR', mode }, ctx);
    });
  }

  override symlink(
    name: string,
    target: string,
    _attributes: CreateAttributes,
    ctx: VnodeContext,
  ): Errno | undefined {
    const made = guard(() => this.#make(name, { type: 'VLNK', mode: 0o777 }, ctx, target));
    return isErrno(made) ? made : undefined;
  }

  #make(
    name: string,
    attributes: CreateAttributes,
    ctx: VnodeContext,
    target?: string,
  ): ZfsVnode | Errno {
    const refused = this.#refuseNewName(name, ctx);
    if (refused !== undefined) return refused;
    const { cred } = ctx;
    const { type } = attributes;
    const gid = (this.mode & S_ISGID) === 0 ? cred.effectiveGid : this.gid;
    const keepsSetGid = type === 'VDIR' || isPrivileged(cred) || isGroupMember(cred, gid);
    const mode = keepsSetGid ? attributes.mode : attributes.mode & ~S_ISGID;
    const made = this.vfs.fs.create(this.object, name, {
      mode: (mode & S_IAMB) | TYPE_BITS[type],
      uid: cred.effectiveUid,
      gid,
      rdev: BigInt(attributes.rdev ?? 0),
      ...(target === undefined ? {} : { target }),
    });
    if (isErrno(made)) return made;
    this.vfs.log?.create(this.object, name, made, target);
    this.vfs.log?.done();
    return this.vfs.vnode(made);
  }

  #refuseNewName(name: string, ctx: VnodeContext): Errno | undefined {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (this.vfs.isReadOnly) return EROFS;
    if (this.isGone || this.#attributes.links === 0) return ENOENT;
    if (name === '.' || name === '..' || this.child(name) !== undefined) return EEXIST;
    if (encodeUtf8(name).length > NAME_MAX) return ENAMETOOLONG;
    return checkAccess(this, 2 | 1, ctx.cred) ?? this.#refuseChange();
  }

  override link(source: Vnode, name: string, ctx: VnodeContext): Errno | undefined {
    if (!(source instanceof ZfsVnode) || source.vfs !== this.vfs) return EXDEV;
    if (source.type === 'VDIR') return EPERM;
    return guard(() => {
      if (source.isGone || source.#attributes.links === 0) return ENOENT;
      const refused = this.#refuseNewName(name, ctx);
      if (refused !== undefined) return refused;
      const error = this.vfs.fs.link(this.object, name, source.object);
      if (error !== undefined) return error;
      this.vfs.log?.link(this.object, name, source.object);
      this.vfs.log?.done();
      return undefined;
    });
  }

  override remove(name: string, ctx: VnodeContext): Errno | undefined {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (this.isGone) return ENOENT;
    return guard(() => {
      const entry = this.child(name);
      if (entry === undefined) return ENOENT;
      const refused = checkRemoval(this, entry, ctx.cred);
      if (refused !== undefined) return refused;
      if (entry.type === 'VDIR') return EPERM;
      return this.#removed(name, entry, 'file');
    });
  }

  override rmdir(name: string, ctx: VnodeContext): Errno | undefined {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (name === '.') return EINVAL;
    if (name === '..') return EEXIST;
    if (this.isGone) return ENOENT;
    return guard(() => {
      const entry = this.child(name);
      if (entry === undefined) return ENOENT;
      const refused = checkRemoval(this, entry, ctx.cred);
      if (refused !== undefined) return refused;
      if (entry.type !== 'VDIR') return ENOTDIR;
      if (!entry.isEmptyDirectory) return EEXIST;
      return this.#removed(name, entry, 'dir');
    });
  }

  #removed(name: string, entry: ZfsVnode, what: 'file' | 'dir'): Errno | undefined {
    const isLast = what === 'dir' || entry.#attributes.links === 1;
    const error = this.#drop(name, entry);
    if (error !== undefined) return error;
    this.vfs.log?.remove(this.object, name, entry.object, what, isLast);
    this.vfs.log?.done();
    return undefined;
  }

  #drop(name: string, entry: ZfsVnode): Errno | undefined {
    const { fs, isHeld } = this.vfs;
    const isLast = entry.type === 'VDIR' || entry.#attributes.links === 1;
    const refused = this.vfs.host.admit(METADATA_COST, true);
    if (refused !== undefined) return refused;
    const error = fs.remove(this.object, name, isHeld);
    if (error === undefined && isLast && !isHeld(entry.object)) this.vfs.forget(entry.object);
    return error;
  }

  override rename(
    from: string,
    toDirectory: Vnode,
    to: string,
    ctx: VnodeContext,
  ): Errno | undefined {
    if (!(toDirectory instanceof ZfsVnode) || toDirectory.vfs !== this.vfs) return EXDEV;
    if (this.type !== 'VDIR' || toDirectory.type !== 'VDIR') return ENOTDIR;
    if (from === '.' || from === '..' || to === '.' || to === '..') return EINVAL;
    if (this.isGone || toDirectory.isGone) return ENOENT;
    if (encodeUtf8(to).length > NAME_MAX) return ENAMETOOLONG;
    return guard(() => {
      const source = this.child(from);
      if (source === undefined) return ENOENT;
      const target = toDirectory.child(to);
      const refused = checkRename(this, source, toDirectory, target, ctx.cred);
      if (refused !== undefined) return refused;
      if (source === target) return undefined;
      if (source.type === 'VDIR' && toDirectory.#isInside(source)) return EINVAL;
      const full = this.#refuseChange();
      if (full !== undefined) return full;
      const isGone = target?.type === 'VDIR' || target?.linkCount === 1;
      if (target !== undefined) {
        const error = toDirectory.#drop(to, target);
        if (error !== undefined) return error;
      }
      const error = this.vfs.fs.rename(this.object, from, toDirectory.object, to);
      if (error !== undefined) return error;
      const replaced = isGone ? (target?.object ?? 0) : 0;
      this.vfs.log?.rename(this.object, from, toDirectory.object, to, source.object, replaced);
      this.vfs.log?.done();
      return undefined;
    });
  }

  /** True when this directory is `ancestor` or lies below it. */
  #isInside(ancestor: ZfsVnode): boolean {
    let { object } = this;
    for (;;) {
      if (object === ancestor.object) return true;
      const { parent } = this.vfs.fs.attributes(object);
      if (parent === object) return false;
      object = parent;
    }
  }

  override readdir(
    cursor: number,
    limit: number,
    ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (this.isGone) return { entries: [], next: undefined };
    return guard(() => {
      this.#accessed(ctx);
      return this.#page(cursor, limit);
    });
  }

  #page(cursor: number, limit: number): { entries: DirectoryEntry[]; next: number | undefined } {
    const entries: DirectoryEntry[] = [];
    let at = cursor;
    if (at === 0 && limit > 0) {
      entries.push({ name: '.', nodeid: this.object, type: 'VDIR' });
      at = 1;
    }
    if (at === 1 && entries.length < limit) {
      entries.push({ name: '..', nodeid: this.#attributes.parent, type: 'VDIR' });
      at = FIRST_ENTRY;
    }
    if (at < FIRST_ENTRY) return { entries, next: at };
    for (const entry of this.vfs.fs.entries(this.object, at - FIRST_ENTRY)) {
      if (entries.length >= limit) return { entries, next: at };
      const type = typeOfMode((entry.type << 12) & S_IFMT) ?? this.vfs.vnode(entry.object).type;
      entries.push({ name: entry.name, nodeid: entry.object, type });
      at = entry.cursor + 1 + FIRST_ENTRY;
    }
    return { entries, next: undefined };
  }
}
