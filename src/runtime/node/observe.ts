/**
 * Answers an observer's question from the parts of a machine that know: the one place where kernel
 * state becomes a report for outside.
 */
import { ZfsObserver } from '#kernel/fs/zfs/observe/zfs-observer.ts';
import type { AssembledKernel } from '#runtime/node/assemble.ts';

/** Made when somebody first asks; one for each machine. */
export function makeObserver({ zfs, kernel, mounts }: AssembledKernel): ZfsObserver {
  return new ZfsObserver({
    pools: () => zfs.pools(),
    pool: (name) => zfs.pool(name),
    mountedAt: (dataset) =>
      mounts.mounts.find(({ vfs, special }) => vfs.fstype === 'zfs' && special === dataset)
        ?.mountPoint,
    nowNs: () => kernel.options.clock.monotonicNs(),
  });
}
