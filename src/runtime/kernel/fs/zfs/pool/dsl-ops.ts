/**
 * What can be done to datasets, by name: the checks that refuse, and the change itself as a sync task
 * of the next txg. Errors are values; the sentences are libzfs's. Destroying is in dsl-destroy-ops.ts,
 * holds and bookmarks in files of their own.
 * @see uts/common/fs/zfs/zfs_ioctl.c, dsl_dataset.c, dsl_dir.c
 */
import { ZFS_MAX_DATASET_NAME_LEN } from '#abi/illumos/zfs-prop.ts';
import {
  EBUSY,
  EDQUOT,
  EEXIST,
  EINVAL,
  ENAMETOOLONG,
  ENOENT,
  ENOSPC,
  ESRCH,
  type Errno,
  EXDEV,
} from '#kernel/os/errno.ts';
import { bookmarksOf } from '../dsl/dsl-bookmark.ts';
import { createDataset, createDir, createSnapshot } from '../dsl/dsl-create.ts';
import { type Counted, countBelow, isWithinLimit } from '../dsl/dsl-counts.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { renameDir, renameSnapshot, rollback } from '../dsl/dsl-destroy.ts';
import type { DslDir } from '../dsl/dsl-dir.ts';
import { Promotion } from '../dsl/dsl-promote.ts';
import { canTransfer, spaceAvailable } from '../dsl/dsl-space.ts';
import { originOf } from '../dsl/dsl-stats.ts';
import { DS_FLAG_NOPROMOTE } from '../ondisk/dsl-phys.ts';
import { checkName, splitLast } from './dataset-name.ts';
import {
  applyNewProps,
  checkNewProps,
  isCreatedUtf8Only,
  type NewProps,
  setLimitsOfNew,
} from './dsl-new-props.ts';
import { createFileSystem } from './spa-create.ts';
import { spaHistoryInternal } from './spa-history.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';
import { isVolume } from './zvol-ops.ts';

const NO_PROPS: NewProps = new Map();

/** Where a new dataset called `name` goes, or why it can't. */
export function findPlace(spa: Spa, name: string): { parent: DslDir; last: string } | Errno {
  const error = checkName(name);
  if (error !== undefined) return error;
  if (/[@#]/.test(name)) return EINVAL;
  const [parentName, last] = splitLast(name);
  const parent = spa.dsl.findDir(parentName);
  if (parent === undefined) return parentName === '' ? EEXIST : ENOENT;
  if (isVolume(spa.dsl.head(parent))) return EINVAL;
  return parent.child(last) === undefined ? { parent, last } : EEXIST;
}

/** A new file system, with properties. Limits bind those only who may not change them. */
export function zfsCreate(
  spa: Spa,
  name: string,
  props: NewProps = NO_PROPS,
  isBoundByLimits = false,
): Errno | undefined {
  const place = findPlace(spa, name);
  if (!('parent' in place)) return place;
  const { parent, last } = place;
  const refused = checkNewProps(spa, props, 'filesystem');
  if (refused !== undefined) return refused;
  if (isBoundByLimits && !isWithinLimit(parent, 'filesystem', 1)) return EDQUOT;
  const error = runTask(
    spa,
    () => {
      const isUtf8Only = isCreatedUtf8Only(spa.dsl.head(parent), props);
      const made = createFileSystem(spa, createDir(spa.dsl, parent, last), isUtf8Only);
      applyNewProps(made, props);
      spaHistoryInternal(spa, 'create', made, '');
    },
    'normal',
  );
  return error ?? setLimitsOfNew(spa, name, props);
}

/** `dsl_dataset_snapshot_check_impl` */
function checkSnapshot(spa: Spa, full: string): [DslDataset, string] | Errno {
  const error = checkName(full);
  if (error !== undefined) return error;
  const [name = '', snapshot = ''] = full.split('@');
  const head = spa.dsl.findDataset(name);
  if (head === undefined) return ENOENT;
  if (snapshot === '' || full.includes('#')) return EINVAL;
  if (head.snapshot(snapshot) !== undefined) return EEXIST;
  // All of a refreservation is unused again after it.
  const needed = Math.min(head.phys.uniqueBytes, head.refreservation);
  if (needed > 0 && needed > spaceAvailable(head.dir)) return ENOSPC;
  return [head, snapshot];
}

/** Snapshots of several file systems in one txg: all of the same moment. */
export function zfsSnapshot(
  spa: Spa,
  names: readonly string[],
  props: NewProps = NO_PROPS,
  isBoundByLimits = false,
): Errno | undefined {
  const refused = checkNewProps(spa, props, 'snapshot');
  if (refused !== undefined) return refused;
  const heads = new Map<DslDataset, string>();
  for (const full of names) {
    const found = checkSnapshot(spa, full);
    if (!Array.isArray(found)) return found;
    const [head, snapshot] = found;
    if (heads.has(head)) return EXDEV;
    if (isBoundByLimits && !isWithinLimit(head.dir, 'snapshot', 1)) return EDQUOT;
    heads.set(head, snapshot);
  }
  return runTask(
    spa,
    () => {
      for (const [head, snapshot] of heads) {
        const made = createSnapshot(head, snapshot);
        applyNewProps(made, props);
        spaHistoryInternal(spa, 'snapshot', made, '');
      }
    },
    'normal',
  );
}

export function zfsClone(
  spa: Spa,
  snapshot: string,
  name: string,
  props: NewProps = NO_PROPS,
  isBoundByLimits = false,
): Errno | undefined {
  const place = findPlace(spa, name);
  if (!('parent' in place)) return place;
  const { parent, last } = place;
  const origin = spa.dsl.findDataset(snapshot);
  if (origin === undefined) return ENOENT;
  if (!origin.isSnapshot) return EINVAL;
  const refused = checkNewProps(spa, props, 'clone');
  if (refused !== undefined) return refused;
  if (isBoundByLimits && !isWithinLimit(parent, 'filesystem', 1)) return EDQUOT;
  const error = runTask(
    spa,
    () => {
      const made = createDataset(createDir(spa.dsl, parent, last), origin);
      applyNewProps(made, props);
      spaHistoryInternal(spa, 'clone', made, `origin=${snapshot} (${origin.object})`);
    },
    'normal',
  );
  return error ?? setLimitsOfNew(spa, name, props);
}

/** To the newest snapshot; EEXIST when there are newer ones, or bookmarks, than `snapshot`. */
export function zfsRollback(spa: Spa, snapshot: string): Errno | undefined {
  const target = spa.dsl.findDataset(snapshot);
  if (target === undefined) return snapshot.includes('@') ? ESRCH : ENOENT;
  if (!target.isSnapshot) return EINVAL;
  const head = spa.dsl.head(target.dir);
  if (head.phys.prevSnapObj !== target.object) return EEXIST;
  const isNewer = ({ creationTxg }: { creationTxg: number }): boolean =>
    creationTxg > target.phys.creationTxg;
  if ([...bookmarksOf(head).values()].some(isNewer)) return EEXIST;
  if (head.longHolds > 0) return EBUSY;
  const { refquota } = head;
  if (refquota !== 0 && target.phys.referencedBytes > refquota) return EDQUOT;
  const unused = Math.min(head.refreservation, head.phys.uniqueBytes);
  if (unused > 0 && unused > spaceAvailable(head.dir)) return ENOSPC;
  return runTask(spa, () => {
    rollback(head);
    spaHistoryInternal(spa, 'rollback', head, `to ${target.snapshotName ?? ''}`);
  });
}

/** A clone takes the place of what it was made of. A snapshot's name may be in the way. */
export function zfsPromote(
  spa: Spa,
  name: string,
): Errno | { readonly conflict: string } | undefined {
  const head = spa.dsl.findDataset(name);
  if (head === undefined) return ENOENT;
  if (head.isSnapshot || originOf(head) === undefined) return EINVAL;
  if ((head.phys.flags & DS_FLAG_NOPROMOTE) !== 0n) return EXDEV;
  const promotion = new Promotion(head);
  for (const { snapshotName = '', longHolds } of promotion.shared) {
    if (longHolds > 0) return EBUSY;
    if (name.length + 1 + snapshotName.length >= ZFS_MAX_DATASET_NAME_LEN) return ENAMETOOLONG;
    if (head.snapshot(snapshotName) !== undefined) return { conflict: snapshotName };
  }
  if (!canTransfer(promotion.origin.dir, head.dir, promotion.used)) return ENOSPC;
  return runTask(spa, () => {
    // What the open txg wrote is in the books only now.
    new Promotion(head).run();
    spaHistoryInternal(spa, 'promote', head, '');
  });
}

/** Snapshots to be renamed: of `dir`, and of all below it when `isRecursive`. */
function snapshotsCalled(dir: DslDir, name: string, isRecursive: boolean): DslDataset[] {
  const found: DslDataset[] = [];
  for (const each of isRecursive ? dir.pool.allDirs(dir) : [dir]) {
    if (each.phys.headDatasetObj === 0) continue;
    const snapshot = dir.pool.head(each).snapshot(name);
    if (snapshot !== undefined) found.push(snapshot);
  }
  return found;
}

/** `zfs rename a@x a@y`, and with `-r` in all file systems below as well. */
function renameSnapshots(
  spa: Spa,
  snapshot: DslDataset,
  to: string,
  isRecursive: boolean,
): Errno | undefined {
  const [path, name] = to.split('@');
  if (path !== snapshot.dir.fullName || name === undefined) return EXDEV;
  const all = snapshotsCalled(snapshot.dir, snapshot.snapshotName ?? '', isRecursive);
  for (const { dir } of all) {
    if (spa.dsl.head(dir).snapshot(name) !== undefined) return EEXIST;
    if (dir.fullName.length + 1 + name.length >= ZFS_MAX_DATASET_NAME_LEN) return ENAMETOOLONG;
  }
  return runTask(spa, () => {
    for (const each of all) {
      spaHistoryInternal(spa, 'rename', each, `-> @${name}`);
      renameSnapshot(each, name);
    }
  });
}

/** The longest name below `dir`, counted from its own end. */
function longestBelow(dir: DslDir): number {
  const base = dir.fullName.length;
  let longest = 0;
  for (const each of dir.pool.allDirs(dir)) {
    const own = each.fullName.length;
    longest = Math.max(longest, own - base);
    for (const { snapshotName = '' } of each.pool.head(each).snapshots()) {
      longest = Math.max(longest, own - base + 1 + snapshotName.length);
    }
  }
  return longest;
}

/** `dsl_dir_rename_check` */
function checkMove(dir: DslDir, parent: DslDir, to: string): Errno | undefined {
  if (dir.parent === null) return EINVAL;
  for (let up: DslDir | null = parent; up !== null; up = up.parent) if (up === dir) return EINVAL;
  if (to.length + longestBelow(dir) >= ZFS_MAX_DATASET_NAME_LEN) return ENAMETOOLONG;
  if (dir.parent === parent) return undefined;
  const space = Math.max(dir.phys.usedBytes, dir.phys.reserved);
  return canTransfer(dir.parent, parent, space) ? undefined : ENOSPC;
}

/** Limits above the new place that are not above the old one. */
function isMoveWithinLimits(dir: DslDir, parent: DslDir): boolean {
  const below = (kind: Counted): number => countBelow(dir, kind) ?? 0;
  return (
    isWithinLimit(parent, 'filesystem', 1 + below('filesystem'), dir.parent) &&
    isWithinLimit(parent, 'snapshot', below('snapshot'), dir.parent)
  );
}

/** Renames a snapshot (with `isRecursive` in all below), or moves a file system or volume. */
export function zfsRename(
  spa: Spa,
  from: string,
  to: string,
  isRecursive = false,
  isBoundByLimits = false,
): Errno | undefined {
  const error = checkName(to);
  if (error !== undefined) return error;
  const dataset = spa.dsl.findDataset(from);
  if (dataset === undefined) return ENOENT;
  if (dataset.isSnapshot) return renameSnapshots(spa, dataset, to, isRecursive);
  if (/[@#]/.test(to)) return EINVAL;
  const [parentName, last] = splitLast(to);
  const parent = spa.dsl.findDir(parentName);
  if (parent === undefined) return to.startsWith(`${spa.identity.name}/`) ? ENOENT : EXDEV;
  if (parent.child(last) !== undefined) return EEXIST;
  const refused = checkMove(dataset.dir, parent, to);
  if (refused !== undefined) return refused;
  if (isBoundByLimits && !isMoveWithinLimits(dataset.dir, parent)) return EDQUOT;
  return runTask(spa, () => {
    spaHistoryInternal(spa, 'rename', dataset, `-> ${to}`);
    renameDir(dataset.dir, parent, last);
  });
}
