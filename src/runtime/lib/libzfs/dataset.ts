/**
 * `zfs_handle_t`: a dataset with what the kernel said of it, and how one gets from it to others.
 * @see lib/libzfs/common/libzfs_dataset.c, libzfs_iter.c
 */
import { type NvList, nvGetList, nvGetString, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { type DatasetStats, zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import {
  ZFS_TYPE_BOOKMARK,
  ZFS_TYPE_FILESYSTEM,
  ZFS_TYPE_SNAPSHOT,
  ZFS_TYPE_VOLUME,
} from '#abi/illumos/zfs-prop.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { readMnttab } from '#lib/libc/mnttab.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { datasetNameProblem } from '#lib/libzfs/names.ts';

const EMPTY: NvList = new Map();

export class ZfsDataset {
  readonly zfs: LibZfs;
  readonly name: string;
  /** One of `ZFS_TYPE_…`. */
  readonly type: number;
  readonly stats: DatasetStats | undefined;
  readonly props: NvList;

  constructor(
    zfs: LibZfs,
    name: string,
    type: number,
    props: NvList,
    stats: DatasetStats | undefined,
  ) {
    this.zfs = zfs;
    this.name = name;
    this.type = type;
    this.props = props;
    this.stats = stats;
  }

  get isFileSystem(): boolean {
    return this.type === ZFS_TYPE_FILESYSTEM;
  }

  get isSnapshot(): boolean {
    return this.type === ZFS_TYPE_SNAPSHOT;
  }

  get pool(): string {
    return poolOf(this.name);
  }

  /** `zfs_type_to_name` */
  get typeName(): string {
    return TYPE_NAMES[this.type] ?? 'dataset';
  }

  prop(name: string): NvList {
    return nvGetList(this.props, name) ?? EMPTY;
  }

  number(name: string): bigint | undefined {
    return nvGetUint64(this.prop(name), 'value');
  }

  text(name: string): string | undefined {
    return nvGetString(this.prop(name), 'value');
  }

  get createTxg(): number {
    return this.stats?.creationTxg ?? Number(this.number('createtxg') ?? 0n);
  }

  /** The file system or volume of a snapshot or bookmark. */
  get head(): string {
    return this.name.replace(/[@#].*$/, '');
  }
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ZFS_TYPE_FILESYSTEM]: 'filesystem',
  [ZFS_TYPE_SNAPSHOT]: 'snapshot',
  [ZFS_TYPE_VOLUME]: 'volume',
  [ZFS_TYPE_BOOKMARK]: 'bookmark',
};

export function poolOf(name: string): string {
  return name.replace(/[/@#].*$/, '');
}

function datasetFrom(
  zfs: LibZfs,
  name: string,
  stats: DatasetStats | undefined,
  props: NvList | undefined,
): ZfsDataset {
  const plain = stats?.type === 'volume' ? ZFS_TYPE_VOLUME : ZFS_TYPE_FILESYSTEM;
  const type = stats?.isSnapshot === true ? ZFS_TYPE_SNAPSHOT : plain;
  return new ZfsDataset(zfs, name, type, props ?? EMPTY, stats);
}

/** The dataset when there is one; says nothing. */
export function* findDataset(zfs: LibZfs, name: string): Task<ZfsDataset | undefined> {
  const command = zfsCommand({ name });
  const errno = yield* zfs.ioctl('ZFS_IOC_OBJSET_STATS', command);
  if (errno !== undefined) return undefined;
  return datasetFrom(zfs, name, command.stats, command.destination);
}

/** `zfs_open`: a dataset of one of `types`; undefined after saying why not. */
export function* openZfs(zfs: LibZfs, name: string, types: number): Task<ZfsDataset | undefined> {
  const action = `cannot open '${name}'`;
  const kind = name.includes('#') ? 'bookmark' : 'dataset';
  const problem = datasetNameProblem(name, kind, false);
  if (problem !== undefined) {
    yield* zfs.errorAux('EZFS_INVALIDNAME', action, problem);
    return undefined;
  }
  if (kind === 'bookmark') return yield* openBookmark(zfs, name, action);
  const command = zfsCommand({ name });
  const errno = yield* zfs.ioctl('ZFS_IOC_OBJSET_STATS', command);
  if (errno !== undefined) {
    yield* zfs.standardError(errno, action);
    return undefined;
  }
  const dataset = datasetFrom(zfs, name, command.stats, command.destination);
  if ((dataset.type & types) !== 0) return dataset;
  yield* zfs.error('EZFS_BADTYPE', action);
  return undefined;
}

function* openBookmark(zfs: LibZfs, name: string, action: string): Task<ZfsDataset | undefined> {
  const [head = ''] = name.split('#');
  if ((yield* findDataset(zfs, head)) !== undefined) {
    for (const mark of yield* bookmarksOf(zfs, head)) if (mark.name === name) return mark;
  }
  yield* zfs.errorAux('EZFS_NOENT', action, 'dataset does not exist');
  return undefined;
}

/** `zfs_iter_filesystems`: children, by name. */
export function* childrenOf(zfs: LibZfs, name: string): Task<ZfsDataset[]> {
  const found: ZfsDataset[] = [];
  const command = zfsCommand({ name });
  while ((yield* zfs.ioctl('ZFS_IOC_DATASET_LIST_NEXT', command)) === undefined) {
    found.push(datasetFrom(zfs, `${name}/${command.value}`, command.stats, command.destination));
  }
  return found;
}

/** `zfs_iter_snapshots_sorted`: oldest first. */
export function* snapshotsOf(zfs: LibZfs, name: string): Task<ZfsDataset[]> {
  const found: ZfsDataset[] = [];
  const command = zfsCommand({ name });
  while ((yield* zfs.ioctl('ZFS_IOC_SNAPSHOT_LIST_NEXT', command)) === undefined) {
    found.push(datasetFrom(zfs, `${name}@${command.value}`, command.stats, command.destination));
  }
  return found;
}

/** `zfs_iter_bookmarks` */
export function* bookmarksOf(zfs: LibZfs, name: string): Task<ZfsDataset[]> {
  const command = zfsCommand({ name });
  if ((yield* zfs.ioctl('ZFS_IOC_GET_BOOKMARKS', command)) !== undefined) return [];
  return [...(command.destination ?? EMPTY)].flatMap(([mark, pair]) =>
    pair.type === 'nvlist'
      ? [new ZfsDataset(zfs, `${name}#${mark}`, ZFS_TYPE_BOOKMARK, pair.value, undefined)]
      : [],
  );
}

/** A dataset and all file systems and volumes below it, parents first. */
export function* treeOf(zfs: LibZfs, top: ZfsDataset): Task<ZfsDataset[]> {
  const found = [top];
  for (const child of yield* childrenOf(zfs, top.name)) found.push(...(yield* treeOf(zfs, child)));
  return found;
}

/** Names of the clones of a snapshot. */
export function clonesOf(snapshot: ZfsDataset): string[] {
  const list = nvGetList(snapshot.prop('clones'), 'value');
  return list === undefined ? [] : [...list.keys()];
}

/**
 * `zfs_iter_dependents`: what must go before `dataset` can: snapshots, their clones and all below
 * them, and children, each after what depends on it.
 */
export function* dependentsOf(
  zfs: LibZfs,
  dataset: ZfsDataset,
  seen: Set<string> = new Set(),
): Task<ZfsDataset[]> {
  const found: ZfsDataset[] = [];
  const add = function* add(each: ZfsDataset): Task<void> {
    if (seen.has(each.name)) return;
    seen.add(each.name);
    found.push(...(yield* dependentsOf(zfs, each, seen)), each);
  };
  if (dataset.isSnapshot) {
    for (const name of clonesOf(dataset)) {
      const clone = yield* findDataset(zfs, name);
      if (clone !== undefined) yield* add(clone);
    }
    return found;
  }
  for (const child of yield* childrenOf(zfs, dataset.name)) yield* add(child);
  for (const snapshot of yield* snapshotsOf(zfs, dataset.name)) yield* add(snapshot);
  return found;
}

/** Where a dataset is mounted. */
export interface MountedAt {
  readonly name: string;
  readonly mountPoint: string;
  readonly options: string;
}

/** ZFS file systems that are mounted, in the order of mounting. */
export function* mountedDatasets(zfs: LibZfs): Task<MountedAt[]> {
  const entries = yield* readMnttab(zfs.sys);
  if (isErrno(entries)) return [];
  return entries
    .filter(({ fstype }) => fstype === 'zfs')
    .map(({ special, mountPoint, options }) => ({ name: special, mountPoint, options }));
}

/** `altroot` of a pool, '' for none. */
export function* altrootOf(zfs: LibZfs, pool: string): Task<string> {
  const command = zfsCommand({ name: pool });
  const errno = yield* zfs.ioctl('ZFS_IOC_POOL_GET_PROPS', command);
  if (errno !== undefined) return '';
  const value = nvGetString(nvGetList(command.destination ?? EMPTY, 'altroot') ?? EMPTY, 'value');
  return value === undefined || value === '-' ? '' : value;
}
