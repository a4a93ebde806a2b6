/**
 * Which datasets a command is about, and their order. @see cmd/zfs/zfs_iter.c
 */
import {
  ZFS_TYPE_BOOKMARK,
  ZFS_TYPE_DATASET,
  ZFS_TYPE_FILESYSTEM,
  ZFS_TYPE_SNAPSHOT,
  ZFS_TYPE_VOLUME,
} from '#abi/illumos/zfs-prop.ts';
import { nvGetList, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import { zfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import type { ZfsRun } from '#cmd/zfs/run.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import {
  bookmarksOf,
  childrenOf,
  findDataset,
  openZfs,
  mountedDatasets,
  snapshotsOf,
  type ZfsDataset,
} from '#lib/libzfs/dataset.ts';
import type { PropReader } from '#lib/libzfs/dataset-prop.ts';
import { allPools } from '#lib/libzfs/pool.ts';

export interface Iteration {
  readonly types: number;
  /** Below what is named, at most so deep. */
  readonly depth: number;
  /** Whether pools' `listsnapshots` decides on snapshots. */
  readonly byListSnaps?: boolean;
  /** Paths may stand for file systems. */
  readonly allowsPaths?: boolean;
}

/** `-t`: names of types; undefined after saying which is none. */
export function* parseTypes(run: ZfsRun, text: string): Task<number | undefined> {
  let types = 0;
  const known: Readonly<Record<string, number>> = {
    filesystem: ZFS_TYPE_FILESYSTEM,
    fs: ZFS_TYPE_FILESYSTEM,
    volume: ZFS_TYPE_VOLUME,
    vol: ZFS_TYPE_VOLUME,
    snapshot: ZFS_TYPE_SNAPSHOT,
    snap: ZFS_TYPE_SNAPSHOT,
    bookmark: ZFS_TYPE_BOOKMARK,
    all: ZFS_TYPE_DATASET | ZFS_TYPE_BOOKMARK,
  };
  for (const word of text.split(',')) {
    const type = known[word];
    if (type === undefined) {
      yield* run.usage(`invalid type '${word}'`);
      return undefined;
    }
    types |= type;
  }
  return types;
}

/** `parse_depth`: undefined after saying what is wrong. */
export function* parseDepth(run: ZfsRun, text: string): Task<number | undefined> {
  if (!/^-?\d+$/.test(text)) {
    yield* run.usage(`${text} is not an integer`);
    return undefined;
  }
  if (Number(text) >= 0) return Number(text);
  yield* run.usage('Depth can not be negative.');
  return undefined;
}

class Iterator {
  readonly found: ZfsDataset[] = [];
  readonly #run: ZfsRun;
  readonly #iteration: Iteration;
  readonly #seen: Set<string> = new Set();
  readonly #listSnaps: Map<string, boolean> = new Map();

  constructor(run: ZfsRun, iteration: Iteration) {
    this.#run = run;
    this.#iteration = iteration;
  }

  *#includesSnaps(pool: string): Task<boolean> {
    const { types, byListSnaps } = this.#iteration;
    if (byListSnaps !== true) return (types & ZFS_TYPE_SNAPSHOT) !== 0;
    let shows = this.#listSnaps.get(pool);
    if (shows === undefined) {
      const command = zfsCommand({ name: pool });
      yield* this.#run.zfs.ioctl('ZFS_IOC_POOL_GET_PROPS', command);
      const pair = nvGetList(command.destination ?? new Map(), 'listsnapshots');
      shows = pair !== undefined && nvGetUint64(pair, 'value') === 1n;
      this.#listSnaps.set(pool, shows);
    }
    return shows;
  }

  #add(dataset: ZfsDataset): void {
    if (this.#seen.has(dataset.name)) return;
    this.#seen.add(dataset.name);
    this.found.push(dataset);
  }

  /** `zfs_callback` */
  *visit(dataset: ZfsDataset, depth: number): Task<void> {
    const { zfs } = this.#run;
    const { types } = this.#iteration;
    const withSnaps = yield* this.#includesSnaps(dataset.pool);
    if ((dataset.type & types) !== 0 || (dataset.isSnapshot && withSnaps)) this.#add(dataset);
    const isHead = (dataset.type & (ZFS_TYPE_FILESYSTEM | ZFS_TYPE_VOLUME)) !== 0;
    if (!isHead || depth >= this.#iteration.depth) return;
    if (dataset.isFileSystem) {
      for (const child of yield* childrenOf(zfs, dataset.name)) yield* this.visit(child, depth + 1);
    }
    if (withSnaps) for (const each of yield* snapshotsOf(zfs, dataset.name)) this.#add(each);
    if ((types & ZFS_TYPE_BOOKMARK) !== 0) {
      for (const each of yield* bookmarksOf(zfs, dataset.name)) this.#add(each);
    }
  }
}

/** `zfs_path_to_zhandle`: a dataset by name, or the file system in which a path lies. */
export function* openByPath(
  run: ZfsRun,
  path: string,
  types: number,
): Task<ZfsDataset | undefined> {
  const isPath = path.startsWith('/') || path.startsWith('./') || path === '.';
  if (!isPath) return yield* openZfs(run.zfs, path, types);
  const where = yield* run.sys.statvfs(path);
  if (isErrno(where)) {
    yield* run.err(`${path}: ${where.message}\n`);
    return undefined;
  }
  const mounts = yield* mountedDatasets(run.zfs);
  const mount = mounts.find(({ mountPoint }) => mountPoint === where.mountPoint);
  if (mount !== undefined) return yield* openZfs(run.zfs, mount.name, ZFS_TYPE_FILESYSTEM);
  yield* run.err(`'${path}': not a ZFS filesystem\n`);
  return undefined;
}

/** `zfs_for_each`: what `names` stand for, or everything; `failed` when one would not open. */
export function* datasetsFor(
  run: ZfsRun,
  names: readonly string[],
  iteration: Iteration,
): Task<{ datasets: ZfsDataset[]; failed: boolean }> {
  if (names.length === 0) {
    const walk = new Iterator(run, { ...iteration, depth: Math.max(iteration.depth, 0) });
    const depth = iteration.depth === 0 ? Infinity : iteration.depth;
    const all = new Iterator(run, { ...iteration, depth });
    for (const pool of yield* allPools(run.zfs)) {
      const root = yield* findDataset(run.zfs, pool.name);
      if (root !== undefined) yield* all.visit(root, 0);
    }
    return { datasets: [...walk.found, ...all.found], failed: false };
  }
  const walk = new Iterator(run, iteration);
  let failed = false;
  let types = iteration.types;
  if (iteration.depth > 0) {
    types |= ZFS_TYPE_FILESYSTEM;
    if ((types & (ZFS_TYPE_SNAPSHOT | ZFS_TYPE_BOOKMARK)) !== 0) types |= ZFS_TYPE_VOLUME;
  }
  for (const name of names) {
    const dataset =
      iteration.allowsPaths === true
        ? yield* openByPath(run, name, types)
        : yield* openZfs(run.zfs, name, types);
    if (dataset === undefined) failed = true;
    else yield* walk.visit(dataset, 0);
  }
  return { datasets: walk.found, failed };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `zfs_compare`: by name; snapshots after their file system, by age. */
function compareNames(a: ZfsDataset, b: ZfsDataset): number {
  const heads = compareText(a.head, b.head);
  if (heads !== 0) return heads;
  const isPlain = (each: ZfsDataset): boolean => !/[@#]/.test(each.name);
  if (isPlain(a) !== isPlain(b)) return isPlain(a) ? -1 : 1;
  if (a.isSnapshot && b.isSnapshot && a.createTxg !== b.createTxg) {
    return a.createTxg - b.createTxg;
  }
  return compareText(a.name, b.name);
}

export interface SortColumn {
  readonly name: string;
  readonly isReverse: boolean;
}

/** `zfs_sort`: by the columns given, then by name. */
export function* sortDatasets(
  reader: PropReader,
  datasets: readonly ZfsDataset[],
  columns: readonly SortColumn[],
): Task<ZfsDataset[]> {
  const keyed: { dataset: ZfsDataset; keys: (bigint | string | undefined)[] }[] = [];
  for (const dataset of datasets) {
    const keys: (bigint | string | undefined)[] = [];
    for (const { name } of columns) {
      const number = name === 'name' ? undefined : dataset.number(name);
      keys.push(number ?? (yield* reader.get(dataset, name))?.value);
    }
    keyed.push({ dataset, keys });
  }
  keyed.sort((a, b) => {
    for (const [i, { isReverse }] of columns.entries()) {
      const [x, y] = [a.keys[i], b.keys[i]];
      if (x === y) continue;
      if (x === undefined) return 1;
      if (y === undefined) return -1;
      return (x < y ? -1 : 1) * (isReverse ? -1 : 1);
    }
    return compareNames(a.dataset, b.dataset);
  });
  return keyed.map(({ dataset }) => dataset);
}
