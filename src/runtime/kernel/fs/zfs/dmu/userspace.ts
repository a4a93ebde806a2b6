/**
 * Space of users and groups: two ZAPs in the objset block, from id to bytes, kept up as objects are
 * written. An object counts with its blocks and 512 bytes for its dnode.
 * @see uts/common/fs/zfs/dmu_objset.c do_userquota_update()
 */
import { SPA_BLKPTR_SIZE, SPA_MINBLOCKSIZE } from '../ondisk/blkptr.ts';
import { DMU_OT_USERGROUP_USED } from '../ondisk/dmu-ot.ts';
import {
  DNODE_CORE_SIZE,
  DNODE_FLAG_USED_BYTES,
  DNODE_FLAG_USERUSED_ACCOUNTED,
  DNODE_MIN_SIZE,
  dnodePhys,
  OBJSET_FLAG_USERACCOUNTING_COMPLETE,
} from '../ondisk/dnode-phys.ts';
import type { Dnode } from './dnode.ts';
import type { Objset } from './objset.ts';

/** Bytes to add by id, for users and for groups. */
export interface SpaceDeltas {
  readonly users: Map<bigint, number>;
  readonly groups: Map<bigint, number>;
}

/** What the deltas are put into; the ZAP layer is above this one. */
export type ApplyDeltas = (objset: Objset, deltas: SpaceDeltas) => void;

export function emptyDeltas(): SpaceDeltas {
  return { users: new Map(), groups: new Map() };
}

export function keepsUserSpace(objset: Objset): boolean {
  return objset.spaceOwner !== null && (objset.flags & OBJSET_FLAG_USERACCOUNTING_COMPLETE) !== 0;
}

function add(
  deltas: SpaceDeltas,
  objset: Objset,
  bonusType: number,
  bonus: Uint8Array,
  bytes: number,
): void {
  const owner = objset.spaceOwner?.(bonusType, bonus) ?? null;
  if (owner === null) return;
  deltas.users.set(owner.uid, (deltas.users.get(owner.uid) ?? 0) + bytes);
  deltas.groups.set(owner.gid, (deltas.groups.get(owner.gid) ?? 0) + bytes);
}

/**
 * Notes the change from what is in the meta-dnode's block at `at` to what `dnode` is now. Called
 * after its blocks were written and before it is stored there.
 */
export function noteSpaceChange(
  deltas: SpaceDeltas,
  dnode: Dnode,
  bytes: Uint8Array,
  at: number,
): void {
  const { objset } = dnode;
  if (bytes[at] !== 0) {
    const old = dnodePhys.read(bytes, at);
    if ((old.flags & DNODE_FLAG_USERUSED_ACCOUNTED) !== 0) {
      const bonusAt = at + DNODE_CORE_SIZE + old.nblkptr * SPA_BLKPTR_SIZE;
      const bonus = bytes.subarray(bonusAt, bonusAt + old.bonuslen);
      const unit = (old.flags & DNODE_FLAG_USED_BYTES) === 0 ? SPA_MINBLOCKSIZE : 1;
      add(deltas, objset, old.bonustype, bonus, -old.used * unit - DNODE_MIN_SIZE);
    }
  }
  if (dnode.type === 0) return;
  dnode.flags |= DNODE_FLAG_USERUSED_ACCOUNTED;
  const bonus = dnode.bonus.subarray(0, dnode.bonusLen);
  add(deltas, objset, dnode.bonusType, bonus, dnode.used + DNODE_MIN_SIZE);
}

/** The type of both objects. */
export const USERSPACE_TYPE: number = DMU_OT_USERGROUP_USED;
