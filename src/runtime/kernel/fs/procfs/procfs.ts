/**
 * /proc: a directory a process, with the files of proc(5) in their binary layouts. Nodes are made
 * when they are looked up and forgotten afterwards; a process that has ended is ENOENT.
 * @see uts/common/fs/proc/prvnops.c  @man proc(5)
 */
import { ENOENT, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { LWP_FILES, PROC_FILES, type ProcFileRow } from '#kernel/fs/procfs/files.table.ts';
import { fdinfoBytes, pathOf } from '#kernel/fs/procfs/open-files.ts';
import { RecentCpu } from '#kernel/fs/procfs/records.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import {
  type PseudoAttributes,
  PseudoDirectory,
  type PseudoEntry,
  PseudoFile,
  PseudoVnode,
} from '#kernel/vfs/pseudo-vnode.ts';
import type { VfsStatistics, VfsType, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

const ROOT_NODEID = 2;
/** Node numbers of one process: its files, then descriptors. */
const NODES_PER_PROC = 1_000_000;

export class ProcVfs extends BaseVfs {
  readonly fstype = 'proc';
  readonly kernel: Kernel;
  readonly recentCpu: RecentCpu = new RecentCpu();
  readonly #root: ProcRoot;

  constructor(fsid: number, kernel: Kernel) {
    super(fsid);
    this.kernel = kernel;
    this.#root = new ProcRoot(this);
  }

  override root(): ProcRoot {
    return this.#root;
  }

  override statvfs(): VfsStatistics {
    const { count, capacity } = this.kernel.procs;
    return {
      ...super.statvfs(),
      files: BigInt(capacity),
      freeFiles: BigInt(capacity - count),
    };
  }
}

/** `/proc` */
class ProcRoot extends PseudoDirectory {
  declare readonly vfs: ProcVfs;

  override attributes(): PseudoAttributes {
    const { kernel } = this.vfs;
    const sizeBytes = 16 * (kernel.procs.count + 2);
    const timeNs = kernel.realtimeNs();
    return { nodeid: ROOT_NODEID, mode: 0o555, uid: 0, gid: 0, sizeBytes, timeNs };
  }

  override parent(): Vnode {
    return this;
  }

  override *list(): Iterable<PseudoEntry> {
    yield { name: 'self', nodeid: 1, type: 'VLNK', place: 0 };
    const procs = [...this.vfs.kernel.procs.all()].sort((a, b) => a.pid - b.pid);
    for (const { pid } of procs) {
      yield { name: String(pid), nodeid: nodeidOf(pid, 0), type: 'VDIR', place: pid + 1 };
    }
  }

  override lookup(name: string, ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this;
    if (name === 'self') return ctx.proc === null ? ENOENT : new SelfLink(this, ctx.proc.pid);
    if (!/^(0|[1-9]\d{0,8})$/.test(name)) return ENOENT;
    const proc = this.vfs.kernel.procs.get(Number(name));
    return proc === undefined ? ENOENT : new ProcDirectory(this, proc);
  }
}

function nodeidOf(pid: number, index: number): number {
  return (pid + 1) * NODES_PER_PROC + index;
}

/** `/proc/self` */
class SelfLink extends PseudoVnode {
  readonly #pid: number;

  constructor(root: ProcRoot, pid: number) {
    super(root.vfs, 'VLNK');
    this.#pid = pid;
  }

  override attributes(): PseudoAttributes {
    const sizeBytes = String(this.#pid).length;
    return { nodeid: 1, mode: 0o777, uid: 0, gid: 0, sizeBytes, timeNs: 0n };
  }

  override readlink(): string {
    return String(this.#pid);
  }
}

/** What nodes of one process share: its owner is theirs. */
function ownedBy(proc: Proc, index: number, mode: number, sizeBytes: number): PseudoAttributes {
  return {
    nodeid: nodeidOf(proc.pid, index),
    mode,
    uid: proc.cred.effectiveUid,
    gid: proc.cred.effectiveGid,
    sizeBytes,
    timeNs: proc.startRealtimeNs,
  };
}

/** `/proc/PID` */
class ProcDirectory extends PseudoDirectory {
  declare readonly vfs: ProcVfs;
  readonly #root: ProcRoot;
  readonly #proc: Proc;

  constructor(root: ProcRoot, proc: Proc) {
    super(root.vfs);
    this.#root = root;
    this.#proc = proc;
  }

  override attributes(): PseudoAttributes {
    return ownedBy(this.#proc, 0, 0o511, 16 * (PROC_FILES.length + 2));
  }

  override parent(): Vnode {
    return this.#root;
  }

  override *list(): Iterable<PseudoEntry> {
    for (const [index, { name, type }] of PROC_FILES.entries()) {
      yield { name, nodeid: nodeidOf(this.#proc.pid, index + 1), type, place: index };
    }
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this.#root;
    const index = PROC_FILES.findIndex((row) => row.name === name);
    const row = PROC_FILES[index];
    if (row === undefined || isGone(this.#proc)) return ENOENT;
    if (row.type === 'VLNK') {
      const directory = name === 'cwd' ? this.#proc.cwd : this.#proc.root;
      return new FileLink(this, this.#proc, index + 1, directory, undefined);
    }
    if (row.type === 'VREG') return new ProcFile(this, this.#proc, index + 1, row);
    if (name === 'lwp') return new LwpListDirectory(this, this.#proc, index + 1);
    return new FilesDirectory(this, this.#proc, index + 1, name as 'fd' | 'fdinfo' | 'path');
  }
}

function isGone(proc: Proc): boolean {
  return proc.kernel.procs.get(proc.pid) !== proc;
}

/** A file with a record of the process. */
class ProcFile extends PseudoFile {
  declare readonly vfs: ProcVfs;
  readonly #proc: Proc;
  readonly #index: number;
  readonly #row: Pick<ProcFileRow, 'mode' | 'content'>;

  constructor(
    directory: PseudoDirectory,
    proc: Proc,
    index: number,
    row: Pick<ProcFileRow, 'mode' | 'content'>,
  ) {
    super(directory.vfs);
    this.#proc = proc;
    this.#index = index;
    this.#row = row;
  }

  override attributes(): PseudoAttributes {
    const bytes = this.snapshot();
    const sizeBytes = isErrno(bytes) ? 0 : bytes.length;
    return ownedBy(this.#proc, this.#index, this.#row.mode, sizeBytes);
  }

  override snapshot(): Uint8Array | Errno {
    if (isGone(this.#proc)) return ENOENT;
    return this.#row.content?.(this.#proc, this.vfs.recentCpu) ?? ENOENT;
  }
}

/** `cwd`, `root`, `path/N`: a link that leads to the file even when its name is gone. */
class FileLink extends PseudoVnode {
  readonly #proc: Proc;
  readonly #index: number;
  readonly #target: Vnode;
  readonly #openedAs: string | undefined;

  constructor(
    directory: PseudoDirectory,
    proc: Proc,
    index: number,
    target: Vnode,
    openedAs: string | undefined,
  ) {
    super(directory.vfs as ProcVfs, 'VLNK');
    this.#proc = proc;
    this.#index = index;
    this.#target = target;
    this.#openedAs = openedAs;
  }

  override attributes(): PseudoAttributes {
    return ownedBy(this.#proc, this.#index, 0o500, 0);
  }

  override readlink(): string | Errno {
    return pathOf(this.#proc, this.#target, this.#openedAs);
  }

  follow(ctx: VnodeContext): Vnode | Errno {
    return this.access(4, ctx) ?? this.#target;
  }
}

/** `fd`, `fdinfo` and `path` */
class FilesDirectory extends PseudoDirectory {
  declare readonly vfs: ProcVfs;
  readonly #parent: ProcDirectory;
  readonly #proc: Proc;
  readonly #index: number;
  readonly #kind: 'fd' | 'fdinfo' | 'path';

  constructor(parent: ProcDirectory, proc: Proc, index: number, kind: 'fd' | 'fdinfo' | 'path') {
    super(parent.vfs);
    this.#parent = parent;
    this.#proc = proc;
    this.#index = index;
    this.#kind = kind;
  }

  override attributes(): PseudoAttributes {
    return ownedBy(this.#proc, this.#index, 0o500, 16 * (this.#proc.files.count + 2));
  }

  override parent(): Vnode {
    return this.#parent;
  }

  override *list(): Iterable<PseudoEntry> {
    if (this.#kind === 'path') {
      for (const [place, name] of ['cwd', 'root'].entries()) {
        const nodeid = nodeidOf(this.#proc.pid, this.#nodeid(place));
        yield { name, nodeid, type: 'VLNK', place };
      }
    }
    for (const [fd, { file }] of this.#proc.files.entries()) {
      const types = { fd: file.vnode.type, fdinfo: 'VREG', path: 'VLNK' } as const;
      const place = fd + 2;
      const type = types[this.#kind];
      yield {
        name: String(fd),
        nodeid: nodeidOf(this.#proc.pid, this.#nodeid(place)),
        type,
        place,
      };
    }
  }

  #nodeid(place: number): number {
    return (this.#index + 1) * 10_000 + place;
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this.#parent;
    const proc = this.#proc;
    if (this.#kind === 'path' && (name === 'cwd' || name === 'root')) {
      const target = name === 'cwd' ? proc.cwd : proc.root;
      return new FileLink(this, proc, this.#nodeid(name === 'cwd' ? 0 : 1), target, undefined);
    }
    const fd = /^(0|[1-9]\d{0,8})$/.test(name) ? Number(name) : -1;
    const file = proc.files.get(fd);
    if (file === undefined) return ENOENT;
    if (this.#kind === 'fd') return file.vnode;
    const index = this.#nodeid(fd + 2);
    if (this.#kind === 'path') return new FileLink(this, proc, index, file.vnode, file.path);
    const content = (): Uint8Array | Errno => fdinfoBytes(proc, fd, file);
    return new ProcFile(this, proc, index, { mode: 0o400, content });
  }
}

/** `lwp` */
class LwpListDirectory extends PseudoDirectory {
  declare readonly vfs: ProcVfs;
  readonly #parent: ProcDirectory;
  readonly #proc: Proc;
  readonly #index: number;

  constructor(parent: ProcDirectory, proc: Proc, index: number) {
    super(parent.vfs);
    this.#parent = parent;
    this.#proc = proc;
    this.#index = index;
  }

  override attributes(): PseudoAttributes {
    return ownedBy(this.#proc, this.#index, 0o555, 16 * (this.#proc.threads.length + 2));
  }

  override parent(): Vnode {
    return this.#parent;
  }

  override *list(): Iterable<PseudoEntry> {
    for (let id = 1; id <= this.#proc.threads.length; id += 1) {
      const nodeid = nodeidOf(this.#proc.pid, LWP_NODES + id * 10);
      yield { name: String(id), nodeid, type: 'VDIR', place: id };
    }
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this.#parent;
    const id = /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
    if (this.#proc.threads[id - 1] === undefined) return ENOENT;
    return new LwpDirectory(this, this.#proc, id);
  }
}

/** Above those of files and descriptors. */
const LWP_NODES = 800_000;

/** `lwp/N` */
class LwpDirectory extends PseudoDirectory {
  declare readonly vfs: ProcVfs;
  readonly #parent: LwpListDirectory;
  readonly #proc: Proc;
  readonly #id: number;

  constructor(parent: LwpListDirectory, proc: Proc, id: number) {
    super(parent.vfs);
    this.#parent = parent;
    this.#proc = proc;
    this.#id = id;
  }

  override attributes(): PseudoAttributes {
    return ownedBy(this.#proc, LWP_NODES + this.#id * 10, 0o555, 16 * (LWP_FILES.length + 2));
  }

  override parent(): Vnode {
    return this.#parent;
  }

  override *list(): Iterable<PseudoEntry> {
    for (const [index, { name }] of LWP_FILES.entries()) {
      const nodeid = nodeidOf(this.#proc.pid, LWP_NODES + this.#id * 10 + index + 1);
      yield { name, nodeid, type: 'VREG', place: index };
    }
  }

  override lookup(name: string, _ctx: VnodeContext): Vnode | Errno {
    if (name === '..') return this.#parent;
    const index = LWP_FILES.findIndex((row) => row.name === name);
    const row = LWP_FILES[index];
    if (row === undefined) return ENOENT;
    const content = (): Uint8Array => row.content(this.#proc, this.#id);
    const node = LWP_NODES + this.#id * 10 + index + 1;
    return new ProcFile(this, this.#proc, node, { mode: row.mode, content });
  }
}

export function procfsType(allocateFsid: () => number, kernel: Kernel): VfsType {
  return { name: 'proc', mount: () => new ProcVfs(allocateFsid(), kernel) };
}
