/**
 * Destroying datasets: file systems and volumes, and snapshots, several of them in one txg; now, or
 * as soon as nobody needs them (`zfs destroy -d`).
 * @see uts/common/fs/zfs/dsl_destroy.c
 */
import { EBUSY, EEXIST, EINVAL, ENOENT, type Errno, EXDEV } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { destroyHead, destroySnapshot } from '../dsl/dsl-destroy.ts';
import { originOf } from '../dsl/dsl-stats.ts';
import { holdCount } from '../dsl/dsl-userhold.ts';
import { DS_FLAG_DEFER_DESTROY } from '../ondisk/dsl-phys.ts';
import { zapCount } from '../zap/zap.ts';
import { spaHistoryInternal } from './spa-history.ts';
import { clearBootfs } from './spa-prop.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

function isDeferred(snapshot: DslDataset): boolean {
  return (snapshot.phys.flags & DS_FLAG_DEFER_DESTROY) !== 0n;
}

/** `dsl_destroy_snapshot_check_impl` */
function checkSnapshot(snapshot: DslDataset, isDefer: boolean): Errno | undefined {
  if (!snapshot.isSnapshot) return EINVAL;
  if (snapshot.longHolds > 0) return EBUSY;
  if (isDefer) return undefined;
  if (holdCount(snapshot) > 0) return EBUSY;
  return snapshot.phys.numChildren > 1 ? EEXIST : undefined;
}

/** Destroys the snapshot, or marks it to go with its last hold or clone. In a sync task. */
function takeSnapshot(spa: Spa, snapshot: DslDataset, isDefer: boolean): void {
  if (isDefer && (holdCount(snapshot) > 0 || snapshot.phys.numChildren > 1)) {
    snapshot.phys.flags |= DS_FLAG_DEFER_DESTROY;
    snapshot.dirty();
    spaHistoryInternal(spa, 'defer_destroy', snapshot, '');
    return;
  }
  spaHistoryInternal(spa, 'destroy', snapshot, '');
  destroySnapshot(snapshot);
}

/** After a hold or clone is gone: whether a snapshot that was to go can go now. */
export function isDoomed(snapshot: DslDataset): boolean {
  return isDeferred(snapshot) && holdCount(snapshot) === 0 && snapshot.phys.numChildren === 1;
}

/** Destroys a snapshot whose time has come, in a sync task. */
export function takeDoomed(spa: Spa, snapshot: DslDataset): void {
  if (isDoomed(snapshot)) takeSnapshot(spa, snapshot, false);
}

/**
 * `lzc_destroy_snaps`: all of them in one txg, or none. Those that are not there are passed over.
 * `errors`, when given, gets one for each snapshot that stays.
 */
export function zfsDestroySnapshots(
  spa: Spa,
  names: readonly string[],
  isDefer = false,
  errors?: Map<string, Errno>,
): Errno | undefined {
  const found: DslDataset[] = [];
  let first: Errno | undefined;
  for (const name of new Set(names)) {
    const snapshot = spa.dsl.findDataset(name);
    const isElsewhere = !name.startsWith(spa.identity.name);
    if (snapshot === undefined && name.includes('@') && !isElsewhere) continue;
    const error =
      snapshot === undefined ? (isElsewhere ? EXDEV : EINVAL) : checkSnapshot(snapshot, isDefer);
    if (snapshot !== undefined && error === undefined) found.push(snapshot);
    if (error === undefined) continue;
    first ??= error;
    errors?.set(name, error);
  }
  if (first !== undefined) return first;
  if (found.length === 0) return undefined;
  return runTask(
    spa,
    () => {
      for (const snapshot of found) takeSnapshot(spa, snapshot, isDefer);
    },
    'extra',
  );
}

/** `dsl_destroy_head_check_impl` */
function checkHead(head: DslDataset): Errno | undefined {
  const { dir, pool } = head;
  if (dir.parent === null) return EINVAL;
  if (head.longHolds > 0) return EBUSY;
  if (head.snapshots().length > 0) return EBUSY;
  // What is being received below it counts as a child.
  if (zapCount(pool.mos, dir.phys.childDirZapobj) > 0) return EEXIST;
  const origin = originOf(head);
  const isLast = origin !== undefined && isDeferred(origin) && origin.phys.numChildren === 2;
  return isLast && origin.longHolds > 0 ? EBUSY : undefined;
}

/** A snapshot without clones and holds, or a file system without children and snapshots. */
export function zfsDestroy(spa: Spa, name: string, isDefer = false): Errno | undefined {
  const dataset = spa.dsl.findDataset(name);
  if (dataset === undefined) return ENOENT;
  if (dataset.isSnapshot) return zfsDestroySnapshots(spa, [name], isDefer);
  const refused = checkHead(dataset);
  if (refused !== undefined) return refused;
  const origin = originOf(dataset);
  return runTask(
    spa,
    () => {
      spaHistoryInternal(spa, 'destroy', dataset, '');
      clearBootfs(spa, dataset.object);
      destroyHead(dataset);
      if (origin !== undefined) takeDoomed(spa, origin);
    },
    'extra',
  );
}
