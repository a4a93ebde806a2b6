/**
 * Room: how much a dataset may still use, by quotas, reservations and the pool's size, and whether
 * a change of so many bytes may begin.
 * Surprising: a writer gets one free hit. What is asked for does not count, only what is used and
 * what waits to be written; so a quota is passed by at most one write.
 * @see uts/common/fs/zfs/dsl_dir.c dsl_dir_space_available(), dsl_dir_tempreserve_impl()
 */
import type { DslDataset } from './dsl-dataset.ts';
import type { DslDir } from './dsl-dir.ts';

/** The free hit: one block. What a call asks for beyond that must fit. */
const FREE_HIT = 131_072;

function quotaOf(dir: DslDir): number {
  return dir.phys.quota === 0n ? Number.POSITIVE_INFINITY : Number(dir.phys.quota);
}

/**
 * `dsl_dir_space_available`: what `dir` could still use if `ancestor` used `delta` more. Counts
 * what is on disk only.
 */
export function spaceAvailable(dir: DslDir, ancestor: DslDir | null = null, delta = 0): number {
  let above =
    dir.parent === null ? Number.POSITIVE_INFINITY : spaceAvailable(dir.parent, ancestor, delta);
  const used = dir.phys.usedBytes + (dir === ancestor ? delta : 0);
  let quota = quotaOf(dir);
  if (dir.parent === null) quota = Math.min(quota, dir.pool.writable.adjustedSizeBytes(false));
  const { reserved } = dir.phys;
  if (reserved > used && above !== Number.POSITIVE_INFINITY) above += reserved - used;
  return used > quota ? 0 : Math.min(above, quota - used);
}

/** `dsl_dataset_space`: bytes that a file system can still take, as df shows them. */
export function datasetAvailable(dataset: DslDataset): number {
  const { uniqueBytes, referencedBytes } = dataset.phys;
  const unused = Math.max(0, dataset.refreservation - uniqueBytes);
  const available = spaceAvailable(dataset.dir) + unused;
  const { refquota } = dataset;
  if (refquota === 0) return available;
  return Math.min(available, Math.max(0, refquota - referencedBytes));
}

/** `retry`: yes, perhaps, when what waits has been written. */
export type Room = 'yes' | 'retry' | 'EDQUOT' | 'ENOSPC';

function verdict(used: number, inflight: number, quota: number, code: 'EDQUOT' | 'ENOSPC'): Room {
  return inflight > 0 || used < quota ? 'retry' : code;
}

/**
 * `dsl_dir_tempreserve_space`: whether `sizeBytes` more may become dirty in `dataset`. A change that
 * frees space may begin in a full pool, using half of what is kept back.
 */
export function roomFor(dataset: DslDataset, sizeBytes: number, isNetFree: boolean): Room {
  const { phys, refreservation, refquota } = dataset;
  let dir: DslDir = dataset.dir;
  let used = dir.phys.usedBytes;
  let asked = sizeBytes;
  let fromReservation = 0;
  const waiting = dir.waitingBytes;
  if (refreservation > phys.uniqueBytes) {
    used -= refreservation - phys.uniqueBytes;
    fromReservation = asked - Math.min(asked, dataset.parentDelta(asked + waiting));
  }
  const beyond = isNetFree ? 0 : Math.max(0, asked - FREE_HIT);
  if (!isNetFree && refquota !== 0) {
    const over = phys.referencedBytes + waiting + beyond;
    if (over >= refquota) {
      return beyond > 0 && waiting === 0
        ? 'EDQUOT'
        : verdict(phys.referencedBytes, waiting, refquota, 'EDQUOT');
    }
  }
  for (;;) {
    const inflight = dir.waitingBytes;
    let quota = isNetFree ? Number.POSITIVE_INFINITY : quotaOf(dir);
    let code: 'EDQUOT' | 'ENOSPC' = 'EDQUOT';
    if (dir.parent === null) {
      const size = dir.pool.writable.adjustedSizeBytes(isNetFree);
      if (size < quota) {
        quota = size;
        code = 'ENOSPC';
      }
    }
    const rest = isNetFree ? 0 : Math.max(0, asked - fromReservation - FREE_HIT);
    if (used + inflight + rest > quota) {
      return rest > 0 && inflight === 0 ? code : verdict(used, inflight, quota, code);
    }
    asked = dir.parentDelta(asked - fromReservation, used + inflight);
    fromReservation = 0;
    if (dir.parent === null || asked === 0) return 'yes';
    dir = dir.parent;
    used = dir.phys.usedBytes;
  }
}

/** `dsl_dir_willuse_space`: so much waits to be written, here and above. */
export function willUse(dir: DslDir, sizeBytes: number): void {
  for (let up: DslDir | null = dir; up !== null; up = up.parent) up.waitingBytes += sizeBytes;
}

/** `dsl_dir_transfer_possible`: whether `space` can move from one directory to another. */
export function canTransfer(from: DslDir, to: DslDir, space: number): boolean {
  const ancestor = closestCommonAncestor(from, to);
  return spaceAvailable(to, ancestor, -space) >= space;
}

function closestCommonAncestor(a: DslDir, b: DslDir): DslDir | null {
  for (let up: DslDir | null = a; up !== null; up = up.parent) {
    for (let other: DslDir | null = b; other !== null; other = other.parent) {
      if (up === other) return up;
    }
  }
  return null;
}
