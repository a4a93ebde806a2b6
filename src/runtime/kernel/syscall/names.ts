/**
 * Calls on names: what is at a path, and what is made, renamed or removed there.
 * @see uts/common/syscall/{stat,access,link,unlink,mkdir,mknod,rename,readlink,symlink}.c
 */
import { S_IFDIR, S_IFMT, TYPE_BITS, typeOfMode } from '#abi/illumos/stat.ts';
import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  EPERM,
  EROFS,
  EXDEV,
  type Errno,
  isErrno,
} from '#kernel/os/errno.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { vnodeOf } from '#kernel/syscall/descriptors.ts';
import type { Stat, TimeChange } from '#kernel/syscall/sys.ts';
import { type Resolution, lookupVnode, resolvePath } from '#kernel/vfs/lookup.ts';
import type { CreateAttributes, SettableAttributes, Vnode } from '#kernel/vfs/vnode.ts';

type Result = Errno | 0;

function done(errno: Errno | undefined): Result {
  return errno ?? 0;
}

/** @man stat(2); a number in place of the path is a descriptor. */
export function fstatat(caller: Caller, at: string | number, noFollow: boolean): Stat | Errno {
  const vnode = find(caller, at, noFollow);
  if (isErrno(vnode)) return vnode;
  const a = vnode.getattr(caller.context());
  if (isErrno(a)) return a;
  return {
    dev: a.fsid,
    ino: a.nodeid,
    mode: TYPE_BITS[a.type] | a.mode,
    type: a.type,
    nlink: a.linkCount,
    uid: a.uid,
    gid: a.gid,
    rdev: a.rdev,
    size: a.sizeBytes,
    blksize: a.blockSizeBytes,
    blocks: a.blocks,
    atimeNs: a.atimeNs,
    mtimeNs: a.mtimeNs,
    ctimeNs: a.ctimeNs,
    fstype: vnode.vfs.fstype,
  };
}

/** The file of a path or a descriptor. */
export function find(caller: Caller, at: string | number, noFollow: boolean): Vnode | Errno {
  if (typeof at === 'number') return vnodeOf(caller, at);
  return lookupVnode(at, caller.lookupStart(), noFollow ? 'noFollow' : 'follow');
}

export function faccessat(
  caller: Caller,
  path: string,
  mode: number,
  isEffective: boolean,
): Result {
  if ((mode & ~7) !== 0) return EINVAL;
  const start = caller.lookupStart();
  const { cred } = caller.proc;
  const context = isEffective
    ? start.context
    : {
        fileFlags: 0,
        proc: caller.proc,
        cred: { ...cred, effectiveUid: cred.uid, effectiveGid: cred.gid },
      };
  const vnode = lookupVnode(path, { ...start, context }, 'follow');
  if (isErrno(vnode)) return vnode;
  const isStored = vnode.type === 'VREG' || vnode.type === 'VDIR';
  if ((mode & 2) !== 0 && isStored && vnode.vfs.isReadOnly) return EROFS;
  return mode === 0 ? 0 : done(vnode.access(mode, context));
}

export function readlinkat(caller: Caller, path: string): string | Errno {
  const vnode = lookupVnode(path, caller.lookupStart(), 'noFollow');
  if (isErrno(vnode)) return vnode;
  return vnode.type === 'VLNK' ? vnode.readlink(caller.context()) : EINVAL;
}

/** The place where `path` shall be made: not there yet, and its directory writable. */
function vacantPlace(caller: Caller, path: string): Resolution | Errno {
  const place = resolvePath(path, caller.lookupStart(), 'noFollow');
  if (isErrno(place)) return place;
  if (place.vnode !== undefined) return EEXIST;
  return place.directory.vfs.isReadOnly ? EROFS : place;
}

/** An existing entry that can be taken away. */
function occupiedPlace(
  caller: Caller,
  path: string,
): (Resolution & { readonly vnode: Vnode }) | Errno {
  const place = resolvePath(path, caller.lookupStart(), 'noFollow');
  if (isErrno(place)) return place;
  const { vnode } = place;
  if (vnode === undefined) return ENOENT;
  return place.directory.vfs.isReadOnly ? EROFS : { ...place, vnode };
}

export function symlinkat(caller: Caller, target: string, path: string): Result {
  const place = vacantPlace(caller, path);
  if (isErrno(place)) return place;
  if (place.mustBeDirectory) return ENOENT;
  const attributes: CreateAttributes = { type: 'VLNK', mode: 0o777 };
  return done(place.directory.symlink(place.name, target, attributes, caller.context()));
}

/** link(2) follows a link in `from` no more than SVR4 did: it links the link. */
export function linkat(caller: Caller, from: string, to: string): Result {
  const source = lookupVnode(from, caller.lookupStart(), 'noFollow');
  if (isErrno(source)) return source;
  const place = vacantPlace(caller, to);
  if (isErrno(place)) return place;
  if (source.type === 'VDIR') return EPERM;
  if (place.mustBeDirectory) return ENOENT;
  if (source.vfs !== place.directory.vfs) return EXDEV;
  return done(place.directory.link(source, place.name, caller.context()));
}

export function unlinkat(caller: Caller, path: string, isDirectory: boolean): Result {
  const place = occupiedPlace(caller, path);
  if (isErrno(place)) return place;
  const { directory, name, vnode } = place;
  if (isDirectory) return removeDirectory(caller, place);
  if (vnode.type === 'VDIR') return EPERM;
  return done(directory.remove(name, caller.context()));
}

function removeDirectory(caller: Caller, place: Resolution & { readonly vnode: Vnode }): Result {
  const { directory, name, vnode } = place;
  if (vnode.type !== 'VDIR') return ENOTDIR;
  if (vnode === vnode.vfs.root()) return EBUSY;
  if (name === '.' || vnode === caller.proc.cwd) return EINVAL;
  if (name === '..') return EEXIST;
  return done(directory.rmdir(name, caller.context()));
}

export function mkdirat(caller: Caller, path: string, mode: number): Result {
  const place = vacantPlace(caller, path);
  if (isErrno(place)) return place;
  const attributes: CreateAttributes = {
    type: 'VDIR',
    mode: mode & 0o1777 & ~caller.proc.umask,
  };
  const made = place.directory.mkdir(place.name, attributes, caller.context());
  return isErrno(made) ? made : 0;
}

export function mknodat(caller: Caller, path: string, mode: number, device: number): Result {
  const type = (mode & S_IFMT) === 0 ? 'VREG' : typeOfMode(mode);
  if (type === undefined || type === 'VLNK' || type === 'VSOCK') return EINVAL;
  const isPrivileged = caller.proc.cred.effectiveUid === 0;
  if (type !== 'VFIFO' && type !== 'VREG' && !isPrivileged) return EPERM;
  if ((mode & S_IFMT) === S_IFDIR) return mkdirat(caller, path, mode);
  const place = vacantPlace(caller, path);
  if (isErrno(place)) return place;
  if (place.mustBeDirectory) return ENOENT;
  const attributes: CreateAttributes = {
    type,
    mode: mode & 0o7777 & ~caller.proc.umask,
    rdev: device,
  };
  const made = place.directory.create(place.name, attributes, true, caller.context());
  return isErrno(made) ? made : 0;
}

export function renameat(caller: Caller, from: string, to: string): Result {
  const source = occupiedPlace(caller, from);
  if (isErrno(source)) return source;
  const target = resolvePath(to, caller.lookupStart(), 'noFollow');
  if (isErrno(target)) return target;
  if (isDotName(source.name) || isDotName(target.name)) return EINVAL;
  if (target.mustBeDirectory && source.vnode.type !== 'VDIR') return ENOTDIR;
  if (source.directory.vfs !== target.directory.vfs) return EXDEV;
  if (source.vnode === source.vnode.vfs.root()) return EBUSY;
  const replaced = target.vnode;
  if (replaced !== undefined) {
    if (replaced === source.vnode) return 0;
    if (replaced === replaced.vfs.root()) return EBUSY;
    if (replaced.type === 'VDIR' && source.vnode.type !== 'VDIR') return EISDIR;
    if (replaced.type !== 'VDIR' && source.vnode.type === 'VDIR') return ENOTDIR;
  }
  return done(
    source.directory.rename(source.name, target.directory, target.name, caller.context()),
  );
}

function isDotName(name: string): boolean {
  return name === '.' || name === '..';
}

function change(
  caller: Caller,
  at: string | number,
  changes: SettableAttributes,
  noFollow = false,
): Result {
  const vnode = find(caller, at, noFollow);
  if (isErrno(vnode)) return vnode;
  if (vnode.vfs.isReadOnly && vnode.type !== 'VFIFO') return EROFS;
  return done(vnode.setattr(changes, caller.context()));
}

export function fchmodat(caller: Caller, at: string | number, mode: number): Result {
  return change(caller, at, { mode: mode & 0o7777 });
}

export function fchownat(
  caller: Caller,
  at: string,
  ids: { readonly uid: number; readonly gid: number },
  noFollow: boolean,
): Result {
  const changes: SettableAttributes = {
    ...(ids.uid === -1 ? {} : { uid: ids.uid }),
    ...(ids.gid === -1 ? {} : { gid: ids.gid }),
  };
  return change(caller, at, changes, noFollow);
}

export function utimesys(
  caller: Caller,
  path: string,
  times: { readonly atime: TimeChange; readonly mtime: TimeChange },
  noFollow: boolean,
): Result {
  const nowNs = caller.kernel.realtimeNs();
  const { atime, mtime } = times;
  const changes: SettableAttributes = {
    ...(atime === 'omit' ? {} : { atimeNs: atime === 'now' ? nowNs : atime }),
    ...(mtime === 'omit' ? {} : { mtimeNs: mtime === 'now' ? nowNs : mtime }),
    ...(atime === 'now' && mtime === 'now' ? { timesAreNow: true } : {}),
  };
  return change(caller, path, changes, noFollow);
}
