/**
 * Subcommands on whole pools that take little: scrub, resilver, sync, reguid, reopen, labelclear,
 * and those that are not built. @see cmd/zpool/zpool_main.c
 */
import {
  POOL_SCAN_NONE,
  POOL_SCAN_RESILVER,
  POOL_SCAN_SCRUB,
  POOL_STATE_EXPORTED,
  POOL_STATE_POTENTIALLY_ACTIVE,
  POOL_STATE_SPARE,
} from '#abi/illumos/zfs-stat.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption } from '#lib/libc/getopt.ts';
import { openPool, openPoolCanFail, type Pool, poolsNamed } from '#lib/libzfs/pool.ts';
import { deviceUse } from '#lib/libzfs/vdev-check.ts';
import { DISK_ROOT } from '#lib/libzfs/vdev-name.ts';

/** `POOL_SCRUB_PAUSE` */
const SCRUB_PAUSE = 1;

/** `zpool_scan`: true, or false after saying why not. */
function* scanPool(run: ZpoolRun, pool: Pool, func: number, isPause: boolean): Task<boolean> {
  const { zfs } = run;
  const errno = yield* pool.ioctl('ZFS_IOC_POOL_SCAN', {
    cookie: func,
    object: isPause ? SCRUB_PAUSE : 0,
  });
  if (errno === undefined) return true;
  let action = `cannot cancel scrubbing ${pool.name}`;
  if (func === POOL_SCAN_SCRUB) {
    action = `cannot ${isPause ? 'pause scrubbing' : 'scrub'} ${pool.name}`;
  } else if (func === POOL_SCAN_RESILVER) action = `cannot restart resilver on ${pool.name}`;
  if (errno.name === 'EBUSY') {
    const { scan } = pool;
    if (scan?.func !== POOL_SCAN_SCRUB) return yield* zfs.error('EZFS_RESILVERING', action);
    return yield* zfs.error(isPause ? 'EZFS_SCRUB_PAUSED' : 'EZFS_SCRUBBING', action);
  }
  if (errno.name === 'ENOENT') return yield* zfs.error('EZFS_NO_SCRUB', action);
  return yield* zfs.poolError(errno, action);
}

function* scanAll(
  run: ZpoolRun,
  names: readonly string[],
  func: number,
  isPause: boolean,
): Task<number> {
  if (names.length === 0) return yield* run.usage('missing pool name argument');
  const { pools, failed } = yield* poolsNamed(run.zfs, names);
  let result = failed ? 1 : 0;
  for (const pool of pools) {
    if (!pool.isAvailable) {
      yield* run.err(`cannot scan '${pool.name}': pool is currently unavailable\n`);
      result = 1;
    } else if (!(yield* scanPool(run, pool, func, isPause))) result = 1;
  }
  return result;
}

export function* scrub(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'sp');
  if (typeof parsed === 'number') return parsed;
  const isStop = hasOption(parsed, 's');
  const isPause = hasOption(parsed, 'p');
  if (isStop && isPause) {
    return yield* run.usage('invalid option combination: -s and -p are mutually exclusive');
  }
  return yield* scanAll(run, parsed.operands, isStop ? POOL_SCAN_NONE : POOL_SCAN_SCRUB, isPause);
}

export function* resilver(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, '');
  if (typeof parsed === 'number') return parsed;
  return yield* scanAll(run, parsed.operands, POOL_SCAN_RESILVER, false);
}

export function* sync(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'f');
  if (typeof parsed === 'number') return parsed;
  const { pools, failed } = yield* poolsNamed(run.zfs, parsed.operands);
  let result = failed ? 1 : 0;
  for (const pool of pools) {
    const errno = yield* pool.ioctl('ZFS_IOC_POOL_SYNC');
    if (errno === undefined) continue;
    yield* run.zfs.poolError(errno, `sync '${pool.name}' failed`);
    result = 1;
  }
  return result;
}

export function* reguid(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, '');
  if (typeof parsed === 'number') return parsed;
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const pool = yield* openPool(run.zfs, name);
  if (pool === undefined) return 1;
  const errno = yield* pool.ioctl('ZFS_IOC_POOL_REGUID');
  if (errno === undefined) return 0;
  yield* run.zfs.poolError(errno, `cannot reguid '${name}'`);
  return 1;
}

export function* reopen(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, '');
  if (typeof parsed === 'number') return parsed;
  const [name, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name');
  if (more.length > 0) return yield* run.usage('too many arguments');
  const pool = yield* openPoolCanFail(run.zfs, name);
  if (pool === undefined) return 1;
  const errno = yield* pool.ioctl('ZFS_IOC_POOL_REOPEN');
  if (errno === undefined) return 0;
  yield* run.zfs.poolError(errno, `cannot reopen '${name}'`);
  return 1;
}

/** The device as given, or the disk of that name; undefined when there is none. */
function* devicePath(run: ZpoolRun, word: string): Task<string | undefined> {
  if (word.startsWith('/') || !isErrno(yield* run.sys.stat(word))) return word;
  const path = `${DISK_ROOT}/${word}${/s\d[^/]*$/.test(word) ? '' : 's0'}`;
  return isErrno(yield* run.sys.stat(path)) ? undefined : path;
}

/** Why a label may not go; undefined when it may. */
function inUseText(
  path: string,
  state: number,
  pool: string,
  isForced: boolean,
): string | undefined {
  if (state === POOL_STATE_EXPORTED || state === POOL_STATE_POTENTIALLY_ACTIVE) {
    if (isForced) return undefined;
    const what = state === POOL_STATE_EXPORTED ? 'exported' : 'potentially active';
    return (
      "use '-f' to override the following error:\n" +
      `${path} is a member of ${what} pool "${pool}"\n`
    );
  }
  const how = state === POOL_STATE_SPARE ? 'SPARE' : 'ACTIVE';
  return `${path} is a member (${how}) of pool "${pool}"\n`;
}

export function* labelclear(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'f');
  if (typeof parsed === 'number') return parsed;
  const [word, ...more] = parsed.operands;
  if (word === undefined) return yield* run.usage('missing vdev name');
  if (more.length > 0) return yield* run.usage('too many arguments');
  run.logsHistory = false;
  const path = yield* devicePath(run, word);
  if (path === undefined) {
    yield* run.err(`failed to find device ${word}, try specifying absolute path instead\n`);
    return 1;
  }
  const fd = yield* run.sys.open(path, 2);
  if (isErrno(fd)) {
    yield* run.err(`failed to open ${path}: ${fd.message}\n`);
    return 1;
  }
  yield* run.sys.close(fd);
  const command = zfsCommand({ string: path });
  if ((yield* run.zfs.ioctl('ZFS_IOC_LABEL_READ', command)) !== undefined) {
    yield* run.err(`failed to read label from ${path}\n`);
    return 1;
  }
  const use = yield* deviceUse(run.zfs, path);
  if (use !== undefined) {
    const text = inUseText(path, use.state, use.pool, hasOption(parsed, 'f'));
    if (text !== undefined) {
      yield* run.err(text);
      return 1;
    }
  }
  const cleared = yield* run.zfs.ioctl('ZFS_IOC_LABEL_CLEAR', command);
  if (cleared === undefined) return 0;
  yield* run.err(`failed to clear label for ${path}\n`);
  return 1;
}

/** A subcommand that illumos has and this system has not. */
export function notThere(name: string): (run: ZpoolRun) => Task<number> {
  return (run) => run.notSupported(name);
}
