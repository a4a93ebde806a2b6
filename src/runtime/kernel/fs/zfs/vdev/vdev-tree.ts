/**
 * The vdev tree out of a configuration, with devices found by their guid; and the configuration out
 * of the tree. Settings that we don't know are kept.
 * @see uts/common/fs/zfs/vdev.c vdev_alloc(), vdev_label.c vdev_config_generate()
 */
import type { BlockDevice } from '#runtime/host.ts';
import {
  type NvList,
  type NvValue,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
  nvListArray,
  nvString,
  nvUint64,
} from '../ondisk/nvlist.ts';
import { corrupt, ZfsError } from '../ondisk/zfs-error.ts';
import type { Vdev, VdevConfig } from './vdev.ts';
import { VdevDisk } from './vdev-disk.ts';
import { VdevMirror } from './vdev-mirror.ts';
import { VdevMissing } from './vdev-missing.ts';
import { VdevRaidz } from './vdev-raidz.ts';

/** Where the devices are: by the guid in their labels. */
export type DeviceByGuid = (guid: bigint) => BlockDevice | null;

const MAX_DEPTH = 4;

/** Keys that the tree itself says. */
const STRUCTURE = ['type', 'id', 'guid', 'children'];

/** Builds one vdev with all below it. ZfsError for kinds we do not have. */
export function buildVdev(config: NvList, ashift: number, find: DeviceByGuid, depth = 0): Vdev {
  const vdev = allocVdev(config, ashift, find, depth);
  vdev.config = new Map([...config].filter(([name]) => !STRUCTURE.includes(name)));
  return vdev;
}

function allocVdev(config: NvList, ashift: number, find: DeviceByGuid, depth: number): Vdev {
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
    case 'file':
      return new VdevDisk(identity, nvGetString(config, 'path') ?? '', find(guid));
    case 'mirror':
    case 'replacing':
    case 'spare':
      return new VdevMirror(identity, children());
    case 'raidz':
      return new VdevRaidz(identity, children(), nvGetNumber(config, 'nparity') ?? 1);
    case 'hole':
    case 'missing':
      return new VdevMissing(identity, []);
    default:
      throw new ZfsError('ENOTSUP', `Cannot open vdev ${id}: type "${type}" is not supported`);
  }
}

/** Sum of all vdev guids, the root's (the pool's) with them, modulo 2^64. */
export function guidSum(poolGuid: bigint, tops: readonly (Vdev | undefined)[]): bigint {
  let sum = poolGuid;
  for (const top of tops) {
    for (const vdev of top?.all() ?? []) sum += vdev.guid;
  }
  return BigInt.asUintN(64, sum);
}

/** Keys that the MOS has and labels have not. */
const MOS_ONLY = ['com.delphix:vdev_zap_leaf', 'com.delphix:vdev_zap_top'];

/** The branch below `vdev` as it is kept on disk. */
export function vdevConfig(vdev: Vdev, isForMos: boolean): VdevConfig {
  const config = new Map<string, NvValue>([
    ['type', nvString(vdev.type)],
    ['id', nvUint64(vdev.id)],
    ['guid', nvUint64(vdev.guid)],
  ]);
  for (const [name, value] of vdev.config) {
    if (isForMos || !MOS_ONLY.includes(name)) config.set(name, value);
  }
  if (vdev.children.length > 0) {
    config.set('children', nvListArray(vdev.children.map((child) => vdevConfig(child, isForMos))));
  }
  return config;
}
