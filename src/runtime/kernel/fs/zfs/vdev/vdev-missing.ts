/**
 * Places in the tree without a device: a hole, where a log vdev was removed and the number of those
 * behind it must stay; and a vdev that no label told anything of.
 * @see uts/common/fs/zfs/vdev_missing.c
 */
import { ZfsError } from '../ondisk/zfs-error.ts';
import { unreadable, Vdev, type VdevAux, type VdevState } from './vdev.ts';

export class VdevMissing extends Vdev {
  get state(): VdevState {
    return this.type === 'hole' ? 'ONLINE' : 'UNAVAIL';
  }

  get aux(): VdevAux {
    return this.type === 'hole' ? 'NONE' : 'OPEN_FAILED';
  }

  read(offset: number): Uint8Array {
    throw unreadable(this, offset, false);
  }

  scrub(offset: number): Uint8Array {
    throw unreadable(this, offset, false);
  }

  resilver(offset: number): Uint8Array {
    throw unreadable(this, offset, false);
  }

  write(offset: number): void {
    throw new ZfsError('EIO', `Cannot write ${this.type}-${this.id} at ${offset}: not there`);
  }

  flush(): void {}

  isMissing(): boolean {
    return false;
  }

  hasLost(): boolean {
    return true;
  }

  override leaves(): Vdev[] {
    return [];
  }
}
