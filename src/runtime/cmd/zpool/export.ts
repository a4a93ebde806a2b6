/** `zpool destroy` and `zpool export`. @man zpool-destroy(8), zpool-export(8) */
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { disableDatasets, mountProps } from '#lib/libzfs/mount.ts';
import { openPoolCanFail, type Pool } from '#lib/libzfs/pool.ts';
import { poolAltroot } from '#lib/libzfs/pool-props.ts';

/** `remove_mountpoint`: the directory where the pool's own file system was, if it is empty. */
function* removeMountpoint(run: ZpoolRun, mountpoint: string | undefined): Task<void> {
  if (mountpoint?.startsWith('/') === true) yield* run.sys.rmdir(mountpoint);
}

function* destroyPool(run: ZpoolRun, pool: Pool): Task<boolean> {
  const { zfs } = run;
  const where = yield* mountProps(zfs, pool.name, yield* poolAltroot(pool));
  const command = zfsCommand({ name: pool.name, string: run.historyText });
  const errno = yield* zfs.ioctl('ZFS_IOC_POOL_DESTROY', command);
  if (errno === undefined) {
    yield* removeMountpoint(run, where?.mountpoint);
    return true;
  }
  const action = `cannot destroy '${pool.name}'`;
  if (errno.name !== 'EROFS') return yield* zfs.poolError(errno, action);
  return yield* zfs.errorAux('EZFS_BADDEV', action, 'one or more devices is read only');
}

export function* destroy(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'f');
  if (typeof parsed === 'number') return parsed;
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const pool = yield* openPoolCanFail(run.zfs, name);
  if (pool === undefined) {
    if (name.includes('/')) yield* run.err("use 'zfs destroy' to destroy a dataset\n");
    return 1;
  }
  if (!(yield* disableDatasets(run.zfs, name, hasOption(parsed, 'f')))) {
    yield* run.err(`could not destroy '${name}': could not unmount datasets\n`);
    return 1;
  }
  run.logsHistory = false;
  return (yield* destroyPool(run, pool)) ? 0 : 1;
}

function* exportPool(run: ZpoolRun, pool: Pool, isForced: boolean, isHard: boolean): Task<boolean> {
  const { zfs } = run;
  const command = zfsCommand({
    name: pool.name,
    string: run.historyText,
    cookie: isForced ? 1 : 0,
    guid: isHard ? 1n : 0n,
  });
  const errno = yield* zfs.ioctl('ZFS_IOC_POOL_EXPORT', command);
  if (errno === undefined) return true;
  const action = `cannot export '${pool.name}'`;
  if (errno.name !== 'EXDEV') return yield* zfs.poolError(errno, action);
  const description =
    "use '-f' to override the following errors:\n" +
    `'${pool.name}' has an active shared spare which could be used by other pools ` +
    `once '${pool.name}' is exported.`;
  return yield* zfs.errorAux('EZFS_ACTIVE_SPARE', action, description);
}

export function* exportPools(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'fF');
  if (typeof parsed === 'number') return parsed;
  if (parsed.operands.length === 0) return yield* run.usage('missing pool argument');
  const isHard = hasOption(parsed, 'F');
  const isForced = hasOption(parsed, 'f') || isHard;
  let result = 0;
  for (const name of parsed.operands) {
    const pool = yield* openPoolCanFail(run.zfs, name);
    if (pool === undefined) {
      result = 1;
      continue;
    }
    if (!(yield* disableDatasets(run.zfs, name, isForced))) {
      result = 1;
      continue;
    }
    run.logsHistory = false;
    if (!(yield* exportPool(run, pool, isForced, isHard))) result = 1;
  }
  return result;
}
