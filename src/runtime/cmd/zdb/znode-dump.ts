/**
 * A file's attributes and its path. @see cmd/zdb/zdb.c dump_znode(), zfs_znode.c zfs_obj_to_path()
 */
import { decodeUtf8 } from '#base/bytes.ts';
import type { Dnode } from '#kernel/fs/zfs/dmu/dnode.ts';
import { DMU_OT_SA } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { nvlistUnpack } from '#kernel/fs/zfs/ondisk/nvlist.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import { zapLookup } from '#kernel/fs/zfs/zap/zap.ts';
import { saReadAll } from '#kernel/fs/zfs/zpl/sa.ts';
import type { ZfsReader } from '#kernel/fs/zfs/zpl/zfs-reader.ts';
import type { ZnodeAttributes } from '#kernel/fs/zfs/zpl/znode.ts';
import type { ZdbContext } from '#cmd/zdb/zdb-context.ts';

const ZFS_XATTR = 1n;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
const MAX_DEPTH = 10_000;

interface ObjectPath {
  readonly text: string;
  readonly isLeaked: boolean;
}

/** `zfs_obj_to_path`: names from the object up to the root. */
function pathOf(reader: ZfsReader, object: number): ObjectPath {
  if (reader.unlinkedObject !== 0) {
    const key = object.toString(16);
    if (zapLookup(reader.objset, reader.unlinkedObject, key) !== undefined) {
      return { text: 'on delete queue', isLeaked: false };
    }
  }
  const lost = { text: 'path not found, possibly leaked', isLeaked: true };
  let path = '';
  let at = object;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    if (reader.objset.tryDnode(at) === undefined) return lost;
    const { parent, flags, mode } = reader.attributes(at);
    if (parent === at) return { text: path === '' ? '/' : path, isLeaked: false };
    if (reader.objset.tryDnode(parent) === undefined) return lost;
    if ((flags & ZFS_XATTR) !== 0n && (mode & S_IFMT) === S_IFDIR) {
      path = `/<xattrdir>${path}`;
    } else {
      const name = nameIn(reader, parent, at);
      if (name === undefined) return lost;
      path = `/${name}${path}`;
    }
    at = parent;
  }
  return lost;
}

function nameIn(reader: ZfsReader, directory: number, object: number): string | undefined {
  if ((reader.attributes(directory).mode & S_IFMT) !== S_IFDIR) return undefined;
  for (const entry of reader.entries(directory)) {
    if (entry.object === object) return entry.name;
  }
  return undefined;
}

/** Extended attributes that are kept with the file's own. */
function saXattrs(packed: Uint8Array | null): string {
  if (packed === null || packed.length === 0) return '';
  const list = nvlistUnpack(packed);
  let text = `\tSA xattrs: ${packed.length} bytes, ${list.size} entries\n\n`;
  for (const [name, pair] of list) {
    const bytes = pair.type === 'byte_array' ? pair.value : new Uint8Array(0);
    const shown = Array.from(bytes, (byte) =>
      byte >= 32 && byte < 127
        ? String.fromCharCode(byte)
        : `\\${byte.toString(8).padStart(3, '0')}`,
    );
    text += `\t\t${name} = ${shown.join('')}\n`;
  }
  return text;
}

function idText(kind: 'uid' | 'gid', id: bigint): string {
  const index = id >> 32n;
  const rid = id & 0xffffffffn;
  return index === 0n
    ? `\t${kind}     ${id}\n`
    : `\t${kind}     ${id.toString(16)} [domain ${index}-${rid}]\n`;
}

/** Attributes that not every file has; with old znodes every file has them. */
function optionalText(reader: ZfsReader, dnode: Dnode, a: ZnodeAttributes): string {
  const isSa = dnode.bonusType === DMU_OT_SA;
  const present = isSa ? saReadAll(reader.registry, dnode) : undefined;
  let text = '';
  if (present === undefined || present.has('ZPL_XATTR')) text += `\txattr\t${a.xattr}\n`;
  if (present === undefined || present.has('ZPL_RDEV')) {
    text += `\trdev\t0x${a.rdev.toString(16).padStart(16, '0')}\n`;
  }
  return text + saXattrs(a.dxattr);
}

/** `dump_znode` */
export function znodeText(
  zdb: ZdbContext,
  reader: ZfsReader,
  dnode: Dnode,
): { text: string; isLeaked: boolean } {
  let a: ZnodeAttributes;
  try {
    a = reader.attributes(dnode.object);
  } catch (error) {
    if (!(error instanceof ZfsError)) throw error;
    return { text: 'Failed to get handle for SA znode\n', isLeaked: false };
  }
  let text = '';
  let isLeaked = false;
  if (zdb.count('d') > 4) {
    const path = pathOf(reader, dnode.object);
    isLeaked = path.isLeaked;
    text += `\tpath\t${path.text}\n`;
  }
  if ((a.mode & S_IFMT) === S_IFLNK && a.symlink !== null) {
    text += `\ttarget\t${decodeUtf8(a.symlink)}\n`;
  }
  text += idText('uid', a.uid) + idText('gid', a.gid);
  for (const name of ['atime', 'mtime', 'ctime', 'crtime'] as const) {
    text += `\t${name}\t${zdb.ctime(Number(a[name][0]))}\n`;
  }
  text += `\tgen\t${a.gen}\n\tmode\t${a.mode.toString(8)}\n\tsize\t${a.sizeBytes}\n`;
  text += `\tparent\t${a.parent}\n\tlinks\t${a.links}\n\tpflags\t${a.flags.toString(16)}\n`;
  return { text: text + optionalText(reader, dnode, a), isLeaked };
}
