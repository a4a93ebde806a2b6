/**
 * A change of the MOS as one txg: put in line, and the txg written.
 * @see uts/common/fs/zfs/dsl_synctask.c
 */
import { EIO, ENOSPC, type Errno } from '#kernel/os/errno.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Spa } from './spa.ts';
import { spaSync } from './spa-sync.ts';

/** Runs `task` in the next txg and writes that. EIO when the pool can't be written. */
export function runTask(spa: Spa, task: () => void): Errno | undefined {
  if (spa.isSuspended) return EIO;
  spa.syncTasks.push(task);
  try {
    spaSync(spa);
    return undefined;
  } catch (error) {
    if (error instanceof ZfsError) return error.code === 'ENOSPC' ? ENOSPC : EIO;
    throw error;
  }
}
