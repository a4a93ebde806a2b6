/**
 * Open files of a process as others see them: fd/N (the file itself), path/N (a link with its name)
 * and fdinfo/N. A file's name is told only while it still leads to that file.
 * @see uts/common/fs/proc/prvnops.c pr_lookup_fddir, pr_lookup_pathdir
 */
import { prfdinfo } from '#abi/illumos/procfs.ts';
import { TYPE_BITS, majorOf, minorOf } from '#abi/illumos/stat.ts';
import { ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { OpenFile } from '#kernel/os/file.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import { pathOfDirectory } from '#kernel/vfs/path.ts';
import { ShadowVnode } from '#kernel/vfs/shadow-vnode.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

/** Half of NODEV: no device is behind the file. */
const NODEV_PART = 0xffff_ffff;
/** The offset of what has none: a pipe, a terminal. */
const NO_OFFSET = 0xffff_ffff_ffff_ffffn;

/** The stored file behind an open device or fifo. */
function storedFile(vnode: Vnode): Vnode {
  return vnode instanceof ShadowVnode ? vnode.stored : vnode;
}

/** The absolute name of a directory or of a file opened as `openedAs`; ENOENT: none any more. */
export function pathOf(proc: Proc, vnode: Vnode, openedAs: string | undefined): string | Errno {
  const { kernel, root, cwd } = proc;
  const { context } = kernel;
  if (vnode.type === 'VDIR') return pathOfDirectory(vnode, root, context);
  if (openedAs === undefined) return ENOENT;
  let path = openedAs;
  if (!path.startsWith('/')) {
    const directory = pathOfDirectory(cwd, root, context);
    if (isErrno(directory)) return directory;
    path = `${directory === '/' ? '' : directory}/${path}`;
  }
  const found = lookupVnode(path, { root, directory: root, context }, 'follow');
  if (isErrno(found)) return found;
  return storedFile(found) === storedFile(vnode) ? path : ENOENT;
}

export function fdinfoBytes(proc: Proc, fd: number, file: OpenFile): Uint8Array | Errno {
  const attributes = file.vnode.getattr(proc.kernel.context);
  if (isErrno(attributes)) return attributes;
  const path = pathOf(proc, file.vnode, file.path);
  const isDevice = attributes.type === 'VCHR' || attributes.type === 'VBLK';
  const isSeekable = file.vnode.seek(0) === undefined;
  return prfdinfo.encode({
    fd,
    mode: TYPE_BITS[attributes.type] | attributes.mode,
    uid: attributes.uid,
    gid: attributes.gid,
    major: majorOf(attributes.fsid),
    minor: minorOf(attributes.fsid),
    rmajor: isDevice ? majorOf(attributes.rdev) : NODEV_PART,
    rminor: isDevice ? minorOf(attributes.rdev) : NODEV_PART,
    ino: BigInt(attributes.nodeid),
    offset: isSeekable ? BigInt(file.offset) : NO_OFFSET,
    size: BigInt(attributes.sizeBytes),
    fileflags: file.flags,
    fdflags: proc.files.descriptor(fd)?.closeOnExec === true ? 1 : 0,
    path: isErrno(path) ? '' : path,
  });
}
