/**
 * Before a change: whether the dataset has room for it, by quotas, reservations and the pool's
 * size, and whether enough is dirty in memory that the txg should be written first.
 * @see uts/common/fs/zfs/dmu_tx.c dmu_tx_try_assign(), dmu_tx_delay()
 */
import { EDQUOT, EIO, ENOSPC, type Errno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { type Room, roomFor, willUse } from '../dsl/dsl-space.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';

/** `zfs_dirty_data_max`: so much may wait in memory; then the txg is written. */
export const DIRTY_DATA_MAX: number = 64 * 2 ** 20;

/** `spa_get_worst_case_asize`: what so many bytes may become on disk. */
function worstCase(spa: Spa, dataset: DslDataset, sizeBytes: number): number {
  const isRaidz = spa.zio.tops.some((top) => top !== undefined && isParity(top.vdev));
  return sizeBytes * dataset.objset.settings.copies * (isRaidz ? 3 : 1);
}

/** Whether small blocks take more than their size. */
function isParity(vdev: { psizeToAsize(psize: number): number }): boolean {
  return vdev.psizeToAsize(131_072) > 131_072;
}

/**
 * Whether `sizeBytes` more may become dirty; EDQUOT, ENOSPC. Writes the txg when enough has
 * gathered, or when what waits may still make room. A change that frees space says so.
 */
export function admit(
  spa: Spa,
  dataset: DslDataset,
  sizeBytes: number,
  isNetFree: boolean,
): Errno | undefined {
  if (spa.isSuspended) return EIO;
  const asize = worstCase(spa, dataset, sizeBytes);
  if (spa.dirtyBytes + sizeBytes > DIRTY_DATA_MAX) spaSync(spa);
  let room: Room = roomFor(dataset, asize, isNetFree);
  if (room !== 'yes') {
    // What waits may compress, or free more than it takes: know before saying no.
    spaSync(spa);
    room = roomFor(dataset, asize, isNetFree);
  }
  if (room === 'EDQUOT') return EDQUOT;
  if (room === 'ENOSPC') return ENOSPC;
  spa.dirtyBytes += sizeBytes;
  willUse(dataset.dir, asize);
  return undefined;
}
