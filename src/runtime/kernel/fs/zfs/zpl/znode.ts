/**
 * A file's attributes in memory, from either form on disk: system attributes (ZPL 5) or the 264-byte
 * znode of older versions.
 * @spec ZFS On-Disk §6  @see uts/common/fs/zfs/zfs_znode.c, sys/zfs_znode.h
 */
import type { Dnode } from '../dmu/dnode.ts';
import { DMU_OT_SA, DMU_OT_ZNODE } from '../ondisk/dmu-ot.ts';
import { array, n64, struct, u16, u32, u64, bytes as bytesField } from '../ondisk/struct.ts';
import { viewOf } from '../ondisk/struct.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { type SaRegistry, saReadAll } from './sa.ts';

/** Seconds and nanoseconds as on disk. */
export type ZfsTime = readonly [bigint, bigint];

export interface ZnodeAttributes {
  mode: number;
  sizeBytes: number;
  gen: bigint;
  uid: bigint;
  gid: bigint;
  parent: number;
  /** `zp_flags`: ZFS_XATTR, ZFS_INHERIT_ACE, ZFS_ACL_TRIVIAL … */
  flags: bigint;
  atime: ZfsTime;
  mtime: ZfsTime;
  ctime: ZfsTime;
  crtime: ZfsTime;
  links: number;
  /** illumos or Linux device number, as 32 bits major and 32 bits minor packed by the writer. */
  rdev: bigint;
  /** The hidden directory of extended attributes, 0 for none. */
  xattr: number;
  /** Number of ACL entries and the entries as on disk. */
  aclCount: number;
  acl: Uint8Array;
  /** Object holding the ACL when it is not inline. */
  aclObject: number;
  /** Target of a symbolic link kept with the attributes. */
  symlink: Uint8Array | null;
  /** Packed nvlist of extended attributes kept here (`xattr=sa`). */
  dxattr: Uint8Array | null;
}

/** `znode_phys_t` */
export const znodePhys = struct('znode_phys_t', 264, {
  atime: array(u64, 0, 2),
  mtime: array(u64, 16, 2),
  ctime: array(u64, 32, 2),
  crtime: array(u64, 48, 2),
  gen: u64(64),
  mode: n64(72),
  size: n64(80),
  parent: n64(88),
  links: n64(96),
  xattr: n64(104),
  rdev: u64(112),
  flags: u64(120),
  uid: u64(128),
  gid: u64(136),
  aclObject: n64(176),
  aclSize: u32(184),
  aclVersion: u16(188),
  aclCount: u16(190),
  aceData: bytesField(192, 72),
});

const timeOf = (pair: readonly bigint[]): ZfsTime => [pair[0] ?? 0n, pair[1] ?? 0n];

function fromPhys(dnode: Dnode): ZnodeAttributes {
  const phys = znodePhys.read(dnode.bonus);
  const isLink = (phys.mode & 0o170000) === 0o120000;
  const inline = dnode.bonus.slice(264, dnode.bonusLen);
  return {
    mode: phys.mode,
    sizeBytes: phys.size,
    gen: phys.gen,
    uid: phys.uid,
    gid: phys.gid,
    parent: phys.parent,
    flags: phys.flags,
    atime: timeOf(phys.atime),
    mtime: timeOf(phys.mtime),
    ctime: timeOf(phys.ctime),
    crtime: timeOf(phys.crtime),
    links: phys.links,
    rdev: phys.rdev,
    xattr: phys.xattr,
    aclCount: phys.aclCount,
    acl: phys.aceData.slice(0, Math.min(phys.aclSize, 72)),
    aclObject: phys.aclObject,
    symlink: isLink && inline.length >= phys.size ? inline.slice(0, phys.size) : null,
    dxattr: null,
  };
}

class Attributes {
  readonly #values: Map<string, Uint8Array>;

  constructor(values: Map<string, Uint8Array>) {
    this.#values = values;
  }

  u64(name: string): bigint {
    const value = this.#values.get(name);
    return value === undefined ? 0n : viewOf(value).getBigUint64(0, true);
  }

  number(name: string): number {
    const value = this.u64(name);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(name, 'past 2^53');
    return Number(value);
  }

  time(name: string): ZfsTime {
    const value = this.#values.get(name);
    if (value === undefined) return [0n, 0n];
    const view = viewOf(value);
    return [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  }

  bytes(name: string): Uint8Array | null {
    return this.#values.get(name) ?? null;
  }
}

function fromSa(registry: SaRegistry, dnode: Dnode): ZnodeAttributes {
  const sa = new Attributes(saReadAll(registry, dnode));
  return {
    mode: sa.number('ZPL_MODE'),
    sizeBytes: sa.number('ZPL_SIZE'),
    gen: sa.u64('ZPL_GEN'),
    uid: sa.u64('ZPL_UID'),
    gid: sa.u64('ZPL_GID'),
    parent: sa.number('ZPL_PARENT'),
    flags: sa.u64('ZPL_FLAGS'),
    atime: sa.time('ZPL_ATIME'),
    mtime: sa.time('ZPL_MTIME'),
    ctime: sa.time('ZPL_CTIME'),
    crtime: sa.time('ZPL_CRTIME'),
    links: sa.number('ZPL_LINKS'),
    rdev: sa.u64('ZPL_RDEV'),
    xattr: sa.number('ZPL_XATTR'),
    aclCount: sa.number('ZPL_DACL_COUNT'),
    acl: sa.bytes('ZPL_DACL_ACES') ?? new Uint8Array(0),
    aclObject: 0,
    symlink: sa.bytes('ZPL_SYMLINK'),
    dxattr: sa.bytes('ZPL_DXATTR'),
  };
}

/** The attributes of the file in `dnode`; a fresh object. */
export function readZnode(registry: SaRegistry, dnode: Dnode): ZnodeAttributes {
  if (dnode.bonusType === DMU_OT_SA) return fromSa(registry, dnode);
  if (dnode.bonusType === DMU_OT_ZNODE) return fromPhys(dnode);
  throw corrupt('znode', `object ${dnode.object} is no file (bonus type ${dnode.bonusType})`);
}
