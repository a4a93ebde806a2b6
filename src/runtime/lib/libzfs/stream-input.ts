/**
 * A stream that comes in through a file descriptor: taken in exact pieces, or as it comes, with what a
 * taker leaves over kept for the next.
 */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const CHUNK = 131_072;

export class StreamInput {
  readonly #sys: Sys;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(CHUNK);
  #at = 0;
  #end = 0;
  /** Bytes taken so far. */
  bytesRead = 0;

  constructor(sys: Sys, fd: number) {
    this.#sys = sys;
    this.#fd = fd;
  }

  /** Up to 128 KiB that were not taken yet; empty at the end. Borrowed until the next call. */
  *peek(): Task<Uint8Array | Errno> {
    if (this.#at === this.#end) {
      const count = yield* this.#sys.read(this.#fd, this.#buffer);
      if (isErrno(count)) return count;
      this.#at = 0;
      this.#end = count;
    }
    return this.#buffer.subarray(this.#at, this.#end);
  }

  /** Takes so many of the bytes that `peek` showed. */
  take(count: number): void {
    this.#at += count;
    this.bytesRead += count;
  }

  /** Exactly `size` bytes, or undefined when the stream ends before. */
  *read(size: number): Task<Uint8Array | undefined> {
    const bytes = new Uint8Array(size);
    for (let done = 0; done < size; ) {
      const part = yield* this.peek();
      if (isErrno(part) || part.length === 0) return undefined;
      const count = Math.min(part.length, size - done);
      bytes.set(part.subarray(0, count), done);
      this.take(count);
      done += count;
    }
    return bytes;
  }
}
