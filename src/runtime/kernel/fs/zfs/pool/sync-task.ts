/**
 * A change of the MOS as one txg: put in line, and the txg written.
 * @see uts/common/fs/zfs/dsl_synctask.c, dsl_pool.c dsl_pool_unreserved_space()
 */
import { EIO, ENOSPC, EROFS, type Errno } from '#kernel/os/errno.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';

/**
 * `zfs_space_check_t`: what a task may use of the space that is kept back: nothing of it, half, three
 * quarters, or all. What frees space gets more of it than what takes some.
 */
export type SpaceCheck = 'normal' | 'reserved' | 'extra' | 'none';

const KEPT_BACK: Readonly<Record<SpaceCheck, number>> = {
  normal: 1,
  reserved: 1 / 2,
  extra: 1 / 4,
  none: 0,
};
/** A task changes a few blocks of 16 KiB, each written three times. */
const TASK_BYTES: number = 3 * 3 * 16_384;

function hasRoom(spa: Spa, check: SpaceCheck): boolean {
  if (check === 'none') return true;
  let deferred = 0;
  for (const { metaslab } of spa.metaslabs.all()) {
    for (const tree of metaslab.deferred) deferred += tree.space;
  }
  const size = spa.deflatedSizeBytes - Math.floor(spa.slopBytes * KEPT_BACK[check]);
  return spa.dsl.rootDir.phys.usedBytes + TASK_BYTES <= size - deferred;
}

/**
 * Runs `task` in the next txg and writes that. ENOSPC when a full pool has no room for it, EIO when
 * the pool can't be written, EROFS when it was imported so.
 */
export function runTask(
  spa: Spa,
  task: () => void,
  check: SpaceCheck = 'reserved',
): Errno | undefined {
  if (spa.isReadOnly) return EROFS;
  if (spa.isSuspended) return EIO;
  if (!hasRoom(spa, check)) return ENOSPC;
  spa.syncTasks.push(task);
  try {
    spaSync(spa);
    return undefined;
  } catch (error) {
    if (error instanceof ZfsError) return error.code === 'ENOSPC' ? ENOSPC : EIO;
    throw error;
  }
}
