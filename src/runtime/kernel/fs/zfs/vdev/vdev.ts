/**
 * A virtual device: a node in the tree that turns a pool's offsets into reads and writes of disks.
 * A read comes with the question whether the bytes are right, so that redundancy can try another
 * copy and repair the bad one (self-healing). The tree changes while the pool is open: what is
 * written as configuration is generated from it (vdev/vdev-tree.ts).
 * @see uts/common/fs/zfs/vdev.c
 */
import type { NvValue } from '../ondisk/nvlist.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';

/** `vdev_state_t` as zpool status prints it. */
export type VdevState = 'ONLINE' | 'DEGRADED' | 'FAULTED' | 'OFFLINE' | 'UNAVAIL' | 'REMOVED';

/** `vdev_aux_t`: why a vdev is in its state. */
export type VdevAux =
  | 'NONE'
  | 'OPEN_FAILED'
  | 'CORRUPT_DATA'
  | 'NO_REPLICAS'
  | 'BAD_GUID_SUM'
  | 'TOO_SMALL'
  | 'BAD_LABEL'
  | 'SPARED'
  | 'ERR_EXCEEDED'
  | 'IO_FAILURE'
  | 'BAD_LOG'
  | 'EXTERNAL';

/** Whether the bytes are what their pointer says. */
export type Verify = (bytes: Uint8Array) => boolean;

/** `vdev_stat_t`: counters since the pool was opened. */
export interface VdevStats {
  readOps: number;
  writeOps: number;
  readBytes: number;
  writeBytes: number;
  readErrors: number;
  writeErrors: number;
  checksumErrors: number;
  /** Written again because what was there was wrong. */
  repairedBytes: number;
  /** Written by the resilver that is or was last under way. `vs_scan_processed` */
  resilveredBytes: number;
}

export function emptyStats(): VdevStats {
  return {
    readOps: 0,
    writeOps: 0,
    readBytes: 0,
    writeBytes: 0,
    readErrors: 0,
    writeErrors: 0,
    checksumErrors: 0,
    repairedBytes: 0,
    resilveredBytes: 0,
  };
}

/** A fault of one device, as it happens: what error reports are made of. */
export interface VdevFault {
  readonly vdev: Vdev;
  /** `gone`: the device answers no more. */
  readonly kind: 'io' | 'checksum' | 'gone';
  readonly isWrite: boolean;
  readonly offset: number;
  readonly size: number;
}

export type VdevObserver = (fault: VdevFault) => void;

/** A branch of the configuration; changes as the pool does. */
export type VdevConfig = Map<string, NvValue>;

export interface VdevIdentity {
  /** `disk`, `file`, `mirror`, `raidz`, `replacing`, `spare`, `hole`. */
  readonly type: string;
  /** Its place among its parent's children. */
  readonly id: number;
  readonly guid: bigint;
  readonly ashift: number;
}

export abstract class Vdev {
  readonly type: string;
  id: number;
  guid: bigint;
  readonly ashift: number;
  readonly stats: VdevStats = emptyStats();
  parent: Vdev | null = null;
  readonly #children: Vdev[];
  /** What is kept on disk about it beside type, id, guid and children. */
  config: VdevConfig = new Map();

  constructor(identity: VdevIdentity, children: readonly Vdev[]) {
    this.type = identity.type;
    this.id = identity.id;
    this.guid = identity.guid;
    this.ashift = identity.ashift;
    this.#children = [...children];
    for (const child of children) child.parent = this;
  }

  get children(): readonly Vdev[] {
    return this.#children;
  }

  /** Puts other children in place; their ids are their places. */
  setChildren(children: readonly Vdev[]): void {
    this.#children.splice(0, this.#children.length, ...children);
    for (const [id, child] of children.entries()) {
      child.parent = this;
      child.id = id;
    }
  }

  abstract get state(): VdevState;
  abstract get aux(): VdevAux;

  /**
   * A fresh buffer of `size` bytes (a multiple of the sector) at `offset` that `verify` accepts.
   * `txg` is the block's birth: who missed it is not asked. ZfsError EIO when no copy could be read,
   * ECKSUM when one could and none was right.
   */
  abstract read(offset: number, size: number, verify: Verify, txg?: number): Uint8Array;

  /** Like `read`, but looks at every copy and at parity, and writes again what is wrong. */
  abstract scrub(offset: number, size: number, verify: Verify, txg?: number): Uint8Array;

  /** Like `read`, and writes to every leaf that missed `txg`. */
  abstract resilver(offset: number, size: number, verify: Verify, txg: number): Uint8Array;

  /**
   * Writes every copy and parity; leaves that don't take it note `txg` as missed. ZfsError EIO when
   * too few devices took it.
   */
  abstract write(offset: number, bytes: Uint8Array, txg?: number): void;

  abstract flush(): void;

  /** Whether some leaf that belongs to what `read` would ask has missed `txg`. `DTL_PARTIAL` */
  abstract isMissing(txg: number): boolean;

  /** Whether blocks of `txg` can't be read from here alone. `DTL_MISSING` */
  abstract hasLost(txg: number): boolean;

  /** Bytes allocated for `psize` bytes of data. */
  psizeToAsize(psize: number): number {
    const sector = 2 ** this.ashift;
    return Math.ceil(psize / sector) * sector;
  }

  /** Whether it can be asked. */
  get isReadable(): boolean {
    return this.state === 'ONLINE' || this.state === 'DEGRADED';
  }

  /** The top-level vdev above. */
  get top(): Vdev {
    return this.parent === null ? this : this.parent.top;
  }

  /** The disks and files below, in order. */
  leaves(): Vdev[] {
    return this.#children.length === 0 ? [this] : this.#children.flatMap((child) => child.leaves());
  }

  /** This vdev and all below it, parents first. */
  *all(): Generator<Vdev> {
    yield this;
    for (const child of this.#children) yield* child.all();
  }
}

/** Throws what a redundant vdev throws when all its copies failed. */
export function unreadable(vdev: Vdev, offset: number, sawBytes: boolean): ZfsError {
  const what = sawBytes ? 'bad checksum' : 'I/O error';
  return new ZfsError(
    sawBytes ? 'ECKSUM' : 'EIO',
    `Cannot read ${vdev.type}-${vdev.id} at ${offset}: ${what}`,
  );
}
