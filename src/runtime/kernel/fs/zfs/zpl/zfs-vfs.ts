/**
 * A mounted ZFS file system: its vnodes by object number, its space, and what it needs of its pool.
 * @see uts/common/fs/zfs/zfs_vfsops.c
 */
import type { Errno } from '#kernel/os/errno.ts';
import { BaseVfs } from '#kernel/vfs/base-vnode.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { Blocking, VfsStatistics } from '#kernel/vfs/vnode.ts';
import type { ObjsetSettings } from '../dmu/objset.ts';
import type { Zil } from '../zil/zil.ts';
import type { LogRecord } from '../zil/zil-block.ts';
import { DMU_OT_SA } from '../ondisk/dmu-ot.ts';
import { CtlRoot, type SnapshotDoor } from './zfs-ctldir.ts';
import { guard } from './zfs-errno.ts';
import type { ZfsFs } from './zfs-fs.ts';
import { ZfsLog } from './zfs-log.ts';
import { replayRecord } from './zfs-replay.ts';
import { ZfsVnode } from './zfs-vnode.ts';

/** Bytes of a dataset as people see them. */
export interface DatasetSpace {
  readonly referencedBytes: number;
  readonly availableBytes: number;
}

/** What a mount needs of its pool. */
export interface ZfsMountHost {
  readonly special: SpecialFiles;
  space(): DatasetSpace;
  /**
   * Whether the dataset can take so many bytes more; may write the open txg to make room. What
   * frees space may begin in a full one.
   */
  admit(sizeBytes: number, isNetFree?: boolean): Errno | undefined;
  /** Writes the open txg: everything that was done so far lasts. */
  commit(): void;
  /** The log of what the dataset is at this moment; null in a snapshot. */
  readonly zil: Zil | null;
  hasLogDevice(): boolean;
  /** For `.zfs`; null in a snapshot, which has none. */
  readonly snapshots: SnapshotDoor | null;
}

/** Vnodes kept though nobody holds them. */
const MAX_IDLE = 20_000;
/** Allocation unit of statvfs: half a kilobyte, as zfs_statvfs says. */
const FRAGMENT = 512;

/** A record that can't be done again is left out; those after it may still be good. */
function replayOne(fs: ZfsFs, record: LogRecord): void {
  guard(() => replayRecord(fs, record));
}

export class ZfsVfs extends BaseVfs {
  readonly fstype = 'zfs';
  fs: ZfsFs;
  readonly host: ZfsMountHost;
  /** Null in a file system that is only read. */
  log: ZfsLog | null;
  /** `.zfs`; null in a snapshot. */
  readonly ctlRoot: CtlRoot | null;
  /** What the mount was told; undefined: as the property says. */
  readonly #isReadOnly: boolean | undefined;
  readonly #vnodes: Map<number, ZfsVnode> = new Map();

  constructor(fsid: number, fs: ZfsFs, host: ZfsMountHost, isReadOnly: boolean | undefined) {
    super(fsid);
    this.#isReadOnly = isReadOnly;
    this.fs = fs;
    this.host = host;
    const { zil } = host;
    this.log = this.#openLog();
    const [seconds, ns] = fs.attributes(fs.rootObject).crtime;
    const bornNs = seconds * 1_000_000_000n + ns;
    this.ctlRoot = host.snapshots === null ? null : new CtlRoot(this, host.snapshots, bornNs);
    if (zil?.needsReplay === true) zil.replay((record) => replayOne(fs, record));
    if (!this.isReadOnly) fs.drainUnlinked();
  }

  override get isReadOnly(): boolean {
    return this.#isReadOnly ?? this.settings.isReadOnly;
  }

  #openLog(): ZfsLog | null {
    const { zil } = this.host;
    return zil === null ? null : new ZfsLog(zil, this.fs, () => this.host.hasLogDevice());
  }

  /** The one vnode of an object. */
  vnode(object: number): ZfsVnode {
    let vnode = this.#vnodes.get(object);
    if (vnode === undefined) {
      vnode = new ZfsVnode(this, object);
      this.#vnodes.set(object, vnode);
      if (this.#vnodes.size > MAX_IDLE) this.#dropIdle();
    }
    return vnode;
  }

  #dropIdle(): void {
    for (const [object, vnode] of this.#vnodes) {
      if (vnode.holdCount === 0 && vnode.mountedHere === null) this.#vnodes.delete(object);
      if (this.#vnodes.size <= MAX_IDLE / 2) return;
    }
  }

  /** Whether somebody keeps the file, so that it outlives its last name. */
  readonly isHeld = (object: number): boolean => (this.#vnodes.get(object)?.holdCount ?? 0) > 0;

  /** The object is gone: its number may become another file's. */
  forget(object: number): void {
    const vnode = this.#vnodes.get(object);
    if (vnode === undefined) return;
    vnode.isGone = true;
    this.#vnodes.delete(object);
  }

  /**
   * `zfs_resume_fs`: the dataset has other content now (received, rolled back). Files that are still
   * the same stay open; the others are gone.
   */
  resume(fs: ZfsFs): void {
    const old = this.fs;
    this.fs = fs;
    this.log = this.#openLog();
    for (const object of this.#vnodes.keys()) {
      const isThere = fs.objset.tryDnode(object)?.bonusType === DMU_OT_SA;
      const isSame = isThere && fs.attributes(object).gen === old.attributes(object).gen;
      if (!isSame) this.forget(object);
    }
  }

  /** What the dataset's properties say at this moment. */
  get settings(): ObjsetSettings {
    return this.fs.objset.settings;
  }

  get honoursSetId(): boolean {
    return this.settings.setuid;
  }

  /**
   * What the properties say, but for what the mount was told otherwise.
   * @see uts/common/fs/zfs/zfs_vfsops.c zfs_register_callbacks()
   */
  shownOptions(given: ReadonlyMap<string, string | true>): ReadonlyMap<string, string | true> {
    const { settings } = this;
    const pairs: readonly (readonly [string, string, boolean])[] = [
      ['rw', 'ro', !this.isReadOnly],
      ['devices', 'nodevices', settings.devices],
      ['setuid', 'nosetuid', settings.setuid],
      ['nbmand', 'nonbmand', settings.nbmand],
      ['exec', 'noexec', settings.exec],
      ['xattr', 'noxattr', settings.xattr],
      ['atime', 'noatime', settings.atime],
    ];
    const known = new Set(pairs.flatMap(([yes, no]) => [yes, no]));
    const shown = new Map<string, string | true>();
    for (const [yes, no, isOn] of pairs) {
      const isTold = given.has(yes) || given.has(no);
      shown.set((isTold && yes !== 'rw' ? given.has(yes) : isOn) ? yes : no, true);
    }
    for (const [name, value] of given) if (!known.has(name)) shown.set(name, value);
    return shown;
  }

  override root(): ZfsVnode {
    return this.vnode(this.fs.rootObject);
  }

  override statvfs(): VfsStatistics {
    const { referencedBytes, availableBytes } = this.host.space();
    const blocks = (bytes: number): bigint => BigInt(Math.max(0, Math.floor(bytes / FRAGMENT)));
    const free = blocks(availableBytes);
    const files = BigInt(this.fs.objset.metaDnode.blkptrs.reduce((sum, bp) => sum + bp.fill, 0));
    return {
      blockSizeBytes: this.fs.objset.settings.recordSize,
      fragmentSizeBytes: FRAGMENT,
      blocks: blocks(referencedBytes) + free,
      freeBlocks: free,
      availableBlocks: free,
      files: files + free,
      freeFiles: free,
      nameMax: 255,
    };
  }

  override sync(): Blocking<undefined> {
    if (this.isReadOnly) return undefined;
    return guard(() => {
      this.host.commit();
      return undefined;
    });
  }

  override unmount(force: boolean): Errno | undefined {
    const busy = super.unmount(force);
    if (busy !== undefined || this.isReadOnly) return busy;
    return guard(() => {
      for (const vnode of this.#vnodes.values()) vnode.storeAccessTime();
      this.host.commit();
      return undefined;
    });
  }
}
