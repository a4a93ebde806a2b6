/**
 * `.zfs` in the root of a file system: a directory without storage, whose `snapshot` has a directory
 * for each snapshot with the snapshot's own tree mounted on it. Making, renaming and removing those
 * makes, renames and destroys snapshots.
 * Surprising: with snapdir=hidden it is not listed, and found all the same.
 * @see uts/common/fs/zfs/zfs_ctldir.c  @man zfs(8) snapdir
 */
import { EEXIST, EINVAL, EILSEQ, ENOENT, EPERM, EXDEV, type Errno } from '#kernel/os/errno.ts';
import type { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import { isPrivileged } from '#kernel/vfs/policy.ts';
import {
  type PseudoAttributes,
  PseudoDirectory,
  type PseudoEntry,
} from '#kernel/vfs/pseudo-vnode.ts';
import type { CreateAttributes, Vfs, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

export const CTLDIR_NAME = '.zfs';
const SNAPDIR_NAME = 'snapshot';
/** `ZFSCTL_INO_ROOT` */
export const CTLDIR_NODEID = 1;
/** `ZFSCTL_INO_SNAPDIR` */
const INO_SNAPDIR = 2;
/** Numbers of snapshots' directories lie above those of files. */
const INO_FIRST_SNAPSHOT: number = 2 ** 48;

/** The snapshots of a mounted file system, as `.zfs/snapshot` needs them. */
export interface SnapshotDoor {
  list(): readonly { readonly name: string; readonly object: number }[];
  /** The snapshot's tree, mounted read-only; the same one each time. */
  mount(object: number): Vfs | Errno;
  create(name: string): Errno | undefined;
  destroy(name: string): Errno | undefined;
  rename(from: string, to: string): Errno | undefined;
  /** Whether a snapshot may be called that. */
  isGoodName(name: string): boolean;
}

abstract class CtlDirectory extends PseudoDirectory {
  readonly #nodeid: number;
  readonly #timeNs: bigint;

  constructor(vfs: BaseVfs, nodeid: number, timeNs: bigint) {
    super(vfs);
    this.#nodeid = nodeid;
    this.#timeNs = timeNs;
  }

  override attributes(): PseudoAttributes {
    const mode = 0o555;
    return {
      nodeid: this.#nodeid,
      mode,
      uid: 0,
      gid: 0,
      sizeBytes: 2 + [...this.list()].length,
      timeNs: this.#timeNs,
      linkCount: 2 + [...this.list()].length,
    };
  }

  abstract override list(): Iterable<PseudoEntry>;
}

/** What a snapshot's tree is mounted on. */
class SnapshotPlace extends CtlDirectory {
  readonly #parent: SnapshotDirectory;

  constructor(parent: SnapshotDirectory, object: number, timeNs: bigint) {
    super(parent.vfs, INO_FIRST_SNAPSHOT + object, timeNs);
    this.#parent = parent;
  }

  override parent(): Vnode {
    return this.#parent;
  }

  override list(): PseudoEntry[] {
    return [];
  }

  override lookup(name: string): Vnode | Errno {
    return name === '..' ? this.#parent : ENOENT;
  }
}

class SnapshotDirectory extends CtlDirectory {
  readonly #parent: CtlRoot;
  readonly #door: SnapshotDoor;
  readonly #places: Map<number, SnapshotPlace> = new Map();
  readonly #timeNs: bigint;

  constructor(parent: CtlRoot, door: SnapshotDoor, timeNs: bigint) {
    super(parent.vfs, INO_SNAPDIR, timeNs);
    this.#parent = parent;
    this.#door = door;
    this.#timeNs = timeNs;
  }

  override parent(): Vnode {
    return this.#parent;
  }

  override list(): PseudoEntry[] {
    return this.#door.list().map(({ name, object }, place) => ({
      name,
      nodeid: INO_FIRST_SNAPSHOT + object,
      type: 'VDIR',
      place,
    }));
  }

  override lookup(name: string): Vnode | Errno {
    if (name === '..') return this.#parent;
    const found = this.#door.list().find((each) => each.name === name);
    if (found === undefined) return ENOENT;
    const known = this.#places.get(found.object);
    if (known !== undefined) return known;
    const vfs = this.#door.mount(found.object);
    if (!('root' in vfs)) return vfs;
    const place = new SnapshotPlace(this, found.object, this.#timeNs);
    place.mountedHere = vfs;
    vfs.coveredVnode = place;
    this.#places.set(found.object, place);
    return place;
  }

  override mkdir(name: string, _attributes: CreateAttributes, ctx: VnodeContext): Vnode | Errno {
    if (!isPrivileged(ctx.cred)) return EPERM;
    if (!this.#door.isGoodName(name)) return EILSEQ;
    const error = this.#door.create(name);
    return error ?? this.lookup(name);
  }

  override rmdir(name: string, ctx: VnodeContext): Errno | undefined {
    const found = this.#door.list().find((each) => each.name === name);
    if (found === undefined) return ENOENT;
    if (!isPrivileged(ctx.cred)) return EPERM;
    const error = this.#door.destroy(name);
    if (error === undefined) this.#places.delete(found.object);
    return error;
  }

  override rename(
    from: string,
    toDirectory: Vnode,
    to: string,
    ctx: VnodeContext,
  ): Errno | undefined {
    if (toDirectory !== this) return EXDEV;
    const names = this.#door.list().map(({ name }) => name);
    if (!names.includes(from)) return ENOENT;
    if (from === to) return undefined;
    if (!isPrivileged(ctx.cred)) return EPERM;
    if (!this.#door.isGoodName(to)) return EILSEQ;
    return names.includes(to) ? EEXIST : this.#door.rename(from, to);
  }

  override remove(_name: string, _ctx: VnodeContext): Errno | undefined {
    return EPERM;
  }

  override create(): Vnode | Errno {
    return EINVAL;
  }
}

/** `.zfs` itself. */
export class CtlRoot extends CtlDirectory {
  /** Where it is not listed, its name can't be found by looking. */
  readonly hiddenName: string = CTLDIR_NAME;
  readonly #snapshots: SnapshotDirectory;

  constructor(vfs: BaseVfs, door: SnapshotDoor, timeNs: bigint) {
    super(vfs, CTLDIR_NODEID, timeNs);
    this.#snapshots = new SnapshotDirectory(this, door, timeNs);
  }

  override parent(): Vnode {
    return this.vfs.root();
  }

  override list(): PseudoEntry[] {
    return [{ name: SNAPDIR_NAME, nodeid: INO_SNAPDIR, type: 'VDIR', place: 0 }];
  }

  override lookup(name: string): Vnode | Errno {
    if (name === '..') return this.vfs.root();
    return name === SNAPDIR_NAME ? this.#snapshots : ENOENT;
  }
}
