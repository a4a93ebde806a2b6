/**
 * Subcommands on devices of a pool: online, offline, clear, attach, replace, detach, remove.
 * @see cmd/zpool/zpool_main.c, lib/libzfs/common/libzfs_pool.c
 */
import { nvGetListArray, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import {
  VDEV_STATE_FAULTED,
  VDEV_STATE_HEALTHY,
  VDEV_STATE_OFFLINE,
} from '#abi/illumos/zfs-stat.ts';
import { ZFS_OFFLINE_TEMPORARY, ZFS_ONLINE_EXPAND, zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { addPoolProp } from '#cmd/zpool/create.ts';
import { makeRootVdev, withAshift } from '#cmd/zpool/root-vdev.ts';
import type { ZpoolRun } from '#cmd/zpool/run.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, type ParsedOptions } from '#lib/libc/getopt.ts';
import { openPool, openPoolCanFail, type Pool } from '#lib/libzfs/pool.ts';
import { findVdev, type FoundVdev } from '#lib/libzfs/vdev-name.ts';

const MISSING_DEVICE = 'missing <device> specification';

function guidOf({ vdev }: FoundVdev): bigint {
  return nvGetUint64(vdev, 'guid') ?? 0n;
}

/** The device; undefined after saying that there is none, or that it is a spare. */
function* target(
  run: ZpoolRun,
  pool: Pool,
  word: string,
  action: string,
): Task<FoundVdev | undefined> {
  const found = findVdev(pool.tree, word);
  if (found === undefined) yield* run.zfs.error('EZFS_NODEVICE', action);
  else if (found.isSpare) yield* run.zfs.error('EZFS_ISSPARE', action);
  else return found;
  return undefined;
}

/** Pool and devices of a command line; a number is the exit status. */
function* poolAndDevices(
  run: ZpoolRun,
  parsed: ParsedOptions,
): Task<{ pool: Pool; devices: readonly string[] } | number> {
  const [name, ...devices] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name');
  if (devices.length === 0) return yield* run.usage('missing device name');
  const pool = yield* openPool(run.zfs, name);
  return pool === undefined ? 1 : { pool, devices };
}

function* onlineOne(run: ZpoolRun, pool: Pool, word: string, flags: number): Task<boolean> {
  const verb = flags === 0 ? 'online' : 'expand';
  const action = `cannot ${verb} ${word}`;
  const found = yield* target(run, pool, word, action);
  if (found === undefined) return false;
  if (found.isCache && flags !== 0) {
    return yield* run.zfs.errorAux('EZFS_VDEVNOTSUP', action, 'cannot expand cache devices');
  }
  const command = zfsCommand({
    name: pool.name,
    guid: guidOf(found),
    cookie: VDEV_STATE_HEALTHY,
    object: flags,
  });
  const errno = yield* run.zfs.ioctl('ZFS_IOC_VDEV_SET_STATE', command);
  if (errno?.name === 'EINVAL') {
    const description = "was split from this pool into a new one.  Use 'zpool detach' instead";
    return yield* run.zfs.errorAux('EZFS_POSTSPLIT_ONLINE', action, description);
  }
  if (errno !== undefined) return yield* run.zfs.poolError(errno, action);
  if (command.cookie === VDEV_STATE_HEALTHY) return true;
  yield* run.out(`warning: device '${word}' onlined, but remains in faulted state\n`);
  const advice =
    command.cookie === VDEV_STATE_FAULTED
      ? "use 'zpool clear' to restore a faulted device\n"
      : "use 'zpool replace' to replace devices that are no longer present\n";
  yield* run.out(advice);
  return true;
}

export function* online(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'e');
  if (typeof parsed === 'number') return parsed;
  const given = yield* poolAndDevices(run, parsed);
  if (typeof given === 'number') return given;
  const flags = hasOption(parsed, 'e') ? ZFS_ONLINE_EXPAND : 0;
  let result = 0;
  for (const word of given.devices) {
    if (!(yield* onlineOne(run, given.pool, word, flags))) result = 1;
  }
  return result;
}

function* offlineOne(run: ZpoolRun, pool: Pool, word: string, isTemporary: boolean): Task<boolean> {
  const action = `cannot offline ${word}`;
  const found = yield* target(run, pool, word, action);
  if (found === undefined) return false;
  const errno = yield* pool.ioctl('ZFS_IOC_VDEV_SET_STATE', {
    guid: guidOf(found),
    cookie: VDEV_STATE_OFFLINE,
    object: isTemporary ? ZFS_OFFLINE_TEMPORARY : 0,
  });
  if (errno === undefined) return true;
  if (errno.name === 'EBUSY') return yield* run.zfs.error('EZFS_NOREPLICAS', action);
  if (errno.name === 'EEXIST') return yield* run.zfs.error('EZFS_UNPLAYED_LOGS', action);
  return yield* run.zfs.poolError(errno, action);
}

export function* offline(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 't');
  if (typeof parsed === 'number') return parsed;
  const given = yield* poolAndDevices(run, parsed);
  if (typeof given === 'number') return given;
  let result = 0;
  for (const word of given.devices) {
    if (!(yield* offlineOne(run, given.pool, word, hasOption(parsed, 't')))) result = 1;
  }
  return result;
}

export function* clear(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'FnX');
  if (typeof parsed === 'number') return parsed;
  const [name, word, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name');
  if (more.length > 0) return yield* run.usage('too many arguments');
  if ((hasOption(parsed, 'n') || hasOption(parsed, 'X')) && !hasOption(parsed, 'F')) {
    return yield* run.usage('-n or -X only meaningful with -F');
  }
  if (hasOption(parsed, 'F')) return yield* run.notSupported('clear -F');
  const pool = yield* openPoolCanFail(run.zfs, name);
  if (pool === undefined) return 1;
  const action = `cannot clear errors for ${word ?? name}`;
  let guid = 0n;
  if (word !== undefined) {
    const found = yield* target(run, pool, word, action);
    if (found === undefined) return 1;
    guid = guidOf(found);
  }
  const errno = yield* pool.ioctl('ZFS_IOC_CLEAR', { guid });
  if (errno === undefined) return 0;
  yield* run.zfs.poolError(errno, action);
  return 1;
}

function* attachError(
  run: ZpoolRun,
  errno: Errno,
  action: string,
  newWord: string,
  how: { readonly isReplacing: boolean; readonly isLog: boolean },
): Task<false> {
  const { zfs } = run;
  switch (errno.name) {
    case 'ENOTSUP': {
      let description = 'can only attach to mirrors and top-level disks';
      if (how.isReplacing && how.isLog) description = 'cannot replace a log with a spare';
      else if (how.isReplacing) {
        description =
          "already in replacing/spare config; wait for completion or use 'zpool detach'";
      }
      return yield* zfs.errorAux('EZFS_BADTARGET', action, description);
    }
    case 'EINVAL':
      return yield* zfs.errorAux('EZFS_INVALCONFIG', action, 'new device must be a single disk');
    case 'EBUSY':
      return yield* zfs.errorAux('EZFS_BADDEV', action, `${newWord} is busy`);
    case 'EOVERFLOW':
      return yield* zfs.errorAux('EZFS_BADDEV', action, 'device is too small');
    case 'EDOM':
      return yield* zfs.errorAux('EZFS_BADDEV', action, 'devices have different sector alignment');
    case 'ENAMETOOLONG':
      return yield* zfs.error('EZFS_DEVOVERFLOW', action);
    default:
      return yield* zfs.poolError(errno, action);
  }
}

/** -o ashift=N of attach, replace and add; a number is the exit status. */
function* ashiftOption(
  run: ZpoolRun,
  parsed: ParsedOptions,
): Task<{ readonly ashift: string | undefined } | number> {
  const props = new Map<string, string>();
  for (const { letter, value } of parsed.options) {
    if (letter !== 'o') continue;
    const equals = value.indexOf('=');
    if (equals < 0) return yield* run.usage("missing '=' for -o option");
    const complaint = addPoolProp(props, value.slice(0, equals), value.slice(equals + 1));
    if (value.slice(0, equals) !== 'ashift' || complaint !== undefined) return yield* run.usage();
  }
  return { ashift: props.get('ashift') };
}

function* attachOrReplace(
  run: ZpoolRun,
  args: readonly string[],
  isReplacing: boolean,
): Task<number> {
  const parsed = yield* run.options(args, 'fo:');
  if (typeof parsed === 'number') return parsed;
  const option = yield* ashiftOption(run, parsed);
  if (typeof option === 'number') return option;
  const [name, oldWord, given, ...more] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name argument');
  if (oldWord === undefined) return yield* run.usage(MISSING_DEVICE);
  if (given === undefined && !isReplacing) {
    return yield* run.usage('missing <new_device> specification');
  }
  if (more.length > 0) return yield* run.usage('too many arguments');
  const newWord = given ?? oldWord;
  const pool = yield* openPool(run.zfs, name);
  if (pool === undefined) return 1;
  const made = yield* makeRootVdev(run, [newWord], {
    isForced: hasOption(parsed, 'f'),
    isReplacing,
    checksReplication: false,
    pool: pool.config,
  });
  if (made === undefined) return 1;
  const root = withAshift(made, option.ashift);
  const action = isReplacing
    ? `cannot replace ${oldWord} with ${newWord}`
    : `cannot attach ${newWord} to ${oldWord}`;
  const found = yield* target(run, pool, oldWord, action);
  if (found === undefined) return 1;
  if (found.isCache) {
    yield* run.zfs.error('EZFS_ISL2CACHE', action);
    return 1;
  }
  if (nvGetListArray(root, 'children').length !== 1) {
    yield* run.zfs.errorAux('EZFS_INVALCONFIG', action, 'new device must be a single disk');
    return 1;
  }
  const errno = yield* pool.ioctl('ZFS_IOC_VDEV_ATTACH', {
    guid: guidOf(found),
    cookie: isReplacing ? 1 : 0,
    config: root,
  });
  if (errno === undefined) return 0;
  yield* attachError(run, errno, action, newWord, { isReplacing, isLog: found.isLog });
  return 1;
}

export function attach(run: ZpoolRun, args: readonly string[]): Task<number> {
  return attachOrReplace(run, args, false);
}

export function replace(run: ZpoolRun, args: readonly string[]): Task<number> {
  return attachOrReplace(run, args, true);
}

export function* detach(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, '');
  if (typeof parsed === 'number') return parsed;
  const [name, word] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name argument');
  if (word === undefined) return yield* run.usage(MISSING_DEVICE);
  const pool = yield* openPool(run.zfs, name);
  if (pool === undefined) return 1;
  const action = `cannot detach ${word}`;
  const found = yield* target(run, pool, word, action);
  if (found === undefined) return 1;
  if (found.isCache) {
    yield* run.zfs.error('EZFS_ISL2CACHE', action);
    return 1;
  }
  const errno = yield* pool.ioctl('ZFS_IOC_VDEV_DETACH', { guid: guidOf(found) });
  if (errno === undefined) return 0;
  if (errno.name === 'ENOTSUP') {
    const description = 'only applicable to mirror and replacing vdevs';
    yield* run.zfs.errorAux('EZFS_BADTARGET', action, description);
  } else if (errno.name === 'EBUSY') yield* run.zfs.error('EZFS_NOREPLICAS', action);
  else yield* run.zfs.poolError(errno, action);
  return 1;
}

function* removeOne(run: ZpoolRun, pool: Pool, word: string): Task<boolean> {
  const action = `cannot remove ${word}`;
  const found = findVdev(pool.tree, word);
  if (found === undefined) return yield* run.zfs.error('EZFS_NODEVICE', action);
  if (!found.isSpare && !found.isCache && !found.isLog) {
    const description = 'only inactive hot spares, cache, top-level, or log devices can be removed';
    const children = nvGetListArray(pool.tree, 'children');
    if (!children.includes(found.vdev)) {
      return yield* run.zfs.errorAux('EZFS_NODEVICE', action, description);
    }
    // Taking a data vdev away needs the feature device_removal, which this system has not.
    return yield* run.zfs.error('EZFS_POOL_NOTSUP', action);
  }
  const errno = yield* pool.ioctl('ZFS_IOC_VDEV_REMOVE', { guid: guidOf(found) });
  if (errno === undefined) return true;
  return yield* run.zfs.poolError(errno, action);
}

export function* remove(run: ZpoolRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'nps');
  if (typeof parsed === 'number') return parsed;
  const [name, ...words] = parsed.operands;
  if (name === undefined) return yield* run.usage('missing pool name argument');
  const pool = yield* openPool(run.zfs, name);
  if (pool === undefined) return 1;
  if (hasOption(parsed, 's') && hasOption(parsed, 'n')) {
    yield* run.err('stop request ignored\n');
    return 0;
  }
  if (hasOption(parsed, 's')) return yield* run.notSupported('remove -s');
  if (words.length === 0) return yield* run.usage('missing device');
  if (hasOption(parsed, 'n')) return yield* run.notSupported('remove -n');
  let result = 0;
  for (const word of words) if (!(yield* removeOne(run, pool, word))) result = 1;
  return result;
}
