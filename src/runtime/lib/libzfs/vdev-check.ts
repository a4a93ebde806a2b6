/**
 * Whether the devices of a vdev specification may be used, and whether its vdevs fit together and fit
 * the pool's. Every complaint is one that `-f` overrides, unless the device is really in use.
 * @see cmd/zpool/zpool_vdev.c, lib/libdiskmgt/common/inuse_zpool.c
 */
import { DKIOCGMEDIAINFO, type DiskMediaInfo } from '#abi/illumos/dkio.ts';
import { type NvList, nvGetListArray, nvGetNumber, nvGetString } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import {
  POOL_STATE_ACTIVE,
  POOL_STATE_DESTROYED,
  POOL_STATE_EXPORTED,
  POOL_STATE_L2CACHE,
  POOL_STATE_POTENTIALLY_ACTIVE,
  POOL_STATE_SPARE,
} from '#abi/illumos/zfs-stat.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { isLogVdev } from '#lib/libzfs/vdev-name.ts';

/** `ZPOOL_FUZZ`: sizes in one vdev may differ by so much. */
const SIZE_FUZZ = 16 * 2 ** 20;

/** Bytes of a disk or file; undefined when nobody says. */
function* deviceSize(sys: Sys, path: string): Task<number | undefined> {
  const fd = yield* sys.open(path, 0);
  if (isErrno(fd)) return undefined;
  const info: { -readonly [K in keyof DiskMediaInfo]?: number } = {};
  const asked = yield* sys.ioctl(fd, DKIOCGMEDIAINFO, info);
  const stat = yield* sys.fstat(fd);
  yield* sys.close(fd);
  if (!isErrno(asked)) return (info.blockSize ?? 0) * (info.capacity ?? 0);
  return isErrno(stat) || stat.size === 0 ? undefined : stat.size;
}

/** `zpool_in_use`. */
export interface DeviceUse {
  /** `POOL_STATE_…` */
  readonly state: number;
  readonly pool: string;
  /** The label itself. */
  readonly label: NvList;
}

/** Which pool a device belongs to by its label; undefined: none, or none that matters. */
export function* deviceUse(zfs: LibZfs, path: string): Task<DeviceUse | undefined> {
  const command = zfsCommand({ string: path });
  const errno = yield* zfs.ioctl('ZFS_IOC_LABEL_READ', command);
  if (errno !== undefined || command.config === undefined) return undefined;
  if (command.cookie === POOL_STATE_DESTROYED) return undefined;
  return { state: command.cookie, pool: command.value, label: command.config };
}

const STATE_WORD: Readonly<Record<number, string>> = {
  [POOL_STATE_ACTIVE]: 'active',
  [POOL_STATE_EXPORTED]: 'exported',
  [POOL_STATE_POTENTIALLY_ACTIVE]: 'potentially active',
};

function fileComplaint(path: string, { state, pool }: DeviceUse): string {
  if (state === POOL_STATE_SPARE) return `${path} is reserved as a hot spare for pool ${pool}\n`;
  return `${path} is part of ${STATE_WORD[state] ?? 'unknown'} pool '${pool}'\n`;
}

function diskComplaint(path: string, { state, pool }: DeviceUse): string {
  const slice = /[sp]\d+$/.test(path) ? path : `${path}s0`;
  const see = 'Please see zpool(8).\n';
  if (state === POOL_STATE_SPARE) {
    return `${slice} is reserved as a hot spare for ZFS pool ${pool}.  ${see}`;
  }
  if (state === POOL_STATE_L2CACHE) {
    return `${slice} is in use as a cache device for ZFS pool ${pool}.  ${see}`;
  }
  const how = state === POOL_STATE_ACTIVE ? 'active' : 'exported or potentially active';
  return `${slice} is part of ${how} ZFS pool ${pool}. ${see}`;
}

/** How a tree is to be looked at. */
export interface CheckOptions {
  /** -f */
  readonly isForced: boolean;
  /** Another disk takes this one's place: a spare of the same pool may do so. */
  readonly isReplacing: boolean;
  /** The pool that gets the devices, when there is one. */
  readonly pool: NvList | undefined;
}

class DeviceCheck {
  readonly complaints: string[] = [];
  readonly #zfs: LibZfs;
  readonly #options: CheckOptions;

  constructor(zfs: LibZfs, options: CheckOptions) {
    this.#zfs = zfs;
    this.#options = options;
  }

  *tree(vdev: NvList): Task<void> {
    const children = nvGetListArray(vdev, 'children');
    if (!vdev.has('path')) for (const child of children) yield* this.tree(child);
    else yield* this.#leaf(vdev, false);
    for (const spare of nvGetListArray(vdev, 'spares')) yield* this.#leaf(spare, true);
    for (const cache of nvGetListArray(vdev, 'l2cache')) yield* this.#leaf(cache, false);
  }

  *#leaf(leaf: NvList, isSpare: boolean): Task<void> {
    const path = nvGetString(leaf, 'path') ?? '';
    const use = yield* deviceUse(this.#zfs, path);
    if (use === undefined) return;
    const { isForced, isReplacing, pool } = this.#options;
    if (use.state === POOL_STATE_SPARE && (isSpare || (isReplacing && isSpareOf(pool, use))))
      return;
    const isHard = use.state === POOL_STATE_ACTIVE || use.state === POOL_STATE_SPARE;
    if (isForced && !isHard) return;
    const isFile = nvGetString(leaf, 'type') === 'file';
    this.complaints.push(isFile ? fileComplaint(path, use) : diskComplaint(path, use));
  }
}

function isSpareOf(pool: NvList | undefined, use: DeviceUse): boolean {
  const tree = pool?.get('vdev_tree');
  if (tree?.type !== 'nvlist') return false;
  const guid = use.label.get('guid');
  return nvGetListArray(tree.value, 'spares').some((spare) => {
    const own = spare.get('guid');
    return own?.type === 'uint64' && guid?.type === 'uint64' && own.value === guid.value;
  });
}

/** `is_device_in_use`: what is to be said about devices that belong to somebody. */
export function* checkDevices(zfs: LibZfs, root: NvList, options: CheckOptions): Task<string[]> {
  const check = new DeviceCheck(zfs, options);
  yield* check.tree(root);
  return check.complaints;
}

/** `replication_level_t` */
interface Replication {
  readonly type: string;
  readonly children: number;
  readonly parity: number;
}

/** The disk in a place where one is being replaced. */
function realChild(vdev: NvList): NvList {
  const type = nvGetString(vdev, 'type');
  const first = nvGetListArray(vdev, 'children')[0];
  return (type === 'replacing' || type === 'spare') && first !== undefined
    ? realChild(first)
    : vdev;
}

/** What does not fit within one mirror or raidz; at most one complaint. */
function* groupComplaint(sys: Sys, vdev: NvList, type: string): Task<string | undefined> {
  let lastType: string | undefined;
  let lastSize: number | undefined;
  for (const child of nvGetListArray(vdev, 'children').map(realChild)) {
    const childType = nvGetString(child, 'type');
    if (lastType !== undefined && lastType !== childType) {
      return `mismatched replication level: ${type} contains both files and devices\n`;
    }
    const size = yield* deviceSize(sys, nvGetString(child, 'path') ?? '');
    if (size === undefined) continue;
    if (lastSize !== undefined && Math.abs(size - lastSize) > SIZE_FUZZ) {
      return `${type} contains devices of different sizes\n`;
    }
    lastType = childType;
    lastSize = size;
  }
  return undefined;
}

function mismatch(a: Replication, b: Replication): string | undefined {
  const both = 'mismatched replication level: both';
  if (a.type !== b.type) return `${both} ${a.type} and ${b.type} vdevs are present\n`;
  if (a.parity !== b.parity) {
    return `${both} ${a.parity} and ${b.parity} device parity ${b.type} vdevs are present\n`;
  }
  if (a.children === b.children) return undefined;
  return `${both} ${a.children}-way and ${b.children}-way ${b.type} vdevs are present\n`;
}

/** `get_replication`: of all data vdevs; with complaints where they differ. */
function* replicationOf(
  sys: Sys,
  root: NvList,
): Task<{ last: Replication | undefined; complaints: string[] }> {
  const complaints: string[] = [];
  let last: Replication | undefined;
  for (const top of nvGetListArray(root, 'children')) {
    const type = nvGetString(top, 'type') ?? '';
    if (isLogVdev(top) || type === 'hole') continue;
    const count = nvGetListArray(top, 'children').length;
    const parity = type === 'raidz' ? (nvGetNumber(top, 'nparity') ?? 1) : 0;
    const level: Replication = { type, children: Math.max(count, 1), parity };
    if (count > 0) {
      const complaint = yield* groupComplaint(sys, top, type);
      if (complaint !== undefined) complaints.push(complaint);
    }
    const complaint = last === undefined ? undefined : mismatch(last, level);
    if (complaint !== undefined) complaints.push(complaint);
    last = level;
  }
  return { last, complaints };
}

/** `check_replication`: what to say when the new vdevs don't fit each other or the pool's. */
export function* checkReplication(
  sys: Sys,
  pool: NvList | undefined,
  root: NvList,
): Task<string[]> {
  let current: Replication | undefined;
  const tree = pool?.get('vdev_tree');
  if (tree?.type === 'nvlist') {
    const before = yield* replicationOf(sys, tree.value);
    if (before.complaints.length > 0) return [];
    current = before.last;
  }
  const { last, complaints } = yield* replicationOf(sys, root);
  if (last === undefined || complaints.length > 0 || current === undefined) return complaints;
  const uses = 'mismatched replication level: pool uses';
  if (current.type !== last.type) {
    return [`${uses} ${current.type} and new vdev is ${last.type}\n`];
  }
  if (current.parity !== last.parity) {
    return [`${uses} ${current.parity} device parity and new vdev uses ${last.parity}\n`];
  }
  if (current.children === last.children) return [];
  return [
    `${uses} ${current.children}-way ${current.type} ` +
      `and new vdev uses ${last.children}-way ${last.type}\n`,
  ];
}
