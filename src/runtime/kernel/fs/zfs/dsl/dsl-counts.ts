/**
 * How many file systems and snapshots are below a directory, kept in its ZAP once a limit has been
 * set on it or above it, and the limits on them.
 * Surprising: whoever may set the limit is not bound by it: root of the global zone never is.
 * @see uts/common/fs/zfs/dsl_dir.c dsl_dir_init_fs_ss_count(), dsl_fs_ss_count_adjust()
 */
import { zapCount, zapSetNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import type { DslDataset } from './dsl-dataset.ts';
import type { DslDir } from './dsl-dir.ts';
import { FEATURE_FS_SS_LIMIT, objectField, zapify } from './dsl-extension.ts';
import type { DslPool } from './dsl-pool.ts';
import { propGetNumber, propSet, type PropSetSource } from './dsl-prop.ts';

/** `DD_FIELD_FILESYSTEM_COUNT`, `DD_FIELD_SNAPSHOT_COUNT` */
const FIELD = {
  filesystem: 'com.joyent:filesystem_count',
  snapshot: 'com.joyent:snapshot_count',
} as const;
export type Counted = keyof typeof FIELD;

/** The count, or undefined where none is kept. */
export function countBelow(dir: DslDir, kind: Counted): number | undefined {
  const value = objectField(dir.pool, dir.object, FIELD[kind]);
  return value === undefined ? undefined : numberOf(value);
}

function isActive(pool: DslPool): boolean {
  return pool.featureUses(FEATURE_FS_SS_LIMIT) > 0;
}

function setCount(dir: DslDir, kind: Counted, count: number): void {
  zapify(dir.pool, dir.object);
  zapSetNumber(dir.pool.mos, dir.object, FIELD[kind], count);
}

/** Counts what is below `dir`, in it and in all below it that have no counts yet. */
function initCounts(dir: DslDir): { filesystem: number; snapshot: number } {
  const known = countBelow(dir, 'filesystem');
  if (known !== undefined) {
    return { filesystem: known, snapshot: countBelow(dir, 'snapshot') ?? 0 };
  }
  const sum = { filesystem: 0, snapshot: 0 };
  for (const child of dir.children()) {
    if (child.name.startsWith('%')) continue;
    const below = initCounts(child);
    sum.filesystem += 1 + below.filesystem;
    sum.snapshot += below.snapshot;
  }
  if (dir.phys.headDatasetObj !== 0) {
    sum.snapshot += zapCount(dir.pool.mos, dir.pool.head(dir).phys.snapnamesZapobj);
  }
  setCount(dir, 'filesystem', sum.filesystem);
  setCount(dir, 'snapshot', sum.snapshot);
  return sum;
}

/** A tree that comes below one that counts must be counted. */
export function ensureCounts(dir: DslDir): void {
  initCounts(dir);
}

/** A new directory has nothing below it, which is worth noting while limits are in use. */
export function initNewDir(dir: DslDir): void {
  if (dir.isInternal || !isActive(dir.pool)) return;
  setCount(dir, 'filesystem', 0);
  setCount(dir, 'snapshot', 0);
}

/** `dsl_fs_ss_count_adjust`: here and above, up to the first that keeps no count. */
export function adjustCount(dir: DslDir | null, kind: Counted, delta: number): void {
  if (dir === null || delta === 0 || !isActive(dir.pool)) return;
  for (let up: DslDir | null = dir; up !== null; up = up.parent) {
    const count = countBelow(up, kind);
    if (count === undefined) return;
    setCount(up, kind, Math.max(0, count + delta));
  }
}

/** Sets a limit and begins to count; in a sync task, where the feature is enabled. */
export function setCountLimit(
  head: DslDataset,
  kind: Counted,
  source: PropSetSource,
  value: bigint | null,
): void {
  const { dir, pool } = head;
  if (countBelow(dir, 'filesystem') === undefined) {
    pool.writable.featureCount(FEATURE_FS_SS_LIMIT, 1);
    initCounts(dir);
  }
  propSet(head, `${kind}_limit`, source, value);
}

/** `dsl_fs_ss_limit_check`: whether `count` more may be made below `dir`, up to `ancestor`. */
export function isWithinLimit(
  dir: DslDir,
  kind: Counted,
  count: number,
  ancestor: DslDir | null = null,
): boolean {
  for (let up: DslDir | null = dir; up !== null && up !== ancestor; up = up.parent) {
    const now = countBelow(up, kind);
    if (now === undefined) return true;
    const limit = propGetNumber(up.pool.head(up), `${kind}_limit`);
    if (BigInt(now + count) > limit) return false;
  }
  return true;
}
