/**
 * A disk that goes wrong in the ways disks do. Faults are drawn from a seeded source or set to happen
 * at one I/O, so that a sweep can make every single I/O fail once:
 *
 *   for (let n = 1; ; n += 1) {
 *     const disk = new FaultyDisk(new MemoryDisk('c1t0d0', size), random, { failIoNumber: n });
 *     … use it …
 *     if (disk.ioCount < n) break;
 *   }
 */
import { FaultDisk, NO_FAULTS } from '#lab/node/fault-disk.ts';
import { type BlockDevice, BlockDeviceError, type RandomSource } from '#runtime/host.ts';

export interface Faults {
  /** Chance of a media error at each read, 0 … 1. */
  readonly readErrors?: number;
  readonly writeErrors?: number;
  /** Chance that one bit of what is read is flipped, and nobody says so. */
  readonly bitRot?: number;
  /** Chance that a write lands on another sector of its size, and nobody says so. */
  readonly misdirected?: number;
  /** Chance that a flush does nothing, and nobody says so. */
  readonly lostFlushes?: number;
  /** The I/O with this number (from 1) fails with EIO. */
  readonly failIoNumber?: number;
  /** From the I/O with this number on, the disk is gone (ENXIO). */
  readonly goneFromIoNumber?: number;
}

const TORN_BYTES = 512;

interface PendingWrite {
  readonly offsetBytes: number;
  readonly bytes: Uint8Array;
}

/**
 * Writes reach the disk below at a flush. `cutPower` keeps of the writes since then any subset, the
 * last one of them possibly torn at 512 bytes, as a real disk's cache may. Errors and flipped bits
 * are the lab's own FaultDisk, in front of that cache.
 */
export class FaultyDisk implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number;
  readonly isReadOnly: boolean;
  readonly #cache: VolatileCache;
  readonly #front: FaultDisk;
  readonly #faults: Faults;
  /** Reads, writes, flushes and discards so far. */
  ioCount = 0;

  constructor(below: BlockDevice, random: RandomSource, faults: Faults = {}) {
    this.name = below.name;
    this.sizeBytes = below.sizeBytes;
    this.sectorSize = below.sectorSize;
    this.isReadOnly = below.isReadOnly;
    this.#cache = new VolatileCache(below, random, faults);
    this.#front = new FaultDisk(this.#cache, random);
    this.#front.faults = {
      ...NO_FAULTS,
      readErrorChance: faults.readErrors ?? 0,
      writeErrorChance: faults.writeErrors ?? 0,
      corruptReadChance: faults.bitRot ?? 0,
    };
    this.#faults = faults;
  }

  read(offsetBytes: number, target: Uint8Array): void {
    this.#countIo();
    this.#front.read(offsetBytes, target);
  }

  write(offsetBytes: number, source: Uint8Array): void {
    this.#countIo();
    this.#front.write(offsetBytes, source);
  }

  flush(): void {
    this.#countIo();
    this.#front.flush();
  }

  discard(offsetBytes: number, sizeBytes: number): void {
    this.#countIo();
    this.#front.discard(offsetBytes, sizeBytes);
  }

  /** The machine loses power now. What is left is in the disk below. */
  cutPower(): void {
    this.#cache.cutPower();
  }

  #countIo(): void {
    this.ioCount += 1;
    const { goneFromIoNumber, failIoNumber } = this.#faults;
    if (goneFromIoNumber !== undefined && this.ioCount >= goneFromIoNumber) {
      throw new BlockDeviceError('ENXIO', `${this.name} is gone`);
    }
    if (this.ioCount === failIoNumber) {
      throw new BlockDeviceError('EIO', `${this.name}: I/O ${this.ioCount} failed`);
    }
  }
}

/** A disk's write cache that a power cut empties as it likes. */
class VolatileCache implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number;
  readonly isReadOnly: boolean;
  readonly #below: BlockDevice;
  readonly #random: RandomSource;
  readonly #faults: Faults;
  #pending: PendingWrite[] = [];

  constructor(below: BlockDevice, random: RandomSource, faults: Faults) {
    this.name = below.name;
    this.sizeBytes = below.sizeBytes;
    this.sectorSize = below.sectorSize;
    this.isReadOnly = below.isReadOnly;
    this.#below = below;
    this.#random = random;
    this.#faults = faults;
  }

  read(offsetBytes: number, target: Uint8Array): void {
    this.#below.read(offsetBytes, target);
    for (const write of this.#pending) overlay(write, offsetBytes, target);
  }

  write(offsetBytes: number, source: Uint8Array): void {
    let at = offsetBytes;
    if (this.#happens(this.#faults.misdirected)) {
      const places = Math.floor((this.sizeBytes - source.length) / this.sectorSize) + 1;
      at = (this.#random.uint32() % places) * this.sectorSize;
    }
    this.#pending.push({ offsetBytes: at, bytes: source.slice() });
  }

  flush(): void {
    if (this.#happens(this.#faults.lostFlushes)) return;
    for (const { offsetBytes, bytes } of this.#pending) this.#below.write(offsetBytes, bytes);
    this.#pending = [];
    this.#below.flush();
  }

  discard(offsetBytes: number, sizeBytes: number): void {
    this.#below.discard(offsetBytes, sizeBytes);
  }

  cutPower(): void {
    for (const { offsetBytes, bytes } of this.#pending) {
      const fate = this.#random.uint32() % 3;
      if (fate === 0) continue;
      const pieces = bytes.length / TORN_BYTES;
      const kept = fate === 1 ? pieces : this.#random.uint32() % (pieces + 1);
      if (kept > 0) this.#writeTorn(offsetBytes, bytes, kept * TORN_BYTES);
    }
    this.#pending = [];
  }

  /** The first `keptBytes` are new, the rest is as before; sectors may be larger than a piece. */
  #writeTorn(offsetBytes: number, bytes: Uint8Array, keptBytes: number): void {
    const mixed = new Uint8Array(bytes.length);
    this.#below.read(offsetBytes, mixed);
    mixed.set(bytes.subarray(0, keptBytes));
    this.#below.write(offsetBytes, mixed);
  }

  #happens(chance: number | undefined): boolean {
    return chance !== undefined && this.#random.uint32() / 2 ** 32 < chance;
  }
}

function overlay(write: PendingWrite, offsetBytes: number, target: Uint8Array): void {
  const from = Math.max(write.offsetBytes, offsetBytes);
  const to = Math.min(write.offsetBytes + write.bytes.length, offsetBytes + target.length);
  if (from >= to) return;
  const part = write.bytes.subarray(from - write.offsetBytes, to - write.offsetBytes);
  target.set(part, from - offsetBytes);
}
