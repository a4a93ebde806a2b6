/** Ioctls on the devices of a pool. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import { nvGetListArray } from '#abi/illumos/nvpair.ts';
import {
  ZFS_OFFLINE_TEMPORARY,
  ZFS_ONLINE_EXPAND,
  type ZfsCommand,
} from '#abi/illumos/zfs-ioctl.ts';
import {
  VDEV_AUX_ERR_EXCEEDED,
  VDEV_AUX_EXTERNAL,
  VDEV_STATE_CANT_OPEN,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_FAULTED,
  VDEV_STATE_HEALTHY,
  VDEV_STATE_OFFLINE,
  VDEV_STATE_REMOVED,
} from '#abi/illumos/zfs-stat.ts';
import { EINVAL, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import { spaVdevAdd, spaVdevRemove } from '../pool/spa-vdev-add.ts';
import { spaVdevAttach, spaVdevDetach } from '../pool/spa-vdev-attach.ts';
import {
  vdevClear,
  vdevDegrade,
  vdevFault,
  vdevOffline,
  vdevOnline,
  vdevReopen,
} from '../pool/spa-vdev-state.ts';
import type { VdevAux, VdevState } from '../vdev/vdev.ts';
import { poolRow, type ZfsIoctlRow } from './ioctl-row.ts';
import { SpecReader } from './vdev-spec.ts';
import type { ZfsModule } from './zfs-module.ts';

/** To the vdev `guid` the one leaf in `config`; `cookie` 1: in its place. */
function attach(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  const [child, ...more] = nvGetListArray(command.config ?? new Map(), 'children');
  if (child === undefined || more.length > 0) return EINVAL;
  const reader = new SpecReader(module, spa);
  const spec = reader.read(child);
  if (isErrno(spec)) {
    reader.abandon();
    return spec;
  }
  const error = spaVdevAttach(spa, command.guid, spec, { isReplacing: command.cookie === 1 });
  if (error !== undefined) reader.abandon();
  else module.driveScans();
  return error;
}

function detach(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  return spa === undefined ? ENOENT : spaVdevDetach(spa, command.guid);
}

function add(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  const reader = new SpecReader(module);
  const request = reader.readRoot(command.config ?? new Map());
  const error = isErrno(request) ? request : spaVdevAdd(spa, request);
  if (error !== undefined) reader.abandon();
  return error;
}

function remove(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  return spa === undefined ? ENOENT : spaVdevRemove(spa, command.guid);
}

const REASONS: ReadonlyMap<number, VdevAux> = new Map([
  [VDEV_AUX_ERR_EXCEEDED, 'ERR_EXCEEDED'],
  [VDEV_AUX_EXTERNAL, 'EXTERNAL'],
]);

const STATES: Readonly<Partial<Record<VdevState, number>>> = {
  ONLINE: VDEV_STATE_HEALTHY,
  DEGRADED: VDEV_STATE_DEGRADED,
  FAULTED: VDEV_STATE_FAULTED,
  OFFLINE: VDEV_STATE_OFFLINE,
  REMOVED: VDEV_STATE_REMOVED,
};

/** `cookie`: the state wanted, and then the one that came of it; `object`: flags, or the reason. */
function setState(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  const { guid, object } = command;
  switch (command.cookie) {
    case VDEV_STATE_HEALTHY: {
      const expands = (object & ZFS_ONLINE_EXPAND) !== 0;
      const state = vdevOnline(spa, guid, { expands });
      if (isErrno(state)) return state;
      command.cookie = STATES[state] ?? VDEV_STATE_CANT_OPEN;
      module.driveScans();
      return undefined;
    }
    case VDEV_STATE_OFFLINE:
      return vdevOffline(spa, guid, (object & ZFS_OFFLINE_TEMPORARY) !== 0);
    case VDEV_STATE_FAULTED:
      return vdevFault(spa, guid, REASONS.get(object) ?? 'ERR_EXCEEDED');
    case VDEV_STATE_DEGRADED:
      return vdevDegrade(spa, guid, REASONS.get(object) ?? 'ERR_EXCEEDED');
    default:
      return EINVAL;
  }
}

/** Of the vdev `guid`, or of the whole pool with 0; a suspended pool goes on. */
function clear(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  const error = vdevClear(spa, command.guid === 0n ? undefined : command.guid);
  module.driveScans();
  return error;
}

function reopen(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const spa = module.pool(command.name);
  if (spa === undefined) return ENOENT;
  vdevReopen(spa);
  module.driveScans();
  return undefined;
}

export const VDEV_IOCTLS: readonly ZfsIoctlRow[] = [
  poolRow('ZFS_IOC_VDEV_ADD', add),
  poolRow('ZFS_IOC_VDEV_REMOVE', remove),
  poolRow('ZFS_IOC_VDEV_SET_STATE', setState),
  { ...poolRow('ZFS_IOC_CLEAR', clear), needsRunning: false },
  poolRow('ZFS_IOC_POOL_REOPEN', reopen),
  poolRow('ZFS_IOC_VDEV_ATTACH', attach),
  poolRow('ZFS_IOC_VDEV_DETACH', detach),
];
