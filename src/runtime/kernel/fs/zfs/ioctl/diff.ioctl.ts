/**
 * Ioctls for `zfs diff`: which objects changed, in steps, and what they are called. The work is in pool/.
 * @see uts/common/fs/zfs/zfs_ioctl.c zfs_ioc_diff(), zfs_ioc_obj_to_stats(), zfs_ioc_next_obj()
 */
import { nvUint64 } from '#abi/illumos/nvpair.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EINVAL, ENOENT, ESRCH, type Errno, isErrno } from '#kernel/os/errno.ts';
import { type DiffRecord, dmuDiff, objToStats } from '../pool/dmu-diff.ts';
import { zfsDestroy } from '../pool/dsl-destroy-ops.ts';
import { zfsSnapshot } from '../pool/dsl-ops.ts';
import { datasetRow, readRow, type ZfsIoctlRow, type ZfsOpen } from './ioctl-row.ts';
import type { ZfsModule } from './zfs-module.ts';

/** So many runs a call. */
const STEP_RECORDS = 256;

/**
 * From snapshot `value` to snapshot `name`; in steps by `cookie`. `destination` has a list for each
 * run: `first`, `last`, and `inuse` where the objects are.
 */
function diff(command: ZfsCommand, module: ZfsModule, open: ZfsOpen): Errno | undefined {
  if (command.cookie === 0) {
    const spa = module.poolOf(command.name);
    const from = spa?.dsl.findDataset(command.value);
    const to = spa?.dsl.findDataset(command.name);
    if (spa === undefined || from === undefined || to === undefined) return ENOENT;
    const records = dmuDiff(spa, from, to);
    if (isErrno(records)) return records;
    let id = 1;
    while (open.sessions.has(id)) id += 1;
    open.sessions.set(id, records);
    open.closers.add(() => records.return(undefined));
    command.cookie = id;
  }
  const records = open.sessions.get(command.cookie) as Iterator<DiffRecord> | undefined;
  if (records === undefined) return EINVAL;
  const found: bigint[] = [];
  command.hasMore = true;
  while (found.length < STEP_RECORDS * 3) {
    const { value, done } = records.next();
    if (done === true) {
      command.hasMore = false;
      open.sessions.delete(command.cookie);
      break;
    }
    found.push(value.isInUse ? 1n : 0n, BigInt(value.first), BigInt(value.last));
  }
  command.destination = new Map([['records', { type: 'uint64_array', value: found }]]);
  return undefined;
}

/** Object `object` of the snapshot `name`: its path in `value`, and gen, mode, links, ctime. */
function objectStats(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const dataset = module.poolOf(command.name)?.dsl.findDataset(command.name);
  if (dataset === undefined) return ENOENT;
  const stats = objToStats(dataset, command.object);
  if (isErrno(stats)) return stats;
  command.value = stats.path;
  command.destination = new Map([
    ['gen', nvUint64(stats.gen)],
    ['mode', nvUint64(stats.mode)],
    ['links', nvUint64(stats.links)],
    ['ctime', { type: 'uint64_array', value: [...stats.ctime] }],
  ]);
  return undefined;
}

/** The first object of `name` after `object`; ESRCH when there is none. */
function nextObject(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const dataset = module.poolOf(command.name)?.dsl.findDataset(command.name);
  if (dataset === undefined) return ENOENT;
  const { value, done } = dataset.objset.objects(command.object + 1).next();
  if (done === true) return ESRCH;
  command.object = value;
  return undefined;
}

/** A snapshot of `name` for as long as /dev/zfs is open; `value`: the prefix, then its name. */
function temporarySnapshot(
  command: ZfsCommand,
  module: ZfsModule,
  open: ZfsOpen,
): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const now = module.machine.clock.realtimeNs();
  const snapshot = `${command.value}-${now.toString(16).padStart(16, '0')}`;
  const full = `${command.name}@${snapshot}`;
  const error = zfsSnapshot(spa, [full]);
  if (error !== undefined) return error;
  open.closers.add(() => zfsDestroy(spa, full));
  command.value = snapshot;
  return undefined;
}

export const DIFF_IOCTLS: readonly ZfsIoctlRow[] = [
  readRow('ZFS_IOC_DIFF', diff),
  readRow('ZFS_IOC_OBJ_TO_STATS', objectStats),
  readRow('ZFS_IOC_NEXT_OBJ', nextObject),
  datasetRow('ZFS_IOC_TMP_SNAPSHOT', temporarySnapshot),
];
