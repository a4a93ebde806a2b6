/**
 * A disk that can be pulled out and put back, with what was on it when it went; that can lose or
 * misdirect a write; and whose accesses can be made to fail.
 */
import { type BlockDevice, BlockDeviceError } from '#runtime/host.ts';
import type { MemoryDisk } from './memory-disk.ts';

export class PulledDisk implements BlockDevice {
  readonly inner: MemoryDisk;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number;
  readonly isReadOnly = false;
  isOut = false;
  isBroken = false;
  /** The next write behind the labels goes so many bytes too far. */
  misdirectBy = 0;

  constructor(inner: MemoryDisk) {
    this.inner = inner;
    this.name = inner.name;
    this.sizeBytes = inner.sizeBytes;
    this.sectorSize = inner.sectorSize;
  }

  #check(): void {
    if (this.isOut) throw new BlockDeviceError('ENXIO', 'the disk is not there');
    if (this.isBroken) throw new BlockDeviceError('EIO', 'made to fail');
  }

  read(at: number, target: Uint8Array): void {
    this.#check();
    this.inner.read(at, target);
  }

  write(at: number, source: Uint8Array): void {
    this.#check();
    const isData = at >= 4 * 2 ** 20 && at < this.sizeBytes - 2 ** 20;
    const by = isData ? this.misdirectBy : 0;
    if (isData) this.misdirectBy = 0;
    this.inner.write(at + by, source);
  }

  flush(): void {
    this.#check();
  }

  discard(): void {}
}
