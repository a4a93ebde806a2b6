/**
 * A leaf: one block device, or the place of one that is not there. Data begins 4 MiB into the
 * device, behind the front labels and the boot area.
 * @see uts/common/fs/zfs/vdev_disk.c, vdev_file.c
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import { VDEV_LABEL_START_SIZE } from '../ondisk/label.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { unreadable, Vdev, type VdevIdentity, type VdevState, type Verify } from './vdev.ts';

export class VdevDisk extends Vdev {
  /** As in the configuration, e.g. `/dev/dsk/c1t0d0s0`. */
  path: string;
  device: BlockDevice | null;
  isOffline = false;
  /** Set when the device began to fail writes: what it holds is no longer trusted for reads. */
  isFaulted = false;

  constructor(identity: VdevIdentity, path: string, device: BlockDevice | null) {
    super(identity, []);
    this.path = path;
    this.device = device;
  }

  get state(): VdevState {
    if (this.isOffline) return 'OFFLINE';
    if (this.isFaulted) return 'FAULTED';
    return this.device === null ? 'UNAVAIL' : 'ONLINE';
  }

  get isOpen(): boolean {
    return this.state === 'ONLINE';
  }

  /** Bytes without judging them; null when the device fails or is not there. */
  tryRead(offset: number, size: number): Uint8Array | null {
    const bytes = new Uint8Array(size);
    return this.tryReadPhysical(VDEV_LABEL_START_SIZE + offset, bytes) ? bytes : null;
  }

  /** Reads at a byte of the device itself: labels. */
  tryReadPhysical(at: number, target: Uint8Array): boolean {
    const device = this.device;
    if (device === null || !this.isOpen || at + target.length > device.sizeBytes) return false;
    this.stats.readOps += 1;
    try {
      device.read(at, target);
    } catch (error) {
      if (!(error instanceof BlockDeviceError)) throw error;
      this.stats.readErrors += 1;
      return false;
    }
    this.stats.readBytes += target.length;
    return true;
  }

  tryWrite(offset: number, bytes: Uint8Array): boolean {
    return this.tryWritePhysical(VDEV_LABEL_START_SIZE + offset, bytes);
  }

  tryWritePhysical(at: number, source: Uint8Array): boolean {
    const device = this.device;
    if (device === null || !this.isOpen || device.isReadOnly) return false;
    if (at + source.length > device.sizeBytes) return false;
    this.stats.writeOps += 1;
    try {
      device.write(at, source);
    } catch (error) {
      if (!(error instanceof BlockDeviceError)) throw error;
      this.stats.writeErrors += 1;
      return false;
    }
    this.stats.writeBytes += source.length;
    return true;
  }

  read(offset: number, size: number, verify: Verify): Uint8Array {
    const bytes = this.tryRead(offset, size);
    if (bytes === null) throw unreadable(this, offset, false);
    if (verify(bytes)) return bytes;
    this.stats.checksumErrors += 1;
    throw unreadable(this, offset, true);
  }

  scrub(offset: number, size: number, verify: Verify): Uint8Array {
    return this.read(offset, size, verify);
  }

  /** Writes the right bytes over wrong ones; a device that refuses stays as it is. */
  repair(offset: number, bytes: Uint8Array): void {
    if (this.tryWrite(offset, bytes)) this.stats.repairedBytes += bytes.length;
  }

  write(offset: number, bytes: Uint8Array): void {
    if (!this.tryWrite(offset, bytes)) {
      throw new ZfsError('EIO', `Cannot write "${this.path}" at ${offset}: I/O error`);
    }
  }

  flush(): void {
    if (this.device === null || !this.isOpen) return;
    try {
      this.device.flush();
    } catch (error) {
      if (!(error instanceof BlockDeviceError)) throw error;
      this.stats.writeErrors += 1;
      throw new ZfsError('EIO', `Cannot flush "${this.path}": I/O error`);
    }
  }
}
