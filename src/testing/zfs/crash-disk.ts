/**
 * Disks that remember the order of their writes and flushes, so that the power can be cut after any
 * of them: what was flushed is there; of what was written since, any part may be.
 */
import type { BlockDevice, RandomSource } from '#runtime/host.ts';
import { MemoryDisk } from './memory-disk.ts';

type Event =
  | {
      readonly kind: 'write';
      readonly disk: number;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'flush'; readonly disk: number };

/** Several disks with one common history. */
export class CrashDisks {
  readonly #base: MemoryDisk[];
  readonly #now: MemoryDisk[];
  readonly events: Event[] = [];

  constructor(disks: readonly MemoryDisk[]) {
    this.#base = disks.map((disk) => disk.clone());
    this.#now = disks.map((disk) => disk.clone());
  }

  /** The disks to give to a pool. */
  devices(): BlockDevice[] {
    return this.#now.map((inner, disk) => ({
      name: inner.name,
      sizeBytes: inner.sizeBytes,
      sectorSize: inner.sectorSize,
      isReadOnly: false,
      read: (at: number, target: Uint8Array) => inner.read(at, target),
      write: (at: number, source: Uint8Array) => {
        this.events.push({ kind: 'write', disk, at, bytes: source.slice() });
        inner.write(at, source);
      },
      flush: () => {
        this.events.push({ kind: 'flush', disk });
      },
      discard: () => {},
    }));
  }

  /**
   * What is on the disks when the power fails after `count` events: all flushed writes, and of the
   * others, by 512-byte sectors, those that `random` keeps.
   */
  imagesAfter(count: number, random: RandomSource): MemoryDisk[] {
    const images = this.#base.map((disk) => disk.clone());
    const flushedUntil = images.map(() => -1);
    this.events.slice(0, count).forEach((event, n) => {
      if (event.kind === 'flush') flushedUntil[event.disk] = n;
    });
    this.events.slice(0, count).forEach((event, n) => {
      if (event.kind !== 'write') return;
      const image = images[event.disk] as MemoryDisk;
      if (n < (flushedUntil[event.disk] as number)) {
        image.write(event.at, event.bytes);
        return;
      }
      for (let at = 0; at < event.bytes.length; at += 512) {
        if (random.uint32() % 4 !== 0)
          image.write(event.at + at, event.bytes.subarray(at, at + 512));
      }
    });
    return images;
  }
}
