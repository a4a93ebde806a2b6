/**
 * Mounts that a change touches: unmounted before it, mounted again, maybe elsewhere, after it.
 * @see lib/libzfs/common/libzfs_changelist.c
 */
import { nvGetString } from '#abi/illumos/nvpair.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import {
  altrootOf,
  mountedDatasets,
  poolOf,
  treeOf,
  type ZfsDataset,
} from '#lib/libzfs/dataset.ts';
import type { LibZfs } from '#lib/libzfs/handle.ts';
import { mountFileSystem, mountProps } from '#lib/libzfs/mount.ts';

/** `zfs_unmount`: true when it is not mounted any more. */
export function* unmountDataset(zfs: LibZfs, name: string, isForced: boolean): Task<boolean> {
  const mount = (yield* mountedDatasets(zfs)).findLast((each) => each.name === name);
  if (mount === undefined) return true;
  return yield* unmountPath(zfs, mount.mountPoint, isForced);
}

/** Unmounts what is mounted on `path`; false after saying why not. */
export function* unmountPath(zfs: LibZfs, path: string, isForced: boolean): Task<boolean> {
  const result = yield* zfs.sys.umount(path, isForced);
  if (result === 0) return true;
  const why = result.name === 'EBUSY' ? 'Device busy' : result.message;
  return yield* zfs.errorAux('EZFS_UMOUNTFAILED', `cannot unmount '${path}'`, why);
}

export class ChangeList {
  readonly #zfs: LibZfs;
  readonly #isForced: boolean;
  /** Names of what is to be mounted again, outer ones first. */
  readonly #names: string[];
  readonly #all: readonly string[];
  /** Whether what was not mounted for want of a mount point is to be mounted now. */
  readonly #mountsNew: boolean;

  private constructor(
    zfs: LibZfs,
    all: readonly string[],
    mounted: readonly string[],
    isForced: boolean,
    mountsNew: boolean,
  ) {
    this.#zfs = zfs;
    this.#all = all;
    this.#names = [...mounted];
    this.#isForced = isForced;
    this.#mountsNew = mountsNew;
  }

  /** For a change of where `top` is mounted: what inherits its mount point goes with it. */
  static *forMountpoint(zfs: LibZfs, top: ZfsDataset, isForced = false): Task<ChangeList> {
    const tree = (yield* treeOf(zfs, top)).filter((each) => {
      if (!each.isFileSystem) return false;
      const source = nvGetString(each.prop('mountpoint'), 'source') ?? '';
      return each.name === top.name || source === '' || !source.startsWith(`${top.name}/`);
    });
    const old = top.text('mountpoint');
    const mountsNew = old === 'legacy' || old === 'none';
    const names = tree.map(({ name }) => name);
    return new ChangeList(zfs, names, yield* mountedAmong(zfs, names), isForced, mountsNew);
  }

  /** For a change of names: everything below goes with it. */
  static *forRename(zfs: LibZfs, top: ZfsDataset, isForced: boolean): Task<ChangeList> {
    const names = (yield* treeOf(zfs, top)).map(({ name }) => name);
    return new ChangeList(zfs, names, yield* mountedAmong(zfs, names), isForced, false);
  }

  /** Unmounts, inner ones first; what went is mounted again when one is busy. */
  *prefix(): Task<boolean> {
    const gone: string[] = [];
    for (const name of this.#names.toReversed()) {
      if (yield* unmountDataset(this.#zfs, name, this.#isForced)) {
        gone.push(name);
        continue;
      }
      for (const each of gone.toReversed()) yield* mountAgain(this.#zfs, each);
      return false;
    }
    return true;
  }

  /** `changelist_rename` */
  renamed(from: string, to: string): void {
    this.#names.forEach((name, i) => {
      if (name === from || name.startsWith(`${from}/`))
        this.#names[i] = to + name.slice(from.length);
    });
  }

  #everything(): readonly string[] {
    return this.#all;
  }

  /** Mounts again where the properties say now. */
  *postfix(): Task<boolean> {
    let isGood = true;
    const names = this.#mountsNew ? this.#everything() : this.#names;
    for (const name of names) {
      if (!(yield* mountAgain(this.#zfs, name))) isGood = false;
    }
    return isGood;
  }
}

function* mountedAmong(zfs: LibZfs, names: readonly string[]): Task<string[]> {
  const mounts = new Set((yield* mountedDatasets(zfs)).map(({ name }) => name));
  return names.filter((name) => mounts.has(name));
}

/** Mounts a file system where it belongs, if it is to be mounted at all. */
export function* mountAgain(zfs: LibZfs, name: string): Task<boolean> {
  const props = yield* mountProps(zfs, name, yield* altrootOf(zfs, poolOf(name)));
  if (props === undefined) return true;
  if ((yield* mountedDatasets(zfs)).some((each) => each.name === name)) return true;
  return yield* mountFileSystem(zfs, props);
}
