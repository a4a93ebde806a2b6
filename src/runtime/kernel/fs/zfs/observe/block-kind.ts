/**
 * What a block is to somebody who looks at a disk map: object types and levels put into the few
 * kinds that can be told apart by colour.
 */
import { BLOCK_KINDS, type BlockKind } from '#runtime/observation.ts';
import * as ot from '../ondisk/dmu-ot.ts';

const indexOf = (kind: BlockKind): number => BLOCK_KINDS.indexOf(kind);

export const KIND_UNKNOWN: number = indexOf('unknown');
export const KIND_FREED: number = indexOf('freed');

const BY_TYPE: ReadonlyMap<number, number> = new Map(
  (
    [
      [ot.DMU_OT_NONE, 'unknown'],
      [ot.DMU_OT_PLAIN_FILE_CONTENTS, 'file'],
      [ot.DMU_OT_ZVOL, 'volume'],
      [ot.DMU_OT_DNODE, 'dnode'],
      [ot.DMU_OT_OBJSET, 'dnode'],
      [ot.DMU_OT_INTENT_LOG, 'intentLog'],
      [ot.DMU_OT_SPACE_MAP, 'spaceMap'],
      [ot.DMU_OT_SPACE_MAP_HEADER, 'spaceMap'],
      [ot.DMU_OT_DSL_DIR, 'dsl'],
      [ot.DMU_OT_DSL_DIR_CHILD_MAP, 'dsl'],
      [ot.DMU_OT_DSL_DS_SNAP_MAP, 'dsl'],
      [ot.DMU_OT_DSL_PROPS, 'dsl'],
      [ot.DMU_OT_DSL_DATASET, 'dsl'],
      [ot.DMU_OT_NEXT_CLONES, 'dsl'],
      [ot.DMU_OT_USERREFS, 'dsl'],
      [ot.DMU_OT_DEADLIST, 'dsl'],
      [ot.DMU_OT_DEADLIST_HDR, 'dsl'],
      [ot.DMU_OT_DSL_CLONES, 'dsl'],
      [ot.DMU_OT_BPOBJ, 'dsl'],
      [ot.DMU_OT_BPOBJ_HDR, 'dsl'],
      [ot.DMU_OT_BPOBJ_SUBOBJ, 'dsl'],
      [ot.DMU_OT_ZNODE, 'directory'],
      [ot.DMU_OT_OLDACL, 'directory'],
      [ot.DMU_OT_DIRECTORY_CONTENTS, 'directory'],
      [ot.DMU_OT_MASTER_NODE, 'directory'],
      [ot.DMU_OT_UNLINKED_SET, 'directory'],
      [ot.DMU_OT_ACL, 'directory'],
      [ot.DMU_OT_USERGROUP_USED, 'directory'],
      [ot.DMU_OT_USERGROUP_QUOTA, 'directory'],
      [ot.DMU_OT_SA, 'directory'],
      [ot.DMU_OT_SA_MASTER_NODE, 'directory'],
      [ot.DMU_OT_SA_ATTR_REGISTRATION, 'directory'],
      [ot.DMU_OT_SA_ATTR_LAYOUTS, 'directory'],
    ] as const
  ).map(([type, kind]) => [type, indexOf(kind)]),
);

/** Index into BLOCK_KINDS. What no list has is the pool's own: object directory, history … */
export function blockKindOf(type: number, level: number): number {
  if (level > 0 && type !== ot.DMU_OT_OBJSET) return indexOf('indirect');
  return BY_TYPE.get(type) ?? indexOf('mos');
}
