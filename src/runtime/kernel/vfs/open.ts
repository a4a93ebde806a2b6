/**
 * open(2) below the descriptor: resolution, creation, permission, truncation. The caller makes the
 * open file of the vnode that comes back and calls its `close` once for it.
 * @see uts/common/fs/vnode.c vn_openat, vn_createat
 */
import {
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_EXEC,
  O_NOFOLLOW,
  O_NOLINKS,
  O_SEARCH,
  O_TRUNC,
  isOpenForReading,
  isOpenForWriting,
} from '#abi/illumos/fcntl.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import {
  EEXIST,
  EISDIR,
  ELOOP,
  EMLINK,
  ENOENT,
  ENOTDIR,
  ENXIO,
  EOPNOTSUPP,
  EROFS,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import { type LookupStart, type Resolution, resolvePath } from '#kernel/vfs/lookup.ts';
import type { Blocking, Vnode } from '#kernel/vfs/vnode.ts';

/** `mode` is already reduced by the umask. `start.context.fileFlags` should be `flags`. */
export function openPath(
  path: string,
  flags: number,
  mode: number,
  start: LookupStart,
): Blocking<Vnode> {
  const isExclusive = (flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL);
  const noFollow = isExclusive || (flags & O_NOFOLLOW) !== 0;
  const resolution = resolvePath(path, start, noFollow ? 'noFollow' : 'follow');
  if (isErrno(resolution)) return resolution;
  const { vnode } = resolution;
  if (vnode === undefined) {
    if ((flags & O_CREAT) === 0) return ENOENT;
    const created = createFile(resolution, flags, mode, start);
    // Who makes a file may open it, whatever its mode says.
    return isErrno(created) ? created : created.open(flags, start.context);
  }
  if (isExclusive) return EEXIST;
  return openVnode(vnode, flags, start);
}

function createFile(
  at: Resolution,
  flags: number,
  mode: number,
  start: LookupStart,
): Vnode | Errno {
  if (at.mustBeDirectory || (flags & O_DIRECTORY) !== 0)
    return at.mustBeDirectory ? EISDIR : ENOENT;
  if (at.directory.vfs.isReadOnly) return EROFS;
  return at.directory.create(at.name, { type: 'VREG', mode }, true, start.context);
}

/** Opens a file that is there: permission, kind, truncation. */
export function openVnode(vnode: Vnode, flags: number, start: LookupStart): Blocking<Vnode> {
  const refused = refuse(vnode, flags) ?? checkOpenAccess(vnode, flags, start);
  if (refused !== undefined) return refused;
  const opened = vnode.open(flags, start.context);
  if (isErrno(opened) || isWouldBlock(opened)) return opened;
  if ((flags & O_TRUNC) !== 0 && vnode.type === 'VREG') {
    const failed = opened.setattr({ sizeBytes: 0 }, start.context);
    if (failed !== undefined) {
      opened.close(start.context);
      return failed;
    }
  }
  return opened;
}

/** What no permission can allow. */
function refuse(vnode: Vnode, flags: number): Errno | undefined {
  const isWriting = isOpenForWriting(flags) || (flags & O_TRUNC) !== 0;
  if (vnode.type === 'VLNK') return ELOOP;
  if (vnode.type === 'VSOCK') return (flags & O_EXEC) === 0 ? EOPNOTSUPP : ENXIO;
  if (vnode.type === 'VDIR') {
    if (isWriting || (flags & O_CREAT) !== 0) return EISDIR;
  } else if ((flags & (O_DIRECTORY | O_SEARCH)) !== 0) {
    return ENOTDIR;
  }
  const isStored = vnode.type === 'VREG' || vnode.type === 'VDIR';
  return isWriting && isStored && vnode.vfs.isReadOnly ? EROFS : undefined;
}

function checkOpenAccess(vnode: Vnode, flags: number, start: LookupStart): Errno | undefined {
  let want = 0;
  if (isOpenForReading(flags)) want |= 4;
  if (isOpenForWriting(flags) || (flags & O_TRUNC) !== 0) want |= 2;
  if ((flags & (O_EXEC | O_SEARCH)) !== 0) want |= 1;
  const denied = vnode.access(want, start.context);
  if (denied !== undefined) return denied;
  if ((flags & O_NOLINKS) === 0) return undefined;
  const attributes = vnode.getattr(start.context);
  if (isErrno(attributes)) return attributes;
  return attributes.linkCount > 1 ? EMLINK : undefined;
}
