/**
 * Beginning, pausing, driving and ending scans: the doors that ioctls and the kernel's timer use.
 * @see uts/common/fs/zfs/spa.c spa_scan(), dsl_scan.c dsl_scan_sync()
 */
import { DSS_NONE } from '#abi/illumos/zfs-stat.ts';
import { EBUSY, ECANCELED, ENOENT, type Errno } from '#kernel/os/errno.ts';
import type { ScanFunc } from './dsl-scan.ts';
import type { BlockPlace } from './dsl-scan-visit.ts';
import type { Spa } from './spa.ts';
import { allLeaves } from './spa-config-sync.ts';
import { isSpaDirty, spaSync } from './spa-sync.ts';
import { resilverDone } from './spa-vdev-attach.ts';

/** What one step looks at when nobody says otherwise. */
const SCAN_STEP_BYTES: number = 8 * 2 ** 20;

function runTask(spa: Spa, task: () => void): void {
  spa.syncTasks.push(task);
  spaSync(spa);
}

/** Whether some leaf that is there has missed something in `fromTxg` or later. */
function isInNeed(spa: Spa, fromTxg: number): boolean {
  return allLeaves(spa).some(
    (leaf) => leaf.isReadable && !leaf.missing.isEmpty && leaf.missing.max >= fromTxg,
  );
}

/**
 * Whether a resilver must begin, or begin anew: a leaf that is there has missed something, and the one
 * that is running, if any, does not care for it.
 */
export function mustResilver(spa: Spa): boolean {
  const { scan } = spa;
  return allLeaves(spa).some(
    (leaf) =>
      leaf.isReadable &&
      !leaf.missing.isEmpty &&
      !(scan.isResilvering && leaf.resilverTxg === scan.phys.maxTxg),
  );
}

/**
 * `spa_scan`: begins a scrub, or goes on with a paused one (ECANCELED, as libzfs expects). EBUSY
 * while one is running.
 */
export function scanStart(spa: Spa, func: ScanFunc): Errno | undefined {
  const { scan } = spa;
  if (scan.isScanning && func === 'SCRUB') {
    if (!scan.isPaused) return EBUSY;
    runTask(spa, () => scan.setPaused(false));
    return ECANCELED;
  }
  if (func === 'RESILVER' && !isInNeed(spa, 0)) return ENOENT;
  // What is dirty has no blocks yet.
  if (isSpaDirty(spa)) spaSync(spa);
  runTask(spa, () => scan.begin(func));
  return undefined;
}

/** `spa_scan_stop`: ENOENT when no scrub is running; a resilver can't be stopped. */
export function scanStop(spa: Spa): Errno | undefined {
  if (!spa.scan.isScanning || spa.scan.isResilvering) return ENOENT;
  runTask(spa, () => spa.scan.end(false));
  return undefined;
}

/** `spa_scrub_pause_resume`: ENOENT without a scrub, EBUSY when it is paused already. */
export function scrubPause(spa: Spa): Errno | undefined {
  if (!spa.scan.isScanning || spa.scan.isResilvering) return ENOENT;
  if (spa.scan.isPaused) return EBUSY;
  runTask(spa, () => spa.scan.setPaused(true));
  return undefined;
}

/**
 * Does some more of the running scan; false when there is nothing more to do. The last step ends it
 * in a txg of its own; after a resilver, disks that were replaced leave.
 */
export function scanStep(spa: Spa, maxBytes: number = SCAN_STEP_BYTES): boolean {
  const { scan } = spa;
  if (!scan.isScanning || scan.isPaused || spa.isSuspended) return false;
  // Blocks of the txg that is open have no places yet, and what it frees is not free yet.
  if (!scan.advance(maxBytes)) return true;
  const { errors, maxTxg } = scan.phys;
  runTask(spa, () => scan.end(true));
  resilverDone(spa);
  // What could not be read now can't be read another time: only what came later is reason enough.
  if (isInNeed(spa, errors === 0 ? 0 : maxTxg)) runTask(spa, () => scan.begin('RESILVER'));
  return scan.isScanning;
}

/** What a whole scan found and did. */
export interface ScanReport {
  readonly examinedBytes: number;
  readonly repairedBytes: number;
  readonly errors: readonly BlockPlace[];
}

/** A whole scrub at once. */
export function scrubAll(spa: Spa): ScanReport {
  scanStart(spa, 'SCRUB');
  while (scanStep(spa));
  const { examined, processed, state } = spa.scan.phys;
  const errors = state === DSS_NONE ? [] : spa.errorLog.places(spa.dsl);
  return { examinedBytes: examined, repairedBytes: processed, errors };
}
