/**
 * Whose file an object is, and the ZAPs that sum up the space of users and groups.
 * @see uts/common/fs/zfs/zfs_vfsops.c zfs_space_delta_cb()
 */
import { initDnode } from '../dmu/dmu-object.ts';
import {
  DMU_GROUPUSED_OBJECT,
  DMU_USERUSED_OBJECT,
  type Objset,
  type SpaceOwner,
} from '../dmu/objset.ts';
import { type SpaceDeltas, USERSPACE_TYPE } from '../dmu/userspace.ts';
import { DMU_OT_SA, DMU_OT_ZNODE } from '../ondisk/dmu-ot.ts';
import { initZap, zapEntries, zapLookup, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { firstInteger } from '../zap/zap-value.ts';
import { SaPeek, type SaRegistry } from './sa.ts';
import { znodePhys } from './znode.ts';

/** Files are owned; the master node and the like are nobody's. */
export function spaceOwnerOf(registry: SaRegistry): SpaceOwner {
  const uids = new SaPeek(registry, 'ZPL_UID');
  const gids = new SaPeek(registry, 'ZPL_GID');
  return (bonusType: number, bonus: Uint8Array) => {
    if (bonus.length === 0) return null;
    if (bonusType === DMU_OT_SA) {
      const uid = uids.read(bonus);
      const gid = gids.read(bonus);
      return uid === undefined || gid === undefined ? null : { uid, gid };
    }
    if (bonusType !== DMU_OT_ZNODE) return null;
    const { uid, gid } = znodePhys.read(bonus);
    return { uid, gid };
  };
}

function increment(objset: Objset, object: number, id: bigint, delta: number): void {
  if (delta === 0) return;
  const key = id.toString(16);
  const old = zapLookup(objset, object, key);
  const value = (old === undefined ? 0n : firstInteger(old)) + BigInt(delta);
  if (value === 0n) zapRemove(objset, object, key);
  else zapSetNumber(objset, object, key, value);
}

/** Puts what a sync changed into the two ZAPs, making them when they are not there. */
export function applySpaceDeltas(objset: Objset, deltas: SpaceDeltas): void {
  for (const dnode of [objset.userUsed, objset.groupUsed]) {
    if (dnode.type !== 0) continue;
    initDnode(dnode, USERSPACE_TYPE, 0, 0, 0);
    initZap(dnode);
  }
  for (const [id, delta] of deltas.users) increment(objset, DMU_USERUSED_OBJECT, id, delta);
  for (const [id, delta] of deltas.groups) increment(objset, DMU_GROUPUSED_OBJECT, id, delta);
}

/** `zfs userspace`: bytes by user or group id, as of the last txg. */
export function userSpace(objset: Objset, kind: 'user' | 'group'): Map<number, number> {
  const object = kind === 'user' ? DMU_USERUSED_OBJECT : DMU_GROUPUSED_OBJECT;
  if (objset.tryDnode(object) === undefined) return new Map();
  return new Map(
    Array.from(zapEntries(objset, object), ({ name, value }) => [
      Number.parseInt(name, 16),
      Number(firstInteger(value)),
    ]),
  );
}
