/**
 * The dnode: what an object is, how its blocks are sized and where they are. 64 bytes of header, one
 * to three block pointers, then the bonus buffer, whose last 128 bytes may be a spill pointer.
 *
 *   | header 64 | blkptr 128 | (blkptr 128 | blkptr 128) | bonus … | (spill 128) |   512 × slots
 *
 * @spec ZFS On-Disk §3.2  @see sys/dnode.h
 */
import { n64, struct, type StructOf, u8, u16 } from './struct.ts';

export const DNODE_SHIFT = 9;
export const DNODE_MIN_SIZE = 512;
export const DNODE_MAX_SIZE = 16384;
export const DNODE_CORE_SIZE = 64;
export const DNODE_BLOCK_SIZE = 16384;
export const DNODES_PER_BLOCK = 32;
export const DN_MAX_INDBLKSHIFT = 17;
export const DN_MIN_INDBLKSHIFT = 12;
export const DN_MAX_LEVELS = 8;
export const DN_MAX_NBLKPTR = 3;
export const DN_MAX_OBJECT: number = 2 ** 48;
/** Bonus space of a one-slot dnode with one pointer; what a file's attributes live in. */
export const DN_BONUS_SIZE = 320;

export const DNODE_FLAG_USED_BYTES = 1;
export const DNODE_FLAG_USERUSED_ACCOUNTED = 2;
export const DNODE_FLAG_SPILL_BLKPTR = 4;
export const DNODE_FLAG_USEROBJUSED_ACCOUNTED = 8;

type B = ReturnType<typeof u8>;
const dnodeFields: {
  type: B;
  indblkshift: B;
  nlevels: B;
  nblkptr: B;
  bonustype: B;
  checksum: B;
  compress: B;
  flags: B;
  datablkszsec: ReturnType<typeof u16>;
  bonuslen: ReturnType<typeof u16>;
  extraSlots: B;
  maxblkid: ReturnType<typeof n64>;
  used: ReturnType<typeof n64>;
} = {
  type: u8(0),
  indblkshift: u8(1),
  nlevels: u8(2),
  nblkptr: u8(3),
  bonustype: u8(4),
  checksum: u8(5),
  compress: u8(6),
  flags: u8(7),
  datablkszsec: u16(8),
  bonuslen: u16(10),
  extraSlots: u8(12),
  maxblkid: n64(16),
  used: n64(24),
};

/** `dnode_phys_t` without pointers and bonus. */
export const dnodePhys: ReturnType<typeof struct<typeof dnodeFields>> = struct(
  'dnode_phys_t',
  DNODE_CORE_SIZE,
  dnodeFields,
);
export type DnodePhys = StructOf<typeof dnodePhys>;

/** `objset_phys_t`: a meta-dnode, the log's header, a type, and three dnodes for accounting. */
export const OBJSET_PHYS_SIZE_V1 = 1024;
export const OBJSET_PHYS_SIZE_V2 = 2048;
export const OBJSET_PHYS_SIZE_V3 = 4096;
export const OBJSET_ZIL_HEADER_OFFSET = 512;
export const OBJSET_ZIL_HEADER_SIZE = 192;
export const OBJSET_USERUSED_OFFSET = 1024;
export const OBJSET_GROUPUSED_OFFSET = 1536;
export const OBJSET_PROJECTUSED_OFFSET = 2048;

const objsetFields: { type: ReturnType<typeof n64>; flags: ReturnType<typeof n64> } = {
  type: n64(704),
  flags: n64(712),
};
export const objsetPhys: ReturnType<typeof struct<typeof objsetFields>> = struct(
  'objset_phys_t',
  OBJSET_PHYS_SIZE_V1,
  objsetFields,
);

/** `OBJSET_FLAG_USERACCOUNTING_COMPLETE` */
export const OBJSET_FLAG_USERACCOUNTING_COMPLETE = 1;

/** `dmu_objset_type_t` */
export const DMU_OST_NONE = 0;
export const DMU_OST_META = 1;
export const DMU_OST_ZFS = 2;
export const DMU_OST_ZVOL = 3;
