/**
 * The vdev tree out of a configuration, with devices found by their guid.
 * @see uts/common/fs/zfs/vdev.c vdev_alloc()
 */
import type { BlockDevice } from '#runtime/host.ts';
import {
  type NvList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
} from '../ondisk/nvlist.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import type { Vdev } from './vdev.ts';
import { VdevDisk } from './vdev-disk.ts';
import { VdevMirror } from './vdev-mirror.ts';
import { VdevRaidz } from './vdev-raidz.ts';

/** Where the devices are: by the guid in their labels. */
export type DeviceByGuid = (guid: bigint) => BlockDevice | null;

const MAX_DEPTH = 4;

/** Builds one vdev with all below it. ZfsError for kinds we do not have. */
export function buildVdev(config: NvList, ashift: number, find: DeviceByGuid, depth = 0): Vdev {
  const type = nvGetString(config, 'type');
  const guid = nvGetUint64(config, 'guid');
  const id = nvGetNumber(config, 'id');
  if (type === undefined || guid === undefined || id === undefined || depth > MAX_DEPTH) {
    throw corrupt('vdev_tree', 'a vdev has no type, guid or id');
  }
  const identity = { type, id, guid, ashift };
  const children = (): Vdev[] =>
    nvGetListArray(config, 'children').map((child) => buildVdev(child, ashift, find, depth + 1));
  switch (type) {
    case 'disk':
    case 'file': {
      const leaf = new VdevDisk(identity, nvGetString(config, 'path') ?? '', find(guid));
      leaf.isOffline = nvGetNumber(config, 'offline') === 1;
      return leaf;
    }
    case 'mirror':
    case 'replacing':
    case 'spare':
      return new VdevMirror(identity, children());
    case 'raidz':
      return new VdevRaidz(identity, children(), nvGetNumber(config, 'nparity') ?? 1);
    default:
      throw new ZfsError('ENOTSUP', `Cannot open vdev ${id}: type "${type}" is not supported`);
  }
}
