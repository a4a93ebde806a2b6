/**
 * A disk that can be broken and mended while a node uses it, as a person does with a real one: pulled
 * out of its slot, slow, failing commands, flipping bits. The node is told nothing; it meets errors of
 * the device, or wrong bytes. What is drawn comes from a source of its own, so that the same seed and
 * the same commands give the same faults.
 */
import { KiB, MiB } from '#base/units.ts';
import { type BlockDevice, BlockDeviceError, type RandomSource } from '#runtime/host.ts';

/** Faults that last. Chances are 0 … 1 for each command. */
export interface LastingFaults {
  readonly isPulled: boolean;
  readonly delayMs: number;
  readonly readErrorChance: number;
  readonly writeErrorChance: number;
  /** One bit of what is read is wrong, and nobody says so. */
  readonly corruptReadChance: number;
}

export const NO_FAULTS: LastingFaults = {
  isPulled: false,
  delayMs: 0,
  readErrorChance: 0,
  writeErrorChance: 0,
  corruptReadChance: 0,
};

export interface FlipRequest {
  readonly count: number;
  readonly fromBytes: number;
  readonly sizeBytes: number;
}

const SECTOR_BYTES = 512;
/** The disk remembers in pieces of this size where it was written. */
const CHUNK_BYTES = MiB;
const LOOK_BYTES: number = 64 * KiB;
/** How much of a disk is looked through for something stored, when nothing was written yet. */
const LOOK_LIMIT_BYTES: number = 512 * MiB;

export class FaultDisk implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number;
  readonly isReadOnly: boolean;
  readonly #below: BlockDevice;
  readonly #random: RandomSource;
  readonly #wait: (ms: number) => void;
  readonly #written = new Set<number>();
  /** Bytes with a flipped bit that were not written over since. */
  readonly #wounds = new Set<number>();
  /** Told when flipped bytes were written over, by whomever. One listener. */
  onMended: (atBytes: readonly number[]) => void = () => {};
  faults: LastingFaults = NO_FAULTS;

  /** `wait` lets time pass; only a slow disk calls it. */
  constructor(below: BlockDevice, random: RandomSource, wait: (ms: number) => void = () => {}) {
    this.name = below.name;
    this.sizeBytes = below.sizeBytes;
    this.sectorSize = below.sectorSize;
    this.isReadOnly = below.isReadOnly;
    this.#below = below;
    this.#random = random;
    this.#wait = wait;
  }

  read(offsetBytes: number, target: Uint8Array): void {
    this.#command('read', this.faults.readErrorChance);
    this.#below.read(offsetBytes, target);
    if (this.#happens(this.faults.corruptReadChance)) flipIn(target, this.#random);
  }

  write(offsetBytes: number, source: Uint8Array): void {
    this.#command('write', this.faults.writeErrorChance);
    this.#below.write(offsetBytes, source);
    if (this.#wounds.size > 0) this.#mend(offsetBytes, source.length);
    const last = Math.floor((offsetBytes + source.length - 1) / CHUNK_BYTES);
    for (let at = Math.floor(offsetBytes / CHUNK_BYTES); at <= last; at += 1) this.#written.add(at);
  }

  flush(): void {
    this.#command('flush', 0);
    this.#below.flush();
  }

  discard(offsetBytes: number, sizeBytes: number): void {
    this.#command('discard', 0);
    this.#below.discard(offsetBytes, sizeBytes);
  }

  /**
   * Flips up to `count` bits of what is stored in the range, each in a sector that holds something;
   * answers the byte each was in. Works on a pulled disk too: cosmic rays ask nobody.
   */
  flipBits({ count, fromBytes, sizeBytes }: FlipRequest): number[] {
    const end = Math.min(fromBytes + sizeBytes, this.sizeBytes);
    const candidates = [...this.#written]
      .filter((chunk) => chunk * CHUNK_BYTES < end && (chunk + 1) * CHUNK_BYTES > fromBytes)
      .sort((a, b) => a - b);
    const flipped: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const at = this.#sectorWithSomething(candidates, fromBytes, end);
      if (at === undefined) break;
      const sector = new Uint8Array(this.sectorSize);
      const start = at - (at % this.sectorSize);
      this.#below.read(start, sector);
      flipped.push(start + flipIn(sector, this.#random));
      this.#below.write(start, sector);
    }
    for (const at of flipped) this.#wounds.add(at);
    return flipped;
  }

  #mend(offsetBytes: number, sizeBytes: number): void {
    const mended: number[] = [];
    for (const at of this.#wounds) {
      if (at >= offsetBytes && at < offsetBytes + sizeBytes) mended.push(at);
    }
    for (const at of mended) this.#wounds.delete(at);
    if (mended.length > 0) this.onMended(mended);
  }

  #sectorWithSomething(chunks: number[], from: number, end: number): number | undefined {
    while (chunks.length > 0) {
      const index = this.#random.uint32() % chunks.length;
      const start = (chunks[index] as number) * CHUNK_BYTES;
      const low = Math.max(start, from);
      const high = Math.min(start + CHUNK_BYTES, end);
      const found = this.#look(low, high, this.#randomSector(low, high));
      if (found !== undefined) return found;
      chunks.splice(index, 1);
    }
    const whole = Math.min(end - from, LOOK_LIMIT_BYTES);
    const sector = this.#randomSector(from, end);
    return this.#look(from, Math.min(end, sector + whole), sector) ?? this.#look(from, end, from);
  }

  #randomSector(from: number, end: number): number {
    const sectors = Math.max(1, Math.floor((end - from) / SECTOR_BYTES));
    return from + (this.#random.uint32() % sectors) * SECTOR_BYTES;
  }

  /** The first sector from `start` on that is not all zeros, once around; bounded. */
  #look(from: number, end: number, start: number): number | undefined {
    const buffer = new Uint8Array(LOOK_BYTES);
    let rest = Math.min(end - from, LOOK_LIMIT_BYTES);
    for (let at = start; rest > 0; ) {
      if (at >= end) at = from;
      const size = Math.min(LOOK_BYTES, end - at);
      const aligned = at - (at % this.sectorSize);
      const piece = buffer.subarray(0, roundUp(at - aligned + size, this.sectorSize));
      if (aligned + piece.length > this.sizeBytes) return undefined;
      this.#below.read(aligned, piece);
      const found = piece.findIndex((byte, i) => byte !== 0 && aligned + i >= at);
      if (found >= 0 && aligned + found < end) {
        return aligned + found - (found % SECTOR_BYTES);
      }
      at += size;
      rest -= size;
    }
    return undefined;
  }

  #command(what: string, errorChance: number): void {
    const { isPulled, delayMs } = this.faults;
    if (isPulled) throw new BlockDeviceError('ENXIO', `Cannot ${what} disk "${this.name}": gone`);
    if (delayMs > 0) this.#wait(delayMs);
    if (this.#happens(errorChance)) {
      throw new BlockDeviceError('EIO', `Cannot ${what} disk "${this.name}": media error`);
    }
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.uint32() / 2 ** 32 < chance;
  }
}

/** Flips one bit; answers the index of its byte. */
function flipIn(bytes: Uint8Array, random: RandomSource): number {
  const at = random.uint32() % bytes.length;
  bytes[at] = (bytes[at] as number) ^ (1 << (random.uint32() & 7));
  return at;
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
