/**
 * Path resolution: from a string to a vnode, or to the directory and name where one may be made.
 * `..` at the process's root stays there; at the root of a mounted filesystem it goes on in the
 * directory that the mount covers. Search permission is checked here, once a component.
 * @see uts/common/fs/lookup.c  @man Intro(2) "Pathname resolution"
 */
import { MAXSYMLINKS, NAME_MAX, PATH_MAX } from '#abi/illumos/limits.ts';
import { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** Where names start, and who asks. */
export interface LookupStart {
  /** The process's root directory: `..` does not leave it. */
  readonly root: Vnode;
  readonly directory: Vnode;
  readonly context: VnodeContext;
}

export interface Resolution {
  /** The directory that holds the last component. */
  readonly directory: Vnode;
  /** The last component; may be `.` or `..`, and is `.` for `/`. */
  readonly name: string;
  /** The file, mount points crossed; undefined: there is none of that name. */
  readonly vnode: Vnode | undefined;
  /** The path ended in `/`: only a directory will do. */
  readonly mustBeDirectory: boolean;
}

/** The file at `path`, or ENOENT. */
export function lookupVnode(
  path: string,
  start: LookupStart,
  finalLink: 'follow' | 'noFollow',
): Vnode | Errno {
  const resolution = resolvePath(path, start, finalLink);
  if (isErrno(resolution)) return resolution;
  return resolution.vnode ?? ENOENT;
}

/**
 * Resolves all of `path`; a missing last component is not an error here. With `follow` a link in
 * the last place is followed even when what it names is missing (open(2) creates it there).
 */
export function resolvePath(
  path: string,
  start: LookupStart,
  finalLink: 'follow' | 'noFollow',
): Resolution | Errno {
  if (path === '') return ENOENT;
  if (isLongerThan(path, PATH_MAX - 1)) return ENAMETOOLONG;
  return new Resolver(start, finalLink).run(path);
}

class Resolver {
  readonly #start: LookupStart;
  readonly #followFinal: boolean;
  #directory: Vnode;
  #linkCount = 0;
  #rest = '';

  constructor(start: LookupStart, finalLink: 'follow' | 'noFollow') {
    this.#start = start;
    this.#followFinal = finalLink === 'follow';
    this.#directory = start.directory;
  }

  run(path: string): Resolution | Errno {
    this.#rest = path;
    if (path.startsWith('/')) this.#directory = this.#start.root;
    for (;;) {
      const name = this.#nextComponent();
      const mustBeDirectory = this.#rest !== '';
      const isLast = this.#isAtEnd();
      const found = this.#lookupIn(this.#directory, name);
      if (isErrno(found)) {
        if (found !== ENOENT || !isLast) return found;
        return { directory: this.#directory, name, vnode: undefined, mustBeDirectory };
      }
      if (found.type === 'VLNK' && (!isLast || this.#followFinal || mustBeDirectory)) {
        const error = this.#expand(found);
        if (error === undefined) continue;
        if (isErrno(error)) return error;
        if (!isLast) this.#directory = error;
        else return { directory: this.#directory, name, vnode: error, mustBeDirectory };
        continue;
      }
      if (isLast) {
        if (mustBeDirectory && found.type !== 'VDIR') return ENOTDIR;
        return { directory: this.#directory, name, vnode: found, mustBeDirectory };
      }
      this.#directory = found;
    }
  }

  /** Takes the next component off the rest; `.` when only slashes are left. */
  #nextComponent(): string {
    const rest = this.#rest;
    let from = 0;
    while (rest.charCodeAt(from) === SLASH) from += 1;
    const slash = rest.indexOf('/', from);
    const to = slash < 0 ? rest.length : slash;
    this.#rest = rest.slice(to);
    return from === to ? '.' : rest.slice(from, to);
  }

  #isAtEnd(): boolean {
    for (let at = 0; at < this.#rest.length; at += 1) {
      if (this.#rest.charCodeAt(at) !== SLASH) return false;
    }
    return true;
  }

  #lookupIn(directory: Vnode, name: string): Vnode | Errno {
    if (directory.type !== 'VDIR') return ENOTDIR;
    const denied = directory.access(1, this.#start.context);
    if (denied !== undefined) return denied;
    if (name === '.') return directory;
    if (name === '..') return this.#parentOf(directory);
    if (isLongerThan(name, NAME_MAX)) return ENAMETOOLONG;
    const found = directory.lookup(name, this.#start.context);
    return isErrno(found) ? found : traverseMounts(found);
  }

  #parentOf(directory: Vnode): Vnode | Errno {
    let current = directory;
    if (current === this.#start.root) return current;
    while (current === current.vfs.root()) {
      const covered = current.vfs.coveredVnode;
      if (covered === null) return current;
      current = covered;
      if (current === this.#start.root) return current;
    }
    const parent = current.lookup('..', this.#start.context);
    return isErrno(parent) ? parent : traverseMounts(parent);
  }

  /** Puts a link's target in front of the rest; a link without a name gives its file instead. */
  #expand(link: Vnode): undefined | Vnode | Errno {
    this.#linkCount += 1;
    if (this.#linkCount > MAXSYMLINKS) return ELOOP;
    if (link.follow !== undefined) return link.follow(this.#start.context);
    const target = link.readlink(this.#start.context);
    if (isErrno(target)) return target;
    if (target === '') return ENOENT;
    this.#rest = target + this.#rest;
    if (isLongerThan(this.#rest, PATH_MAX - 1)) return ENAMETOOLONG;
    if (target.startsWith('/')) this.#directory = this.#start.root;
    return undefined;
  }
}

/** The root of what is mounted on `vnode`, however many mounts are stacked; else itself. */
export function traverseMounts(vnode: Vnode): Vnode {
  let current = vnode;
  while (current.mountedHere !== null) current = current.mountedHere.root();
  return current;
}

const SLASH = 47;

/** True when the UTF-8 form of `text` has more than `limitBytes` bytes. */
function isLongerThan(text: string, limitBytes: number): boolean {
  if (text.length > limitBytes) return true;
  if (text.length * 3 <= limitBytes) return false;
  let size = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) size += 1;
    else if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) size += 2;
    else size += 3;
  }
  return size > limitBytes;
}
