/**
 * Space of users and groups: two ZAPs in the objset block, from id to bytes, kept up as objects are
 * written. An object counts with its blocks and 512 bytes for its dnode.
 * @see uts/common/fs/zfs/dmu_objset.c do_userquota_update()
 */
import { DMU_OT_USERGROUP_USED } from '../ondisk/dmu-ot.ts';
import {
  DNODE_FLAG_USERUSED_ACCOUNTED,
  DNODE_MIN_SIZE,
  OBJSET_FLAG_USERACCOUNTING_COMPLETE,
} from '../ondisk/dnode-phys.ts';
import { Dnode } from './dnode.ts';
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

function add(deltas: SpaceDeltas, dnode: Dnode, sign: 1 | -1): void {
  const owner = dnode.objset.spaceOwner?.(dnode) ?? null;
  if (owner === null) return;
  const bytes = sign * (dnode.used + DNODE_MIN_SIZE);
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
  if (bytes[at] !== 0) {
    const old = new Dnode(dnode.objset, dnode.object);
    old.load(bytes, at);
    if ((old.flags & DNODE_FLAG_USERUSED_ACCOUNTED) !== 0) add(deltas, old, -1);
  }
  if (dnode.type === 0) return;
  dnode.flags |= DNODE_FLAG_USERUSED_ACCOUNTED;
  add(deltas, dnode, 1);
}

/** The type of both objects. */
export const USERSPACE_TYPE: number = DMU_OT_USERGROUP_USED;
