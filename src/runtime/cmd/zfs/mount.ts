/**
 * zfs mount and unmount. @man zfs-mount(8)  @see cmd/zfs/zfs_main.c zfs_do_mount(), zfs_do_unmount()
 */
import { ZFS_TYPE_FILESYSTEM } from '#abi/illumos/zfs-prop.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { hasOption, optionValue } from '#lib/libc/getopt.ts';
import { readMnttab } from '#lib/libc/mnttab.ts';
import { unmountPath } from '#lib/libzfs/changelist.ts';
import { altrootOf, mountedDatasets, openZfs, type ZfsDataset } from '#lib/libzfs/dataset.ts';
import {
  fileSystemsBelow,
  mountFileSystem,
  type MountOptions,
  mountProps,
} from '#lib/libzfs/mount.ts';
import { allPools } from '#lib/libzfs/pool.ts';

const CANMOUNT_OFF = 0n;
const CANMOUNT_ON = 1n;

export function* mount(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'alvo:O');
  if (typeof parsed === 'number') return parsed;
  const options = optionValue(parsed, 'o');
  const how: MountOptions = {
    ...(options === undefined ? {} : { options }),
    isOverlay: hasOption(parsed, 'O'),
  };
  const [name, ...more] = parsed.operands;
  if (hasOption(parsed, 'a')) {
    if (name !== undefined) return yield* run.usage('too many arguments');
    return yield* mountAll(run, how);
  }
  if (name === undefined) {
    if (parsed.options.length > 0) return yield* run.usage('missing filesystem argument');
    for (const each of yield* mountedDatasets(run.zfs)) {
      yield* run.out(`${each.name.padEnd(30)}  ${each.mountPoint}\n`);
    }
    return 0;
  }
  if (more.length > 0) return yield* run.usage('too many arguments');
  const dataset = yield* openZfs(run.zfs, name, ZFS_TYPE_FILESYSTEM);
  if (dataset === undefined) return 1;
  return yield* mountOne(run, dataset, how);
}

/** `share_mount_one` of a file system that was named. */
function* mountOne(run: ZfsRun, dataset: ZfsDataset, how: MountOptions): Task<number> {
  const { name } = dataset;
  const props = yield* mountProps(run.zfs, name, yield* altrootOf(run.zfs, dataset.pool));
  if (props === undefined) return 1;
  const cannot = (why: string): Task<number> => run.fail(`cannot mount '${name}': ${why}\n`);
  if (props.mountpoint === 'legacy') {
    return yield* cannot('legacy mountpoint\nuse mount(8) to mount this filesystem');
  }
  if (props.mountpoint === 'none') return yield* cannot('no mountpoint set');
  if (props.canmount === CANMOUNT_OFF) {
    return yield* cannot("'canmount' property is set to 'off'");
  }
  if (dataset.stats?.isInconsistent === true) {
    return yield* cannot(
      'Contains partially-completed state from "zfs receive -s", which can be resumed with ' +
        '"zfs send -t"',
    );
  }
  const isRemount = (how.options ?? '').split(',').includes('remount');
  const mounts = yield* mountedDatasets(run.zfs);
  if (!isRemount && mounts.some((each) => each.name === name)) {
    return yield* cannot('filesystem already mounted');
  }
  return (yield* mountFileSystem(run.zfs, props, how)) ? 0 : 1;
}

/** Everything that mounts by itself and is not mounted, outer ones first. */
function* mountAll(run: ZfsRun, how: MountOptions): Task<number> {
  const { zfs } = run;
  const mounted = new Set((yield* mountedDatasets(zfs)).map(({ name }) => name));
  const wanted = [];
  for (const pool of yield* allPools(zfs)) {
    const altroot = yield* altrootOf(zfs, pool.name);
    for (const name of yield* fileSystemsBelow(zfs, pool.name)) {
      const props = yield* mountProps(zfs, name, altroot);
      const isWanted = props?.canmount === CANMOUNT_ON && props.mountpoint.startsWith('/');
      if (props !== undefined && isWanted && !mounted.has(name)) wanted.push(props);
    }
  }
  wanted.sort((a, b) => (a.mountpoint < b.mountpoint ? -1 : 1));
  let status = 0;
  for (const props of wanted) {
    if (!(yield* mountFileSystem(zfs, props, how))) status = 1;
  }
  return status;
}

export function* unmount(run: ZfsRun, args: readonly string[]): Task<number> {
  const parsed = yield* run.options(args, 'af');
  if (typeof parsed === 'number') return parsed;
  const isForced = hasOption(parsed, 'f');
  const [name, ...more] = parsed.operands;
  if (hasOption(parsed, 'a')) {
    if (name !== undefined) return yield* run.usage('too many arguments');
    let status = 0;
    for (const each of (yield* mountedDatasets(run.zfs)).toReversed()) {
      const dataset = yield* mountProps(run.zfs, each.name, '');
      // Legacy mounts are not ours to take away.
      if (dataset?.mountpoint === 'legacy') continue;
      if (!(yield* unmountPath(run.zfs, each.mountPoint, isForced))) status = 1;
    }
    return status;
  }
  if (name === undefined) return yield* run.usage('missing filesystem argument');
  if (more.length > 0) return yield* run.usage('too many arguments');
  if (name.startsWith('/')) return yield* unmountByPath(run, name, isForced);
  const dataset = yield* openZfs(run.zfs, name, ZFS_TYPE_FILESYSTEM);
  if (dataset === undefined) return 1;
  const cannot = (why: string): Task<number> => run.fail(`cannot unmount '${name}': ${why}\n`);
  if (dataset.text('mountpoint') === 'legacy') {
    return yield* cannot('legacy mountpoint\nuse umount(8) to unmount this filesystem');
  }
  const where = (yield* mountedDatasets(run.zfs)).findLast((each) => each.name === name);
  if (where === undefined) return yield* cannot('not currently mounted');
  return (yield* unmountPath(run.zfs, where.mountPoint, isForced)) ? 0 : 1;
}

/** `unshare_unmount_path` */
function* unmountByPath(run: ZfsRun, path: string, isForced: boolean): Task<number> {
  const cannot = (why: string): Task<number> => run.fail(`cannot unmount '${path}': ${why}\n`);
  const entries = yield* readMnttab(run.sys);
  const entry = isErrno(entries)
    ? undefined
    : entries.findLast(({ mountPoint }) => mountPoint === path.replace(/(.)\/+$/, '$1'));
  if (entry === undefined) {
    const stat = yield* run.sys.stat(path);
    return yield* cannot(isErrno(stat) ? stat.message : 'not a mountpoint');
  }
  if (entry.fstype !== 'zfs') return yield* cannot('not a ZFS filesystem');
  return (yield* unmountPath(run.zfs, entry.mountPoint, isForced)) ? 0 : 1;
}
