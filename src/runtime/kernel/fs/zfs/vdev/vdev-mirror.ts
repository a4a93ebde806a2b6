/**
 * A mirror: every child holds everything. Also `replacing` and `spare`, which are mirrors for the
 * time of a resilver. A read that fails or does not verify goes on to the next child, and what was
 * wrong is written again from what was right.
 * @see uts/common/fs/zfs/vdev_mirror.c
 */
import { ZfsError } from '../ondisk/zfs-error.ts';
import { unreadable, Vdev, type VdevState, type Verify } from './vdev.ts';
import { VdevDisk } from './vdev-disk.ts';

export class VdevMirror extends Vdev {
  get state(): VdevState {
    const readable = this.children.filter((child) => child.isReadable).length;
    if (readable === 0) return 'UNAVAIL';
    return this.children.every((child) => child.state === 'ONLINE') ? 'ONLINE' : 'DEGRADED';
  }

  /** Children in the order to ask: neighbouring megabytes stay with one child. */
  #order(offset: number): readonly Vdev[] {
    const readable = this.children.filter((child) => child.isReadable);
    const first = Math.floor(offset / 2 ** 20) % Math.max(readable.length, 1);
    return [...readable.slice(first), ...readable.slice(0, first)];
  }

  read(offset: number, size: number, verify: Verify): Uint8Array {
    this.stats.readOps += 1;
    const wrong: Vdev[] = [];
    let sawBytes = false;
    for (const child of this.#order(offset)) {
      let bytes: Uint8Array;
      try {
        bytes = child.read(offset, size, verify);
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        sawBytes ||= error.code === 'ECKSUM';
        wrong.push(child);
        continue;
      }
      this.stats.readBytes += size;
      for (const bad of wrong) repair(bad, offset, bytes);
      return bytes;
    }
    if (sawBytes) this.stats.checksumErrors += 1;
    else this.stats.readErrors += 1;
    throw unreadable(this, offset, sawBytes);
  }

  scrub(offset: number, size: number, verify: Verify): Uint8Array {
    let right: Uint8Array | undefined;
    let failure: unknown;
    const wrong: Vdev[] = [];
    for (const child of this.children) {
      if (!child.isReadable) continue;
      try {
        right = child.scrub(offset, size, verify);
      } catch (error) {
        if (!(error instanceof ZfsError)) throw error;
        failure = error;
        wrong.push(child);
      }
    }
    if (right === undefined) throw failure ?? unreadable(this, offset, false);
    for (const bad of wrong) repair(bad, offset, right);
    return right;
  }

  write(offset: number, bytes: Uint8Array): void {
    this.stats.writeOps += 1;
    let taken = 0;
    for (const child of this.children) {
      try {
        child.write(offset, bytes);
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
    for (const child of this.children) child.flush();
  }
}

function repair(child: Vdev, offset: number, bytes: Uint8Array): void {
  if (child instanceof VdevDisk) child.repair(offset, bytes);
}
