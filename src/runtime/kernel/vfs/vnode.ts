/**
 * The VFS contract: what every filesystem offers and every file call uses. Operations never wait
 * (see disp/wait.ts) and never throw for expected outcomes: they return an `Errno`.
 *
 * Lifetime: a vnode returned by an operation is borrowed until the system call ends. Who keeps it
 * longer (open file, working directory, mount) calls `hold` and later `release`; the last release
 * of an unlinked file frees its storage.
 * @man vnode(9S)  @see uts/common/sys/vnode.h
 */
import type { Ace } from '#abi/illumos/acl.ts';
import type { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';

/** `VREG` … as in vtype_t. */
export type VnodeType =
  | 'VREG'
  | 'VDIR'
  | 'VBLK'
  | 'VCHR'
  | 'VLNK'
  | 'VFIFO'
  | 'VDOOR'
  | 'VSOCK'
  | 'VPORT';

/** Who asks, and how the file was opened. `proc` is null for the kernel itself. */
export interface VnodeContext {
  readonly cred: Credentials;
  /** O_NONBLOCK, O_APPEND, O_SYNC … of the open file; 0 for calls without one. */
  readonly fileFlags: number;
  readonly proc: Proc | null;
}

/** A `fileFlags` bit for the kernel's own looks: access times stay as they are. */
export const READ_QUIETLY = 0x4000_0000;

/** `vattr_t`. Times are nanoseconds since 1970 (UTC). */
export interface VnodeAttributes {
  readonly type: VnodeType;
  /** Permission bits with set-id and sticky bits: 0 … 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly fsid: number;
  readonly nodeid: number;
  readonly linkCount: number;
  readonly sizeBytes: number;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Device number of a special file, else 0: see `makedev` in abi/illumos/stat.ts. */
  readonly rdev: number;
  readonly blockSizeBytes: number;
  /** Space used, in 512-byte units. */
  readonly blocks: number;
}

/** What setattr may change; absent members stay. */
export type SettableAttributes = Partial<
  Pick<VnodeAttributes, 'mode' | 'uid' | 'gid' | 'sizeBytes' | 'atimeNs' | 'mtimeNs'>
> & {
  /** The times given are the present: write permission is then enough, as in utimes(path, NULL). */
  readonly timesAreNow?: boolean;
};

/** What create and mkdir set. */
export interface CreateAttributes {
  readonly type: VnodeType;
  /** Already reduced by the umask. */
  readonly mode: number;
  readonly rdev?: number;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly nodeid: number;
  readonly type: VnodeType;
}

export type Blocking<T> = T | Errno | WouldBlock;

/** Events of poll(2) that hold now, and the queue that is woken when that may have changed. */
export interface PollState {
  /** POLLIN | POLLOUT | POLLHUP … */
  readonly events: number;
  readonly queue: WaitQueue;
}

/**
 * One file. Names are single components without `/`; they are strings whose characters are bytes
 * decoded as UTF-8 at the system call edge.
 */
export interface Vnode {
  readonly vfs: Vfs;
  readonly type: VnodeType;
  /** The filesystem mounted on this directory, kept by kernel/vfs/mount.ts. */
  mountedHere: Vfs | null;
  /** Its name, where its directory does not list it. */
  readonly hiddenName?: string;
  /** Of /dev/fd/N: open(2) of it is dup(2) of this descriptor. */
  readonly duplicates?: number;

  hold(): void;
  release(): void;

  /** The directory of its extended attributes; ENOENT when there is none and none is to be made. */
  xattrDirectory(isMade: boolean, ctx: VnodeContext): Vnode | Errno;
  /** May answer another vnode to use instead (clone devices, lofs) or wait (fifos, terminals). */
  open(flags: number, ctx: VnodeContext): Blocking<Vnode>;
  /** Called once for every successful open, when the last descriptor of that open file closes. */
  close(ctx: VnodeContext): void;

  getattr(ctx: VnodeContext): VnodeAttributes | Errno;
  setattr(changes: SettableAttributes, ctx: VnodeContext): Errno | undefined;
  /** Checks `mode` (bits 4 read, 2 write, 1 execute) against the file's permissions. */
  access(mode: number, ctx: VnodeContext): Errno | undefined;
  /** The access control list, in the NFSv4 style; ENOSYS where there are mode bits only. */
  getAcl(ctx: VnodeContext): readonly Ace[] | Errno;
  setAcl(aces: readonly Ace[], ctx: VnodeContext): Errno | undefined;

  /** Bytes read (0 = end of file). Offset is ignored by streams. `target` is borrowed. */
  read(offsetBytes: number, target: Uint8Array, ctx: VnodeContext): Blocking<number>;
  /** Bytes taken, possibly fewer than offered. `source` is borrowed. */
  write(offsetBytes: number, source: Uint8Array, ctx: VnodeContext): Blocking<number>;
  /** Where a seek to `offsetBytes` ends, or ESPIPE. */
  seek(offsetBytes: number): Errno | undefined;
  /** Where the next data or hole from `offset` on begins; ENXIO past the end. `_FIO_SEEK_DATA` */
  seekContent(offset: number, what: 'data' | 'hole', ctx: VnodeContext): number | Errno;
  /** `argument` is what the command's table says: an object or bytes the call fills. */
  ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number>;
  poll(events: number, ctx: VnodeContext): PollState;
  fsync(ctx: VnodeContext): Blocking<undefined>;

  /** Never asked for `.`; a root's `..` is itself. vfs/lookup.ts has checked search permission. */
  lookup(name: string, ctx: VnodeContext): Vnode | Errno;
  /** Links that lead to a file, not to a name (/proc/PID/cwd): asked instead of `readlink`. */
  follow?(ctx: VnodeContext): Vnode | Errno;
  /** Makes a file, special file or fifo. With `exclusive` an existing name is EEXIST. */
  create(
    name: string,
    attributes: CreateAttributes,
    exclusive: boolean,
    ctx: VnodeContext,
  ): Vnode | Errno;
  mkdir(name: string, attributes: CreateAttributes, ctx: VnodeContext): Vnode | Errno;
  remove(name: string, ctx: VnodeContext): Errno | undefined;
  rmdir(name: string, ctx: VnodeContext): Errno | undefined;
  /** Adds `name` in this directory for `source`, a file of the same filesystem. */
  link(source: Vnode, name: string, ctx: VnodeContext): Errno | undefined;
  symlink(
    name: string,
    target: string,
    attributes: CreateAttributes,
    ctx: VnodeContext,
  ): Errno | undefined;
  rename(from: string, toDirectory: Vnode, to: string, ctx: VnodeContext): Errno | undefined;
  readlink(ctx: VnodeContext): string | Errno;
  /**
   * Entries from `cursor` on (0 = the start), with `.` and `..`, at most `limit`; `next` continues
   * after the last one and stays valid while names come and go. `next` undefined = end.
   */
  readdir(
    cursor: number,
    limit: number,
    ctx: VnodeContext,
  ): { entries: DirectoryEntry[]; next: number | undefined } | Errno;
}

/** `statvfs64_t` */
export interface VfsStatistics {
  readonly blockSizeBytes: number;
  readonly fragmentSizeBytes: number;
  readonly blocks: bigint;
  readonly freeBlocks: bigint;
  readonly availableBlocks: bigint;
  readonly files: bigint;
  readonly freeFiles: bigint;
  readonly nameMax: number;
}

/** One mounted filesystem. */
export interface Vfs {
  /** `tmpfs`, `zfs` … as df -n and mnttab show it. */
  readonly fstype: string;
  readonly fsid: number;
  readonly isReadOnly: boolean;
  /** Whether set-id bits of programs in it count; they do when it doesn't say. `VFS_NOSETUID` */
  readonly honoursSetId?: boolean;
  /** The directory it covers; null for the root filesystem and before mount. */
  coveredVnode: Vnode | null;
  /** Always the same object. */
  root(): Vnode;
  /** The options as /etc/mnttab has them, where they are more than what was given. */
  shownOptions?(given: ReadonlyMap<string, string | true>): ReadonlyMap<string, string | true>;
  statvfs(): VfsStatistics;
  sync(): Blocking<undefined>;
  /** EBUSY while files are open unless `force`. */
  unmount(force: boolean): Errno | undefined;
}

/**
 * A filesystem type, registered by name at node.ts; `special` and options as mount(8) takes them.
 */
export interface VfsType {
  readonly name: string;
  mount(request: MountRequest): Vfs | Errno;
}

export interface MountRequest {
  readonly special: string;
  readonly mountPoint: Vnode;
  readonly options: ReadonlyMap<string, string | true>;
  readonly context: VnodeContext;
}
