/**
 * Reading a ZPL file system: from the master node to names, attributes, contents and extended
 * attributes. The vnode layer and the conformance suite stand on this.
 * @see uts/common/fs/zfs/zfs_vfsops.c zfsvfs_init(), zfs_dir.c, zfs_vnops.c
 */
import { decodeUtf8 } from '#base/bytes.ts';
import type { Dnode } from '../dmu/dnode.ts';
import type { Objset } from '../dmu/objset.ts';
import { DMU_OST_ZFS } from '../ondisk/dnode-phys.ts';
import { nvlistUnpack } from '../ondisk/nvlist.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { zapEntries, zapLookup, zapLookupNumber } from '../zap/zap.ts';
import { halfAt, isWord, type ZapValue } from '../zap/zap-value.ts';
import { SaRegistry } from './sa.ts';
import { readZnode, type ZnodeAttributes } from './znode.ts';

/** `MASTER_NODE_OBJ` */
export const MASTER_NODE_OBJ = 1;
/** The object of a directory entry is in its low 48 bits, the file type in the top four. */
function direntObject(value: ZapValue): number {
  if (!isWord(value)) throw corrupt('zfs_dirent', 'an entry is no number');
  return (halfAt(value, 0) & 0xffff) * 2 ** 32 + halfAt(value, 4);
}

export interface ZfsDirent {
  readonly name: string;
  readonly object: number;
  /** `DT_REG` … ; 0 when the writer did not say. */
  readonly type: number;
  readonly cursor: number;
}

export class ZfsReader {
  readonly objset: Objset;
  readonly version: number;
  readonly rootObject: number;
  readonly unlinkedObject: number;
  readonly registry: SaRegistry;
  readonly isUtf8Only: boolean;
  /** Names that are written differently may be one: not kept up here, so such are only read. */
  readonly foldsNames: boolean;

  constructor(objset: Objset) {
    if (objset.type !== DMU_OST_ZFS) throw corrupt('objset_phys_t', 'not a file system');
    this.objset = objset;
    this.version = zapLookupNumber(objset, MASTER_NODE_OBJ, 'VERSION') ?? 0;
    const root = zapLookupNumber(objset, MASTER_NODE_OBJ, 'ROOT');
    if (root === undefined) throw corrupt('master node', 'no ROOT');
    this.rootObject = root;
    this.unlinkedObject = zapLookupNumber(objset, MASTER_NODE_OBJ, 'DELETE_QUEUE') ?? 0;
    const flag = (name: string): boolean =>
      (zapLookupNumber(objset, MASTER_NODE_OBJ, name) ?? 0) !== 0;
    this.isUtf8Only = flag('utf8only');
    this.foldsNames = flag('normalization') || flag('casesensitivity');
    const saMaster = zapLookupNumber(objset, MASTER_NODE_OBJ, 'SA_ATTRS') ?? 0;
    this.registry = saMaster === 0 ? emptyRegistry(objset) : new SaRegistry(objset, saMaster);
  }

  attributes(object: number): ZnodeAttributes {
    return readZnode(this.registry, this.objset.dnode(object));
  }

  lookup(directory: number, name: string): number | undefined {
    const value = zapLookup(this.objset, directory, name);
    return value === undefined ? undefined : direntObject(value);
  }

  *entries(directory: number, cursor = 0): Generator<ZfsDirent> {
    for (const entry of zapEntries(this.objset, directory, cursor)) {
      yield {
        name: entry.name,
        object: direntObject(entry.value),
        type: halfAt(entry.value, 0) >>> 28,
        cursor: entry.cursor,
      };
    }
  }

  /** Bytes of a file from `offset` on, at most up to its end. */
  read(object: number, offset: number, length: number): Uint8Array {
    const { sizeBytes } = this.attributes(object);
    const count = Math.max(0, Math.min(length, sizeBytes - offset));
    return this.objset.dnode(object).readBytes(offset, count);
  }

  readlink(object: number): string {
    const attributes = this.attributes(object);
    const inline = attributes.symlink;
    if (inline !== null) return decodeUtf8(inline);
    return decodeUtf8(this.objset.dnode(object).readBytes(0, attributes.sizeBytes));
  }

  /** Extended attributes by name, from the hidden directory and from the attribute itself. */
  xattrs(object: number): Map<string, Uint8Array> {
    const attributes = this.attributes(object);
    const found = new Map<string, Uint8Array>();
    if (attributes.dxattr !== null && attributes.dxattr.length > 0) {
      for (const [name, pair] of nvlistUnpack(attributes.dxattr)) {
        if (pair.type === 'byte_array') found.set(name, pair.value);
      }
    }
    if (attributes.xattr !== 0) {
      for (const entry of this.entries(attributes.xattr)) {
        const { sizeBytes } = this.attributes(entry.object);
        found.set(entry.name, this.read(entry.object, 0, sizeBytes));
      }
    }
    return found;
  }

  dnode(object: number): Dnode {
    return this.objset.dnode(object);
  }
}

function emptyRegistry(objset: Objset): SaRegistry {
  return new SaRegistry(objset, MASTER_NODE_OBJ);
}
