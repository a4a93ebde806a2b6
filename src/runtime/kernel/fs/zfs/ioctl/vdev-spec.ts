/**
 * From the configuration that a program passes (`vdev_tree` as zpool builds it) to devices.
 * @see uts/common/fs/zfs/spa.c spa_config_parse()
 */
import type { BlockDevice } from '#runtime/host.ts';
import { type NvList, nvGetListArray, nvGetNumber, nvGetString } from '#abi/illumos/nvpair.ts';
import { EBUSY, EINVAL, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Spa } from '../pool/spa.ts';
import type { AddRequest } from '../pool/spa-vdev-add.ts';
import type { VdevSpec } from '../pool/vdev-create.ts';
import type { ZfsModule } from './zfs-module.ts';

/** The devices opened so far, so that they can be given back when the whole fails. */
export class SpecReader {
  readonly #module: ZfsModule;
  readonly #pool: Spa | undefined;
  readonly #opened: BlockDevice[] = [];

  /** `pool`: whose hot spares may be taken. */
  constructor(module: ZfsModule, pool?: Spa) {
    this.#module = module;
    this.#pool = pool;
  }

  /**
   * The whole of what `zpool create` and `add` pass: data and log vdevs among `children`, spares and
   * cache devices in lists of their own.
   */
  readRoot(config: NvList): AddRequest | Errno {
    const data: VdevSpec[] = [];
    const logs: VdevSpec[] = [];
    const spares: VdevSpec[] = [];
    const caches: VdevSpec[] = [];
    let ashift: number | undefined;
    for (const child of nvGetListArray(config, 'children')) {
      const spec = this.read(child);
      if (isErrno(spec)) return spec;
      (nvGetNumber(child, 'is_log') === 1 ? logs : data).push(spec);
      ashift ??= nvGetNumber(child, 'ashift');
    }
    for (const [name, list] of [
      ['spares', spares],
      ['l2cache', caches],
    ] as const) {
      for (const child of nvGetListArray(config, name)) {
        const spec = this.read(child);
        if (isErrno(spec)) return spec;
        list.push(spec);
      }
    }
    return { data, logs, spares, caches, ...(ashift === undefined ? {} : { ashift }) };
  }

  /** One branch. ENOENT, ENXIO for a device that is not there, EBUSY for one in use. */
  read(config: NvList): VdevSpec | Errno {
    const type = nvGetString(config, 'type');
    if (type === 'disk' || type === 'file') return this.#readLeaf(config, type);
    const children: VdevSpec[] = [];
    for (const child of nvGetListArray(config, 'children')) {
      const spec = this.read(child);
      if (isErrno(spec)) return spec;
      children.push(spec);
    }
    if (children.length === 0) return EINVAL;
    if (type === 'mirror') return { kind: 'mirror', children };
    const parity = nvGetNumber(config, 'nparity') ?? 1;
    if (type !== 'raidz' || parity < 1 || parity > 3 || children.length <= parity) return EINVAL;
    return { kind: 'raidz', parity, children };
  }

  #readLeaf(config: NvList, kind: 'disk' | 'file'): VdevSpec | Errno {
    const path = nvGetString(config, 'path');
    if (path === undefined || !path.startsWith('/')) return EINVAL;
    const device = this.#module.machine.openDevice(path);
    if (isErrno(device)) return device;
    const isSpare = this.#pool?.aux.spares.some((each) => each.device === device) === true;
    const isTaken = isSpare ? this.#opened.includes(device) : this.#module.userOf(device);
    if (isTaken !== undefined && isTaken !== false) {
      this.#module.machine.closeDevice(device);
      return EBUSY;
    }
    if (this.#opened.includes(device)) return EBUSY;
    this.#opened.push(device);
    return { kind, device, path };
  }

  /** Gives everything back. */
  abandon(): void {
    for (const device of this.#opened.splice(0)) this.#module.machine.closeDevice(device);
  }
}
