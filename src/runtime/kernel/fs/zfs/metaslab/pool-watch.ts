/**
 * Who hears of every place that is taken and given back, and of every txg that is written. There is
 * none while nobody looks at the pool.
 */
import type { Dva } from '../ondisk/blkptr.ts';

export interface SyncedTxg {
  readonly txg: number;
  readonly passes: number;
  /** Bytes that programs had written into it. */
  readonly dirtyBytes: number;
  /** When writing began, by the monotonic clock. */
  readonly beganNs: bigint;
}

export interface PoolWatch {
  /** `type` and `level` are those of the block; a piece of a gang block has the whole's. */
  allocated(dva: Dva, type: number, level: number): void;
  freed(dva: Dva, type: number, level: number): void;
  synced(txg: SyncedTxg): void;
}
