/**
 * Ioctls on several snapshots, holds and bookmarks at once. Lists are nvlists in `source`, errors by
 * name come back in `destination`. The work is in pool/.
 * @see lib/libzfs_core/common/libzfs_core.c (the shape of the lists)
 */
import {
  type NvList,
  nvGetList,
  nvGetString,
  nvList,
  nvUint64,
  type NvValue,
} from '#abi/illumos/nvpair.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { EINVAL, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import { zfsBookmark, zfsBookmarks, zfsDestroyBookmarks } from '../pool/dsl-bookmark-ops.ts';
import { zfsDestroySnapshots } from '../pool/dsl-destroy-ops.ts';
import { zfsHold, zfsHolds, zfsRelease } from '../pool/dsl-hold-ops.ts';
import type { Spa } from '../pool/spa.ts';
import { datasetRow, readRow, type ZfsIoctlRow } from './ioctl-row.ts';
import { argumentNames, errnoList } from './property.ioctl.ts';
import type { ZfsModule } from './zfs-module.ts';

type Work = (spa: Spa, errors: Map<string, Errno>) => Errno | undefined;

/** Runs `work` and puts the errors by name where the program finds them. */
function withErrors(command: ZfsCommand, module: ZfsModule, work: Work): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const errors = new Map<string, Errno>();
  const result = work(spa, errors);
  command.destination = errnoList(errors);
  return result;
}

function source(command: ZfsCommand): NvList {
  return command.source ?? new Map();
}

/** `snaps`: names; `defer`: whether those that are needed go later. */
function destroySnaps(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const isDefer = source(command).has('defer');
  const names = argumentNames(command, 'snaps');
  return withErrors(command, module, (spa, errors) =>
    zfsDestroySnapshots(spa, names, isDefer, errors),
  );
}

/** `holds`: snapshot → tag. With `cleanup` they last as long as /dev/zfs is open. */
function hold(
  command: ZfsCommand,
  module: ZfsModule,
  open: { closers: Set<() => void> },
): Errno | undefined {
  const list = nvGetList(source(command), 'holds') ?? new Map<string, NvValue>();
  const holds: [string, string][] = [];
  for (const [name] of list) {
    const tag = nvGetString(list, name);
    if (tag === undefined) return EINVAL;
    holds.push([name, tag]);
  }
  const isTemporary = source(command).has('cleanup_fd');
  return withErrors(command, module, (spa, errors) => {
    const error = zfsHold(spa, holds, isTemporary, errors);
    if (error === undefined && isTemporary) {
      const held = holds.filter(([name]) => !errors.has(name));
      open.closers.add(() => {
        if (module.poolOf(command.name) !== spa) return;
        zfsRelease(
          spa,
          held.map(([name, tag]) => [name, [tag]] as const),
        );
      });
    }
    return error;
  });
}

/** Snapshot → list whose keys are the tags. */
function release(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const holds: [string, string[]][] = [];
  for (const [name, pair] of source(command)) {
    if (pair.type !== 'nvlist') return EINVAL;
    holds.push([name, [...pair.value.keys()]]);
  }
  return withErrors(command, module, (spa, errors) => zfsRelease(spa, holds, errors));
}

/** Answers tag → time. */
function getHolds(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const holds = zfsHolds(spa, command.name);
  if (isErrno(holds)) return holds;
  command.destination = new Map([...holds].map(([tag, time]) => [tag, nvUint64(time)]));
  return undefined;
}

/** New bookmark → snapshot. */
function bookmark(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const marks: [string, string][] = [];
  for (const [name] of source(command)) {
    const from = nvGetString(source(command), name);
    if (from === undefined) return EINVAL;
    marks.push([name, from]);
  }
  return withErrors(command, module, (spa, errors) => zfsBookmark(spa, marks, errors));
}

/** Answers short name → { guid, createtxg, creation }, each { value }. */
function getBookmarks(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.poolOf(command.name);
  if (spa === undefined) return ENOENT;
  const marks = zfsBookmarks(spa, command.name);
  if (isErrno(marks)) return marks;
  const prop = (value: bigint | number): NvValue => nvList(new Map([['value', nvUint64(value)]]));
  command.destination = new Map(
    [...marks].map(([name, { guid, creationTxg, creationTime }]) => [
      name,
      nvList(
        new Map([
          ['guid', prop(guid)],
          ['createtxg', prop(creationTxg)],
          ['creation', prop(creationTime)],
        ]),
      ),
    ]),
  );
  return undefined;
}

/** The keys of `source` are the bookmarks. */
function destroyBookmarks(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const names = [...source(command).keys()];
  return withErrors(command, module, (spa, errors) => zfsDestroyBookmarks(spa, names, errors));
}

export const SNAPSHOT_IOCTLS: readonly ZfsIoctlRow[] = [
  datasetRow('ZFS_IOC_DESTROY_SNAPS', destroySnaps),
  datasetRow('ZFS_IOC_HOLD', hold),
  datasetRow('ZFS_IOC_RELEASE', release),
  readRow('ZFS_IOC_GET_HOLDS', getHolds),
  datasetRow('ZFS_IOC_BOOKMARK', bookmark),
  readRow('ZFS_IOC_GET_BOOKMARKS', getBookmarks),
  datasetRow('ZFS_IOC_DESTROY_BOOKMARKS', destroyBookmarks),
];
