/**
 * The content of a new file system: master node, attribute registry, unlinked set and root directory.
 * @see uts/common/fs/zfs/zfs_znode.c zfs_create_fs()
 */
import { dmuObjectAlloc, dmuObjectClaim } from '../dmu/dmu-object.ts';
import type { Objset } from '../dmu/objset.ts';
import {
  DMU_OT_DIRECTORY_CONTENTS,
  DMU_OT_MASTER_NODE,
  DMU_OT_SA,
  DMU_OT_UNLINKED_SET,
} from '../ondisk/dmu-ot.ts';
import { DN_BONUS_SIZE, OBJSET_FLAG_USERACCOUNTING_COMPLETE } from '../ondisk/dnode-phys.ts';
import { initZap, zapCreate, zapSetNumber } from '../zap/zap.ts';
import { SaRegistry } from './sa.ts';
import { createSaMaster } from './sa-write.ts';
import { trivialAcl, trivialFlags } from './zfs-acl.ts';
import { MASTER_NODE_OBJ } from './zfs-reader.ts';
import { spaceOwnerOf } from './zfs-userspace.ts';
import type { ZfsTime, ZnodeAttributes } from './znode.ts';
import { writeZnode } from './znode-write.ts';

/** `ZPL_VERSION` */
export const ZPL_VERSION = 5;
const ROOT_MODE: number = 0o040755;

/** Attributes of a new file with a trivial ACL. */
export function newAttributes(
  mode: number,
  owner: { uid: number; gid: number },
  gen: number,
  now: ZfsTime,
): ZnodeAttributes {
  const acl = trivialAcl(mode, (mode & 0o170000) === 0o040000);
  return {
    mode,
    sizeBytes: 0,
    gen: BigInt(gen),
    uid: BigInt(owner.uid),
    gid: BigInt(owner.gid),
    parent: 0,
    flags: trivialFlags(mode),
    atime: now,
    mtime: now,
    ctime: now,
    crtime: now,
    links: 1,
    rdev: 0n,
    xattr: 0,
    aclCount: acl.count,
    acl: acl.bytes,
    aclObject: 0,
    symlink: null,
    dxattr: null,
  };
}

/** Fills an empty objset. `isUtf8Only`: names that are no UTF-8 are refused in it. */
export function zfsCreateFs(objset: Objset, txg: number, now: ZfsTime, isUtf8Only = false): void {
  const master = dmuObjectClaim(objset, MASTER_NODE_OBJ, DMU_OT_MASTER_NODE, 0, 0, 0);
  initZap(master);
  const set = (name: string, value: number): void =>
    zapSetNumber(objset, MASTER_NODE_OBJ, name, value);
  set('VERSION', ZPL_VERSION);
  set('utf8only', isUtf8Only ? 1 : 0);
  set('normalization', 0);
  set('casesensitivity', 0);
  const saMaster = createSaMaster(objset);
  set('SA_ATTRS', saMaster);
  set('DELETE_QUEUE', zapCreate(objset, DMU_OT_UNLINKED_SET));
  const registry = new SaRegistry(objset, saMaster);
  objset.flags |= OBJSET_FLAG_USERACCOUNTING_COMPLETE;
  objset.spaceOwner = spaceOwnerOf(registry);
  const root = dmuObjectAlloc(objset, DMU_OT_DIRECTORY_CONTENTS, 0, DMU_OT_SA, DN_BONUS_SIZE);
  root.bonusLen = 0;
  initZap(root);
  const attributes = newAttributes(ROOT_MODE, { uid: 0, gid: 0 }, txg, now);
  attributes.links = 2;
  attributes.sizeBytes = 2;
  attributes.parent = root.object;
  writeZnode(registry, root, attributes);
  set('ROOT', root.object);
}
