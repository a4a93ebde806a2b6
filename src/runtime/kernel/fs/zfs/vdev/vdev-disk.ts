/**
 * A leaf: one block device, or the place of one that is not there. Data begins 4 MiB into the
 * device, behind the front labels and the boot area.
 * Surprising: what a leaf misses while it is away is noted by txg, not by place: each write that it
 * does not take puts the txg into its dirty time log.
 * @see uts/common/fs/zfs/vdev_disk.c, vdev_file.c
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import { VDEV_LABEL_START_SIZE } from '../ondisk/label.ts';
import { nvGetNumber, nvGetString, nvUint64 } from '../ondisk/nvlist.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import {
  unreadable,
  Vdev,
  type VdevAux,
  type VdevIdentity,
  type VdevObserver,
  type VdevState,
  type Verify,
} from './vdev.ts';
import { TxgRanges } from './vdev-dtl.ts';

/** Settings that are kept on disk as a number that is 1 or not there. */
type Flag = 'offline' | 'faulted' | 'degraded' | 'not_present' | 'is_spare' | 'unspare';

function kindOf(error: BlockDeviceError): 'io' | 'gone' {
  return error.code === 'ENXIO' ? 'gone' : 'io';
}

export class VdevDisk extends Vdev {
  device: BlockDevice | null;
  /** False while the pool is being opened, or open for reading only. */
  isWritable = true;
  /** The device went away while the pool was open. */
  isRemoved = false;
  /** Until the pool is opened again. `vdev_tmpoffline` */
  isOfflineForNow = false;
  /** Why the device, though there, can't be used. */
  openFailure: VdevAux = 'NONE';
  /** Why it was faulted or degraded. */
  faultReason: VdevAux = 'ERR_EXCEEDED';
  /** Txgs whose blocks are not on this leaf. `DTL_MISSING` */
  readonly missing = new TxgRanges();
  /** Txgs that a running scan could not mend: missing again when it ends. `DTL_SCRUB` */
  readonly scanFailed = new TxgRanges();
  /** Whether the log changed since it was written. */
  isDtlDirty = false;
  /** Told of every fault. */
  observer: VdevObserver | null = null;

  constructor(identity: VdevIdentity, path: string, device: BlockDevice | null) {
    super(identity, []);
    this.config.set('path', { type: 'string', value: path });
    this.device = device;
  }

  /** As in the configuration, e.g. `/dev/dsk/c1t0d0s0`. */
  get path(): string {
    return nvGetString(this.config, 'path') ?? '';
  }

  /** Up to which txg the running resilver fills this leaf; 0: it was not there from the start. */
  get resilverTxg(): number {
    return nvGetNumber(this.config, 'resilver_txg') ?? 0;
  }

  set resilverTxg(txg: number) {
    if (txg === 0) this.config.delete('resilver_txg');
    else this.config.set('resilver_txg', nvUint64(txg));
  }

  has(flag: Flag): boolean {
    return nvGetNumber(this.config, flag) === 1;
  }

  set(flag: Flag, isOn: boolean): void {
    if (isOn) this.config.set(flag, nvUint64(1));
    else this.config.delete(flag);
  }

  get state(): VdevState {
    if (this.isOfflineForNow || this.has('offline')) return 'OFFLINE';
    if (this.isRemoved) return 'REMOVED';
    if (this.has('faulted')) return 'FAULTED';
    if (this.device === null || this.openFailure !== 'NONE') return 'UNAVAIL';
    return this.has('degraded') ? 'DEGRADED' : 'ONLINE';
  }

  get aux(): VdevAux {
    switch (this.state) {
      case 'FAULTED':
      case 'DEGRADED':
        return this.faultReason;
      case 'UNAVAIL':
        return this.openFailure === 'NONE' ? 'OPEN_FAILED' : this.openFailure;
      default:
        return 'NONE';
    }
  }

  get isOpen(): boolean {
    return this.isReadable;
  }

  isMissing(txg: number): boolean {
    return this.missing.contains(txg);
  }

  hasLost(txg: number): boolean {
    return this.missing.contains(txg);
  }

  /** Notes that blocks of `[start, end)` did not get here. `vdev_dtl_dirty` */
  noteMissing(start: number, end: number): void {
    if (end === start + 1 && this.missing.contains(start)) return;
    this.missing.add(start, end);
    this.isDtlDirty = true;
  }

  #fault(kind: 'io' | 'checksum' | 'gone', isWrite: boolean, offset: number, size: number): void {
    if (kind === 'checksum') this.stats.checksumErrors += 1;
    else if (isWrite) this.stats.writeErrors += 1;
    else this.stats.readErrors += 1;
    this.observer?.({ vdev: this, kind, isWrite, offset, size });
  }

  /** What was read here was wrong, as redundancy has shown. */
  noteChecksumError(offset: number, size: number): void {
    this.#fault('checksum', false, offset, size);
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
      this.#fault(kindOf(error), false, at, target.length);
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
    if (device === null || !this.isOpen || !this.isWritable || device.isReadOnly) return false;
    if (at + source.length > device.sizeBytes) return false;
    this.stats.writeOps += 1;
    try {
      device.write(at, source);
    } catch (error) {
      if (!(error instanceof BlockDeviceError)) throw error;
      this.#fault(kindOf(error), true, at, source.length);
      return false;
    }
    this.stats.writeBytes += source.length;
    return true;
  }

  read(offset: number, size: number, verify: Verify): Uint8Array {
    const bytes = this.tryRead(offset, size);
    if (bytes === null) throw unreadable(this, offset, false);
    if (verify(bytes)) return bytes;
    this.#fault('checksum', false, offset, size);
    throw unreadable(this, offset, true);
  }

  scrub(offset: number, size: number, verify: Verify): Uint8Array {
    return this.read(offset, size, verify);
  }

  resilver(offset: number, size: number, verify: Verify): Uint8Array {
    return this.read(offset, size, verify);
  }

  /** Writes the right bytes over wrong ones; a device that refuses stays as it is. */
  repair(offset: number, bytes: Uint8Array, txg: number): void {
    if (this.tryWrite(offset, bytes)) this.stats.repairedBytes += bytes.length;
    else if (this.missing.contains(txg)) this.scanFailed.add(txg, txg + 1);
  }

  /** Writes what it missed. */
  fillIn(offset: number, bytes: Uint8Array, txg: number): void {
    if (this.tryWrite(offset, bytes)) this.stats.resilveredBytes += bytes.length;
    else this.scanFailed.add(txg, txg + 1);
  }

  write(offset: number, bytes: Uint8Array, txg = 0): void {
    if (this.tryWrite(offset, bytes)) return;
    if (txg !== 0) this.noteMissing(txg, txg + 1);
    throw new ZfsError('EIO', `Cannot write "${this.path}" at ${offset}: I/O error`);
  }

  flush(): void {
    if (this.device === null || !this.isOpen) return;
    try {
      this.device.flush();
    } catch (error) {
      if (!(error instanceof BlockDeviceError)) throw error;
      this.#fault(kindOf(error), true, 0, 0);
      throw new ZfsError('EIO', `Cannot flush "${this.path}": I/O error`);
    }
  }
}
