/**
 * Hot spares and cache devices: in no vdev tree, but in two lists of the MOS's object directory,
 * `spares` and `l2cache`, each a packed nvlist. Their labels say no more than what they are.
 * Surprising: a spare that stands in for a disk is in the tree as well, with the same guid, and has
 * then the label of an ordinary disk; given back, it is labelled as a spare again.
 * @see uts/common/fs/zfs/spa.c spa_load_spares(), spa_sync_aux_dev(), vdev_label.c vdev_label_init()
 */
import type { BlockDevice } from '#runtime/host.ts';
import {
  labelOffset,
  POOL_STATE_L2CACHE,
  POOL_STATE_SPARE,
  SPA_VERSION_FEATURES,
  VDEV_LABELS,
  VDEV_PHYS_OFFSET,
} from '../ondisk/label.ts';
import { type NvList, nvGetListArray, nvListArray, nvUint64 } from '../ondisk/nvlist.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import { encodeLabel } from '../vdev/vdev-label.ts';
import { buildVdev, type DeviceByGuid, vdevConfig } from '../vdev/vdev-tree.ts';
import type { Spa } from './spa.ts';
import { syncPackedList } from './spa-config-sync.ts';
import { readPackedList } from './spa-load.ts';
import { findVdev } from './vdev-find.ts';
import { clearLabels } from './vdev-create.ts';

export type AuxKind = 'spares' | 'l2cache';

export class AuxDevices {
  readonly #spa: Spa;
  readonly #lists: Record<AuxKind, VdevDisk[]> = { spares: [], l2cache: [] };
  readonly #dirty: Set<AuxKind> = new Set();

  constructor(spa: Spa) {
    this.#spa = spa;
  }

  get spares(): readonly VdevDisk[] {
    return this.#lists.spares;
  }

  get caches(): readonly VdevDisk[] {
    return this.#lists.l2cache;
  }

  /** Takes up the lists of the MOS. */
  load(find: DeviceByGuid): void {
    for (const kind of ['spares', 'l2cache'] as const) {
      const list = readPackedList(this.#spa.dsl, kind);
      const configs = list === undefined ? [] : nvGetListArray(list, kind);
      this.#lists[kind] = configs.flatMap((config, id) => {
        const vdev = buildVdev(new Map([...config, ['id', nvUint64(id)]]), 9, find);
        return vdev instanceof VdevDisk ? [vdev] : [];
      });
    }
    this.#tellCache();
  }

  /** A new spare or cache device, labelled as such. BlockDeviceError when it fails. */
  add(kind: AuxKind, config: NvList, device: BlockDevice): VdevDisk {
    const ashift = Math.log2(device.sectorSize);
    const vdev = buildVdev(config, ashift, () => device) as VdevDisk;
    if (kind === 'spares') vdev.set('is_spare', true);
    clearLabels(device);
    this.writeLabel(kind, vdev);
    this.#lists[kind].push(vdev);
    this.#dirty.add(kind);
    this.#tellCache();
    return vdev;
  }

  /** The state of some device has changed: what a cache that can't be used holds is forgotten. */
  changed(): void {
    if (this.caches.length === 0) return;
    this.#dirty.add('l2cache');
    this.#tellCache();
  }

  /** A pool that is only read has nothing written to its cache devices either. */
  #tellCache(): void {
    for (const cache of this.caches) this.#spa.observe(cache);
    this.#spa.arc.setCaches(this.#spa.isReadOnly ? [] : this.caches);
  }

  /** Takes a device off its list; undefined when it is on none. */
  remove(kind: AuxKind, guid: bigint): VdevDisk | undefined {
    const found = this.#lists[kind].find((vdev) => vdev.guid === guid);
    if (found === undefined) return undefined;
    this.#lists[kind] = this.#lists[kind].filter((vdev) => vdev !== found);
    this.#dirty.add(kind);
    this.#tellCache();
    return found;
  }

  /** Whether a spare stands in for a disk of this pool. */
  isInUse(spare: VdevDisk): boolean {
    return findVdev(this.#spa, spare.guid) !== undefined;
  }

  /** A spare that has left the tree is labelled as one again. */
  giveBack(leaf: VdevDisk): void {
    const spare = this.spares.find(({ guid }) => guid === leaf.guid);
    if (spare !== undefined) this.writeLabel('spares', spare);
  }

  writeLabel(kind: AuxKind, vdev: VdevDisk): void {
    const { device } = vdev;
    if (device === null) return;
    const state = kind === 'spares' ? POOL_STATE_SPARE : POOL_STATE_L2CACHE;
    const label: NvList = new Map([
      ['version', nvUint64(SPA_VERSION_FEATURES)],
      ['state', nvUint64(state)],
      ['guid', nvUint64(vdev.guid)],
    ]);
    clearLabels(device);
    for (let l = 0; l < VDEV_LABELS; l += 1) {
      const at = labelOffset(device.sizeBytes, l) + VDEV_PHYS_OFFSET;
      vdev.tryWritePhysical(at, encodeLabel(label, at, this.#spa.zio.checksums));
    }
  }

  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  /** Writes the lists that changed; in syncing context. */
  sync(): void {
    for (const kind of this.#dirty) {
      const configs = this.#lists[kind].map((vdev) => {
        const config = vdevConfig(vdev, true);
        config.delete('id');
        return config;
      });
      syncPackedList(this.#spa, kind, new Map([[kind, nvListArray(configs)]]));
    }
    this.#dirty.clear();
  }
}
