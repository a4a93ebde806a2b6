/**
 * Putting and releasing holds on snapshots, by name.
 * @see uts/common/fs/zfs/dsl_userhold.c dsl_dataset_user_hold(), dsl_dataset_user_release()
 */
import { E2BIG, EBUSY, EEXIST, EINVAL, ENOENT, type Errno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import {
  addHold,
  holdCount,
  holdsOf,
  isHeldAs,
  leftoverHolds,
  removeHold,
} from '../dsl/dsl-userhold.ts';
import { isDoomed, takeDoomed } from './dsl-destroy-ops.ts';
import { spaHistoryInternal } from './spa-history.ts';
import type { Spa } from './spa.ts';
import { runTask } from './sync-task.ts';

/** `MAXNAMELEN`, `MAX_TAG_PREFIX_LEN` */
const MAX_TAG = 256;
const MAX_TAG_PREFIX = 17;

function checkTag(snapshot: DslDataset, tag: string, isTemporary: boolean): Errno | undefined {
  if (tag.length > MAX_TAG) return E2BIG;
  if (isTemporary && tag.length + MAX_TAG_PREFIX >= MAX_TAG) return E2BIG;
  return isHeldAs(snapshot, tag) ? EEXIST : undefined;
}

/**
 * `lzc_hold`: holds `[snapshot, tag]` in one txg. Snapshots that are not there are passed over; ENOENT
 * when none is there. A temporary hold is released by `releaseTemporary` when its program ends.
 */
export function zfsHold(
  spa: Spa,
  holds: readonly (readonly [snapshot: string, tag: string])[],
  isTemporary = false,
  errors?: Map<string, Errno>,
): Errno | undefined {
  const keys = new Set(holds.map(([name, tag]) => `${name}@${tag}`));
  if (keys.size !== holds.length) return EEXIST;
  const found: [DslDataset, string][] = [];
  for (const [name, tag] of holds) {
    const snapshot = spa.dsl.findDataset(name);
    if (name.includes('@') && snapshot === undefined) {
      errors?.set(name, ENOENT);
      continue;
    }
    const error = snapshot?.isSnapshot === true ? checkTag(snapshot, tag, isTemporary) : EINVAL;
    if (snapshot === undefined || error !== undefined) {
      errors?.set(name, error ?? EINVAL);
      return error ?? EINVAL;
    }
    found.push([snapshot, tag]);
  }
  if (found.length === 0) return holds.length === 0 ? undefined : ENOENT;
  return runTask(spa, () => {
    for (const [snapshot, tag] of found) {
      addHold(snapshot, tag, isTemporary);
      const text = `tag=${tag} temp=${isTemporary ? 1 : 0} refs=${holdCount(snapshot)}`;
      spaHistoryInternal(spa, 'hold', snapshot, text);
    }
  });
}

/** The last hold of a snapshot that was to be destroyed takes it along. In a sync task. */
function release(spa: Spa, snapshot: DslDataset, tags: readonly string[]): void {
  for (const tag of tags) {
    removeHold(snapshot, tag);
    const text = `tag=${tag} refs=${holdCount(snapshot)}`;
    spaHistoryInternal(spa, 'release', snapshot, text);
  }
  if (isDoomed(snapshot)) takeDoomed(spa, snapshot);
}

/**
 * `lzc_release`: releases `[snapshot, tags]` in one txg. Snapshots and tags that are not there are
 * passed over; ENOENT when there was nothing to release.
 */
export function zfsRelease(
  spa: Spa,
  holds: readonly (readonly [snapshot: string, tags: readonly string[]])[],
  errors?: Map<string, Errno>,
): Errno | undefined {
  const found: [DslDataset, string[]][] = [];
  for (const [name, tags] of holds) {
    const snapshot = spa.dsl.findDataset(name);
    if (snapshot === undefined) {
      errors?.set(name, ENOENT);
      continue;
    }
    if (!snapshot.isSnapshot) return EINVAL;
    const known = tags.filter((tag) => isHeldAs(snapshot, tag));
    for (const tag of tags) if (!known.includes(tag)) errors?.set(`${name}#${tag}`, ENOENT);
    const isLast = known.length === holdCount(snapshot) && snapshot.longHolds > 0;
    if (isLast && isDoomedAfter(snapshot)) return EBUSY;
    if (known.length > 0) found.push([snapshot, known]);
  }
  if (found.length === 0) return holds.length === 0 ? undefined : ENOENT;
  return runTask(
    spa,
    () => {
      for (const [snapshot, tags] of found) release(spa, snapshot, tags);
    },
    'none',
  );
}

function isDoomedAfter(snapshot: DslDataset): boolean {
  return snapshot.phys.numChildren === 1 && (snapshot.phys.flags & 8n) !== 0n;
}

/** When each hold of a snapshot was put, by tag. */
export function zfsHolds(spa: Spa, name: string): Map<string, number> | Errno {
  const snapshot = spa.dsl.findDataset(name);
  if (snapshot === undefined) return ENOENT;
  return snapshot.isSnapshot ? holdsOf(snapshot) : EINVAL;
}

/** `dsl_pool_clean_tmp_userrefs`: with an import's first txg, what no program holds any more. */
export function releaseLeftovers(spa: Spa): void {
  const left = leftoverHolds(spa.dsl);
  if (left.length === 0) return;
  spa.syncTasks.push(() => {
    for (const { snapshot, tag } of left) {
      if (isHeldAs(snapshot, tag)) release(spa, snapshot, [tag]);
    }
  });
}
