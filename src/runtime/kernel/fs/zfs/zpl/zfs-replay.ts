/**
 * Doing again what a log says, by object number. The records are trusted no more than anything else
 * on disk: what can't be done is left, and the file system stays what it is.
 * @see uts/common/fs/zfs/zfs_replay.c
 */
import { decodeUtf8 } from '#base/bytes.ts';
import { readBlkptr } from '../ondisk/blkptr.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import * as log from '../ondisk/zil-phys.ts';
import type { LogRecord } from '../zil/zil-block.ts';
import { indirectPointer } from '../zil/zil-parse.ts';
import { ACE_T_SIZE, decodeAceT } from './zfs-acl.ts';
import type { NewFile, ZfsFs } from './zfs-fs.ts';
import { AT_ATIME, AT_GID, AT_MODE, AT_MTIME, AT_UID } from './zfs-log.ts';

const S_IAMB = 0o7777;
const DN_OBJECT_MASK: bigint = (1n << 48n) - 1n;

/** NUL-terminated strings from `at` on. */
function namesIn(bytes: Uint8Array, at: number, count: number): string[] {
  const names: string[] = [];
  let from = at;
  for (let n = 0; n < count; n += 1) {
    const end = bytes.indexOf(0, from);
    if (end < 0) throw corrupt('lr_t', 'a name without an end');
    names.push(decodeUtf8(bytes.subarray(from, end)));
    from = end + 1;
  }
  return names;
}

function replayCreate(fs: ZfsFs, bytes: Uint8Array, type: number): void {
  const lr = log.lrCreate.read(bytes);
  const isLink = type === log.TX_SYMLINK;
  const [name = '', target] = namesIn(bytes, log.lrCreate.sizeBytes, isLink ? 2 : 1);
  const again: NewFile['again'] = {
    object: Number(lr.foid & DN_OBJECT_MASK),
    gen: lr.gen,
    crtime: [lr.crtime[0] ?? 0n, lr.crtime[1] ?? 0n],
  };
  if (type === log.TX_MKXATTR) {
    fs.makeXattrDirectory(lr.doid, again);
    return;
  }
  fs.create(lr.doid, name, {
    mode: lr.mode,
    uid: Number(lr.uid),
    gid: Number(lr.gid),
    rdev: lr.rdev,
    ...(target === undefined ? {} : { target }),
    again,
  });
}

function replayWrite(fs: ZfsFs, record: LogRecord): void {
  const { bytes } = record;
  const lr = log.lrWrite.read(bytes);
  if (fs.objset.tryDnode(lr.foid) === undefined) return;
  if (bytes.length > log.lrWrite.sizeBytes) {
    const data = bytes.subarray(log.lrWrite.sizeBytes, log.lrWrite.sizeBytes + lr.length);
    if (data.length !== lr.length) throw corrupt('lr_write_t', `${lr.length} bytes are not there`);
    fs.write(lr.foid, lr.offset, data);
    return;
  }
  // The whole block was written; what lies behind the write's end may belong to a later record, so
  // it is put back too, but the file does not get longer by it.
  const bp = readBlkptr(lr.blkptr, 0);
  const pointer = indirectPointer(record);
  const { lsize } = bp;
  const content = pointer === undefined ? new Uint8Array(lsize) : fs.objset.arc.read(pointer);
  const isWhole = lr.length < lsize;
  const offset = isWhole ? lr.offset - (lr.offset % lsize) : lr.offset;
  const eof = Math.max(fs.attributes(lr.foid).sizeBytes, lr.offset + lr.length);
  fs.write(lr.foid, offset, content.subarray(0, isWhole ? lsize : lr.length));
  fs.update(lr.foid, (a) => {
    a.sizeBytes = eof;
  });
}

function replaySetattr(fs: ZfsFs, bytes: Uint8Array): void {
  const lr = log.lrSetattr.read(bytes);
  if (fs.objset.tryDnode(lr.foid) === undefined) return;
  if ((lr.mask & AT_MODE) !== 0) fs.chmod(lr.foid, lr.mode & S_IAMB);
  fs.update(lr.foid, (a) => {
    if ((lr.mask & AT_UID) !== 0) a.uid = lr.uid;
    if ((lr.mask & AT_GID) !== 0) a.gid = lr.gid;
    if ((lr.mask & AT_ATIME) !== 0) a.atime = [lr.atime[0] ?? 0n, lr.atime[1] ?? 0n];
    if ((lr.mask & AT_MTIME) !== 0) a.mtime = [lr.mtime[0] ?? 0n, lr.mtime[1] ?? 0n];
    a.ctime = fs.now();
  });
}

function replayTruncate(fs: ZfsFs, bytes: Uint8Array): void {
  const lr = log.lrTruncate.read(bytes);
  if (fs.objset.tryDnode(lr.foid) === undefined) return;
  if (lr.length === 0) fs.truncate(lr.foid, lr.offset);
  else fs.freeRange(lr.foid, lr.offset, lr.length);
}

function replayAcl(fs: ZfsFs, bytes: Uint8Array): void {
  const lr = log.lrAcl.read(bytes);
  if (fs.objset.tryDnode(lr.foid) === undefined) return;
  const { sizeBytes } = log.lrAcl;
  fs.setAcl(lr.foid, decodeAceT(bytes.subarray(sizeBytes, sizeBytes + lr.aclcnt * ACE_T_SIZE)));
}

/** Does what `record` says; what is no longer possible is left out. */
export function replayRecord(fs: ZfsFs, record: LogRecord): void {
  const { bytes, type } = record;
  switch (type) {
    case log.TX_CREATE:
    case log.TX_MKDIR:
    case log.TX_MKXATTR:
    case log.TX_SYMLINK:
      replayCreate(fs, bytes, type);
      return;
    case log.TX_REMOVE:
    case log.TX_RMDIR: {
      const [name = ''] = namesIn(bytes, log.lrRemove.sizeBytes, 1);
      fs.remove(log.lrRemove.read(bytes).doid, name);
      return;
    }
    case log.TX_LINK: {
      const lr = log.lrLink.read(bytes);
      const [name = ''] = namesIn(bytes, log.lrLink.sizeBytes, 1);
      fs.link(lr.doid, name, lr.linkObj);
      return;
    }
    case log.TX_RENAME: {
      const lr = log.lrRename.read(bytes);
      const [from = '', to = ''] = namesIn(bytes, log.lrRename.sizeBytes, 2);
      fs.rename(lr.sdoid, from, lr.tdoid, to);
      return;
    }
    case log.TX_WRITE:
      replayWrite(fs, record);
      return;
    case log.TX_TRUNCATE:
      replayTruncate(fs, bytes);
      return;
    case log.TX_SETATTR:
      replaySetattr(fs, bytes);
      return;
    case log.TX_ACL:
      replayAcl(fs, bytes);
      return;
    default:
      throw corrupt('lr_t', `type ${type} can't be replayed`);
  }
}
