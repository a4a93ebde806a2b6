/**
 * Mounting file systems where their properties say, and unmounting all of a pool.
 * @see lib/libzfs/common/libzfs_mount.c
 */
import { type NvList, nvGetList, nvGetString, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { readMnttab } from '#lib/libc/mnttab.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** `ZFS_CANMOUNT_…` */
const CANMOUNT_OFF = 0n;
const CANMOUNT_ON = 1n;

/** What of a file system's properties says where it goes. */
export interface MountProps {
  readonly name: string;
  /** `canmount` */
  readonly canmount: bigint;
  /** A path with the alternate root in front, `legacy` or `none`. */
  readonly mountpoint: string;
}

const EMPTY: NvList = new Map();

/** One property of the answer of ZFS_IOC_OBJSET_STATS. */
function propOf(props: NvList, name: string): NvList {
  return nvGetList(props, name) ?? EMPTY;
}

/** A mount point that is inherited has the rest of the name behind it. */
export function mountpointOf(dataset: string, props: NvList, altroot: string): string {
  const prop = propOf(props, 'mountpoint');
  const value = nvGetString(prop, 'value') ?? '/';
  const source = nvGetString(prop, 'source') ?? '';
  if (value === 'legacy' || value === 'none') return value;
  const rest = source === '' ? dataset : dataset.slice(source.length + 1);
  const path = [value.replace(/\/$/, ''), rest].filter((part) => part !== '').join('/');
  const root = altroot.replace(/\/$/, '');
  const absolute = path.startsWith('/') ? path : `/${path}`;
  return root === '' ? absolute : `${root}${absolute === '/' ? '' : absolute}`;
}

/** undefined for what is no file system, or gone. */
export function* mountProps(
  zfs: LibZfs,
  dataset: string,
  altroot: string,
): Task<MountProps | undefined> {
  const command = zfsCommand({ name: dataset });
  const errno = yield* zfs.ioctl('ZFS_IOC_OBJSET_STATS', command);
  if (errno !== undefined || command.stats?.type !== 'filesystem' || command.stats.isSnapshot) {
    return undefined;
  }
  const props = command.destination ?? EMPTY;
  return {
    name: dataset,
    canmount: nvGetUint64(propOf(props, 'canmount'), 'value') ?? CANMOUNT_ON,
    mountpoint: mountpointOf(dataset, props, altroot),
  };
}

/** Makes the directories of a path that are not there. */
export function* makePath(sys: Sys, path: string): Task<boolean> {
  for (let at = path.indexOf('/', 1); ; at = path.indexOf('/', at + 1)) {
    const part = at < 0 ? path : path.slice(0, at);
    const made = yield* sys.mkdir(part, 0o755);
    if (isErrno(made) && made.name !== 'EEXIST') return false;
    if (at < 0) return true;
  }
}

/** `dir_is_empty`: an empty directory, or the place of another mount. */
function* isEmpty(sys: Sys, path: string): Task<boolean> {
  const fd = yield* sys.open(path, 0);
  if (isErrno(fd)) return true;
  const entries = yield* sys.getdents(fd);
  yield* sys.close(fd);
  return isErrno(entries) || entries.every(({ name }) => name === '.' || name === '..');
}

/** How one file system is to be mounted. */
export interface MountOptions {
  /** Of mount(8), separated by commas. */
  readonly options?: string;
  /** -O: over a directory that is not empty. */
  readonly isOverlay?: boolean;
}

/** `zfs_mount`: true, or false after saying why not. Legacy ones and `none` are left alone. */
export function* mountFileSystem(
  zfs: LibZfs,
  props: MountProps,
  how: MountOptions = {},
): Task<boolean> {
  const { name, mountpoint } = props;
  if (mountpoint === 'legacy' || mountpoint === 'none' || props.canmount === CANMOUNT_OFF) {
    return true;
  }
  const action = `cannot mount '${mountpoint}'`;
  if (!(yield* makePath(zfs.sys, mountpoint))) {
    return yield* zfs.errorAux('EZFS_MOUNTFAILED', action, 'failed to create mountpoint');
  }
  // The kernel knows the properties: only what the person says otherwise is passed.
  const words = (how.options ?? '').split(',');
  const isRemount = words.includes('remount');
  if (how.isOverlay !== true && !isRemount && !(yield* isEmpty(zfs.sys, mountpoint))) {
    return yield* zfs.errorAux('EZFS_MOUNTFAILED', action, 'directory is not empty');
  }
  const options = words.filter((word) => word !== '').join(',');
  const result = yield* zfs.sys.mount(name, mountpoint, 'zfs', options);
  if (!isErrno(result)) return true;
  if (result.name === 'EBUSY') {
    return yield* zfs.errorAux('EZFS_MOUNTFAILED', action, 'mountpoint or dataset is busy');
  }
  if (result.name === 'EPERM') {
    return yield* zfs.errorAux('EZFS_MOUNTFAILED', action, 'Insufficient privileges');
  }
  return yield* zfs.errorAux('EZFS_MOUNTFAILED', `cannot mount '${name}'`, result.message);
}

/** A file system and all below it, parents first. */
export function* fileSystemsBelow(zfs: LibZfs, name: string): Task<string[]> {
  const found = [name];
  for (let value = ''; ; ) {
    const command = zfsCommand({ name, value });
    const errno = yield* zfs.ioctl('ZFS_IOC_DATASET_LIST_NEXT', command);
    if (errno !== undefined) return found;
    ({ value } = command);
    found.push(...(yield* fileSystemsBelow(zfs, `${name}/${value}`)));
  }
}

/** `zpool_enable_datasets`: mounts all that mount by themselves, outer ones first. */
export function* enableDatasets(
  zfs: LibZfs,
  pool: string,
  altroot: string,
  options?: string,
): Task<boolean> {
  const wanted: MountProps[] = [];
  for (const name of yield* fileSystemsBelow(zfs, pool)) {
    const props = yield* mountProps(zfs, name, altroot);
    if (props?.canmount === CANMOUNT_ON && props.mountpoint.startsWith('/')) wanted.push(props);
  }
  wanted.sort((a, b) => (a.mountpoint < b.mountpoint ? -1 : 1));
  let isGood = true;
  for (const props of wanted) {
    const how = options === undefined ? {} : { options };
    if (!(yield* mountFileSystem(zfs, props, how))) isGood = false;
  }
  return isGood;
}

/** `zpool_disable_datasets`: unmounts all of a pool, inner ones first; false when one is busy. */
export function* disableDatasets(zfs: LibZfs, pool: string, isForced: boolean): Task<boolean> {
  const entries = yield* readMnttab(zfs.sys);
  if (isErrno(entries)) return true;
  const mounted = entries.filter(
    ({ fstype, special }) =>
      fstype === 'zfs' &&
      (special === pool || /^[/@]/.test(special.slice(pool.length))) &&
      special.startsWith(pool),
  );
  for (const { mountPoint } of mounted.toReversed()) {
    const result = yield* zfs.sys.umount(mountPoint, isForced);
    if (!isErrno(result)) continue;
    const action = `cannot unmount '${mountPoint}'`;
    return yield* zfs.errorAux('EZFS_UMOUNTFAILED', action, result.message);
  }
  return true;
}
