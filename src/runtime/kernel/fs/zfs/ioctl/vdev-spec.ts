/**
 * From the configuration that a program passes (`vdev_tree` as zpool builds it) to devices.
 * @see uts/common/fs/zfs/spa.c spa_config_parse()
 */
import type { BlockDevice } from '#runtime/host.ts';
import { type NvList, nvGetListArray, nvGetNumber, nvGetString } from '#abi/illumos/nvpair.ts';
import { EBUSY, EINVAL, ENOTBLK, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Spa } from '../pool/spa.ts';
import type { AddRequest } from '../pool/spa-vdev-add.ts';
import type { VdevSpec } from '../pool/vdev-create.ts';
import type { Vdev } from '../vdev/vdev.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { ZfsModule } from './zfs-module.ts';

/** What is to be added, with every list there. */
export type ReadRequest = AddRequest &
  Required<Pick<AddRequest, 'data' | 'logs' | 'spares' | 'caches'>>;

/** A pool whose hot spares may be taken, and the vdev that is to be replaced. */
export interface SpecOwner {
  readonly spa: Spa;
  readonly replaced?: Vdev | undefined;
}

/** The devices opened so far, so that they can be given back when the whole fails. */
export class SpecReader {
  readonly #module: ZfsModule;
  readonly #owner: SpecOwner | undefined;
  readonly #opened: BlockDevice[] = [];

  constructor(module: ZfsModule, owner?: SpecOwner) {
    this.#module = module;
    this.#owner = owner;
  }

  /** A whole tree: data vdevs, logs, spares and cache devices. ENOTBLK for a cache in a file. */
  readRoot(root: NvList): ReadRequest | Errno {
    const lists = { data: [], logs: [], spares: [], caches: [] } as Record<string, VdevSpec[]>;
    const tops = nvGetListArray(root, 'children');
    const isLog = (top: NvList): boolean => nvGetNumber(top, 'is_log') === 1;
    const parts = {
      data: tops.filter((top) => !isLog(top)),
      logs: tops.filter(isLog),
      spares: nvGetListArray(root, 'spares'),
      caches: nvGetListArray(root, 'l2cache'),
    };
    if (parts.caches.some((each) => nvGetString(each, 'type') !== 'disk')) return ENOTBLK;
    for (const [kind, configs] of Object.entries(parts)) {
      for (const config of configs) {
        const spec = this.read(config);
        if (isErrno(spec)) return spec;
        lists[kind]?.push(spec);
      }
    }
    const [first] = tops;
    const ashift = first === undefined ? undefined : nvGetNumber(first, 'ashift');
    return { ...(lists as unknown as ReadRequest), ...(ashift === undefined ? {} : { ashift }) };
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
    if (this.#isTaken(device)) {
      this.#module.machine.closeDevice(device);
      return EBUSY;
    }
    if (this.#opened.includes(device)) return EBUSY;
    this.#opened.push(device);
    return { kind, device, path };
  }

  #isTaken(device: BlockDevice): boolean {
    const user = this.#module.userOf(device);
    if (user === undefined) return false;
    if (user !== this.#owner?.spa) return true;
    if (user.aux.spares.some((each) => each.device === device)) return false;
    // A new disk where the old one was.
    const { replaced } = this.#owner;
    const isOwn = replaced instanceof VdevDisk && replaced.device === device;
    return !isOwn || replaced.openFailure === 'NONE';
  }

  /** Gives everything back; the error once more. */
  failed(error: Errno): Errno {
    this.abandon();
    return error;
  }

  /** Gives everything back. */
  abandon(): void {
    for (const device of this.#opened.splice(0)) this.#module.machine.closeDevice(device);
  }
}
