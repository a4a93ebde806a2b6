/** Exact amounts of bytes from a source of chunks: for archive formats. */
import type { Task } from '#kernel/syscall/sys.ts';
import type { ByteSink, ByteSource } from '#lib/libc/gzip.ts';

export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  readonly #source: ByteSource;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  *#fill(): Task<boolean> {
    while (this.#at >= this.#chunk.length) {
      if (this.#ended) return false;
      const chunk = yield* this.#source();
      if (chunk === undefined) {
        this.#ended = true;
        return false;
      }
      // The source's buffer is used again before all of this chunk is.
      this.#chunk = chunk.slice();
      this.#at = 0;
    }
    return true;
  }

  /** A fresh buffer of `count` bytes; undefined when the input ends before. */
  *take(count: number): Task<Uint8Array | undefined> {
    const bytes = new Uint8Array(count);
    let used = 0;
    const sink = function* sink(part: Uint8Array): Task<void> {
      bytes.set(part, used);
      used += part.length;
    };
    return (yield* this.copy(count, sink)) ? bytes : undefined;
  }

  /** Hands `count` bytes to `sink`; false when the input ends before. */
  *copy(count: number, sink: ByteSink): Task<boolean> {
    for (let rest = count; rest > 0; ) {
      if (!(yield* this.#fill())) return false;
      const part = this.#chunk.subarray(this.#at, this.#at + rest);
      this.#at += part.length;
      this.position += part.length;
      rest -= part.length;
      yield* sink(part);
    }
    return true;
  }

  *skip(count: number): Task<boolean> {
    return yield* this.copy(count, function* nothing() {});
  }
}
