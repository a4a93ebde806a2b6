/**
 * Small blocks on their way to the disks: neighbours are put together and written in one go. Several
 * runs are open at a time, as the copies of a block go to places of their own.
 * Surprising: a write that fails is kept, and found by reads, until it can be made again: the pool is
 * suspended meanwhile (`zio_suspend`), and goes on where it was when its devices are back.
 * A block that is written over while it still waits goes out twice, in order. raidz is left alone: each
 * of its blocks has a layout of its own.
 * @see uts/common/fs/zfs/vdev_queue.c vdev_queue_aggregate()
 */
import { ZfsError } from '../ondisk/zfs-error.ts';
import type { Vdev } from '../vdev/vdev.ts';

/** Blocks from this size on gain nothing. */
const SMALL: number = 64 * 1024;
/** `zfs_vdev_aggregation_limit` */
const RUN_BYTES: number = 512 * 1024;
const MAX_RUNS = 4;

interface Run {
  vdev: Vdev;
  start: number;
  size: number;
  txg: number;
  readonly bytes: Uint8Array;
}

interface ParkedWrite {
  readonly vdev: Vdev;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly txg: number;
}

export class WriteQueue {
  /** Those that failed, in order. */
  #parked: ParkedWrite[] = [];
  /** The one used last comes last. */
  readonly #runs: Run[] = [];
  /** Buffers of runs that are done. */
  readonly #spare: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Whether a write has failed and waits to be made again. */
  get isParked(): boolean {
    return this.#parked.length > 0;
  }

  /** Bytes that should be at a place and are not; null when nothing failed there. */
  parkedAt(vdev: Vdev, offset: number, size: number): Uint8Array | null {
    for (let i = this.#parked.length - 1; i >= 0; i -= 1) {
      const each = this.#parked[i] as ParkedWrite;
      const at = offset - each.offset;
      if (each.vdev === vdev && at >= 0 && at + size <= each.bytes.length) {
        return each.bytes.slice(at, at + size);
      }
    }
    return null;
  }

  /** Makes failed writes again, in order; true when all are done. */
  retry(): boolean {
    for (const write of this.#parked.splice(0)) {
      this.#issue(write.vdev, write.offset, write.bytes, write.txg);
    }
    return !this.isParked;
  }

  #issue(vdev: Vdev, offset: number, bytes: Uint8Array, txg: number): void {
    try {
      vdev.write(offset, bytes, txg);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      this.#parked.push({ vdev, offset, bytes: bytes.slice(), txg });
    }
  }

  /** Takes a copy of `bytes`, or writes them at once. */
  write(vdev: Vdev, offset: number, bytes: Uint8Array, txg: number): void {
    const size = bytes.length;
    for (let i = this.#runs.length - 1; i >= 0; i -= 1) {
      const run = this.#runs[i] as Run;
      if (run.vdev !== vdev || offset > run.start + run.size || offset + size < run.start) continue;
      const isNext = offset === run.start + run.size;
      if (isNext && run.txg === txg && size < SMALL && run.size + size <= RUN_BYTES) {
        run.bytes.set(bytes, run.size);
        run.size += size;
        return;
      }
      this.#finish(i);
    }
    if (size >= SMALL || vdev.type === 'raidz') {
      this.#issue(vdev, offset, bytes, txg);
      return;
    }
    if (this.#runs.length >= MAX_RUNS) this.#finish(0);
    const buffer = this.#spare.pop() ?? new Uint8Array(RUN_BYTES);
    buffer.set(bytes);
    this.#runs.push({ vdev, start: offset, size, txg, bytes: buffer });
  }

  #finish(index: number): void {
    const [run] = this.#runs.splice(index, 1) as [Run];
    this.#spare.push(run.bytes);
    this.#issue(run.vdev, run.start, run.bytes.subarray(0, run.size), run.txg);
  }

  /** Writes all that waits. */
  flush(): void {
    while (this.#runs.length > 0) this.#finish(0);
  }

  /** Forgets what waits: its txg has failed. */
  discard(): void {
    for (const run of this.#runs.splice(0)) this.#spare.push(run.bytes);
    this.#parked = [];
  }
}
