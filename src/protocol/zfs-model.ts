/**
 * The shapes of what the window shows of a node's pools and disks. Counters of the node have become
 * rates here. guids are decimal text, times seconds since 1970, sizes bytes.
 */
import * as z from 'zod/mini';
import { bytesSchema } from '#protocol/model.ts';

z.config({ jitless: true });

const count = z.number().check(z.int(), z.nonnegative());
const amount = z.number();
const poolName = z.string().check(z.minLength(1), z.maxLength(255));
const diskName = z.string().check(z.regex(/^c\d+t[0-9A-F]+d\d+$/));
const chance = z.number().check(z.gte(0), z.lte(1));

export const poolNameSchema: typeof poolName = poolName;
export const diskNameSchema: typeof diskName = diskName;

const deviceStateSchema = z.enum([
  'ONLINE',
  'DEGRADED',
  'FAULTED',
  'OFFLINE',
  'UNAVAIL',
  'REMOVED',
  'AVAIL',
  'INUSE',
]);
export type DeviceState = z.infer<typeof deviceStateSchema>;

/** Of the last second. */
const ratesSchema = z.object({
  readOps: amount,
  writeOps: amount,
  readBytes: amount,
  writeBytes: amount,
});
export type IoRates = z.infer<typeof ratesSchema>;

const vdevSchema = z.object({
  guid: z.string(),
  /** As zpool status names it: `mirror-0`, `c1t0d0`. */
  name: z.string(),
  type: z.string(),
  role: z.enum(['data', 'log', 'spare', 'cache']),
  state: deviceStateSchema,
  /** What status adds behind the counts; empty = nothing. */
  note: z.string(),
  /** Depth below the pool: 0 = top-level vdev. Rows come in the order of zpool status. */
  depth: count,
  rates: ratesSchema,
  readErrors: count,
  writeErrors: count,
  checksumErrors: count,
  repairedBytes: count,
  sizeBytes: count,
  allocatedBytes: count,
});
export type VdevShape = z.infer<typeof vdevSchema>;

const scanSchema = z.object({
  kind: z.enum(['scrub', 'resilver']),
  state: z.enum(['scanning', 'finished', 'canceled', 'paused']),
  startSeconds: z.number(),
  endSeconds: z.nullable(z.number()),
  examinedBytes: count,
  toExamineBytes: count,
  repairedBytes: count,
  errorCount: count,
});
export type ScanShape = z.infer<typeof scanSchema>;

const poolSchema = z.object({
  name: poolName,
  guid: z.string(),
  state: deviceStateSchema,
  isSuspended: z.boolean(),
  /** Files and other objects with a block that no copy could mend. */
  errorCount: count,
  sizeBytes: count,
  allocatedBytes: count,
  /** The open txg, and bytes that wait in it. */
  txg: count,
  dirtyBytes: amount,
  /** `txg` modulo this is the uberblock's slot. */
  uberblockSlots: count,
  rates: ratesSchema,
  vdevs: z.array(vdevSchema),
  scan: z.nullable(scanSchema),
});
export type PoolShape = z.infer<typeof poolSchema>;

export const zfsStatusSchema = z.object({ atMs: z.number(), pools: z.array(poolSchema) });
export type ZfsStatus = z.infer<typeof zfsStatusSchema>;

const datasetSchema = z.object({
  name: z.string(),
  type: z.enum(['filesystem', 'volume', 'snapshot', 'bookmark']),
  guid: z.string(),
  createdSeconds: z.number(),
  createTxg: count,
  usedBytes: amount,
  availableBytes: amount,
  referencedBytes: amount,
  usedBySnapshotsBytes: amount,
  usedByDatasetBytes: amount,
  usedByChildrenBytes: amount,
  usedByReservationBytes: amount,
  compressRatio: amount,
  compression: z.string(),
  mountpoint: z.string(),
  isMounted: z.boolean(),
  origin: z.string(),
  cloneCount: count,
  holdCount: count,
});
export type DatasetShape = z.infer<typeof datasetSchema>;

/** Rows that are new or changed, and names that are gone; the first item has `isReset`. */
export const datasetsItemSchema = z.object({
  isReset: z.boolean(),
  rows: z.array(datasetSchema),
  removed: z.array(z.string()),
  /** All that was there is told; false while more pages come. */
  isComplete: z.boolean(),
});
export type DatasetsItem = z.infer<typeof datasetsItemSchema>;

/** Kinds of blocks, in the order of their shares in a cell. */
export const BLOCK_KINDS = [
  'file',
  'directory',
  'volume',
  'dnode',
  'indirect',
  'mos',
  'dsl',
  'spaceMap',
  'intentLog',
  'unknown',
  'freed',
] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

/** A cell of a delta: its index (32 bits, little-endian), one byte a kind, and flags. */
export const DELTA_CELL_BYTES: number = 4 + BLOCK_KINDS.length + 1;
/** Something in the cell was allocated, or freed, since the last item. */
export const CELL_BORN = 1;
export const CELL_FREED = 2;
export const MAX_MAP_CELLS = 16_384;

/** A run of cells that stand side by side in one top-level vdev. */
const areaSchema = z.object({
  vdev: count,
  name: z.string(),
  /** Of the whole vdev. */
  sizeBytes: count,
  fromBytes: count,
  cellBytes: count,
  cellCount: count,
});
export type MapArea = z.infer<typeof areaSchema>;

const txgSchema = z.object({
  txg: count,
  passes: count,
  dirtyBytes: amount,
  /** By kind, in the order of BLOCK_KINDS. */
  bornBytes: z.array(amount),
  freedBytes: z.array(amount),
  openMs: z.number(),
  syncMs: z.number(),
});
export type TxgShape = z.infer<typeof txgSchema>;

export const diskMapViewSchema = z.strictObject({
  pool: poolName,
  /** Without a part: whole vdevs, or only the metaslabs that hold something, as far as they do. */
  scale: z.enum(['whole', 'used']),
  part: z.nullable(
    z.strictObject({ vdev: count, fromBytes: count, sizeBytes: count.check(z.positive()) }),
  ),
  cells: z.number().check(z.int(), z.gte(16), z.lte(MAX_MAP_CELLS)),
});
export type DiskMapView = z.infer<typeof diskMapViewSchema>;

export const diskMapItemSchema = z.object({
  /** All cells: one byte a kind, its share of 255, at least 1 where there is any. */
  snapshot: z.nullable(z.object({ areas: z.array(areaSchema), shares: bytesSchema })),
  /** Cells that changed, DELTA_CELL_BYTES each. */
  delta: bytesSchema,
  txgs: z.array(txgSchema),
  /** How much of what was there before has been looked at, 0 … 1. */
  knownFraction: z.number(),
  txg: count,
});
export type DiskMapItem = z.infer<typeof diskMapItemSchema>;

/** What can be made to go wrong with a disk. All but `flipBits` last until healed. */
export const diskFaultSchema = z.discriminatedUnion('kind', [
  /** Out of its slot: every command fails with ENXIO. */
  z.strictObject({ kind: z.literal('pull') }),
  /** Every command takes so much longer. */
  z.strictObject({ kind: z.literal('slow'), delayMs: z.number().check(z.gte(0), z.lte(1000)) }),
  /** So many of the reads, or writes, fail with EIO: 0 … 1. */
  z.strictObject({ kind: z.literal('failReads'), chance }),
  z.strictObject({ kind: z.literal('failWrites'), chance }),
  /** So many of the reads bring one wrong bit along, and nobody says so. */
  z.strictObject({ kind: z.literal('corruptReads'), chance }),
  /** Flips bits in what is stored, each in a sector that holds something. */
  z.strictObject({
    kind: z.literal('flipBits'),
    count: z.number().check(z.int(), z.gte(1), z.lte(10_000)),
    fromBytes: count,
    sizeBytes: count.check(z.positive()),
  }),
]);
export type DiskFault = z.infer<typeof diskFaultSchema>;

export const diskFaultStateSchema = z.object({
  disk: z.string(),
  isPulled: z.boolean(),
  delayMs: z.number(),
  readErrorChance: z.number(),
  writeErrorChance: z.number(),
  corruptReadChance: z.number(),
  /** Bits flipped so far, how many were written over since, and where the others are: 256 kept. */
  flippedBits: count,
  mendedBits: count,
  flippedAtBytes: z.array(count),
});
export type DiskFaultState = z.infer<typeof diskFaultStateSchema>;
