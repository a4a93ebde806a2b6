/** Ioctls on the devices of a pool. The work is in pool/. @see uts/common/fs/zfs/zfs_ioctl.c */
import { nvGetListArray } from '#abi/illumos/nvpair.ts';
import {
  VDEV_AUX_EXTERNAL,
  VDEV_STATE_DEGRADED,
  VDEV_STATE_FAULTED,
  VDEV_STATE_HEALTHY,
  VDEV_STATE_OFFLINE,
} from '#abi/illumos/zfs-stat.ts';
import {
  ZFS_OFFLINE_TEMPORARY,
  ZFS_ONLINE_EXPAND,
  ZFS_ONLINE_UNSPARE,
  type ZfsCommand,
} from '#abi/illumos/zfs-ioctl.ts';
import { EINVAL, ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Spa } from '../pool/spa.ts';
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
import { spaChangeGuid } from '../pool/spa-reguid.ts';
import { findVdev } from '../pool/vdev-find.ts';
import { poolRow, type ZfsIoctlRow } from './ioctl-row.ts';
import { STATE_OF } from './pool-stats.ts';
import { SpecReader } from './vdev-spec.ts';
import type { ZfsModule } from './zfs-module.ts';

/** A handler on an open pool; scans that it has begun are driven on. */
function onPool(
  run: (spa: Spa, command: ZfsCommand, module: ZfsModule) => Errno | undefined,
): ZfsIoctlRow['run'] {
  return (command, module) => {
    const spa = module.pool(command.name);
    if (spa === undefined) return ENOENT;
    const error = run(spa, command, module);
    module.driveScans();
    return error;
  };
}

/** What `config` describes, in addition to what there is. */
function add(spa: Spa, command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const reader = new SpecReader(module);
  const request = reader.readRoot(command.config ?? new Map());
  if (isErrno(request)) return reader.failed(request);
  const error = spaVdevAdd(spa, request);
  return error === undefined ? undefined : reader.failed(error);
}

/** To the vdev `guid` the one leaf in `config`; `cookie` 1: in its place. */
function attach(spa: Spa, command: ZfsCommand, module: ZfsModule): Errno | undefined {
  const [child, ...more] = nvGetListArray(command.config ?? new Map(), 'children');
  if (child === undefined || more.length > 0) return EINVAL;
  const isReplacing = command.cookie === 1;
  const replaced = isReplacing ? findVdev(spa, command.guid) : undefined;
  const reader = new SpecReader(module, { spa, replaced });
  const spec = reader.read(child);
  if (isErrno(spec)) return reader.failed(spec);
  const error = spaVdevAttach(spa, command.guid, spec, { isReplacing });
  return error === undefined ? undefined : reader.failed(error);
}

/** Puts the vdev into the state `cookie`, which is then the state that it has. */
function setState(spa: Spa, command: ZfsCommand): Errno | undefined {
  const { guid, object: flags } = command;
  switch (command.cookie) {
    case VDEV_STATE_HEALTHY: {
      const state = vdevOnline(spa, guid, {
        expands: (flags & ZFS_ONLINE_EXPAND) !== 0,
        unspares: (flags & ZFS_ONLINE_UNSPARE) !== 0,
      });
      if (isErrno(state)) return state;
      command.cookie = STATE_OF[state];
      return undefined;
    }
    case VDEV_STATE_OFFLINE:
      return vdevOffline(spa, guid, (flags & ZFS_OFFLINE_TEMPORARY) !== 0);
    case VDEV_STATE_FAULTED:
      return vdevFault(spa, guid, reasonOf(flags));
    case VDEV_STATE_DEGRADED:
      return vdevDegrade(spa, guid, reasonOf(flags));
    default:
      return EINVAL;
  }
}

function reasonOf(aux: number): 'ERR_EXCEEDED' | 'EXTERNAL' {
  return aux === VDEV_AUX_EXTERNAL ? 'EXTERNAL' : 'ERR_EXCEEDED';
}

function clear(spa: Spa, { guid }: ZfsCommand): Errno | undefined {
  return guid === 0n ? vdevClear(spa) : vdevClear(spa, guid);
}

function reopen(spa: Spa): undefined {
  vdevReopen(spa);
}

/** A suspended pool may be cleared and reopened: that is how it goes on. */
const evenSuspended = { needsRunning: false } as const;

export const VDEV_IOCTLS: readonly ZfsIoctlRow[] = [
  poolRow('ZFS_IOC_VDEV_ADD', onPool(add)),
  poolRow(
    'ZFS_IOC_VDEV_REMOVE',
    onPool((spa, { guid }) => spaVdevRemove(spa, guid)),
  ),
  poolRow('ZFS_IOC_VDEV_ATTACH', onPool(attach)),
  poolRow(
    'ZFS_IOC_VDEV_DETACH',
    onPool((spa, { guid }) => spaVdevDetach(spa, guid)),
  ),
  poolRow('ZFS_IOC_VDEV_SET_STATE', onPool(setState)),
  { ...poolRow('ZFS_IOC_CLEAR', onPool(clear)), ...evenSuspended },
  { ...poolRow('ZFS_IOC_POOL_REOPEN', onPool(reopen)), ...evenSuspended },
  poolRow('ZFS_IOC_POOL_REGUID', onPool(spaChangeGuid)),
];
