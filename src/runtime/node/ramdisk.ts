/**
 * From a platform image to the RAM root: checks the archive's hash, unpacks it, and makes its files
 * without copying them (a file's bytes stay in the unpacked archive until somebody writes).
 */
import type { Codecs, PlatformImage } from '#runtime/host.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '#abi/illumos/stat.ts';
import { decodeUtf8, toHex } from '#base/bytes.ts';
import { MiB, NS_PER_SEC } from '#base/units.ts';
import { type CpioEntry, readCpio } from '#boot/cpio.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { MemoryNode } from '#kernel/vfs/memory/node.ts';
import type { VnodeContext } from '#kernel/vfs/vnode.ts';

/** Boot can't go on; the message is for the person at the console. */
export class BootFailure extends Error {
  override readonly name = 'BootFailure';
}

const MAX_ROOT_BYTES = 1024 * MiB;

/** Throws `BootFailure` when the image is not what its hash says, or no archive. */
export function unpackPlatform(image: PlatformImage, codecs: Codecs): Uint8Array {
  const found = toHex(codecs.digest('sha1', image.bootArchive));
  if (found !== image.bootArchiveHash.trim()) {
    throw new BootFailure(
      `Cannot boot: boot_archive has SHA-1 ${found}, boot_archive.hash says ` +
        `"${image.bootArchiveHash.trim()}"`,
    );
  }
  try {
    return codecs.gunzip(image.bootArchive, MAX_ROOT_BYTES);
  } catch (error) {
    throw new BootFailure(`Cannot boot: boot_archive can't be unpacked: ${messageOf(error)}`);
  }
}

/** Makes the files of `archive` (cpio) below the root of `vfs`. */
export function populateRoot(archive: Uint8Array, vfs: MemoryVfs, context: VnodeContext): void {
  const byInode = new Map<number, MemoryNode>();
  const directories = new Map<string, MemoryNode>([['.', vfs.root()]]);
  try {
    for (const entry of readCpio(archive)) addEntry(entry, directories, byInode, context);
  } catch (error) {
    if (error instanceof BootFailure) throw error;
    throw new BootFailure(`Cannot boot: boot_archive is damaged: ${messageOf(error)}`);
  }
}

function addEntry(
  entry: CpioEntry,
  directories: Map<string, MemoryNode>,
  byInode: Map<number, MemoryNode>,
  context: VnodeContext,
): void {
  const { path, mode } = entry;
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const parent = directories.get(slash < 0 ? '.' : path.slice(0, slash));
  if (parent === undefined) throw new BootFailure(`Cannot boot: no directory for "${path}"`);
  const known = entry.linkCount > 1 ? byInode.get(entry.inode) : undefined;
  if (known !== undefined && (mode & S_IFMT) !== S_IFDIR) {
    parent.link(known, name, context);
    return;
  }
  const node = path === '.' ? parent : makeNode(parent, name, entry, context);
  node.uid = entry.uid;
  node.gid = entry.gid;
  node.mode = mode & 0o7777;
  node.mtimeNs = BigInt(entry.mtimeSeconds) * NS_PER_SEC;
  if ((mode & S_IFMT) === S_IFDIR) directories.set(path, node);
  byInode.set(entry.inode, node);
}

function makeNode(
  parent: MemoryNode,
  name: string,
  entry: CpioEntry,
  context: VnodeContext,
): MemoryNode {
  const kind = entry.mode & S_IFMT;
  if (kind === S_IFLNK) {
    const target = decodeUtf8(entry.data);
    parent.symlink(name, target, { type: 'VLNK', mode: 0o777 }, context);
    return parent.lookup(name, context) as MemoryNode;
  }
  const made =
    kind === S_IFDIR
      ? parent.mkdir(name, { type: 'VDIR', mode: 0o755 }, context)
      : parent.create(name, { type: 'VREG', mode: 0o644 }, true, context);
  if (kind !== S_IFDIR && kind !== S_IFREG) {
    throw new BootFailure(`Cannot boot: "${entry.path}" is of a kind that no image has`);
  }
  const isStored =
    made instanceof MemoryNode && (kind === S_IFDIR || made.data?.adopt(entry.data) === true);
  if (isErrno(made) || !isStored) {
    throw new BootFailure(`Cannot boot: no memory for "${entry.path}" of the boot archive`);
  }
  return made;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
