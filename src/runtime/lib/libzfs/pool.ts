/**
 * `zpool_handle_t`: a pool by name, with its configuration as the kernel tells it.
 * @see lib/libzfs/common/libzfs_pool.c, libzfs_config.c, cmd/zpool/zpool_iter.c
 */
import { type NvList, nvGetList, nvGetNumber } from '#abi/illumos/nvpair.ts';
import { type ZfsCommand, type ZfsIoctlName, zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import {
  POOL_STATE_ACTIVE,
  unpackScanStat,
  unpackVdevStat,
  type PoolScanStat,
  type VdevStat,
} from '#abi/illumos/zfs-stat.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { poolNameProblem } from '#lib/libzfs/names.ts';

const EMPTY: NvList = new Map();

export class Pool {
  readonly zfs: LibZfs;
  readonly name: string;
  config: NvList;
  /** The configuration before the last refresh. */
  oldConfig: NvList | undefined;

  constructor(zfs: LibZfs, name: string, config: NvList) {
    this.zfs = zfs;
    this.name = name;
    this.config = config;
  }

  /** The root of the vdev tree. */
  get tree(): NvList {
    return nvGetList(this.config, 'vdev_tree') ?? EMPTY;
  }

  get stat(): VdevStat {
    return vdevStat(this.tree);
  }

  get scan(): PoolScanStat | undefined {
    return unpackScanStat(this.tree.get('scan_stats'));
  }

  get version(): number {
    return nvGetNumber(this.config, 'version') ?? 0;
  }

  /** `zpool_get_state`: whether the pool can be used. */
  get isAvailable(): boolean {
    return nvGetNumber(this.config, 'state') === POOL_STATE_ACTIVE;
  }

  /** `zpool_refresh_stats`; false when the pool is gone. */
  *refresh(): Task<boolean> {
    const command = zfsCommand({ name: this.name });
    const errno = yield* this.zfs.ioctl('ZFS_IOC_POOL_STATS', command);
    if (errno !== undefined || command.config === undefined) return false;
    this.oldConfig = this.config;
    this.config = command.config;
    return true;
  }

  /** One ioctl on the pool. */
  *ioctl(name: ZfsIoctlName, given: Partial<ZfsCommand> = {}): Task<Errno | undefined> {
    return yield* this.zfs.ioctl(name, zfsCommand({ ...given, name: this.name }));
  }
}

const NO_STAT: VdevStat = unpackVdevStat({ type: 'uint64_array', value: [] }) as VdevStat;

/** `vdev_stat_t` of a branch. */
export function vdevStat(vdev: NvList): VdevStat {
  return unpackVdevStat(vdev.get('vdev_stats')) ?? NO_STAT;
}

/** `zpool_open_canfail`; undefined after saying why not. */
export function* openPoolCanFail(zfs: LibZfs, name: string): Task<Pool | undefined> {
  const action = `cannot open '${name}'`;
  const problem = poolNameProblem(name, false);
  if (problem !== undefined) {
    yield* zfs.errorAux('EZFS_INVALIDNAME', action, problem);
    return undefined;
  }
  const pool = new Pool(zfs, name, EMPTY);
  if (yield* pool.refresh()) return pool;
  yield* zfs.errorAux('EZFS_NOENT', action, 'no such pool');
  return undefined;
}

/** `zpool_open`: not if it can't be used. */
export function* openPool(zfs: LibZfs, name: string): Task<Pool | undefined> {
  const pool = yield* openPoolCanFail(zfs, name);
  if (pool === undefined || pool.isAvailable) return pool;
  yield* zfs.error('EZFS_POOLUNAVAIL', `cannot open '${name}'`);
  return undefined;
}

/** Every pool, by name. */
export function* allPools(zfs: LibZfs): Task<Pool[]> {
  const command = zfsCommand();
  const errno = yield* zfs.ioctl('ZFS_IOC_POOL_CONFIGS', command);
  if (errno !== undefined) return [];
  return [...(command.destination ?? EMPTY)].flatMap(([name, pair]) =>
    pair.type === 'nvlist' ? [new Pool(zfs, name, pair.value)] : [],
  );
}

/** `pool_list_get`: those named, each once and in order, or all. `failed`: one won't open. */
export function* poolsNamed(
  zfs: LibZfs,
  names: readonly string[],
): Task<{ pools: Pool[]; failed: boolean }> {
  if (names.length === 0) return { pools: yield* allPools(zfs), failed: false };
  const pools: Pool[] = [];
  let failed = false;
  for (const name of names) {
    if (pools.some((pool) => pool.name === name)) continue;
    const pool = yield* openPoolCanFail(zfs, name);
    if (pool === undefined) failed = true;
    else pools.push(pool);
  }
  pools.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { pools, failed };
}
