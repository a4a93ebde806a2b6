/**
 * Object types: the name zdb prints, how its blocks are byte-swapped, and whether they are metadata
 * (which decides copies, compression and caching). Types from 0x80 on carry that in their bits.
 * @spec ZFS On-Disk §3.1  @see uts/common/fs/zfs/dmu.c dmu_ot[]
 */
export type ByteSwap =
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'zap'
  | 'dnode'
  | 'objset'
  | 'znode'
  | 'oldacl'
  | 'acl';

interface ObjectType {
  readonly name: string;
  readonly swap: ByteSwap;
  readonly isMetadata: boolean;
}

export const DMU_OT_NONE = 0;
export const DMU_OT_OBJECT_DIRECTORY = 1;
export const DMU_OT_OBJECT_ARRAY = 2;
export const DMU_OT_PACKED_NVLIST = 3;
export const DMU_OT_PACKED_NVLIST_SIZE = 4;
export const DMU_OT_BPOBJ = 5;
export const DMU_OT_BPOBJ_HDR = 6;
export const DMU_OT_SPACE_MAP_HEADER = 7;
export const DMU_OT_SPACE_MAP = 8;
export const DMU_OT_INTENT_LOG = 9;
export const DMU_OT_DNODE = 10;
export const DMU_OT_OBJSET = 11;
export const DMU_OT_DSL_DIR = 12;
export const DMU_OT_DSL_DIR_CHILD_MAP = 13;
export const DMU_OT_DSL_DS_SNAP_MAP = 14;
export const DMU_OT_DSL_PROPS = 15;
export const DMU_OT_DSL_DATASET = 16;
export const DMU_OT_ZNODE = 17;
export const DMU_OT_OLDACL = 18;
export const DMU_OT_PLAIN_FILE_CONTENTS = 19;
export const DMU_OT_DIRECTORY_CONTENTS = 20;
export const DMU_OT_MASTER_NODE = 21;
export const DMU_OT_UNLINKED_SET = 22;
export const DMU_OT_ZVOL = 23;
export const DMU_OT_ZVOL_PROP = 24;
export const DMU_OT_ERROR_LOG = 28;
export const DMU_OT_SPA_HISTORY = 29;
export const DMU_OT_SPA_HISTORY_OFFSETS = 30;
export const DMU_OT_POOL_PROPS = 31;
export const DMU_OT_ACL = 33;
export const DMU_OT_NEXT_CLONES = 37;
export const DMU_OT_SCAN_QUEUE = 38;
export const DMU_OT_USERGROUP_USED = 39;
export const DMU_OT_USERGROUP_QUOTA = 40;
export const DMU_OT_USERREFS = 41;
export const DMU_OT_SA = 44;
export const DMU_OT_SA_MASTER_NODE = 45;
export const DMU_OT_SA_ATTR_REGISTRATION = 46;
export const DMU_OT_SA_ATTR_LAYOUTS = 47;
export const DMU_OT_DEADLIST = 50;
export const DMU_OT_DEADLIST_HDR = 51;
export const DMU_OT_DSL_CLONES = 52;
export const DMU_OT_BPOBJ_SUBOBJ = 53;
export const DMU_OTN_UINT8_METADATA = 0xc0;
export const DMU_OTN_UINT64_METADATA = 0xc3;
export const DMU_OTN_ZAP_METADATA = 0xc4;

const row = (name: string, swap: ByteSwap, isMetadata = true): ObjectType => ({
  name,
  swap,
  isMetadata,
});

const DMU_OT: readonly ObjectType[] = [
  row('unallocated', 'uint8'),
  row('object directory', 'zap'),
  row('object array', 'uint64'),
  row('packed nvlist', 'uint8'),
  row('packed nvlist size', 'uint64'),
  row('bpobj', 'uint64'),
  row('bpobj header', 'uint64'),
  row('SPA space map header', 'uint64'),
  row('SPA space map', 'uint64'),
  row('ZIL intent log', 'uint64'),
  row('DMU dnode', 'dnode'),
  row('DMU objset', 'objset'),
  row('DSL directory', 'uint64'),
  row('DSL directory child map', 'zap'),
  row('DSL dataset snap map', 'zap'),
  row('DSL props', 'zap'),
  row('DSL dataset', 'uint64'),
  row('ZFS znode', 'znode'),
  row('ZFS V0 ACL', 'oldacl'),
  row('ZFS plain file', 'uint8', false),
  row('ZFS directory', 'zap'),
  row('ZFS master node', 'zap'),
  row('ZFS delete queue', 'zap'),
  row('zvol object', 'uint8', false),
  row('zvol prop', 'zap'),
  row('other uint8[]', 'uint8', false),
  row('other uint64[]', 'uint64', false),
  row('other ZAP', 'zap'),
  row('persistent error log', 'zap'),
  row('SPA history', 'uint8'),
  row('SPA history offsets', 'uint64'),
  row('Pool properties', 'zap'),
  row('DSL permissions', 'zap'),
  row('ZFS ACL', 'acl'),
  row('ZFS SYSACL', 'uint8'),
  row('FUID table', 'uint8'),
  row('FUID table size', 'uint64'),
  row('DSL dataset next clones', 'zap'),
  row('scan work queue', 'zap'),
  row('ZFS user/group/project used', 'zap'),
  row('ZFS user/group/project quota', 'zap'),
  row('snapshot refcount tags', 'zap'),
  row('DDT ZAP algorithm', 'zap'),
  row('DDT statistics', 'zap'),
  row('System attributes', 'uint8'),
  row('SA master node', 'zap'),
  row('SA attr registration', 'zap'),
  row('SA attr layouts', 'zap'),
  row('scan translations', 'zap'),
  row('deduplicated block', 'uint8', false),
  row('DSL deadlist map', 'zap'),
  row('DSL deadlist map hdr', 'uint64'),
  row('DSL dir clones', 'zap'),
  row('bpobj subobj', 'uint64'),
];

const SWAPS: readonly ByteSwap[] = [
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'zap',
  'dnode',
  'objset',
  'znode',
  'oldacl',
  'acl',
];

/** `DMU_OT_NEWTYPE` and its bits. */
const NEWTYPE = 0x80;
const NEWTYPE_METADATA = 0x40;

/** `DMU_OT_IS_VALID` */
export function isValidObjectType(type: number): boolean {
  return (type & NEWTYPE) !== 0 ? (type & 0x1f) < SWAPS.length : type < DMU_OT.length;
}

/** `DMU_OT_BYTESWAP`; an unknown type is left as it is. */
export function byteSwapOf(type: number): ByteSwap {
  if ((type & NEWTYPE) !== 0) return SWAPS[type & 0x1f] ?? 'uint8';
  return DMU_OT[type]?.swap ?? 'uint8';
}

/** `DMU_OT_IS_METADATA` */
export function isMetadataType(type: number): boolean {
  if ((type & NEWTYPE) !== 0) return (type & NEWTYPE_METADATA) !== 0;
  return DMU_OT[type]?.isMetadata ?? true;
}

/** `DMU_OT_HAS_FILL`: pointers to these count dnodes, not blocks. */
export function countsDnodes(type: number): boolean {
  return type === DMU_OT_DNODE || type === DMU_OT_OBJSET;
}

/** As zdb prints it. */
export function objectTypeName(type: number): string {
  if ((type & NEWTYPE) !== 0) return byteSwapOf(type) === 'zap' ? 'zap' : byteSwapOf(type);
  return DMU_OT[type]?.name ?? 'UNKNOWN';
}
