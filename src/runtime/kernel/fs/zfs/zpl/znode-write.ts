/**
 * A file's attributes back into its dnode.
 * @see uts/common/fs/zfs/zfs_znode.c zfs_mknode()
 */
import type { Dnode } from '../dmu/dnode.ts';
import { DMU_OT_SA } from '../ondisk/dmu-ot.ts';
import { viewOf } from '../ondisk/struct.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { SaRegistry } from './sa.ts';
import { saReadAll } from './sa.ts';
import { saWriteAll } from './sa-write.ts';
import type { ZfsTime, ZnodeAttributes } from './znode.ts';

function u64(value: bigint | number): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return bytes;
}

function time([seconds, nanoseconds]: ZfsTime): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = viewOf(bytes);
  view.setBigUint64(0, BigInt.asUintN(64, seconds), true);
  view.setBigUint64(8, nanoseconds, true);
  return bytes;
}

/** ZfsError EROFS for files whose attributes we can't write. */
export function assertWritableZnode(dnode: Dnode): void {
  if (dnode.bonusLen > 0 && dnode.bonusType !== DMU_OT_SA) {
    throw new ZfsError(
      'EROFS',
      'Cannot change a file of a ZPL version before 5: not supported yet',
    );
  }
}

/** Writes all attributes; those that we don't interpret are kept. */
export function writeZnode(registry: SaRegistry, dnode: Dnode, a: ZnodeAttributes): void {
  assertWritableZnode(dnode);
  const values = dnode.bonusLen > 0 ? saReadAll(registry, dnode) : new Map<string, Uint8Array>();
  values.set('ZPL_MODE', u64(a.mode));
  values.set('ZPL_SIZE', u64(a.sizeBytes));
  values.set('ZPL_GEN', u64(a.gen));
  values.set('ZPL_UID', u64(a.uid));
  values.set('ZPL_GID', u64(a.gid));
  values.set('ZPL_PARENT', u64(a.parent));
  values.set('ZPL_FLAGS', u64(a.flags));
  values.set('ZPL_ATIME', time(a.atime));
  values.set('ZPL_MTIME', time(a.mtime));
  values.set('ZPL_CTIME', time(a.ctime));
  values.set('ZPL_CRTIME', time(a.crtime));
  values.set('ZPL_LINKS', u64(a.links));
  values.set('ZPL_DACL_COUNT', u64(a.aclCount));
  values.set('ZPL_DACL_ACES', a.acl);
  const optional = (name: string, value: Uint8Array | null): void => {
    if (value === null) values.delete(name);
    else values.set(name, value);
  };
  optional('ZPL_XATTR', a.xattr === 0 ? null : u64(a.xattr));
  const kind = a.mode & 0o170000;
  optional('ZPL_RDEV', kind === 0o020000 || kind === 0o060000 ? u64(a.rdev) : null);
  optional('ZPL_SYMLINK', a.symlink);
  optional('ZPL_DXATTR', a.dxattr);
  saWriteAll(registry, dnode, values);
}
