/**
 * New vdevs: their configuration with fresh guids, sizes and sector shift, and blank labels.
 * @see uts/common/fs/zfs/vdev.c vdev_open(), vdev_label.c vdev_label_init()
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import {
  dataSize,
  labelOffset,
  SPA_MINDEVSIZE,
  VDEV_LABEL_SIZE,
  VDEV_LABELS,
} from '../ondisk/label.ts';
import { type NvValue, nvListArray, nvString, nvUint64 } from '../ondisk/nvlist.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { metaslabShiftFor } from '../metaslab/metaslab-class.ts';
import type { VdevConfig } from '../vdev/vdev.ts';

/** Random numbers that are not 0 and not the guid of another vdev of the pool. */
export type GuidSource = () => bigint;

/** What `zpool create` is asked for. */
export type VdevSpec =
  | { readonly kind: 'disk' | 'file'; readonly device: BlockDevice; readonly path: string }
  | { readonly kind: 'mirror'; readonly children: readonly VdevSpec[] }
  | { readonly kind: 'raidz'; readonly parity: number; readonly children: readonly VdevSpec[] };

export interface NewVdev {
  readonly config: VdevConfig;
  readonly devices: ReadonlyMap<bigint, BlockDevice>;
  readonly asize: number;
  readonly ashift: number;
}

export function devicesOf(spec: VdevSpec): readonly BlockDevice[] {
  return 'device' in spec ? [spec.device] : spec.children.flatMap(devicesOf);
}

/** Bytes for data: of a mirror the smallest side's, of a raidz the smallest's times all. */
function asizeOf(spec: VdevSpec): number {
  if ('device' in spec) return dataSize(spec.device.sizeBytes);
  const least = Math.min(...spec.children.map(asizeOf));
  return spec.kind === 'mirror' ? least : least * spec.children.length;
}

function describe(
  spec: VdevSpec,
  id: number,
  guids: GuidSource,
  devices: Map<bigint, BlockDevice>,
): Map<string, NvValue> {
  const guid = guids();
  const config = new Map<string, NvValue>([
    ['type', nvString(spec.kind)],
    ['id', nvUint64(id)],
    ['guid', nvUint64(guid)],
  ]);
  if ('device' in spec) {
    config.set('path', nvString(spec.path));
    devices.set(guid, spec.device);
    return config;
  }
  if (spec.kind === 'raidz') config.set('nparity', nvUint64(spec.parity));
  return config;
}

/** The configuration of a new top-level vdev; its metaslab array is filled in later. */
export function newTopVdev(
  spec: VdevSpec,
  id: number,
  txg: number,
  guids: GuidSource,
  wantedAshift: number | undefined,
  isLog = false,
): NewVdev {
  const all = devicesOf(spec);
  for (const device of all) {
    if (device.sizeBytes < SPA_MINDEVSIZE) {
      throw new ZfsError(
        'EOVERFLOW',
        `Cannot use "${device.name}": it is less than the minimum size (64M)`,
      );
    }
  }
  const least = Math.max(...all.map((device) => Math.log2(device.sectorSize)));
  const ashift = Math.max(least, wantedAshift ?? 9);
  const asize = asizeOf(spec);
  const devices = new Map<bigint, BlockDevice>();
  const config = describe(spec, id, guids, devices);
  config.set('metaslab_array', nvUint64(0));
  config.set('metaslab_shift', nvUint64(metaslabShiftFor(asize)));
  config.set('ashift', nvUint64(ashift));
  config.set('asize', nvUint64(asize));
  config.set('is_log', nvUint64(isLog ? 1 : 0));
  config.set('create_txg', nvUint64(txg));
  if (!('device' in spec)) {
    const children = spec.children.map((child, n) => {
      const branch = describe(child, n, guids, devices);
      branch.set('create_txg', nvUint64(txg));
      return branch;
    });
    config.set('children', nvListArray(children));
  }
  return { config, devices, asize, ashift };
}

/** A new leaf's configuration: to be attached to what is there. */
export function newLeafConfig(
  spec: VdevSpec & { readonly device: BlockDevice },
  txg: number,
  guids: GuidSource,
): VdevConfig {
  const config = describe(spec, 0, guids, new Map());
  config.set('create_txg', nvUint64(txg));
  return config;
}

/** Zeros all four labels, so that nothing of a former pool is found again. */
export function clearLabels(device: BlockDevice): void {
  const zeros = new Uint8Array(VDEV_LABEL_SIZE);
  for (let l = 0; l < VDEV_LABELS; l += 1) device.write(labelOffset(device.sizeBytes, l), zeros);
}

/** The same of a device that is to go anyway: it may fail. */
export function tryClearLabels(device: BlockDevice): void {
  try {
    clearLabels(device);
  } catch (error) {
    if (!(error instanceof BlockDeviceError)) throw error;
  }
}
