/**
 * What every file of ZFS has, whatever its type: attributes, contents, permission to change them.
 * Names are in zfs-vnode.ts.
 * Surprising: an access time is kept in memory and written when the last holder lets go, as illumos
 * does, so that reading alone does not make a txg.
 * @see uts/common/fs/zfs/zfs_vnops.c
 */
import { O_DSYNC, O_SYNC } from '#abi/illumos/fcntl.ts';
import { S_IAMB, typeOfMode } from '#abi/illumos/stat.ts';
import {
  EACCES,
  EDQUOT,
  EFBIG,
  EINVAL,
  EISDIR,
  ENOENT,
  ENXIO,
  EPERM,
  EROFS,
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
  READ_QUIETLY,
  type SettableAttributes,
  type Vnode,
  type VnodeAttributes,
  type VnodeContext,
} from '#kernel/vfs/vnode.ts';
import { ACE_READ_ACL, ACE_WRITE_ACL, type Ace } from '#abi/illumos/acl.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import { ZFS_ACL_TRIVIAL } from './zfs-acl.ts';
import { isAllowed, isValidAcl, rightsOf, ZFS_ACL_RESTRICTED } from './zfs-acl-rules.ts';
import { nextContent } from '../dmu/dmu-offset.ts';
import { guard, MAX_FILE_SIZE } from './zfs-errno.ts';
import { isOverQuota, isOwnerOverQuota } from './zfs-quota.ts';
import { AT_ATIME, AT_GID, AT_MODE, AT_MTIME, AT_UID } from './zfs-log.ts';
import type { ZfsVfs } from './zfs-vfs.ts';
import type { ZfsTime, ZnodeAttributes } from './znode.ts';

const NS_PER_SEC = 1_000_000_000n;
/** What an operation that adds a name may take from the pool. */
export const METADATA_COST = 8192;
/** A long write is admitted and logged in pieces of this size, so that no txg gets too large. */
const WRITE_PIECE: number = 4 * 2 ** 20;

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

export abstract class ZfsNode extends BaseVnode {
  declare readonly vfs: ZfsVfs;
  readonly object: number;
  /** The file was freed; what still has the vnode gets ENOENT. */
  isGone = false;
  #isAccessTimeDirty = false;

  constructor(vfs: ZfsVfs, object: number) {
    super(vfs, typeOfMode(vfs.fs.attributes(object).mode) ?? 'VREG');
    this.object = object;
  }

  protected get attributes(): ZnodeAttributes {
    return this.vfs.fs.attributes(this.object);
  }

  get mode(): number {
    return this.attributes.mode & S_IAMB;
  }

  get uid(): number {
    return Number(this.attributes.uid);
  }

  get gid(): number {
    return Number(this.attributes.gid);
  }

  get linkCount(): number {
    return this.attributes.links;
  }

  protected override inactive(): void {
    if (this.isGone || this.vfs.isReadOnly) return;
    const failed = guard(() => {
      if (this.attributes.links > 0) {
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
    this.vfs.fs.store(this.object, this.attributes);
  }

  protected accessed(ctx: VnodeContext): void {
    if (this.vfs.isReadOnly || (ctx.fileFlags & READ_QUIETLY) !== 0) return;
    if (!this.vfs.settings.atime) return;
    this.attributes.atime = this.vfs.fs.now();
    this.#isAccessTimeDirty = true;
  }

  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    const isDevice = this.type === 'VCHR' || this.type === 'VBLK';
    if (isDevice && !this.vfs.settings.devices) return ENXIO;
    if (isDevice || this.type === 'VFIFO') {
      return this.vfs.host.special.open(this, Number(this.attributes.rdev), flags, ctx);
    }
    return this;
  }

  override getattr(_ctx: VnodeContext): VnodeAttributes | Errno {
    if (this.isGone) return ENOENT;
    return guard(() => {
      const a = this.attributes;
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
    // Surprising: on illumos only execve(2) and mmap(2) ask for exec=off; here access(2) tells it too.
    if ((mode & 1) !== 0 && this.type === 'VREG' && !this.vfs.settings.exec) return EACCES;
    return guard(() => checkAccess(this, mode, ctx.cred));
  }

  /** Whether the list allows `want`; undefined when it says what the mode says. */
  byAcl(want: number, cred: Credentials): boolean | undefined {
    return this.#allows(rightsOf(want), cred);
  }

  #allows(rights: number, cred: Credentials): boolean | undefined {
    if ((this.attributes.flags & ZFS_ACL_TRIVIAL) !== 0n || this.type === 'VLNK') return undefined;
    return isAllowed(this.vfs.fs.acl(this.object), rights, {
      uid: cred.effectiveUid,
      isInGroup: (gid) => isGroupMember(cred, gid),
      fileUid: this.uid,
      fileGid: this.gid,
    });
  }

  override getAcl(ctx: VnodeContext): readonly Ace[] | Errno {
    if (this.isGone) return ENOENT;
    return guard(() => {
      const mayAlways = isPrivileged(ctx.cred) || ctx.cred.effectiveUid === this.uid;
      if (!mayAlways && this.#allows(ACE_READ_ACL, ctx.cred) === false) return EACCES;
      return this.vfs.fs.acl(this.object);
    });
  }

  override setAcl(aces: readonly Ace[], ctx: VnodeContext): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    if (this.isGone) return ENOENT;
    if (!isValidAcl(aces, this.type === 'VDIR')) return EINVAL;
    return guard(() => {
      const mayAlways = isPrivileged(ctx.cred) || ctx.cred.effectiveUid === this.uid;
      if (!mayAlways && this.#allows(ACE_WRITE_ACL, ctx.cred) !== true) return EPERM;
      const refused = this.refuseChange();
      if (refused !== undefined) return refused;
      this.vfs.fs.setAcl(this.object, aces);
      this.vfs.log?.acl(this.object);
      this.vfs.log?.done();
      return undefined;
    });
  }

  /** What every change begins with. */
  protected refuseChange(cost = METADATA_COST): Errno | undefined {
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
      const { fs, settings } = this.vfs;
      const isPlain = (this.attributes.flags & ZFS_ACL_TRIVIAL) !== 0n;
      const isFixed = settings.aclMode === ZFS_ACL_RESTRICTED && !isPlain;
      if (changes.mode !== undefined && isFixed) return EPERM;
      const { sizeBytes } = changes;
      if (sizeBytes !== undefined) {
        if (this.type !== 'VREG') return this.type === 'VDIR' ? EISDIR : EINVAL;
        if (sizeBytes < 0) return EINVAL;
        if (sizeBytes > MAX_FILE_SIZE) return EFBIG;
        fs.truncate(this.object, sizeBytes);
        this.vfs.log?.truncate(this.object, sizeBytes);
      }
      const ownerChanges = changes.uid !== undefined || changes.gid !== undefined;
      const { uid = this.uid, gid = this.gid } = changes;
      const { objset } = fs;
      if (uid !== this.uid && isOverQuota(objset, 'user', BigInt(uid))) return EDQUOT;
      if (gid !== this.gid && isOverQuota(objset, 'group', BigInt(gid))) return EDQUOT;
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
      const { sizeBytes } = this.attributes;
      const count = Math.max(0, Math.min(target.length, sizeBytes - offsetBytes));
      if (count > 0) this.vfs.fs.dnode(this.object).read(offsetBytes, target.subarray(0, count));
      this.accessed(ctx);
      return count;
    });
  }

  override write(offsetBytes: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (this.type !== 'VREG') return this.type === 'VDIR' ? EISDIR : EINVAL;
    if (source.length === 0) return 0;
    if (offsetBytes + source.length > MAX_FILE_SIZE) return EFBIG;
    return guard(() => {
      for (let done = 0; done < source.length; done += WRITE_PIECE) {
        const piece = source.subarray(done, done + WRITE_PIECE);
        const refused = this.refuseChange(piece.length + METADATA_COST);
        const { uid, gid } = this.vfs.fs.attributes(this.object);
        const isOver = isOwnerOverQuota(this.vfs.fs.objset, uid, gid);
        const stop = refused ?? (isOver ? EDQUOT : undefined);
        if (stop !== undefined) return done > 0 ? done : stop;
        this.#writePiece(offsetBytes + done, piece, ctx);
      }
      return source.length;
    });
  }

  #writePiece(offset: number, source: Uint8Array, ctx: VnodeContext): void {
    const { fs, log } = this.vfs;
    if ((this.mode & 0o6000) !== 0) {
      const mode = modeWithoutSetId(this, ctx.cred);
      if (mode !== this.mode) {
        fs.chmod(this.object, mode);
        log?.setattr(this.object, AT_MODE);
      }
    }
    fs.write(this.object, offset, source);
    const isSync = (ctx.fileFlags & (O_SYNC | O_DSYNC)) !== 0;
    log?.write(this.object, offset, source, isSync);
    if (isSync) log?.commit(this.object);
    log?.done();
  }

  override seekContent(offset: number, what: 'data' | 'hole'): number | Errno {
    return guard(() => {
      const { sizeBytes } = this.attributes;
      if (offset < 0 || offset >= sizeBytes) return ENXIO;
      const dnode = this.vfs.fs.dnode(this.object);
      const at = nextContent(dnode, offset, what);
      if (what === 'hole') return Math.min(at ?? sizeBytes, sizeBytes);
      return at === undefined || at >= sizeBytes ? ENXIO : at;
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
}
