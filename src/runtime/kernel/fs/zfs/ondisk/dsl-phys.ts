/**
 * What the dataset and snapshot layer keeps in bonus buffers of the MOS.
 * @spec ZFS On-Disk §4  @see sys/dsl_dir.h, sys/dsl_dataset.h, sys/bpobj.h, sys/dsl_deadlist.h
 */
import { array, bytes, n64, s64, type StructOf, struct, u64 } from './struct.ts';

type N = ReturnType<typeof n64>;
type U = ReturnType<typeof u64>;

/** Indexes of `usedBreakdown`, `dd_used_t`. */
export const DD_USED_HEAD = 0;
export const DD_USED_SNAP = 1;
export const DD_USED_CHILD = 2;
export const DD_USED_CHILD_RSRV = 3;
export const DD_USED_REFRSRV = 4;
export type DdUsed = 0 | 1 | 2 | 3 | 4;

/** `DD_FLAG_USED_BREAKDOWN` */
export const DD_FLAG_USED_BREAKDOWN = 1n;

const dslDirFields: {
  creationTime: N;
  headDatasetObj: N;
  parentObj: N;
  originObj: N;
  childDirZapobj: N;
  usedBytes: ReturnType<typeof s64>;
  compressedBytes: ReturnType<typeof s64>;
  uncompressedBytes: ReturnType<typeof s64>;
  quota: U;
  reserved: N;
  propsZapobj: N;
  delegZapobj: N;
  flags: U;
  usedBreakdown: ReturnType<typeof array<number>>;
  clones: N;
} = {
  creationTime: n64(0),
  headDatasetObj: n64(8),
  parentObj: n64(16),
  originObj: n64(24),
  childDirZapobj: n64(32),
  usedBytes: s64(40),
  compressedBytes: s64(48),
  uncompressedBytes: s64(56),
  quota: u64(64),
  reserved: n64(72),
  propsZapobj: n64(80),
  delegZapobj: n64(88),
  flags: u64(96),
  usedBreakdown: array(s64, 104, 5),
  clones: n64(144),
};
export const dslDirPhys: ReturnType<typeof struct<typeof dslDirFields>> = struct(
  'dsl_dir_phys_t',
  256,
  dslDirFields,
);
export type DslDirPhys = StructOf<typeof dslDirPhys>;

export const DS_FLAG_INCONSISTENT = 1n;
export const DS_FLAG_NOPROMOTE = 2n;
export const DS_FLAG_UNIQUE_ACCURATE = 4n;
export const DS_FLAG_DEFER_DESTROY = 8n;
export const DS_FLAG_CI_DATASET: bigint = 1n << 16n;

const dslDatasetFields: {
  dirObj: N;
  prevSnapObj: N;
  prevSnapTxg: N;
  nextSnapObj: N;
  snapnamesZapobj: N;
  numChildren: N;
  creationTime: N;
  creationTxg: N;
  deadlistObj: N;
  referencedBytes: ReturnType<typeof s64>;
  compressedBytes: ReturnType<typeof s64>;
  uncompressedBytes: ReturnType<typeof s64>;
  uniqueBytes: ReturnType<typeof s64>;
  fsidGuid: U;
  guid: U;
  flags: U;
  bp: ReturnType<typeof bytes>;
  nextClonesObj: N;
  propsObj: N;
  userrefsObj: N;
} = {
  dirObj: n64(0),
  prevSnapObj: n64(8),
  prevSnapTxg: n64(16),
  nextSnapObj: n64(24),
  snapnamesZapobj: n64(32),
  numChildren: n64(40),
  creationTime: n64(48),
  creationTxg: n64(56),
  deadlistObj: n64(64),
  referencedBytes: s64(72),
  compressedBytes: s64(80),
  uncompressedBytes: s64(88),
  uniqueBytes: s64(96),
  fsidGuid: u64(104),
  guid: u64(112),
  flags: u64(120),
  bp: bytes(128, 128),
  nextClonesObj: n64(256),
  propsObj: n64(264),
  userrefsObj: n64(272),
};
export const dslDatasetPhys: ReturnType<typeof struct<typeof dslDatasetFields>> = struct(
  'dsl_dataset_phys_t',
  320,
  dslDatasetFields,
);
export type DslDatasetPhys = StructOf<typeof dslDatasetPhys>;

const bpobjFields: {
  numBlkptrs: N;
  bytes: N;
  comp: N;
  uncomp: N;
  subobjs: N;
  numSubobjs: N;
} = {
  numBlkptrs: n64(0),
  bytes: n64(8),
  comp: n64(16),
  uncomp: n64(24),
  subobjs: n64(32),
  numSubobjs: n64(40),
};
/** `bpobj_phys_t`, `BPOBJ_SIZE_V2`. Older ones are 16 or 32 bytes: pad them with zeros to read. */
export const bpobjPhys: ReturnType<typeof struct<typeof bpobjFields>> = struct(
  'bpobj_phys_t',
  48,
  bpobjFields,
);
export type BpobjPhys = StructOf<typeof bpobjPhys>;

const deadlistFields: { used: N; comp: N; uncomp: N } = {
  used: n64(0),
  comp: n64(8),
  uncomp: n64(16),
};
export const dslDeadlistPhys: ReturnType<typeof struct<typeof deadlistFields>> = struct(
  'dsl_deadlist_phys_t',
  320,
  deadlistFields,
);
export type DslDeadlistPhys = StructOf<typeof dslDeadlistPhys>;

const spaceMapFields: { object: N; length: N; alloc: ReturnType<typeof s64> } = {
  object: n64(0),
  length: n64(8),
  alloc: s64(16),
};
/** `space_map_phys_t` without its histogram (32 u64 at byte 64 of a 320-byte bonus). */
export const spaceMapPhys: ReturnType<typeof struct<typeof spaceMapFields>> = struct(
  'space_map_phys_t',
  24,
  spaceMapFields,
);
export type SpaceMapPhys = StructOf<typeof spaceMapPhys>;
export const SPACE_MAP_SIZE_V0 = 24;
export const SPACE_MAP_SIZE_V1 = 320;
export const SPACE_MAP_HISTOGRAM_SIZE = 32;
export const SPACE_MAP_HISTOGRAM_OFFSET = 64;

const historyFields: {
  poolCreateLen: N;
  physMaxOff: N;
  bof: N;
  eof: N;
  recordsLost: N;
} = {
  poolCreateLen: n64(0),
  physMaxOff: n64(8),
  bof: n64(16),
  eof: n64(24),
  recordsLost: n64(32),
};
export const spaHistoryPhys: ReturnType<typeof struct<typeof historyFields>> = struct(
  'spa_history_phys_t',
  40,
  historyFields,
);
