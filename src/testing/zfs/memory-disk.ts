/**
 * A disk in memory that knows which chunks were ever written, so that a large empty one costs
 * nothing and can be saved as a sparse file.
 */
import type { BlockDevice } from '#runtime/host.ts';
import { assert } from '#base/assert.ts';

const CHUNK = 64 * 1024;

export class MemoryDisk implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number;
  readonly isReadOnly = false;
  readonly chunks: Map<number, Uint8Array> = new Map();

  constructor(name: string, sizeBytes: number, sectorSize = 512) {
    this.name = name;
    this.sizeBytes = sizeBytes;
    this.sectorSize = sectorSize;
  }

  /** A disk with the content of an image. */
  static of(name: string, image: Uint8Array): MemoryDisk {
    const disk = new MemoryDisk(name, image.length);
    for (let at = 0; at < image.length; at += CHUNK) {
      const chunk = image.subarray(at, at + CHUNK);
      if (chunk.some((byte) => byte !== 0)) {
        const copy = new Uint8Array(CHUNK);
        copy.set(chunk);
        disk.chunks.set(at / CHUNK, copy);
      }
    }
    return disk;
  }

  clone(): MemoryDisk {
    const copy = new MemoryDisk(this.name, this.sizeBytes, this.sectorSize);
    for (const [n, chunk] of this.chunks) copy.chunks.set(n, chunk.slice());
    return copy;
  }

  #check(offset: number, size: number): void {
    assert(
      offset >= 0 && offset % 512 === 0 && size % 512 === 0 && offset + size <= this.sizeBytes,
      `an access lies on the disk: ${offset}+${size} of ${this.sizeBytes}`,
    );
  }

  read(offset: number, target: Uint8Array): void {
    this.#check(offset, target.length);
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const within = at % CHUNK;
      const count = Math.min(CHUNK - within, target.length - done);
      const chunk = this.chunks.get(Math.floor(at / CHUNK));
      if (chunk === undefined) target.fill(0, done, done + count);
      else target.set(chunk.subarray(within, within + count), done);
      done += count;
    }
  }

  write(offset: number, source: Uint8Array): void {
    this.#check(offset, source.length);
    for (let done = 0; done < source.length; ) {
      const at = offset + done;
      const n = Math.floor(at / CHUNK);
      const within = at % CHUNK;
      const count = Math.min(CHUNK - within, source.length - done);
      let chunk = this.chunks.get(n);
      if (chunk === undefined) {
        chunk = new Uint8Array(CHUNK);
        this.chunks.set(n, chunk);
      }
      chunk.set(source.subarray(done, done + count), within);
      done += count;
    }
  }

  flush(): void {}

  discard(): void {}
}
