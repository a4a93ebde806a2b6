/**
 * Quotas of users and groups in one file system: ZAPs from id to bytes that the master node names, and
 * whether somebody has used all of theirs.
 * Surprising: what is used is known as of the last txg, so a quota is passed by what one txg holds.
 * @man zfs-userspace(8)  @see uts/common/fs/zfs/zfs_vfsops.c zfs_set_userquota(), zfs_fuid_overquota()
 */
import { DMU_GROUPUSED_OBJECT, DMU_USERUSED_OBJECT, type Objset } from '../dmu/objset.ts';
import { DMU_OT_USERGROUP_QUOTA } from '../ondisk/dmu-ot.ts';
import { zapCreate, zapEntries, zapLookup, zapLookupNumber } from '../zap/zap.ts';
import { zapRemove, zapSetNumber } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import { MASTER_NODE_OBJ } from './zfs-reader.ts';

export type Principal = 'user' | 'group';

const ENTRY: Readonly<Record<Principal, string>> = { user: 'userquota@', group: 'groupquota@' };
const USED: Readonly<Record<Principal, number>> = {
  user: DMU_USERUSED_OBJECT,
  group: DMU_GROUPUSED_OBJECT,
};

function quotaObject(objset: Objset, kind: Principal): number | undefined {
  return zapLookupNumber(objset, MASTER_NODE_OBJ, ENTRY[kind]);
}

function numberAt(objset: Objset, object: number, id: bigint): bigint {
  const value = zapLookup(objset, object, id.toString(16));
  return value === undefined ? 0n : firstInteger(value);
}

/** Bytes, 0 for no quota. */
export function userQuota(objset: Objset, kind: Principal, id: bigint): bigint {
  const object = quotaObject(objset, kind);
  return object === undefined ? 0n : numberAt(objset, object, id);
}

/** Bytes used as of the last txg. */
export function userUsed(objset: Objset, kind: Principal, id: bigint): bigint {
  const object = USED[kind];
  return objset.tryDnode(object) === undefined ? 0n : numberAt(objset, object, id);
}

/** All quotas, by id. */
export function userQuotas(objset: Objset, kind: Principal): Map<bigint, bigint> {
  const object = quotaObject(objset, kind);
  if (object === undefined) return new Map();
  return new Map(
    Array.from(zapEntries(objset, object), ({ name, value }) => [
      BigInt(`0x${name}`),
      firstInteger(value),
    ]),
  );
}

/** A change of the open txg; 0 takes the quota away. */
export function setUserQuota(objset: Objset, kind: Principal, id: bigint, quota: bigint): void {
  let object = quotaObject(objset, kind);
  if (object === undefined) {
    if (quota === 0n) return;
    object = zapCreate(objset, DMU_OT_USERGROUP_QUOTA);
    zapSetNumber(objset, MASTER_NODE_OBJ, ENTRY[kind], object);
  }
  const key = id.toString(16);
  if (quota === 0n) zapRemove(objset, object, key);
  else zapSetNumber(objset, object, key, quota);
}

/** `zfs_fuid_overquota`: whether the user or group has used all of its quota. */
export function isOverQuota(objset: Objset, kind: Principal, id: bigint): boolean {
  const quota = userQuota(objset, kind, id);
  return quota !== 0n && userUsed(objset, kind, id) >= quota;
}

/** Whether a file of this user and group may not grow, or be made. */
export function isOwnerOverQuota(objset: Objset, uid: bigint, gid: bigint): boolean {
  return isOverQuota(objset, 'user', uid) || isOverQuota(objset, 'group', gid);
}
