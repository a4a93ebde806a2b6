/**
 * What vdevs are called. @see lib/libzfs/common/libzfs_pool.c zpool_vdev_name()
 */
import {
  type NvList,
  nvGetListArray,
  nvGetNumber,
  nvGetString,
  nvGetUint64,
} from '#abi/illumos/nvpair.ts';

/** `VDEV_NAME_…` */
export interface VdevNameFlags {
  /** -P: the whole path. */
  readonly path?: boolean;
  /** -g: the guid instead of a name. */
  readonly guid?: boolean;
  /** `mirror-0` instead of `mirror`. */
  readonly typeId?: boolean;
}

export const DISK_ROOT = '/dev/dsk';

export function vdevName(vdev: NvList, flags: VdevNameFlags): string {
  const path = nvGetString(vdev, 'path');
  if (vdev.has('not_present') || flags.guid === true) {
    return String(nvGetUint64(vdev, 'guid') ?? 0n);
  }
  if (path !== undefined) {
    if (flags.path === true) return path;
    const name = path.startsWith(`${DISK_ROOT}/`) ? path.slice(DISK_ROOT.length + 1) : path;
    const isWholeDisk = nvGetNumber(vdev, 'whole_disk') === 1 && /^c[0-9]/.test(name);
    return isWholeDisk ? name.replace(/s0(\/old)?$/, '$1') : name;
  }
  const type = nvGetString(vdev, 'type') ?? 'unknown';
  const parity = type === 'raidz' ? (nvGetNumber(vdev, 'nparity') ?? 1) : '';
  const id = flags.typeId === true ? `-${nvGetNumber(vdev, 'id') ?? 0}` : '';
  return `${type}${parity}${id}`;
}

export function isLogVdev(vdev: NvList): boolean {
  return nvGetNumber(vdev, 'is_log') === 1;
}

export function isHoleVdev(vdev: NvList): boolean {
  return nvGetNumber(vdev, 'is_hole') === 1 || nvGetString(vdev, 'type') === 'hole';
}

export interface FoundVdev {
  readonly vdev: NvList;
  /** Among the spares, whether in use or not. */
  readonly isSpare: boolean;
  readonly isCache: boolean;
  readonly isLog: boolean;
}

type Match = (vdev: NvList) => boolean;

function findBelow(vdev: NvList, matches: Match): NvList | undefined {
  if (matches(vdev)) return vdev;
  for (const child of nvGetListArray(vdev, 'children')) {
    const found = findBelow(child, matches);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How a word on the command line names a vdev. */
function matcherOf(word: string): Match {
  if (/^\d+$/.test(word)) return (vdev) => String(nvGetUint64(vdev, 'guid')) === word;
  if (/^(mirror|raidz[0-9]?|replacing|spare)-\d+$/.test(word)) {
    const id = Number(word.slice(word.lastIndexOf('-') + 1));
    const type = word.replace(/\d*-\d+$/, '');
    return (vdev) => nvGetString(vdev, 'type') === type && nvGetNumber(vdev, 'id') === id;
  }
  const path = word.startsWith('/') ? word : `${DISK_ROOT}/${word}`;
  return (vdev) => {
    const own = nvGetString(vdev, 'path');
    if (own === path) return true;
    return nvGetNumber(vdev, 'whole_disk') === 1 && own === `${path}s0`;
  };
}

/** `zpool_find_vdev`: by guid, name (`mirror-0`), short or whole path. */
export function findVdev(tree: NvList, word: string): FoundVdev | undefined {
  const matches = matcherOf(word);
  const plain = { isSpare: false, isCache: false, isLog: false };
  for (const top of nvGetListArray(tree, 'children')) {
    const vdev = findBelow(top, matches);
    if (vdev !== undefined) return { ...plain, vdev, isLog: isLogVdev(top) };
  }
  const spare = nvGetListArray(tree, 'spares').find(matches);
  if (spare !== undefined) return { ...plain, vdev: spare, isSpare: true };
  const cache = nvGetListArray(tree, 'l2cache').find(matches);
  return cache === undefined ? undefined : { ...plain, vdev: cache, isCache: true };
}

/** `max_width`: of the names in the tree, with their indentation. */
export function nameWidth(
  vdev: NvList,
  depth: number,
  least: number,
  flags: VdevNameFlags,
): number {
  let width = Math.max(least, vdevName(vdev, { ...flags, typeId: true }).length + depth);
  for (const key of ['spares', 'l2cache', 'children']) {
    for (const child of nvGetListArray(vdev, key)) {
      width = Math.max(width, nameWidth(child, depth + 2, width, flags));
    }
  }
  return width;
}
