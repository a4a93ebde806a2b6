/**
 * What may be asked of a running node from outside, and the answers: plain data that can be copied
 * between threads. Asking changes nothing that the node or its disks would show.
 * Surprising: a disk map is watched, not only read. A watch costs nothing before the first question
 * and ends by itself when nobody asks for a while.
 */

/** Kinds of blocks in a disk map, in the order of their shares in a cell. */
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
  /** Allocated; what it holds has not been looked at yet. */
  'unknown',
  /** Freed, but not for use before two more txgs are on disk. */
  'freed',
] as const;
export type BlockKind = (typeof BLOCK_KINDS)[number];

export const BLOCK_KIND_COUNT: number = BLOCK_KINDS.length;
/** A cell in a delta: its index (32 bits, little-endian), one byte a kind, and flags. */
export const DELTA_CELL_BYTES: number = 4 + BLOCK_KINDS.length + 1;
/** Something in the cell was allocated, or freed, since the last item. */
export const CELL_BORN = 1;
export const CELL_FREED = 2;

export type ObservationRequest =
  | { readonly kind: 'zfsStatus' }
  /** Datasets in the order of `zfs list -t all`, from behind `after` on. */
  | {
      readonly kind: 'zfsDatasets';
      readonly pool: string;
      readonly after: string | null;
      readonly limit: number;
    }
  | { readonly kind: 'zfsDiskMap'; readonly watch: number; readonly view: DiskMapView }
  | { readonly kind: 'zfsUnwatch'; readonly watch: number };

export type ObservationReport =
  | { readonly kind: 'zfsStatus'; readonly pools: readonly PoolReport[] }
  | {
      readonly kind: 'zfsDatasets';
      /** Last txg on disk: when it has not changed, neither have the datasets. */
      readonly txg: number;
      readonly rows: readonly DatasetReport[];
      readonly isLast: boolean;
    }
  | { readonly kind: 'zfsDiskMap'; readonly map: DiskMapReport | null }
  | { readonly kind: 'zfsUnwatch' }
  /** The node is not running, or has no such pool. */
  | { readonly kind: 'none' };

/** `vdev_state_t` as zpool status prints it. */
export type DeviceState =
  | 'ONLINE'
  | 'DEGRADED'
  | 'FAULTED'
  | 'OFFLINE'
  | 'UNAVAIL'
  | 'REMOVED'
  | 'AVAIL'
  | 'INUSE';

export interface VdevReport {
  /** Decimal, as `zpool status -g` prints it. */
  readonly guid: string;
  /** As zpool status names it: `mirror-0`, `c1t0d0`. */
  readonly name: string;
  /** `disk`, `file`, `mirror`, `raidz`, `replacing`, `spare`. */
  readonly type: string;
  readonly role: 'data' | 'log' | 'spare' | 'cache';
  readonly state: DeviceState;
  /** What status adds behind the counts, e.g. `too many errors`, `resilvering`; empty = nothing. */
  readonly note: string;
  /** Counters since the pool was opened. */
  readonly readOps: number;
  readonly writeOps: number;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly readErrors: number;
  readonly writeErrors: number;
  readonly checksumErrors: number;
  readonly repairedBytes: number;
  /** Of a top-level vdev; 0 below. */
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  readonly children: readonly VdevReport[];
}

export interface ScanReport {
  readonly kind: 'scrub' | 'resilver';
  readonly state: 'scanning' | 'finished' | 'canceled' | 'paused';
  readonly startSeconds: number;
  readonly endSeconds: number | null;
  readonly examinedBytes: number;
  readonly toExamineBytes: number;
  readonly repairedBytes: number;
  readonly errorCount: number;
}

export interface TxgReport {
  readonly txg: number;
  readonly passes: number;
  /** Bytes that programs had written when it was closed. */
  readonly dirtyBytes: number;
  /** Allocated and freed in it by kind, as in BLOCK_KINDS; all copies counted. */
  readonly bornBytes: readonly number[];
  readonly freedBytes: readonly number[];
  /** Milliseconds by the node's clock: open until it was closed, and writing it. */
  readonly openMs: number;
  readonly syncMs: number;
}

export interface PoolReport {
  readonly name: string;
  readonly guid: string;
  readonly state: DeviceState;
  readonly isSuspended: boolean;
  /** Files and other objects with a block that no copy could mend. */
  readonly errorCount: number;
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  /** The open txg, and bytes that wait in it. */
  readonly txg: number;
  readonly dirtyBytes: number;
  /** `txg` modulo this is the uberblock's slot. */
  readonly uberblockSlots: number;
  readonly vdevs: readonly VdevReport[];
  readonly scan: ScanReport | null;
}

export interface DatasetReport {
  readonly name: string;
  readonly type: 'filesystem' | 'volume' | 'snapshot' | 'bookmark';
  readonly guid: string;
  readonly createdSeconds: number;
  readonly createTxg: number;
  readonly usedBytes: number;
  readonly availableBytes: number;
  readonly referencedBytes: number;
  readonly usedBySnapshotsBytes: number;
  readonly usedByDatasetBytes: number;
  readonly usedByChildrenBytes: number;
  readonly usedByReservationBytes: number;
  readonly compressRatio: number;
  readonly compression: string;
  readonly mountpoint: string;
  readonly isMounted: boolean;
  /** The snapshot that a clone came from; empty for others. */
  readonly origin: string;
  /** Clones of a snapshot. */
  readonly cloneCount: number;
  readonly holdCount: number;
}

export interface DiskMapView {
  readonly pool: string;
  /**
   * Without a part: all of every vdev, or only the metaslabs that hold something, as far as they do.
   */
  readonly scale: 'whole' | 'used';
  /** A part of one top-level vdev; null = all of the pool. */
  readonly part: {
    readonly vdev: number;
    readonly fromBytes: number;
    readonly sizeBytes: number;
  } | null;
  /** At most so many cells. */
  readonly cells: number;
}

/** A run of cells that stand side by side in one top-level vdev. */
export interface DiskMapArea {
  readonly vdev: number;
  readonly name: string;
  /** Of the whole vdev. */
  readonly sizeBytes: number;
  readonly fromBytes: number;
  readonly cellBytes: number;
  readonly cellCount: number;
}

export interface DiskMapReport {
  /** Set in the first report of a watch, and when the pool's shape changed: all cells. */
  readonly snapshot: {
    readonly areas: readonly DiskMapArea[];
    /** For each cell one byte a kind: its share, 1 … 255 of 255 where there is any. */
    readonly shares: Uint8Array;
  } | null;
  /** Cells that changed since, DELTA_CELL_BYTES each. */
  readonly delta: Uint8Array;
  /** Txgs written since the last report, oldest first; at most 64. */
  readonly txgs: readonly TxgReport[];
  /** How much of what was there when the watch began has been looked at, 0 … 1. */
  readonly knownFraction: number;
  /** The txg that is open. */
  readonly txg: number;
}
