/**
 * The lab's own ioctls on devices that may belong to a pool: whose they are by their label, and
 * taking the label away. On illumos libzfs reads and writes labels itself.
 * @see lib/libzfs/common/libzfs_import.c zpool_in_use(), zpool_clear_label()
 */
import type { BlockDevice } from '#runtime/host.ts';
import { type NvList, nvGetNumber, nvGetString, nvGetUint64 } from '#abi/illumos/nvpair.ts';
import type { ZfsCommand } from '#abi/illumos/zfs-ioctl.ts';
import { POOL_STATE_ACTIVE, POOL_STATE_POTENTIALLY_ACTIVE } from '#abi/illumos/zfs-stat.ts';
import { EBUSY, EIO, ENOENT, EROFS, type Errno, isErrno } from '#kernel/os/errno.ts';
import { BlockDeviceError } from '#runtime/host.ts';
import { clearLabels } from '../pool/vdev-create.ts';
import { readLabelConfigs } from '../vdev/vdev-label.ts';
import { ZioContext } from '../zio/zio.ts';
import type { ZfsIoctlRow } from './ioctl-row.ts';
import type { ZfsModule } from './zfs-module.ts';

/** Runs `work` with the device at `path`, and gives the device back. */
function withDevice(
  module: ZfsModule,
  path: string,
  work: (device: BlockDevice) => Errno | undefined,
): Errno | undefined {
  const device = module.machine.openDevice(path);
  if (isErrno(device)) return device;
  try {
    return work(device);
  } catch (error) {
    if (error instanceof BlockDeviceError) return EIO;
    throw error;
  } finally {
    module.machine.closeDevice(device);
  }
}

function txgOf(config: NvList): number {
  return nvGetNumber(config, 'txg') ?? 0;
}

/** `config`: the label; `value`: the pool; `cookie`: its state. ENOENT when there is no label. */
function readLabel(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  return withDevice(module, command.string, (device) => {
    const { checksums } = new ZioContext(module.machine.codecs);
    const configs = readLabelConfigs(device, checksums);
    const config = configs.toSorted((a, b) => txgOf(b) - txgOf(a))[0];
    if (config === undefined) return ENOENT;
    let state = nvGetNumber(config, 'state') ?? POOL_STATE_POTENTIALLY_ACTIVE;
    const user = module.userOf(device);
    if (user === undefined && state === POOL_STATE_ACTIVE) state = POOL_STATE_POTENTIALLY_ACTIVE;
    if (user !== undefined && nvGetUint64(config, 'pool_guid') === user.identity.guid) {
      state = POOL_STATE_ACTIVE;
    }
    command.config = config;
    command.value = user?.identity.name ?? nvGetString(config, 'name') ?? '';
    command.cookie = state;
    return undefined;
  });
}

function clearLabel(command: ZfsCommand, module: ZfsModule): Errno | undefined {
  return withDevice(module, command.string, (device) => {
    if (module.userOf(device) !== undefined) return EBUSY;
    if (device.isReadOnly) return EROFS;
    clearLabels(device);
    device.flush();
    return undefined;
  });
}

const device = { security: 'config', names: 'none', needsRunning: false, isLogged: false } as const;

export const LABEL_IOCTLS: readonly ZfsIoctlRow[] = [
  { ...device, name: 'ZFS_IOC_LABEL_READ', run: readLabel },
  { ...device, name: 'ZFS_IOC_LABEL_CLEAR', run: clearLabel },
];
