/**
 * hostfs: the one folder that the person shares, at /host. The node names files below it only; what
 * may be seen or written the host decides. Owner and mode are made up: the host keeps its own.
 */
import { S_IWGRP, S_IWOTH, S_IWUSR } from '#abi/illumos/stat.ts';
import type { HostShare, HostShareEntry, HostShareFailure } from '#runtime/host.ts';
import {
  EACCES,
  EEXIST,
  EINVAL,
  EIO,
  EISDIR,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  EXDEV,
  type Errno,
} from '#kernel/os/errno.ts';
import { BaseVfs, BaseVnode } from '#kernel/vfs/base-vnode.ts';
import { checkAccess } from '#kernel/vfs/policy.ts';
import type {
  Blocking,
  CreateAttributes,
  DirectoryEntry,
  SettableAttributes,
  Vfs,
  VfsType,
  Vnode,
  VnodeAttributes,
  VnodeContext,
} from '#kernel/vfs/vnode.ts';

const ERRORS: Readonly<Record<HostShareFailure['failure'], Errno>> = {
  ENOENT,
  EACCES,
  EEXIST,
  ENOTDIR,
  EISDIR,
  EROFS,
  EIO,
  ENOSPC,
  ENOTEMPTY,
};

const ANY_WRITE = S_IWUSR | S_IWGRP | S_IWOTH;
const ROOT: HostShareEntry = {
  name: '',
  kind: 'directory',
  sizeBytes: 512,
  modifiedNs: 0n,
  isExecutable: true,
};

function isFailure(result: unknown): result is HostShareFailure {
  return typeof result === 'object' && result !== null && 'failure' in result;
}

/** Names that would leave the folder or that no host has; the host checks again. */
function isBadName(name: string): boolean {
  return name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name);
}

export class HostVfs extends BaseVfs {
  readonly fstype = 'hostfs';
  readonly share: HostShare;
  readonly #root: HostVnode;
  /** Node numbers by path: a host has none that fit. */
  readonly #nodeids: Map<string, number> = new Map();

  constructor(fsid: number, share: HostShare, isReadOnly: boolean) {
    super(fsid, isReadOnly || share.isReadOnly);
    this.share = share;
    this.#root = new HostVnode(this, [], ROOT);
  }

  override root(): HostVnode {
    return this.#root;
  }

  nodeidOf(path: readonly string[]): number {
    const key = path.join('/');
    const known = this.#nodeids.get(key) ?? this.#nodeids.size + 2;
    this.#nodeids.set(key, known);
    return known;
  }
}

class HostVnode extends BaseVnode {
  declare readonly vfs: HostVfs;
  readonly #path: readonly string[];
  #entry: HostShareEntry;

  constructor(vfs: HostVfs, path: readonly string[], entry: HostShareEntry) {
    super(vfs, entry.kind === 'directory' ? 'VDIR' : 'VREG');
    this.#path = path;
    this.#entry = entry;
  }

  get #mode(): number {
    const isExecutable = this.type === 'VDIR' || this.#entry.isExecutable;
    const mode = isExecutable ? 0o755 : 0o644;
    return this.vfs.isReadOnly ? mode & ~ANY_WRITE : mode;
  }

  override getattr(_ctx: VnodeContext): VnodeAttributes | Errno {
    if (this.#path.length > 0) {
      const now = this.vfs.share.stat(this.#path);
      if (isFailure(now)) return ERRORS[now.failure];
      this.#entry = now;
    }
    const { sizeBytes, modifiedNs } = this.#entry;
    return {
      type: this.type,
      mode: this.#mode,
      uid: 0,
      gid: 0,
      fsid: this.vfs.fsid,
      nodeid: this.vfs.nodeidOf(this.#path),
      linkCount: this.type === 'VDIR' ? 2 : 1,
      sizeBytes,
      atimeNs: modifiedNs,
      mtimeNs: modifiedNs,
      ctimeNs: modifiedNs,
      rdev: 0,
      blockSizeBytes: 4096,
      blocks: Math.ceil(sizeBytes / 512),
    };
  }

  /** Times stay the host's; another owner or mode there is not. */
  override setattr(changes: SettableAttributes, ctx: VnodeContext): Errno | undefined {
    if (this.vfs.isReadOnly) return EROFS;
    const denied = this.access(2, ctx);
    if (denied !== undefined) return denied;
    const { mode, uid = 0, gid = 0, sizeBytes } = changes;
    if ((mode !== undefined && mode !== this.#mode) || uid !== 0 || gid !== 0) return EPERM;
    if (sizeBytes === undefined) return undefined;
    if (this.type === 'VDIR') return EISDIR;
    return errorOf(this.vfs.share.truncate(this.#path, sizeBytes));
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    return checkAccess({ type: this.type, mode: this.#mode, uid: 0, gid: 0 }, mode, ctx.cred);
  }

  override read(offsetBytes: number, target: Uint8Array, _ctx: VnodeContext): Blocking<number> {
    if (this.type === 'VDIR') return EISDIR;
    const count = this.vfs.share.read(this.#path, offsetBytes, target);
    return isFailure(count) ? ERRORS[count.failure] : count;
  }

  override write(offsetBytes: number, source: Uint8Array, _ctx: VnodeContext): Blocking<number> {
    if (this.vfs.isReadOnly) return EROFS;
    const count = this.vfs.share.write(this.#path, offsetBytes, source);
    return isFailure(count) ? ERRORS[count.failure] : count;
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (this.type !== 'VDIR') return ENOTDIR;
    if (name === '..') return this.#parent();
    return isBadName(name) ? ENOENT : this.#child(name);
  }

  #parent(): Vnode | Errno {
    if (this.#path.length <= 1) return this.vfs.root();
    const path = this.#path.slice(0, -1);
    const entry = this.vfs.share.stat(path);
    return isFailure(entry) ? ERRORS[entry.failure] : new HostVnode(this.vfs, path, entry);
  }

  #child(name: string): Vnode | Errno {
    const path = [...this.#path, name];
    const entry = this.vfs.share.stat(path);
    if (isFailure(entry)) return ERRORS[entry.failure];
    return entry.kind === 'other' ? ENOENT : new HostVnode(this.vfs, path, entry);
  }

  override create(
    name: string,
    attributes: CreateAttributes,
    exclusive: boolean,
    ctx: VnodeContext,
  ): Vnode | Errno {
    if (attributes.type !== 'VREG') return EINVAL;
    const existing = this.lookup(name, ctx);
    if (existing instanceof HostVnode) return exclusive ? EEXIST : existing;
    return this.#make(name, 'file', ctx);
  }

  override mkdir(name: string, _attributes: CreateAttributes, ctx: VnodeContext): Vnode | Errno {
    return this.#make(name, 'directory', ctx);
  }

  #make(name: string, kind: 'file' | 'directory', ctx: VnodeContext): Vnode | Errno {
    const refused = this.#refuseChange(ctx);
    if (refused !== undefined) return refused;
    if (isBadName(name)) return EINVAL;
    const failed = errorOf(this.vfs.share.create([...this.#path, name], kind));
    return failed ?? this.#child(name);
  }

  override remove(name: string, ctx: VnodeContext): Errno | undefined {
    return this.#take(name, 'VREG', EPERM, ctx);
  }

  override rmdir(name: string, ctx: VnodeContext): Errno | undefined {
    return this.#take(name, 'VDIR', ENOTDIR, ctx);
  }

  #take(name: string, type: 'VREG' | 'VDIR', other: Errno, ctx: VnodeContext): Errno | undefined {
    const refused = this.#refuseChange(ctx);
    if (refused !== undefined) return refused;
    const child = this.lookup(name, ctx);
    if (!(child instanceof HostVnode) || name === '..') return name === '..' ? EINVAL : ENOENT;
    if (child.type !== type) return other;
    return errorOf(this.vfs.share.remove(child.#path));
  }

  override rename(
    from: string,
    toDirectory: Vnode,
    to: string,
    ctx: VnodeContext,
  ): Errno | undefined {
    if (!(toDirectory instanceof HostVnode) || toDirectory.vfs !== this.vfs) return EXDEV;
    const refused = this.#refuseChange(ctx);
    if (refused !== undefined) return refused;
    if (isBadName(from) || isBadName(to)) return EINVAL;
    const source = [...this.#path, from];
    return errorOf(this.vfs.share.rename(source, [...toDirectory.#path, to]));
  }

  #refuseChange(ctx: VnodeContext): Errno | undefined {
    if (this.type !== 'VDIR') return ENOTDIR;
    return this.vfs.isReadOnly ? EROFS : this.access(2 | 1, ctx);
  }

  override readdir(
    cursor: number,
    limit: number,
    _ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno {
    const listed = this.vfs.share.list(this.#path);
    if (isFailure(listed)) return ERRORS[listed.failure];
    const { vfs } = this;
    const all: DirectoryEntry[] = [
      { name: '.', nodeid: vfs.nodeidOf(this.#path), type: 'VDIR' },
      { name: '..', nodeid: vfs.nodeidOf(this.#path.slice(0, -1)), type: 'VDIR' },
    ];
    for (const { name, kind } of listed) {
      if (kind === 'other') continue;
      const nodeid = vfs.nodeidOf([...this.#path, name]);
      all.push({ name, nodeid, type: kind === 'directory' ? 'VDIR' : 'VREG' });
    }
    const entries = all.slice(cursor, cursor + limit);
    const next = cursor + entries.length;
    return { entries, next: next < all.length ? next : undefined };
  }
}

function errorOf(result: HostShareFailure | undefined): Errno | undefined {
  return result === undefined ? undefined : ERRORS[result.failure];
}

export function hostfsType(allocateFsid: () => number, share: HostShare): VfsType {
  return {
    name: 'hostfs',
    mount: (request): Vfs => new HostVfs(allocateFsid(), share, request.options.has('ro')),
  };
}
