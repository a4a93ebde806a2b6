/**
 * A virtual device: a node in the tree that turns a pool's offsets into reads and writes of disks.
 * A read comes with the question whether the bytes are right, so that redundancy can try another
 * copy and repair the bad one (self-healing).
 * @see uts/common/fs/zfs/vdev.c
 */
import { ZfsError } from '../ondisk/zfs-error.ts';

/** `vdev_state_t` as zpool status prints it. */
export type VdevState = 'ONLINE' | 'DEGRADED' | 'FAULTED' | 'OFFLINE' | 'UNAVAIL' | 'REMOVED';

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
  };
}

export interface VdevIdentity {
  /** `disk`, `file`, `mirror`, `raidz`, `replacing`, `spare`. */
  readonly type: string;
  /** Its place among its parent's children. */
  readonly id: number;
  readonly guid: bigint;
  readonly ashift: number;
}

export abstract class Vdev {
  readonly type: string;
  readonly id: number;
  readonly guid: bigint;
  readonly ashift: number;
  readonly stats: VdevStats = emptyStats();
  readonly children: readonly Vdev[];

  constructor(identity: VdevIdentity, children: readonly Vdev[]) {
    this.type = identity.type;
    this.id = identity.id;
    this.guid = identity.guid;
    this.ashift = identity.ashift;
    this.children = children;
  }

  abstract get state(): VdevState;

  /**
   * A fresh buffer of `size` bytes (a multiple of the sector) at `offset` that `verify` accepts.
   * ZfsError EIO when no copy could be read, ECKSUM when one could and none was right.
   */
  abstract read(offset: number, size: number, verify: Verify): Uint8Array;

  /** Like `read`, but looks at every copy and at parity, and writes again what is wrong. */
  abstract scrub(offset: number, size: number, verify: Verify): Uint8Array;

  /** Writes every copy and parity. ZfsError EIO when too few devices took it. */
  abstract write(offset: number, bytes: Uint8Array): void;

  abstract flush(): void;

  /** Bytes allocated for `psize` bytes of data. */
  psizeToAsize(psize: number): number {
    const sector = 2 ** this.ashift;
    return Math.ceil(psize / sector) * sector;
  }

  /** Whether the device can lose nothing more without losing data; used by status. */
  get isReadable(): boolean {
    return this.state === 'ONLINE' || this.state === 'DEGRADED';
  }

  /** The disks and files below, in order. */
  leaves(): Vdev[] {
    return this.children.length === 0 ? [this] : this.children.flatMap((child) => child.leaves());
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
