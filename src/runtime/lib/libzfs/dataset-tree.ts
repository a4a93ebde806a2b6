/**
 * File systems with their snapshots and properties, as a stream package tells them and as a receive
 * compares them with what is there: `gather_nvlist` and `fsavl` of libzfs.
 * @see lib/libzfs/common/libzfs_sendrecv.c
 */
import {
  type NvList,
  nvGetList,
  nvGetString,
  nvGetUint64,
  nvList,
  nvString,
  nvUint64,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import { type DatasetStats, zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { isPropReadonly, isUserProp, zfsProp } from '#abi/illumos/zfs-prop.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';

/** `ZPROP_SOURCE_VAL_RECVD` */
const RECEIVED = '$recvd';
const QUOTAS: readonly string[] = ['quota', 'reservation', 'refquota', 'refreservation'];

export interface SnapshotInfo {
  readonly name: string;
  readonly guid: bigint;
  readonly creationTxg: number;
  readonly props: NvList;
}

export interface FileSystemInfo {
  readonly name: string;
  readonly guid: bigint;
  readonly isVolume: boolean;
  /** Of the snapshot that a clone was made of; 0 for none. */
  readonly originGuid: bigint;
  /** Of the parent's snapshot that an increment is from, or of the newest one. */
  readonly parentFromSnap: bigint;
  readonly props: NvList;
  /** Oldest first. */
  readonly snaps: readonly SnapshotInfo[];
}

export interface Dataset {
  readonly stats: DatasetStats;
  readonly props: NvList;
}

/** What there is of `name`, or undefined when it does not exist. */
export function* openDataset(zfs: LibZfs, name: string): Task<Dataset | undefined> {
  const command = zfsCommand({ name });
  const error = yield* zfs.ioctl('ZFS_IOC_OBJSET_STATS', command);
  if (error !== undefined || command.stats === undefined) return undefined;
  return { stats: command.stats, props: command.destination ?? new Map() };
}

/** Names of the children of `name`, in order. */
export function* childNames(zfs: LibZfs, name: string): Task<string[]> {
  const found: string[] = [];
  const command = zfsCommand({ name });
  while ((yield* zfs.ioctl('ZFS_IOC_DATASET_LIST_NEXT', command)) === undefined) {
    found.push(`${name}/${command.value}`);
  }
  return found;
}

/** Names of the snapshots of `name` (what stands behind `@`), oldest first. */
export function* snapshotNames(zfs: LibZfs, name: string): Task<string[]> {
  const found: string[] = [];
  const command = zfsCommand({ name });
  while ((yield* zfs.ioctl('ZFS_IOC_SNAPSHOT_LIST_NEXT', command)) === undefined) {
    found.push(command.value);
  }
  return found;
}

/** `send_iterate_prop`: what is set on the dataset itself and can be set elsewhere. */
function ownProps(name: string, props: NvList, isSnapshot: boolean): NvList {
  const own = new Map<string, NvValue>();
  for (const [prop, pair] of props) {
    const row = isUserProp(prop) ? undefined : zfsProp(prop);
    if (!isUserProp(prop) && (row === undefined || isPropReadonly(row))) continue;
    if (isSnapshot && QUOTAS.includes(prop)) continue;
    const list = pair.type === 'nvlist' ? pair.value : undefined;
    const value = list?.get('value');
    const source = list === undefined ? undefined : nvGetString(list, 'source');
    if (value === undefined || (source !== name && source !== RECEIVED)) continue;
    own.set(prop, value);
  }
  return own;
}

function* snapshotInfo(zfs: LibZfs, fs: string, name: string): Task<SnapshotInfo | undefined> {
  const full = `${fs}@${name}`;
  const found = yield* openDataset(zfs, full);
  if (found === undefined) return undefined;
  const { guid, creationTxg } = found.stats;
  return { name, guid, creationTxg, props: ownProps(full, found.props, true) };
}

export interface GatherOptions {
  readonly fromSnap?: string | undefined;
  readonly toSnap?: string | undefined;
  readonly isRecursive: boolean;
  /** Only the two snapshots that are named, not what lies before or between them. */
  readonly isNamedOnly?: boolean;
  readonly isVerbose?: boolean;
}

/**
 * Whether a file system without the snapshot that is sent is to be left out (it is younger), or an
 * error, which is told.
 */
function* checkMissing(
  zfs: LibZfs,
  name: string,
  top: string,
  creationTxg: number,
  toTxg: number,
  options: GatherOptions,
): Task<boolean> {
  const { toSnap = '', isRecursive, isVerbose } = options;
  if (toTxg !== 0 && creationTxg > toTxg) {
    if (isVerbose === true) {
      yield* zfs.io.err.write(`skipping dataset ${name}: snapshot ${toSnap} does not exist\n`);
    }
    return true;
  }
  const how = isRecursive ? ' recursively' : '';
  const what = `snapshot ${name}@${toSnap} does not exist`;
  yield* zfs.io.err.write(`cannot send ${top}@${toSnap}${how}: ${what}\n`);
  return false;
}

interface Above {
  readonly top: string;
  readonly parentFromSnap: bigint;
  /** When the parent's last snapshot to send was made; 0 at the top. */
  readonly toTxg: number;
}

/** `gather_nvlist`: `name` and, if asked for, all below it, parents first; undefined: an error. */
export function* gatherTree(
  zfs: LibZfs,
  name: string,
  options: GatherOptions,
  above: Above = { top: name, parentFromSnap: 0n, toTxg: 0 },
): Task<FileSystemInfo[] | undefined> {
  const dataset = yield* openDataset(zfs, name);
  if (dataset === undefined) return [];
  const { stats } = dataset;
  const all: SnapshotInfo[] = [];
  for (const each of yield* snapshotNames(zfs, name)) {
    const info = yield* snapshotInfo(zfs, name, each);
    if (info !== undefined) all.push(info);
  }
  const from = all.find((snap) => snap.name === options.fromSnap);
  const to = all.find((snap) => snap.name === options.toSnap);
  if (options.toSnap !== undefined && to === undefined) {
    const { creationTxg } = stats;
    const mayGoOn = yield* checkMissing(zfs, name, above.top, creationTxg, above.toTxg, options);
    return mayGoOn ? [] : undefined;
  }
  const isWanted = (snap: SnapshotInfo): boolean =>
    options.isNamedOnly === true
      ? snap === from || snap === to
      : to === undefined || snap.creationTxg <= to.creationTxg;
  const origin = stats.origin === '' ? undefined : yield* openDataset(zfs, stats.origin);
  const found: FileSystemInfo[] = [
    {
      name,
      guid: stats.guid,
      isVolume: stats.type === 'volume',
      originGuid: origin?.stats.guid ?? 0n,
      parentFromSnap: above.parentFromSnap,
      props: ownProps(name, dataset.props, false),
      snaps: all.filter(isWanted),
    },
  ];
  if (!options.isRecursive) return found;
  const parentFromSnap = (from ?? to)?.guid ?? 0n;
  const here = { top: above.top, parentFromSnap, toTxg: to?.creationTxg ?? 0 };
  for (const child of yield* childNames(zfs, name)) {
    const below = yield* gatherTree(zfs, child, options, here);
    if (below === undefined) return undefined;
    found.push(...below);
  }
  return found;
}

/** The tree in the form of a package's `fss`. */
export function treeToNvList(tree: readonly FileSystemInfo[]): NvList {
  const list = new Map<string, NvValue>();
  for (const fs of tree) {
    const snaps = fs.snaps.map(({ name, guid }): [string, NvValue] => [name, nvUint64(guid)]);
    const props = fs.snaps.map((snap): [string, NvValue] => [snap.name, nvList(snap.props)]);
    const entries: [string, NvValue][] = [
      ['name', nvString(fs.name)],
      ['parentfromsnap', nvUint64(fs.parentFromSnap)],
    ];
    if (fs.originGuid !== 0n) entries.push(['origin', nvUint64(fs.originGuid)]);
    entries.push(['props', nvList(fs.props)], ['snaps', nvList(new Map(snaps))]);
    entries.push(['snapprops', nvList(new Map(props))]);
    list.set(`0x${fs.guid.toString(16)}`, nvList(new Map(entries)));
  }
  return list;
}

/** The inverse; what is missing is empty. Order of creation is the order of the list. */
export function treeFromNvList(fss: NvList): FileSystemInfo[] {
  const tree: FileSystemInfo[] = [];
  for (const [key, pair] of fss) {
    if (pair.type !== 'nvlist') continue;
    const fs = pair.value;
    const snapProps = nvGetList(fs, 'snapprops') ?? new Map<string, NvValue>();
    const snaps: SnapshotInfo[] = [];
    for (const [name, guid] of nvGetList(fs, 'snaps') ?? []) {
      if (guid.type !== 'uint64') continue;
      const props = nvGetList(snapProps, name) ?? new Map<string, NvValue>();
      snaps.push({ name, guid: guid.value, creationTxg: snaps.length, props });
    }
    tree.push({
      name: nvGetString(fs, 'name') ?? '',
      guid: /^0x[0-9a-f]+$/.test(key) ? BigInt(key) : 0n,
      isVolume: false,
      originGuid: nvGetUint64(fs, 'origin') ?? 0n,
      parentFromSnap: nvGetUint64(fs, 'parentfromsnap') ?? 0n,
      props: nvGetList(fs, 'props') ?? new Map<string, NvValue>(),
      snaps,
    });
  }
  return tree;
}

/** `fsavl_find`: who has the snapshot with that guid. */
export function findByGuid(
  tree: readonly FileSystemInfo[],
  guid: bigint,
): { fs: FileSystemInfo; snap: SnapshotInfo } | undefined {
  if (guid === 0n) return undefined;
  for (const fs of tree) {
    const snap = fs.snaps.find((each) => each.guid === guid);
    if (snap !== undefined) return { fs, snap };
  }
  return undefined;
}
