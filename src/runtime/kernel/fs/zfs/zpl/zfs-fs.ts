/**
 * A file system that can be changed, by object number: what the vnode operations come down to. All
 * changes are in memory until the txg is written, and each call is whole within one txg.
 * @see uts/common/fs/zfs/zfs_vnops.c, zfs_dir.c, zfs_znode.c
 */
import type { Ace } from '#abi/illumos/acl.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { type Errno, EEXIST, ENOENT, ENOTEMPTY } from '#kernel/os/errno.ts';
import { dirtyBlock, freeBlocks, markDirty, setBlockSize } from '../dmu/dbuf.ts';
import { dmuWrite } from '../dmu/dmu.ts';
import { dmuObjectAlloc, dmuObjectClaim, dmuObjectFree } from '../dmu/dmu-object.ts';
import type { Dnode } from '../dmu/dnode.ts';
import {
  DMU_OT_DIRECTORY_CONTENTS,
  DMU_OT_PLAIN_FILE_CONTENTS,
  DMU_OT_SA,
} from '../ondisk/dmu-ot.ts';
import { DN_BONUS_SIZE } from '../ondisk/dnode-phys.ts';
import { initZap, zapCount, zapEntries, zapRemove, zapSet, zapSetNumber } from '../zap/zap.ts';
import { zapWord } from '../zap/zap-value.ts';
import { ZfsReader } from './zfs-reader.ts';
import {
  decodeAces,
  encodeAces,
  trivialFlags,
  ZFS_ACL_TRIVIAL,
  ZFS_INHERIT_ACE,
  ZFS_XATTR,
} from './zfs-acl.ts';
import {
  chmodAcl,
  inheritAcl,
  isInheritable,
  isTrivial,
  modeOf,
  ZFS_ACL_DISCARD,
  ZFS_ACL_GROUPMASK,
} from './zfs-acl-rules.ts';
import { newAttributes } from './zfs-create-fs.ts';
import { spaceOwnerOf } from './zfs-userspace.ts';
import { readZnode, type ZfsTime, type ZnodeAttributes } from './znode.ts';
import { ZnodePacker } from './znode-pack.ts';
import { assertWritableZnode, writeZnode } from './znode-write.ts';

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const XATTR_MODE: number = S_IFDIR | 0o1777;
const S_IFLNK = 0o120000;

/** What a new file is made with. */
export interface NewFile {
  /** Type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev?: bigint;
  /** Target of a symbolic link. */
  readonly target?: string;
  /** What it had been made with before a crash. */
  readonly again?: { readonly object: number; readonly gen: bigint; readonly crtime: ZfsTime };
}

/** What a file system needs of its pool. */
export interface ZfsHost {
  readonly txg: number;
  now(): ZfsTime;
}

export class ZfsFs extends ZfsReader {
  readonly #host: ZfsHost;

  constructor(objset: ZfsReader['objset'], host: ZfsHost) {
    super(objset);
    this.#host = host;
    objset.spaceOwner = spaceOwnerOf(this.registry);
    const packer = new ZnodePacker(this.registry);
    objset.packBonus = (dnode) => {
      const attributes = dnode.attributes as ZnodeAttributes;
      if (!packer.pack(dnode, attributes)) writeZnode(this.registry, dnode, attributes);
    };
  }

  now(): ZfsTime {
    return this.#host.now();
  }

  /** Shared with the cache: change it only together with `store`. */
  override attributes(object: number): ZnodeAttributes {
    const dnode = this.objset.dnode(object);
    let attributes = dnode.attributes as ZnodeAttributes | null;
    if (attributes === null) {
      attributes = readZnode(this.registry, dnode);
      dnode.attributes = attributes;
    }
    return attributes;
  }

  /** Makes these the object's attributes; they are packed into it once for each txg. */
  store(object: number, attributes: ZnodeAttributes): void {
    const dnode = this.objset.dnode(object);
    if (!dnode.isBonusStale) assertWritableZnode(dnode);
    dnode.attributes = attributes;
    dnode.isBonusStale = true;
    markDirty(dnode);
  }

  /** Changes attributes and stores them. */
  update(object: number, change: (attributes: ZnodeAttributes) => void): void {
    const attributes = this.attributes(object);
    change(attributes);
    this.store(object, attributes);
  }

  isDirectory(object: number): boolean {
    return (this.attributes(object).mode & S_IFMT) === S_IFDIR;
  }

  /** Makes a file, directory, link or special file called `name`. */
  create(directory: number, name: string, file: NewFile): number | Errno {
    if (this.lookup(directory, name) !== undefined) return EEXIST;
    const isDirectory = (file.mode & S_IFMT) === S_IFDIR;
    const type = isDirectory ? DMU_OT_DIRECTORY_CONTENTS : DMU_OT_PLAIN_FILE_CONTENTS;
    const { again } = file;
    if (again !== undefined && this.objset.tryDnode(again.object) !== undefined) return EEXIST;
    const dnode =
      again === undefined
        ? dmuObjectAlloc(this.objset, type, 0, DMU_OT_SA, DN_BONUS_SIZE)
        : dmuObjectClaim(this.objset, again.object, type, 0, DMU_OT_SA, DN_BONUS_SIZE);
    dnode.bonusLen = 0;
    if (isDirectory) initZap(dnode);
    const attributes = newAttributes(file.mode, file, this.#host.txg, this.now());
    if (again !== undefined) {
      attributes.gen = again.gen;
      attributes.crtime = again.crtime;
    }
    const isHidden = (this.attributes(directory).flags & ZFS_XATTR) !== 0n;
    if (isHidden) attributes.flags |= ZFS_XATTR;
    else this.#inherit(directory, attributes);
    attributes.parent = directory;
    attributes.rdev = file.rdev ?? 0n;
    if (isDirectory) {
      attributes.links = 2;
      attributes.sizeBytes = 2;
    }
    if (file.target !== undefined) {
      attributes.symlink = encodeUtf8(file.target);
      attributes.sizeBytes = attributes.symlink.length;
    }
    this.store(dnode.object, attributes);
    this.#addEntry(directory, name, dnode.object, file.mode);
    return dnode.object;
  }

  /** The hidden directory for a file's extended attributes. `zfs_make_xattrdir` */
  makeXattrDirectory(object: number, again?: NewFile['again']): number {
    const { uid, gid } = this.attributes(object);
    const type = DMU_OT_DIRECTORY_CONTENTS;
    const dnode =
      again === undefined
        ? dmuObjectAlloc(this.objset, type, 0, DMU_OT_SA, DN_BONUS_SIZE)
        : dmuObjectClaim(this.objset, again.object, type, 0, DMU_OT_SA, DN_BONUS_SIZE);
    dnode.bonusLen = 0;
    initZap(dnode);
    const owner = { uid: Number(uid), gid: Number(gid) };
    const made = newAttributes(XATTR_MODE, owner, this.#host.txg, this.now());
    if (again !== undefined) Object.assign(made, { gen: again.gen, crtime: again.crtime });
    Object.assign(made, { parent: object, links: 2, sizeBytes: 2 });
    made.flags |= ZFS_XATTR;
    this.store(dnode.object, made);
    this.update(object, (a) => {
      a.xattr = dnode.object;
    });
    return dnode.object;
  }

  /** What the directory's list passes on. */
  #inherit(directory: number, attributes: ZnodeAttributes): void {
    if ((this.attributes(directory).flags & ZFS_INHERIT_ACE) === 0n) return;
    if ((attributes.mode & S_IFMT) === S_IFLNK) return;
    const { mode, uid, gid } = attributes;
    const { settings } = this.objset;
    const aces = inheritAcl(this.acl(directory), mode, kindOf(mode), settings);
    attributes.mode = (mode & ~0o777) | modeOf(aces, Number(uid), Number(gid));
    putAcl(attributes, aces);
  }

  #addEntry(directory: number, name: string, object: number, mode: number): void {
    const high = ((mode & S_IFMT) << 16) | Math.floor(object / 2 ** 32);
    zapSet(this.objset, directory, name, zapWord(high >>> 0, object % 2 ** 32));
    const isDirectory = (mode & S_IFMT) === S_IFDIR;
    this.#touchDirectory(directory, 1, isDirectory ? 1 : 0);
  }

  #removeEntry(directory: number, name: string, wasDirectory: boolean): void {
    zapRemove(this.objset, directory, name);
    this.#touchDirectory(directory, -1, wasDirectory ? -1 : 0);
  }

  #touchDirectory(directory: number, entries: number, links: number): void {
    this.update(directory, (a) => {
      a.sizeBytes += entries;
      a.links += links;
      a.mtime = this.now();
      a.ctime = a.mtime;
    });
  }

  link(directory: number, name: string, object: number): Errno | undefined {
    if (this.lookup(directory, name) !== undefined) return EEXIST;
    this.update(object, (a) => {
      a.links += 1;
      a.ctime = this.now();
    });
    this.#addEntry(directory, name, object, this.attributes(object).mode);
    return undefined;
  }

  /**
   * Takes a name away. With the last name the file goes too, or, when `isOpen`, into the unlinked set
   * until `reap`.
   */
  remove(
    directory: number,
    name: string,
    isOpen: (object: number) => boolean = () => false,
  ): Errno | undefined {
    const object = this.lookup(directory, name);
    if (object === undefined) return ENOENT;
    const isDirectory = this.isDirectory(object);
    if (isDirectory && zapCount(this.objset, object) > 0) return ENOTEMPTY;
    this.#removeEntry(directory, name, isDirectory);
    this.#dropLink(object, isDirectory ? 2 : 1, isOpen);
    return undefined;
  }

  #dropLink(object: number, count: number, isOpen: (object: number) => boolean): void {
    this.update(object, (a) => {
      a.links -= count;
      a.ctime = this.now();
    });
    if (this.attributes(object).links > 0) return;
    if (isOpen(object)) {
      zapSetNumber(this.objset, this.unlinkedObject, object.toString(16), object);
    } else {
      this.#destroy(object);
    }
  }

  /** Frees a file of the unlinked set: its last user has closed it. */
  reap(object: number): void {
    if (!zapRemove(this.objset, this.unlinkedObject, object.toString(16))) return;
    this.#destroy(object);
  }

  /** Frees what a crash left in the unlinked set. */
  drainUnlinked(): void {
    for (const { name } of Array.from(zapEntries(this.objset, this.unlinkedObject))) {
      this.reap(Number.parseInt(name, 16));
    }
  }

  #destroy(object: number): void {
    const { xattr } = this.attributes(object);
    if (xattr !== 0) {
      for (const entry of Array.from(this.entries(xattr))) this.#destroy(entry.object);
      this.#destroy(xattr);
    }
    dmuObjectFree(this.objset.dnode(object));
  }

  /** Moves a name, over an existing one if there is one; the checks are the caller's. */
  rename(
    from: number,
    name: string,
    to: number,
    newName: string,
    isOpen: (object: number) => boolean = () => false,
  ): Errno | undefined {
    const object = this.lookup(from, name);
    if (object === undefined) return ENOENT;
    const existing = this.lookup(to, newName);
    if (existing === object) return undefined;
    if (existing !== undefined) {
      const error = this.remove(to, newName, isOpen);
      if (error !== undefined) return error;
    }
    const { mode } = this.attributes(object);
    this.#removeEntry(from, name, (mode & S_IFMT) === S_IFDIR);
    this.#addEntry(to, newName, object, mode);
    this.update(object, (a) => {
      a.parent = to;
      a.ctime = this.now();
    });
    return undefined;
  }

  /** Writes all of `source`, making the file longer when it ends beyond it. */
  write(object: number, offset: number, source: Uint8Array): void {
    const dnode = this.objset.dnode(object);
    const end = offset + source.length;
    const attributes = this.attributes(object);
    this.#growBlockSize(dnode, Math.max(end, attributes.sizeBytes));
    dmuWrite(dnode, offset, source);
    attributes.sizeBytes = Math.max(attributes.sizeBytes, end);
    attributes.mtime = this.now();
    attributes.ctime = attributes.mtime;
    this.store(object, attributes);
  }

  /** `zfs_grow_blocksize`: the one block of a small file grows with it up to the record size. */
  #growBlockSize(dnode: Dnode, end: number): void {
    const size = dnode.dataBlockSize;
    if (dnode.maxblkid > 0 || end <= size) return;
    const { recordSize } = this.objset.settings;
    // A file that was written with larger records keeps them.
    const limit = Math.max(recordSize, 2 ** Math.ceil(Math.log2(size)));
    setBlockSize(dnode, Math.min(Math.ceil(end / 512) * 512, limit));
  }

  /** Makes the file `size` bytes long: what is cut off is freed, what is added is a hole. */
  truncate(object: number, size: number): void {
    const dnode = this.objset.dnode(object);
    const attributes = this.attributes(object);
    if (size < attributes.sizeBytes) this.#freeFrom(dnode, size, attributes.sizeBytes);
    else this.#growBlockSize(dnode, size);
    attributes.sizeBytes = size;
    attributes.mtime = this.now();
    attributes.ctime = attributes.mtime;
    this.store(object, attributes);
  }

  #freeFrom(dnode: Dnode, from: number, end: number): void {
    const size = dnode.dataBlockSize;
    const firstWhole = Math.ceil(from / size);
    const last = Math.ceil(end / size);
    if (last > firstWhole) freeBlocks(dnode, firstWhole, last - firstWhole);
    const within = from % size;
    if (within === 0) return;
    const blkid = Math.floor(from / size);
    if (dnode.block(blkid) !== null) dirtyBlock(dnode, blkid).fill(0, within);
  }

  /** Makes a hole of the range; the file keeps its length. */
  freeRange(object: number, offset: number, length: number): void {
    const dnode = this.objset.dnode(object);
    const attributes = this.attributes(object);
    const end = Math.min(offset + length, attributes.sizeBytes);
    if (end <= offset) return;
    const size = dnode.dataBlockSize;
    const firstWhole = Math.ceil(offset / size);
    const lastWhole = end === attributes.sizeBytes ? Math.ceil(end / size) : Math.floor(end / size);
    const zero = (from: number, to: number): void => {
      const blkid = Math.floor(from / size);
      if (to <= from || dnode.block(blkid) === null) return;
      dirtyBlock(dnode, blkid).fill(0, from - blkid * size, to - blkid * size);
    };
    if (firstWhole > lastWhole) {
      zero(offset, end);
    } else {
      zero(offset, Math.min(firstWhole * size, end));
      if (lastWhole > firstWhole) freeBlocks(dnode, firstWhole, lastWhole - firstWhole);
      zero(lastWhole * size, end);
    }
    attributes.mtime = this.now();
    attributes.ctime = attributes.mtime;
    this.store(object, attributes);
  }

  /** The entries of the file's access control list. */
  acl(object: number): Ace[] {
    const { acl, aclCount, aclObject } = this.attributes(object);
    const isOutside = aclObject !== 0;
    const bytes = isOutside ? this.objset.dnode(aclObject).readBytes(0, MAX_ACL_BYTES) : acl;
    return decodeAces(bytes, aclCount);
  }

  /** Replaces the list; the permission bits become those that it comes down to. */
  setAcl(object: number, aces: readonly Ace[]): void {
    this.update(object, (a) => {
      const mode = modeOf(aces, Number(a.uid), Number(a.gid));
      a.mode = (a.mode & ~0o777) | mode;
      putAcl(a, aces);
      a.ctime = this.now();
    });
  }

  /** Permission bits; the list then says the same, and more only where `aclmode` keeps that. */
  chmod(object: number, permissions: number): void {
    const isSimple = (this.attributes(object).flags & ZFS_ACL_TRIVIAL) !== 0n;
    const { aclMode } = this.objset.settings;
    const kept = isSimple || aclMode === ZFS_ACL_DISCARD ? [] : this.acl(object);
    this.update(object, (a) => {
      a.mode = (a.mode & S_IFMT) | permissions;
      a.ctime = this.now();
      if ((a.mode & S_IFMT) === S_IFLNK) return;
      const isDirectory = (a.mode & S_IFMT) === S_IFDIR;
      putAcl(a, chmodAcl(kept, a.mode, isDirectory, true, aclMode === ZFS_ACL_GROUPMASK));
    });
  }
}

/** `ZFS_ACL_MAX_ENTRIES` of the larger kind. */
const MAX_ACL_BYTES: number = 1024 * 16;

function putAcl(a: ZnodeAttributes, aces: readonly Ace[]): void {
  const isDirectory = (a.mode & S_IFMT) === S_IFDIR;
  const { count, bytes } = encodeAces(aces);
  a.acl = bytes;
  a.aclCount = count;
  const plain = trivialFlags(a.mode) & ~ZFS_ACL_TRIVIAL;
  const trivial = isTrivial(aces, isDirectory) ? ZFS_ACL_TRIVIAL : 0n;
  const inherits = isDirectory && isInheritable(aces) ? ZFS_INHERIT_ACE : 0n;
  const others = a.flags & ~(trivialFlags(0o777) | ZFS_INHERIT_ACE);
  a.flags = plain | trivial | inherits | others;
}

function kindOf(mode: number): 'file' | 'dir' | 'other' {
  if ((mode & S_IFMT) === S_IFDIR) return 'dir';
  return (mode & S_IFMT) === S_IFREG ? 'file' : 'other';
}
