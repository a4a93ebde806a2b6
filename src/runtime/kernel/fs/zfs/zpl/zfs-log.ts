/**
 * What the vnode operations of a file system tell its log: which change, to be done again by
 * zfs-replay.ts should the power fail before the txg is written.
 * @see uts/common/fs/zfs/zfs_log.c
 */
import { encodeUtf8 } from '#base/bytes.ts';
import {
  lrAcl,
  lrCreate,
  lrLink,
  lrRemove,
  lrRename,
  lrSetattr,
  lrTruncate,
  TX_ACL,
  TX_CREATE,
  TX_LINK,
  TX_MKDIR,
  TX_MKXATTR,
  TX_REMOVE,
  TX_RENAME,
  TX_RMDIR,
  TX_SETATTR,
  TX_SYMLINK,
  TX_TRUNCATE,
} from '../ondisk/zil-phys.ts';
import { newRecord, roundUp8 } from '../zil/itx.ts';
import { assignWrite } from '../zil/itx-write.ts';
import { type LogSource, SYNC_ALWAYS, type Zil } from '../zil/zil.ts';
import { encodeAceT } from './zfs-acl.ts';
import type { ZfsFs } from './zfs-fs.ts';
import type { ZnodeAttributes } from './znode.ts';

/** illumos's AT_ bits in `lr_mask`. */
export const AT_MODE = 0x2;
export const AT_UID = 0x4;
export const AT_GID = 0x8;
export const AT_ATIME = 0x100;
export const AT_MTIME = 0x200;

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;

/** A record with NUL-terminated strings behind its fixed part. */
function withNames(type: number, fixedSize: number, names: readonly string[]): Uint8Array {
  const encoded = names.map(encodeUtf8);
  const size = encoded.reduce((sum, bytes) => sum + bytes.length + 1, fixedSize);
  const record = newRecord(type, size);
  let at = fixedSize;
  for (const bytes of encoded) {
    record.set(bytes, at);
    at += bytes.length + 1;
  }
  return record;
}

function createType(mode: number): number {
  if ((mode & S_IFMT) === S_IFDIR) return TX_MKDIR;
  return (mode & S_IFMT) === S_IFLNK ? TX_SYMLINK : TX_CREATE;
}

export class ZfsLog implements LogSource {
  readonly #zil: Zil;
  readonly #fs: ZfsFs;
  readonly #hasLogDevice: () => boolean;

  constructor(zil: Zil, fs: ZfsFs, hasLogDevice: () => boolean) {
    this.#zil = zil;
    this.#fs = fs;
    this.#hasLogDevice = hasLogDevice;
  }

  /** What was done to a file (to anything, when 0) lasts afterwards. */
  commit(object: number): void {
    this.#zil.commit(object, this);
  }

  /** After an operation: with sync=always each one lasts before it returns. */
  done(): void {
    if (this.#zil.objset.settings.sync === SYNC_ALWAYS) this.commit(0);
  }

  isLinked(object: number): boolean {
    return this.#fs.objset.tryDnode(object) !== undefined && this.#fs.attributes(object).links > 0;
  }

  #record(object: number, isSync: boolean, encode: () => Uint8Array): void {
    this.#zil.assign({ kind: 'record', object, isSync, encode });
  }

  /** A new file, directory, link or special file. */
  create(directory: number, name: string, object: number, target?: string): void {
    const { mode } = this.#fs.attributes(object);
    const names = target === undefined ? [name] : [name, target];
    this.#made(createType(mode), directory, object, names);
  }

  /** A file's directory of extended attributes. */
  makeXattrDirectory(object: number, made: number): void {
    this.#made(TX_MKXATTR, object, made, ['']);
  }

  #made(type: number, directory: number, object: number, names: readonly string[]): void {
    const { mode, uid, gid, gen, crtime, rdev } = this.#fs.attributes(object);
    const fields = {
      doid: directory,
      foid: BigInt(object),
      mode,
      uid,
      gid,
      gen,
      crtime: [...crtime],
      rdev,
    };
    this.#record(object, true, () => {
      const record = withNames(type, lrCreate.sizeBytes, names);
      lrCreate.write(record, 0, fields);
      return record;
    });
  }

  /** A name was taken away; `isGone`: it was the last one. */
  remove(directory: number, name: string, object: number, what: 'file' | 'dir', isGone: boolean) {
    if (isGone) this.#zil.dropAsync(object);
    const type = what === 'dir' ? TX_RMDIR : TX_REMOVE;
    this.#record(object, true, () => {
      const record = withNames(type, lrRemove.sizeBytes, [name]);
      lrRemove.write(record, 0, { doid: directory });
      return record;
    });
  }

  link(directory: number, name: string, object: number): void {
    this.#record(object, true, () => {
      const record = withNames(TX_LINK, lrLink.sizeBytes, [name]);
      lrLink.write(record, 0, { doid: directory, linkObj: object });
      return record;
    });
  }

  /** `replaced`: the file that lost its last name by this, 0 for none. */
  rename(from: number, name: string, to: number, newName: string, object: number, replaced = 0) {
    if (replaced !== 0) this.#zil.dropAsync(replaced);
    // A file that is written and then put in place by its name must not be empty there.
    this.#zil.makeSync(object);
    this.#record(object, true, () => {
      const record = withNames(TX_RENAME, lrRename.sizeBytes, [name, newName]);
      lrRename.write(record, 0, { sdoid: from, tdoid: to });
      return record;
    });
  }

  write(object: number, offset: number, source: Uint8Array, isSync: boolean): void {
    if (this.#isUnlinked(object)) return;
    const blockSize = this.#fs.dnode(object).dataBlockSize;
    const hasLogDevice = this.#hasLogDevice();
    assignWrite(this.#zil, { object, offset, source, blockSize, isSync, hasLogDevice });
  }

  #isUnlinked(object: number): boolean {
    return this.#fs.attributes(object).links === 0;
  }

  truncate(object: number, offset: number): void {
    if (this.#isUnlinked(object)) return;
    this.#record(object, false, () => {
      const record = newRecord(TX_TRUNCATE, lrTruncate.sizeBytes);
      lrTruncate.write(record, 0, { foid: object, offset, length: 0 });
      return record;
    });
  }

  /** `mask`: which of the attributes were set. */
  setattr(object: number, mask: number): void {
    if (this.#isUnlinked(object) || mask === 0) return;
    const { mode, uid, gid, sizeBytes, atime, mtime }: ZnodeAttributes =
      this.#fs.attributes(object);
    this.#record(object, false, () => {
      const record = newRecord(TX_SETATTR, lrSetattr.sizeBytes);
      const times = { atime: [...atime], mtime: [...mtime] };
      lrSetattr.write(record, 0, { foid: object, mask, mode, uid, gid, size: sizeBytes, ...times });
      return record;
    });
  }

  /** The access control list as it is now. */
  acl(object: number): void {
    if (this.#isUnlinked(object)) return;
    const aces = this.#fs.acl(object);
    this.#record(object, false, () => {
      const packed = encodeAceT(aces);
      const record = newRecord(TX_ACL, lrAcl.sizeBytes + roundUp8(packed.length));
      const counts = { aclcnt: aces.length, domcnt: 0, fuidcnt: 0, aclBytes: packed.length };
      lrAcl.write(record, 0, { foid: object, ...counts, aclFlags: 0n });
      record.set(packed, lrAcl.sizeBytes);
      return record;
    });
  }

  /** A change that has no record: who wants it to last waits for the txg. */
  unlogged(object: number): void {
    this.#zil.assign({ kind: 'txg', object, isSync: false });
  }
}
