/**
 * From a file's object number to its path, by asking its directories for the names.
 * @see uts/common/fs/zfs/zfs_znode.c zfs_obj_to_path()
 */
import type { Objset } from '../dmu/objset.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { ZfsReader } from './zfs-reader.ts';

/** Deeper trees than any path can name are damage. */
const MAX_DEPTH = 1024;

/** `/a/b`; undefined for what is no file, has lost its name, or can't be read. */
export function pathOfObject(objset: Objset, object: number): string | undefined {
  if (objset.type !== DMU_OST_ZFS) return undefined;
  try {
    return new PathFinder(new ZfsReader(objset)).path(object);
  } catch (error) {
    if (error instanceof ZfsError) return undefined;
    throw error;
  }
}

class PathFinder {
  readonly #reader: ZfsReader;

  constructor(reader: ZfsReader) {
    this.#reader = reader;
  }

  path(object: number): string | undefined {
    const names: string[] = [];
    let at = object;
    while (at !== this.#reader.rootObject) {
      if (names.length > MAX_DEPTH || this.#reader.objset.tryDnode(at) === undefined) {
        return undefined;
      }
      const { parent } = this.#reader.attributes(at);
      const name = this.#nameIn(parent, at);
      if (name === undefined) return undefined;
      names.unshift(name);
      at = parent;
    }
    return `/${names.join('/')}`;
  }

  #nameIn(directory: number, object: number): string | undefined {
    for (const entry of this.#reader.entries(directory)) {
      if (entry.object === object) return entry.name;
    }
    return undefined;
  }
}
