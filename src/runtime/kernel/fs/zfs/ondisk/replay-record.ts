/**
 * Records of a send stream: 312 bytes each, some with a payload behind them; the last 32 bytes are
 * the fletcher-4 sum of everything in the stream before them.
 * @see sys/zfs_ioctl.h dmu_replay_record_t
 */
import { cstring, n64, struct, type StructOf, u32, u64, u8 } from './struct.ts';

export const DRR_SIZE = 312;
/** Where the running checksum is in a record. */
export const DRR_CHECKSUM_OFFSET = 280;
export const DMU_BACKUP_MAGIC = 0x2f5bacbacn;

export const DRR_BEGIN = 0;
export const DRR_OBJECT = 1;
export const DRR_FREEOBJECTS = 2;
export const DRR_WRITE = 3;
export const DRR_FREE = 4;
export const DRR_END = 5;
export const DRR_SPILL = 7;
export const DRR_WRITE_EMBEDDED = 8;

/** `drr_begin` flags. `CLONE`: the source is a snapshot of another file system, the origin. */
export const DRR_FLAG_CLONE = 1;
export const DRR_FLAG_FREERECORDS = 4;
/** Every changed object says whether it has a spill block, and that block is always sent. */
export const DRR_FLAG_SPILL_BLOCK = 8;
/** `drr_object` flag. */
export const DRR_OBJECT_SPILL = 4;
/** `drr_spill` flag: sent only because its object changed. */
export const DRR_SPILL_UNMODIFIED = 4;

/** `DMU_GET_STREAM_HDRTYPE` */
export const DMU_SUBSTREAM = 1;
export const DMU_COMPOUNDSTREAM = 2;

export const DMU_BACKUP_FEATURE_SA_SPILL: number = 2 ** 2;
export const DMU_BACKUP_FEATURE_EMBED_DATA: number = 2 ** 16;
export const DMU_BACKUP_FEATURE_LZ4: number = 2 ** 17;
export const DMU_BACKUP_FEATURE_LARGE_BLOCKS: number = 2 ** 19;
export const DMU_BACKUP_FEATURE_RESUMING: number = 2 ** 20;
export const DMU_BACKUP_FEATURE_COMPRESSED: number = 2 ** 22;
export const DMU_BACKUP_FEATURE_LARGE_DNODE: number = 2 ** 23;

type N = ReturnType<typeof n64>;
type U = ReturnType<typeof u64>;
type W = ReturnType<typeof u32>;
type B = ReturnType<typeof u8>;

const beginFields: {
  payloadLen: W;
  magic: U;
  versionInfo: N;
  creationTime: N;
  type: W;
  flags: W;
  toGuid: U;
  fromGuid: U;
  toName: ReturnType<typeof cstring>;
} = {
  payloadLen: u32(4),
  magic: u64(8),
  versionInfo: n64(16),
  creationTime: n64(24),
  type: u32(32),
  flags: u32(36),
  toGuid: u64(40),
  fromGuid: u64(48),
  toName: cstring(56, 224),
};
export const drrBegin: ReturnType<typeof struct<typeof beginFields>> = struct(
  'drr_begin',
  DRR_SIZE,
  beginFields,
);
export type DrrBegin = StructOf<typeof drrBegin>;

const objectFields: {
  object: N;
  type: W;
  bonusType: W;
  blksz: W;
  bonusLen: W;
  checksumType: B;
  compress: B;
  slots: B;
  flags: B;
  toGuid: U;
} = {
  object: n64(8),
  type: u32(16),
  bonusType: u32(20),
  blksz: u32(24),
  bonusLen: u32(28),
  checksumType: u8(32),
  compress: u8(33),
  slots: u8(34),
  flags: u8(35),
  toGuid: u64(40),
};
export const drrObject: ReturnType<typeof struct<typeof objectFields>> = struct(
  'drr_object',
  DRR_SIZE,
  objectFields,
);

const freeObjectsFields: { firstObject: N; count: U; toGuid: U } = {
  firstObject: n64(8),
  count: u64(16),
  toGuid: u64(24),
};
export const drrFreeObjects: ReturnType<typeof struct<typeof freeObjectsFields>> = struct(
  'drr_freeobjects',
  DRR_SIZE,
  freeObjectsFields,
);

const writeFields: {
  object: N;
  type: W;
  offset: N;
  logicalSize: N;
  toGuid: U;
  checksumType: B;
  flags: B;
  compression: B;
  compressedSize: N;
} = {
  object: n64(8),
  type: u32(16),
  offset: n64(24),
  logicalSize: n64(32),
  toGuid: u64(40),
  checksumType: u8(48),
  flags: u8(49),
  compression: u8(50),
  compressedSize: n64(96),
};
export const drrWrite: ReturnType<typeof struct<typeof writeFields>> = struct(
  'drr_write',
  DRR_SIZE,
  writeFields,
);

const endFields: { toGuid: U } = { toGuid: u64(40) };
export const drrEnd: ReturnType<typeof struct<typeof endFields>> = struct(
  'drr_end',
  DRR_SIZE,
  endFields,
);

const freeFields: { object: N; offset: N; length: U; toGuid: U } = {
  object: n64(8),
  offset: n64(16),
  length: u64(24),
  toGuid: u64(32),
};
export const drrFree: ReturnType<typeof struct<typeof freeFields>> = struct(
  'drr_free',
  DRR_SIZE,
  freeFields,
);

const spillFields: {
  object: N;
  length: N;
  toGuid: U;
  flags: B;
  compression: B;
  compressedSize: N;
} = {
  object: n64(8),
  length: n64(16),
  toGuid: u64(24),
  flags: u8(32),
  compression: u8(33),
  compressedSize: n64(40),
};
export const drrSpill: ReturnType<typeof struct<typeof spillFields>> = struct(
  'drr_spill',
  DRR_SIZE,
  spillFields,
);

/** `DMU_SPILL_BLKID`: the block number by which genuine senders give an embedded spill block. */
export const DMU_SPILL_BLKID = -2n;

const embeddedFields: {
  object: N;
  offset: U;
  length: N;
  toGuid: U;
  compression: B;
  etype: B;
  lsize: W;
  psize: W;
} = {
  object: n64(8),
  offset: u64(16),
  length: n64(24),
  toGuid: u64(32),
  compression: u8(40),
  etype: u8(41),
  lsize: u32(48),
  psize: u32(52),
};
export const drrWriteEmbedded: ReturnType<typeof struct<typeof embeddedFields>> = struct(
  'drr_write_embedded',
  DRR_SIZE,
  embeddedFields,
);
