/**
 * A mirror: every child holds everything. Also `replacing` and `spare`, which are mirrors for the
 * time of a resilver. A read that fails or does not verify goes on to the next child, and what was
 * wrong is written again from what was right.
 * @see uts/common/fs/zfs/vdev_mirror.c
 */
import { ZfsError } from '../ondisk/zfs-error.ts';
import { unreadable, Vdev, type VdevAux, type VdevState, type Verify } from './vdev.ts';
import { VdevDisk } from './vdev-disk.ts';

export class VdevMirror extends Vdev {
  get state(): VdevState {
    const readable = this.children.filter((child) => child.isReadable).length;
    if (readable === 0) return 'UNAVAIL';
    return this.children.every((child) => child.state === 'ONLINE') ? 'ONLINE' : 'DEGRADED';
  }

  get aux(): VdevAux {
    return this.state === 'UNAVAIL' ? 'NO_REPLICAS' : 'NONE';
  }

  isMissing(txg: number): boolean {
    return this.children.some((child) => child.isMissing(txg));
  }

  hasLost(txg: number): boolean {
    return this.children.every((child) => !child.isReadable || child.hasLost(txg));
  }

  /** Children in the order to ask: neighbouring megabytes stay with one child. */
  #order(offset: number, txg: number): readonly Vdev[] {
    const readable = this.children.filter((child) => child.isReadable);
    const whole = txg === 0 ? readable : readable.filter((child) => !child.hasLost(txg));
    const first = Math.floor(offset / 2 ** 20) % Math.max(whole.length, 1);
    const turned = [...whole.slice(first), ...whole.slice(0, first)];
    // Who missed the block may have it all the same (a resilver under way): asked last.
    return turned.length === 0 ? readable : turned;
  }

  read(offset: number, size: number, verify: Verify, txg = 0): Uint8Array {
    this.stats.readOps += 1;
    const wrong: Vdev[] = [];
    let sawBytes = false;
    for (const child of this.#order(offset, txg)) {
      let bytes: Uint8Array;
      try {
        bytes = child.read(offset, size, verify, txg);
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        sawBytes ||= error.code === 'ECKSUM';
        wrong.push(child);
        continue;
      }
      this.stats.readBytes += size;
      for (const bad of wrong) repair(bad, offset, bytes, txg);
      return bytes;
    }
    if (sawBytes) this.stats.checksumErrors += 1;
    else this.stats.readErrors += 1;
    throw unreadable(this, offset, sawBytes);
  }

  scrub(offset: number, size: number, verify: Verify, txg = 0): Uint8Array {
    let right: Uint8Array | undefined;
    let failure: unknown;
    const wrong: Vdev[] = [];
    for (const child of this.children) {
      if (!child.isReadable || (txg !== 0 && child.hasLost(txg))) continue;
      try {
        right = child.scrub(offset, size, verify, txg);
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        failure = error;
        wrong.push(child);
      }
    }
    if (right === undefined) throw failure ?? unreadable(this, offset, false);
    for (const bad of wrong) repair(bad, offset, right, txg);
    return right;
  }

  resilver(offset: number, size: number, verify: Verify, txg: number): Uint8Array {
    const bytes = this.read(offset, size, verify, txg);
    for (const child of this.children) rewriteMissing(child, offset, bytes, txg);
    return bytes;
  }

  write(offset: number, bytes: Uint8Array, txg = 0): void {
    this.stats.writeOps += 1;
    let taken = 0;
    for (const child of this.children) {
      try {
        child.write(offset, bytes, txg);
        taken += 1;
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
      }
    }
    if (taken === 0) {
      this.stats.writeErrors += 1;
      throw new ZfsError('EIO', `Cannot write mirror-${this.id} at ${offset}: no child took it`);
    }
    this.stats.writeBytes += bytes.length;
  }

  flush(): void {
    flushChildren(this, 1);
  }
}

/** Flushes all children; ZfsError when fewer than `needed` could be. */
export function flushChildren(vdev: Vdev, needed: number): void {
  let good = 0;
  let failure: unknown;
  for (const child of vdev.children) {
    try {
      child.flush();
      good += 1;
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      failure = error;
    }
  }
  if (good < needed) throw failure;
}

/** Writes the right bytes over wrong ones in every leaf below. */
export function repair(child: Vdev, offset: number, bytes: Uint8Array, txg: number): void {
  if (child instanceof VdevDisk) child.repair(offset, bytes, txg);
  else for (const each of child.children) repair(each, offset, bytes, txg);
}

/** Writes the bytes to the leaves of a branch of mirrors that missed `txg`. */
export function rewriteMissing(child: Vdev, offset: number, bytes: Uint8Array, txg: number): void {
  if (!(child instanceof VdevDisk)) {
    for (const each of child.children) rewriteMissing(each, offset, bytes, txg);
  } else if (child.isMissing(txg)) {
    child.fillIn(offset, bytes, txg);
  }
}
