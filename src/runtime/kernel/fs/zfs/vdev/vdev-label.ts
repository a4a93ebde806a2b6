/**
 * Reading and writing the labels of a leaf: the configuration it carries and the uberblock ring.
 * Surprising: each label and each uberblock is sealed with its own place on the device, so that the
 * four copies differ in their last 32 bytes.
 * @see uts/common/fs/zfs/vdev_label.c
 */
import type { BlockDevice } from '#runtime/host.ts';
import { BlockDeviceError } from '#runtime/host.ts';
import { swap64 } from '../ondisk/byteswap.ts';
import {
  labelOffset,
  type Uberblock,
  UBERBLOCK_MAGIC,
  uberblock,
  uberblockCount,
  uberblockOffset,
  uberblockSize,
  VDEV_LABELS,
  VDEV_PHYS_OFFSET,
  VDEV_PHYS_SIZE,
} from '../ondisk/label.ts';
import { type NvList, nvGetList, nvGetNumber, nvlistPack, nvlistUnpack } from '../ondisk/nvlist.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';

/** What the labels need of zio/zio-checksum.ts, which is above this layer. */
export interface LabelSeal {
  seal(bytes: Uint8Array, verifier: Uint32Array): void;
  verify(bytes: Uint8Array, verifier: Uint32Array): 'little' | 'big' | null;
}

function verifierOf(offset: number): Uint32Array {
  const words = new Uint32Array(8);
  words[0] = offset % 2 ** 32;
  words[1] = Math.floor(offset / 2 ** 32);
  return words;
}

/** Bytes at `at`, or null when the device fails there. */
function tryRead(device: BlockDevice, at: number, size: number): Uint8Array | null {
  if (at < 0 || at + size > device.sizeBytes) return null;
  const bytes = new Uint8Array(size);
  try {
    device.read(at, bytes);
  } catch (error) {
    if (!(error instanceof BlockDeviceError)) throw error;
    return null;
  }
  return bytes;
}

/** The configuration in label `l`, or null when it is not there or damaged. */
function readLabelConfig(device: BlockDevice, l: number, seal: LabelSeal): NvList | null {
  const at = labelOffset(device.sizeBytes, l) + VDEV_PHYS_OFFSET;
  const bytes = tryRead(device, at, VDEV_PHYS_SIZE);
  if (bytes === null || seal.verify(bytes, verifierOf(at)) === null) return null;
  try {
    return nvlistUnpack(bytes);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return null;
  }
}

/** The configurations of those of the four labels that are valid. */
export function readLabelConfigs(device: BlockDevice, seal: LabelSeal): NvList[] {
  return Array.from({ length: VDEV_LABELS }, (_, l) => readLabelConfig(device, l, seal)).filter(
    (config) => config !== null,
  );
}

/** The sector size that a configuration gives its device, as a shift. */
export function ashiftOf(config: NvList): number {
  const tree = nvGetList(config, 'vdev_tree');
  return (tree && nvGetNumber(tree, 'ashift')) ?? 9;
}

/** Every valid uberblock of the ring in label `l`. */
export function readUberblocks(
  device: BlockDevice,
  l: number,
  ashift: number,
  seal: LabelSeal,
): Uberblock[] {
  const found: Uberblock[] = [];
  for (let n = 0; n < uberblockCount(ashift); n += 1) {
    const at = labelOffset(device.sizeBytes, l) + uberblockOffset(ashift, n);
    const bytes = tryRead(device, at, uberblockSize(ashift));
    if (bytes === null) continue;
    const order = seal.verify(bytes, verifierOf(at));
    if (order === null) continue;
    if (order === 'big') swap64(bytes, 0, bytes.length);
    try {
      const ub = uberblock.read(bytes);
      if (ub.magic === UBERBLOCK_MAGIC) found.push(ub);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
    }
  }
  return found;
}

/** `vdev_uberblock_compare`: by txg, then by time. */
export function isNewer(a: Uberblock, b: Uberblock): boolean {
  return a.txg > b.txg || (a.txg === b.txg && a.timestamp > b.timestamp);
}

/** The sealed 112 KiB of a label at byte `at` of its device. */
export function encodeLabel(config: NvList, at: number, seal: LabelSeal): Uint8Array {
  const bytes = new Uint8Array(VDEV_PHYS_SIZE);
  const packed = nvlistPack(config);
  if (packed.length > VDEV_PHYS_SIZE - 40) {
    throw new ZfsError('EOVERFLOW', 'Cannot write a label: the configuration is too large');
  }
  bytes.set(packed);
  seal.seal(bytes, verifierOf(at));
  return bytes;
}

/** The sealed ring slot of an uberblock at byte `at` of its device. */
export function encodeUberblock(
  ub: Uberblock,
  ashift: number,
  at: number,
  seal: LabelSeal,
): Uint8Array {
  const bytes = new Uint8Array(uberblockSize(ashift));
  uberblock.write(bytes, 0, ub);
  seal.seal(bytes, verifierOf(at));
  return bytes;
}
