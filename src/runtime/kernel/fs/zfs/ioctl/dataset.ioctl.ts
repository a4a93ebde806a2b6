/** Ioctls on datasets. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import { nvGetUint64 } from '#abi/illumos/nvpair.ts';
import type { DatasetStats, ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EBUSY, EEXIST, ENOENT, ESRCH, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { datasetProps } from '../pool/dataset-props.ts';
import {
  zfsClone,
  zfsCreate,
  zfsPromote,
  zfsRename,
  zfsRollback,
  zfsSnapshot,
} from '../pool/dsl-ops.ts';
import { zfsDestroy } from '../pool/dsl-destroy-ops.ts';
import type { Spa } from '../pool/spa.ts';
import { openFileSystem } from '../pool/zfs-mount.ts';
import { zvolCreate } from '../pool/zvol-create.ts';
import { datasetRow, readRow, type ZfsIoctlRow } from './ioctl-row.ts';
import { argumentNames, propsArgument } from './property.ioctl.ts';
import type { ZfsModule } from './zfs-module.ts';

/** `DMU_OST_ZVOL` */
const OBJSET_TYPE_VOLUME = 3;
/** `DS_FLAG_INCONSISTENT` */
const FLAG_INCONSISTENT = 1n;

function spaOf(command: ZfsCommand, module: ZfsModule): Spa | Errno {
  return module.poolOf(command.name) ?? ENOENT;
}

function statsOf(spa: Spa, dataset: DslDataset): DatasetStats {
  const { phys, dir, isSnapshot } = dataset;
  const { originObj } = dir.phys;
  const origin =
    isSnapshot || originObj === 0 ? undefined : spa.dsl.datasetByObject(originObj).fullName;
  return {
    type: dataset.objset.type === OBJSET_TYPE_VOLUME ? 'volume' : 'filesystem',
    isSnapshot,
    guid: phys.guid,
    creationTxg: phys.creationTxg,
    numClones: isSnapshot ? Math.max(0, phys.numChildren - 1) : 0,
    isInconsistent: (BigInt(phys.flags) & FLAG_INCONSISTENT) !== 0n,
    origin: origin === undefined || origin.includes('$ORIGIN') ? '' : origin,
  };
}

function objsetStats(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const dataset = spa.dsl.findDataset(command.name);
  if (dataset === undefined) return ENOENT;
  command.stats = statsOf(spa, dataset);
  command.destination = datasetProps(dataset);
  return undefined;
}

/** The child of `name` after the one called `value` (its last component); ESRCH at the end. */
function datasetListNext(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const dir = spa.dsl.findDir(command.name);
  if (dir === undefined) return ENOENT;
  const next = dir.children().find(({ name }) => command.value === '' || name > command.value);
  if (next === undefined) return ESRCH;
  command.value = next.name;
  command.stats = statsOf(spa, spa.dsl.head(next));
  command.destination = datasetProps(spa.dsl.head(next));
  return undefined;
}

/** The snapshot of `name` after txg `cookie`, name `value`; ESRCH at the end. Oldest first. */
function snapshotListNext(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const head = spa.dsl.findDataset(command.name);
  if (head === undefined) return ENOENT;
  const isAfter = ({ phys, snapshotName }: DslDataset): boolean =>
    phys.creationTxg > command.cookie ||
    (phys.creationTxg === command.cookie && (snapshotName ?? '') > command.value);
  const next = head.snapshots().find(isAfter);
  if (next === undefined) return ESRCH;
  command.cookie = next.phys.creationTxg;
  command.value = next.snapshotName ?? '';
  command.stats = statsOf(spa, next);
  command.destination = datasetProps(next);
  return undefined;
}

function create(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const type = nvGetUint64(command.source ?? new Map(), 'type');
  const props = propsArgument(command);
  if (isErrno(props)) return props;
  if (type === BigInt(OBJSET_TYPE_VOLUME)) return zvolCreate(spa, command.name, props);
  return zfsCreate(spa, command.name, props);
}

/** With `cookie` 1 a snapshot that is needed goes when it no longer is. */
function destroy(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  if (module.mountedOf(command.name) !== undefined) return EBUSY;
  return zfsDestroy(spa, command.name, command.cookie === 1);
}

/** With `cookie` 1 a snapshot is renamed in all file systems below as well. */
function rename(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  return zfsRename(spa, command.name, command.value, command.cookie === 1);
}

/** To the snapshot `value` (`fs@snap`) of `name`; a mount goes on with what is there then. */
function rollback(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const error = zfsRollback(spa, command.value);
  const mounted = module.mountedOf(command.name);
  const head = spa.dsl.findDataset(command.name);
  if (error === undefined && head !== undefined) mounted?.resume(openFileSystem(spa, head));
  return error;
}

/** `name` is made from the snapshot `value`. */
function clone(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const props = propsArgument(command);
  return isErrno(props) ? props : zfsClone(spa, command.value, command.name, props);
}

/** The names are the keys of `snaps` in `source`, all in one txg. */
function snapshot(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const props = propsArgument(command);
  if (isErrno(props)) return props;
  return zfsSnapshot(spa, argumentNames(command, 'snaps'), props);
}

/** In `string` the name of a snapshot that is in the way. */
function promote(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = spaOf(command, module);
  if (isErrno(spa)) return spa;
  const result = zfsPromote(spa, command.name);
  if (result === undefined || isErrno(result)) return result;
  command.string = result.conflict;
  return EEXIST;
}

export const DATASET_IOCTLS: readonly ZfsIoctlRow[] = [
  readRow('ZFS_IOC_OBJSET_STATS', objsetStats),
  readRow('ZFS_IOC_DATASET_LIST_NEXT', datasetListNext),
  readRow('ZFS_IOC_SNAPSHOT_LIST_NEXT', snapshotListNext),
  datasetRow('ZFS_IOC_CREATE', create),
  datasetRow('ZFS_IOC_DESTROY', destroy),
  datasetRow('ZFS_IOC_RENAME', rename),
  datasetRow('ZFS_IOC_ROLLBACK', rollback),
  datasetRow('ZFS_IOC_CLONE', clone),
  datasetRow('ZFS_IOC_SNAPSHOT', snapshot),
  datasetRow('ZFS_IOC_PROMOTE', promote),
];
