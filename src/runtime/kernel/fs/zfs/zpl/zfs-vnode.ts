/**
 * A file of ZFS as the VFS sees it: its names. Permission checks and errno here, the work in zfs-fs.ts.
 * @see uts/common/fs/zfs/zfs_vnops.c
 */
import { S_IAMB, S_IFMT, S_ISGID, TYPE_BITS, typeOfMode } from '#abi/illumos/stat.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import {
  EDQUOT,
  EEXIST,
  EILSEQ,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ENOTDIR,
  EPERM,
  EROFS,
  EXDEV,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import { checkAccess, isGroupMember, isPrivileged } from '#kernel/vfs/policy.ts';
import type { CreateAttributes, DirectoryEntry, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';
import { checkRemoval, checkRename } from '#kernel/vfs/entry-rules.ts';
import { ZFS_XATTR } from './zfs-acl.ts';
import { CTLDIR_NAME, CTLDIR_NODEID } from './zfs-ctldir.ts';
import { guard } from './zfs-errno.ts';
import { isOwnerOverQuota } from './zfs-quota.ts';
import { METADATA_COST, ZfsNode } from './zfs-node.ts';

/** `ZFS_MAX_NAMELEN` without long names. */
const NAME_MAX = 255;
/** An empty directory's size: `.` and `..`. */
const EMPTY_SIZE = 2;
/** Places of `.`, `..` and `.zfs` before the entries of the directory's ZAP. */
const CONTROL_ENTRY = 2;
const FIRST_ENTRY = 3;
/** What bytes that are no UTF-8 became at the system call's edge. */
const NOT_UTF8 = '\ufffd';
/** `ZFS_SNAPDIR_VISIBLE` */
const SNAPDIR_VISIBLE = 1;

export class ZfsVnode extends ZfsNode {
  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (this.isGone) return ENOENT;
    return guard(() => {
      if (name === '..') return this.vfs.vnode(this.attributes.parent);
      const control = this.#control(name);
      if (control !== undefined) return control;
      return this.child(name) ?? ENOENT;
    });
  }

  /** Whether it is of the hidden part of a file: there are plain files only, and no links out. */
  get isXattr(): boolean {
    return (this.attributes.flags & ZFS_XATTR) !== 0n;
  }

  override xattrDirectory(isMade: boolean, ctx: VnodeContext): Vnode | Errno {
    if (this.isGone) return ENOENT;
    if (!this.vfs.settings.xattr || this.isXattr) return EINVAL;
    return guard(() => {
      const { xattr } = this.attributes;
      if (xattr !== 0) return this.vfs.vnode(xattr);
      if (!isMade) return ENOENT;
      const refused = checkAccess(this, 2, ctx.cred) ?? this.refuseChange();
      if (refused !== undefined) return refused;
      const made = this.vfs.fs.makeXattrDirectory(this.object);
      this.vfs.log?.makeXattrDirectory(this.object, made);
      this.vfs.log?.done();
      return this.vfs.vnode(made);
    });
  }

  /** `.zfs` in the root directory. */
  #control(name: string): Vnode | undefined {
    if (name !== CTLDIR_NAME || this.object !== this.vfs.fs.rootObject) return undefined;
    return this.vfs.ctlRoot ?? undefined;
  }

  /** The entry called `name`. */
  child(name: string): ZfsVnode | undefined {
    const object = this.vfs.fs.lookup(this.object, name);
    return object === undefined ? undefined : this.vfs.vnode(object);
  }

  get isEmptyDirectory(): boolean {
    return this.attributes.sizeBytes <= EMPTY_SIZE;
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
    if (this.isXattr && type !== 'VREG') return EINVAL;
    const gid = (this.mode & S_ISGID) === 0 ? cred.effectiveGid : this.gid;
    const keepsSetGid = type === 'VDIR' || isPrivileged(cred) || isGroupMember(cred, gid);
    const mode = keepsSetGid ? attributes.mode : attributes.mode & ~S_ISGID;
    const { objset } = this.vfs.fs;
    if (isOwnerOverQuota(objset, BigInt(cred.effectiveUid), BigInt(gid))) return EDQUOT;
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
    if (this.isGone || this.attributes.links === 0) return ENOENT;
    if (name === '.' || name === '..' || this.child(name) !== undefined) return EEXIST;
    if (this.#control(name) !== undefined) return EEXIST;
    if (encodeUtf8(name).length > NAME_MAX) return ENAMETOOLONG;
    if (this.vfs.fs.isUtf8Only && name.includes(NOT_UTF8)) return EILSEQ;
    return checkAccess(this, 2 | 1, ctx.cred) ?? this.refuseChange();
  }

  override link(source: Vnode, name: string, ctx: VnodeContext): Errno | undefined {
    if (!(source instanceof ZfsVnode) || source.vfs !== this.vfs) return EXDEV;
    if (source.type === 'VDIR') return EPERM;
    return guard(() => {
      if (source.isXattr !== this.isXattr) return EINVAL;
      if (source.isGone || source.attributes.links === 0) return ENOENT;
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
    const isLast = what === 'dir' || entry.attributes.links === 1;
    const error = this.#drop(name, entry);
    if (error !== undefined) return error;
    this.vfs.log?.remove(this.object, name, entry.object, what, isLast);
    this.vfs.log?.done();
    return undefined;
  }

  #drop(name: string, entry: ZfsVnode): Errno | undefined {
    const { fs, isHeld } = this.vfs;
    const isLast = entry.type === 'VDIR' || entry.attributes.links === 1;
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
      if (this.isXattr !== toDirectory.isXattr) return EINVAL;
      if (source.type === 'VDIR' && toDirectory.#isInside(source)) return EINVAL;
      const full = this.refuseChange();
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
      this.accessed(ctx);
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
      entries.push({ name: '..', nodeid: this.attributes.parent, type: 'VDIR' });
      at = CONTROL_ENTRY;
    }
    if (at === CONTROL_ENTRY && entries.length < limit) {
      const isShown = this.vfs.settings.snapdir === SNAPDIR_VISIBLE;
      if (isShown && this.#control(CTLDIR_NAME) !== undefined) {
        entries.push({ name: CTLDIR_NAME, nodeid: CTLDIR_NODEID, type: 'VDIR' });
      }
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
