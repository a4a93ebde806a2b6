/** The vdev tree that a command line asks for, checked. @see zpool_vdev.c make_root_vdev() */
import { type NvList, nvGetListArray, nvListArray, nvUint64 } from '#abi/illumos/nvpair.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { type CheckOptions, checkDevices, checkReplication } from '#lib/libzfs/vdev-check.ts';
import { constructSpec } from '#lib/libzfs/vdev-spec.ts';

export interface RootVdevOptions extends CheckOptions {
  /** Whether all vdevs must be of one kind. */
  readonly checksReplication: boolean;
}

/** undefined after saying what is wrong. */
export function* makeRootVdev(
  run: ZpoolRun,
  words: readonly string[],
  options: RootVdevOptions,
): Task<NvList | undefined> {
  const root = yield* constructSpec(run.sys, words);
  if (typeof root === 'string') {
    yield* run.err(root);
    return undefined;
  }
  let complaints = yield* checkDevices(run.zfs, root, options);
  if (complaints.length === 0 && options.checksReplication) {
    complaints = yield* checkReplication(run.sys, options.pool, root);
  }
  if (complaints.length === 0) return root;
  const how = options.isForced
    ? 'the following errors must be manually repaired:\n'
    : "use '-f' to override the following errors:\n";
  yield* run.err(`invalid vdev specification\n${how}${complaints.join('')}`);
  return undefined;
}

/** The same with the sector size that was asked for in every top-level vdev. */
export function withAshift(root: NvList, ashift: string | undefined): NvList {
  if (ashift === undefined || !/^\d+$/.test(ashift) || ashift === '0') return root;
  const tops = nvGetListArray(root, 'children').map(
    (top) => new Map([...top, ['ashift', nvUint64(BigInt(ashift))] as const]),
  );
  return new Map([...root, ['children', nvListArray(tops)] as const]);
}
