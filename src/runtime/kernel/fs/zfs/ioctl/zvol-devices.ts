/**
 * Volumes as devices: minor numbers of the zfs driver, and /dev/zvol/{dsk,rdsk} with the names of pools
 * and datasets below, made up as somebody looks.
 * @see uts/common/fs/zfs/zvol.c zvol_open(), uts/common/fs/dev/sdev_zvolops.c
 */
import type { Clock } from '#runtime/host.ts';
import { makedev } from '#abi/illumos/stat.ts';
import type { OpenDevice } from '#kernel/io/device.ts';
import { MAJORS } from '#kernel/io/device.ts';
import { openBlockDevice } from '#kernel/io/disk.ts';
import { ENOENT, ENXIO, type Errno, isErrno } from '#kernel/os/errno.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import {
  type PseudoAttributes,
  PseudoDirectory,
  type PseudoEntry,
  PseudoVnode,
} from '#kernel/vfs/pseudo-vnode.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { Blocking, Vnode, VnodeAttributes, VnodeContext } from '#kernel/vfs/vnode.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import type { Spa } from '../pool/spa.ts';
import { isVolume, openVolume } from '../pool/zvol-ops.ts';
import type { Zvol } from '../zvol/zvol.ts';
import { guard } from '../zpl/zfs-errno.ts';

interface Unit {
  readonly spa: Spa;
  readonly dataset: DslDataset;
  opens: number;
}

/** Where pools are found. */
interface Pools {
  pools(): readonly Spa[];
  poolOf(name: string): Spa | undefined;
}

/** Minor numbers of volumes; 0 is /dev/zfs itself. A volume keeps its number under another name. */
export class ZvolMinors {
  readonly #pools: Pools;
  readonly #units: Map<number, Unit> = new Map();
  #next = 1;

  constructor(pools: Pools) {
    this.#pools = pools;
  }

  minorOf(spa: Spa, dataset: DslDataset): number {
    for (const [minor, unit] of this.#units) {
      if (unit.spa === spa && unit.dataset === dataset) return minor;
    }
    const minor = this.#next;
    this.#next += 1;
    this.#units.set(minor, { spa, dataset, opens: 0 });
    return minor;
  }

  /** The unit with that number, unless its pool or volume is gone. */
  #unit(minor: number): Unit | undefined {
    const unit = this.#units.get(minor);
    if (unit === undefined) return undefined;
    const { spa, dataset } = unit;
    const isThere =
      this.#pools.pools().includes(spa) && spa.dsl.findDataset(dataset.fullName) === dataset;
    if (isThere) return unit;
    this.#units.delete(minor);
    return undefined;
  }

  /** One open of the driver: the volume stays until it is closed. */
  open(minor: number): OpenDevice | Errno {
    const unit = this.#unit(minor);
    if (unit === undefined) return ENXIO;
    unit.opens += 1;
    unit.dataset.longHolds += 1;
    return openBlockDevice(openVolume(unit.spa, unit.dataset), () => {
      unit.opens -= 1;
      unit.dataset.longHolds -= 1;
    });
  }

  /** The volume as storage for others in the kernel. */
  device(minor: number): Zvol | undefined {
    const unit = this.#unit(minor);
    return unit === undefined ? undefined : openVolume(unit.spa, unit.dataset);
  }

  isAnyOpen(spa: Spa): boolean {
    return [...this.#units.values()].some((unit) => unit.spa === spa && unit.opens > 0);
  }
}

type Kind = 'dsk' | 'rdsk';
const KINDS: readonly Kind[] = ['dsk', 'rdsk'];

export class ZvolVfs extends BaseVfs {
  readonly fstype = 'dev';
  readonly pools: Pools;
  readonly minors: ZvolMinors;
  readonly special: SpecialFiles;
  readonly clock: Clock;
  readonly #root: RootDirectory;
  readonly #ids: Map<string, number> = new Map();

  constructor(fsid: number, pools: Pools, minors: ZvolMinors, special: SpecialFiles, clock: Clock) {
    super(fsid);
    this.pools = pools;
    this.minors = minors;
    this.special = special;
    this.clock = clock;
    this.#root = new RootDirectory(this);
  }

  override root(): Vnode {
    return this.#root;
  }

  /** The same path always has the same number. */
  nodeid(path: string): number {
    let id = this.#ids.get(path);
    if (id === undefined) {
      id = this.#ids.size + 2;
      this.#ids.set(path, id);
    }
    return id;
  }

  attributes(path: string, mode: number): PseudoAttributes {
    const timeNs = this.clock.realtimeNs();
    return { nodeid: this.nodeid(path), mode, uid: 0, gid: 3, sizeBytes: 0, timeNs };
  }
}

class RootDirectory extends PseudoDirectory {
  declare readonly vfs: ZvolVfs;

  override attributes(): PseudoAttributes {
    return this.vfs.attributes('', 0o755);
  }

  override parent(): Vnode {
    return this;
  }

  override *list(): Iterable<PseudoEntry> {
    for (const [place, name] of KINDS.entries()) {
      yield { name, nodeid: this.vfs.nodeid(name), type: 'VDIR', place };
    }
  }

  override lookup(name: string): Vnode | Errno {
    const kind = KINDS.find((each) => each === name);
    return kind === undefined ? ENOENT : new NamesDirectory(this.vfs, kind, '', this);
  }
}

/** Pools, or what is below a dataset: volumes and what leads to some. */
class NamesDirectory extends PseudoDirectory {
  declare readonly vfs: ZvolVfs;
  readonly #kind: Kind;
  readonly #name: string;
  readonly #parent: Vnode;

  constructor(vfs: ZvolVfs, kind: Kind, name: string, parent: Vnode) {
    super(vfs);
    this.#kind = kind;
    this.#name = name;
    this.#parent = parent;
  }

  override attributes(): PseudoAttributes {
    return this.vfs.attributes(`${this.#kind}/${this.#name}`, 0o755);
  }

  override parent(): Vnode {
    return this.#parent;
  }

  #full(name: string): string {
    return this.#name === '' ? name : `${this.#name}/${name}`;
  }

  override *list(): Iterable<PseudoEntry> {
    let place = 0;
    for (const { name, isDevice } of this.#entries()) {
      const type = isDevice ? (this.#kind === 'dsk' ? 'VBLK' : 'VCHR') : 'VDIR';
      const nodeid = this.vfs.nodeid(`${this.#kind}/${this.#full(name)}`);
      yield { name, nodeid, type, place };
      place += 1;
    }
  }

  *#entries(): Iterable<{ name: string; isDevice: boolean }> {
    if (this.#name === '') {
      for (const spa of this.vfs.pools.pools()) {
        if (hasVolumes(spa, spa.identity.name)) {
          yield { name: spa.identity.name, isDevice: false };
        }
      }
      return;
    }
    const spa = this.vfs.pools.poolOf(this.#name);
    for (const dir of spa?.dsl.findDir(this.#name)?.children() ?? []) {
      const head = dir.pool.head(dir);
      if (isVolume(head)) {
        yield { name: dir.name, isDevice: true };
        for (const { snapshotName } of head.snapshots()) {
          yield { name: `${dir.name}@${snapshotName}`, isDevice: true };
        }
      } else if (spa !== undefined && hasVolumes(spa, dir.fullName)) {
        yield { name: dir.name, isDevice: false };
      }
    }
  }

  override lookup(name: string): Vnode | Errno {
    if (name === '..') return this.#parent;
    const full = this.#full(name);
    const spa = this.vfs.pools.poolOf(full);
    const found = guard(() => spa?.dsl.findDataset(full));
    if (isErrno(found)) return found;
    if (spa === undefined || found === undefined) return ENOENT;
    if (isVolume(found)) return new VolumeVnode(this.vfs, this.#kind, spa, found);
    if (found.isSnapshot || !hasVolumes(spa, full)) return ENOENT;
    return new NamesDirectory(this.vfs, this.#kind, full, this);
  }
}

function hasVolumes(spa: Spa, name: string): boolean {
  const dir = spa.dsl.findDir(name);
  if (dir === undefined) return false;
  for (const each of spa.dsl.allDirs(dir)) {
    if (isVolume(spa.dsl.head(each))) return true;
  }
  return false;
}

class VolumeVnode extends PseudoVnode {
  declare readonly vfs: ZvolVfs;
  readonly #kind: Kind;
  readonly #dataset: DslDataset;
  readonly #minor: number;

  constructor(vfs: ZvolVfs, kind: Kind, spa: Spa, dataset: DslDataset) {
    super(vfs, kind === 'dsk' ? 'VBLK' : 'VCHR');
    this.#kind = kind;
    this.#dataset = dataset;
    this.#minor = vfs.minors.minorOf(spa, dataset);
  }

  override attributes(): PseudoAttributes {
    return this.vfs.attributes(`${this.#kind}/${this.#dataset.fullName}`, 0o600);
  }

  override getattr(ctx: VnodeContext): VnodeAttributes | Errno {
    const attributes = super.getattr(ctx);
    if (isErrno(attributes)) return attributes;
    return { ...attributes, rdev: makedev(MAJORS.zfs, this.#minor) };
  }

  override open(flags: number, ctx: VnodeContext): Blocking<Vnode> {
    return this.vfs.special.open(this, makedev(MAJORS.zfs, this.#minor), flags, ctx);
  }
}
