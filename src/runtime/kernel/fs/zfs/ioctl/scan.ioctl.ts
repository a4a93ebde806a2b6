/**
 * Ioctls on scrubs, on what they found, and on the history of a pool. The work is in pool/.
 * @see uts/common/fs/zfs/zfs_ioctl.c
 */
import { type NvValue, nvListArray } from '#abi/illumos/nvpair.ts';
import { POOL_SCAN_NONE, POOL_SCAN_RESILVER, POOL_SCAN_SCRUB } from '#abi/illumos/zfs-stat.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { ECANCELED, EINVAL, ENOENT, type Errno } from '#kernel/os/errno.ts';
import { scanStart, scanStop, scrubPause } from '../pool/scan-ops.ts';
import { spaHistoryRecords } from '../pool/spa-history.ts';
import { pathOfObject } from '../zpl/zfs-obj-path.ts';
import type { Spa } from '../pool/spa.ts';
import type { BlockPlace } from '../pool/dsl-scan-visit.ts';
import { poolRow, type ZfsIoctlRow } from './ioctl-row.ts';
import type { ZfsModule } from './zfs-module.ts';

/** `POOL_SCRUB_PAUSE` */
const SCRUB_PAUSE = 1;

/** `cookie`: what to scan for, 0 stops; `object` 1 pauses a scrub. */
function poolScan(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  if (command.object === SCRUB_PAUSE) return scrubPause(spa);
  if (command.cookie === POOL_SCAN_NONE) return scanStop(spa);
  let error: Errno | undefined = EINVAL;
  if (command.cookie === POOL_SCAN_SCRUB) error = scanStart(spa, 'SCRUB');
  else if (command.cookie === POOL_SCAN_RESILVER) error = scanStart(spa, 'RESILVER');
  // A paused scrub that goes on is no error.
  if (error !== undefined && error !== ECANCELED) return error;
  module.driveScans();
  return undefined;
}

/** Where a damaged block is, as `zpool status -v` shows it. `zpool_obj_to_path` */
function placeName(spa: Spa, module: ZfsModule, { objset, object }: BlockPlace): string {
  const number = `<0x${object.toString(16)}>`;
  if (objset === 0) return `<metadata>:${number}`;
  if (spa.mos.tryDnode(objset) === undefined) return `<0x${objset.toString(16)}>:${number}`;
  const dataset = spa.dsl.datasetByObject(objset);
  const name = dataset.fullName;
  const path = pathOfObject(dataset.objset, object);
  if (path === undefined) return `${name}:${number}`;
  const mounted = module.mountPointOf(name);
  return mounted === undefined ? `${name}:${path}` : `${mounted === '/' ? '' : mounted}${path}`;
}

/** `errors` in the answer: the names of what can't be read. */
function errorLog(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  const places = spa.errorLog
    .places(spa.dsl)
    .toSorted((a, b) => a.objset - b.objset || a.object - b.object);
  const names = places.map((place) => placeName(spa, module, place));
  command.destination = new Map<string, NvValue>([
    ['errors', { type: 'string_array', value: [...new Set(names)] }],
  ]);
  return undefined;
}

/** All records, oldest first. */
function getHistory(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  module.syncPool(spa);
  command.destination = new Map([['history record', nvListArray(spaHistoryRecords(spa))]]);
  return undefined;
}

const look = { needsRunning: false, isLogged: false } as const;

export const SCAN_IOCTLS: readonly ZfsIoctlRow[] = [
  poolRow('ZFS_IOC_POOL_SCAN', poolScan),
  { ...poolRow('ZFS_IOC_ERROR_LOG', errorLog), ...look },
  { ...poolRow('ZFS_IOC_POOL_GET_HISTORY', getHistory), ...look },
];
