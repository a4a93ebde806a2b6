/**
 * A console's scrollback: the last bytes of its output, numbered from the first byte ever printed.
 * Bounded by bytes and by lines; what is left after trimming starts at a line's start when it can,
 * so that a terminal does not begin inside an escape sequence of a line that is gone.
 */
const NEWLINE = 10;
const CHUNK_BYTES = 16 * 1024;

interface Chunk {
  /** Offset of `buffer[0]`. */
  readonly base: number;
  readonly buffer: Uint8Array;
  /** The bytes from `from` to `to` are there. */
  from: number;
  to: number;
  lines: number;
}

export class ConsoleRing {
  readonly #capacityBytes: number;
  readonly #maxLines: number;
  #chunks: Chunk[] = [];
  #lines = 0;
  #end = 0;

  constructor(capacityBytes: number, maxLines: number) {
    this.#capacityBytes = capacityBytes;
    this.#maxLines = maxLines;
  }

  /** Offset of the first byte that is still here. */
  get start(): number {
    const first = this.#chunks[0];
    return first === undefined ? this.#end : first.base + first.from;
  }

  /** Offset after the last byte. */
  get end(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const chunk = this.#lastWithRoom();
      const piece = bytes.subarray(at, at + CHUNK_BYTES - chunk.to);
      chunk.buffer.set(piece, chunk.to);
      chunk.to += piece.length;
      const lines = countNewlines(piece);
      chunk.lines += lines;
      this.#lines += lines;
      this.#end += piece.length;
      at += piece.length;
    }
    this.#trim();
  }

  /** A fresh buffer: up to `maxBytes` bytes from `offset` on, which lies in `start` … `end`. */
  read(offset: number, maxBytes: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(maxBytes, this.#end - offset)));
    let index = this.#find(offset);
    for (let at = 0; at < bytes.length; index += 1) {
      const chunk = this.#chunks[index] as Chunk;
      const from = offset + at - chunk.base;
      const piece = chunk.buffer.subarray(from, Math.min(chunk.to, from + bytes.length - at));
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  #lastWithRoom(): Chunk {
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.to < CHUNK_BYTES) return last;
    const buffer = new Uint8Array(CHUNK_BYTES);
    const chunk: Chunk = { base: this.#end, buffer, from: 0, to: 0, lines: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }

  /** The chunk that holds `offset`: the last one that begins at or before it. */
  #find(offset: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.base ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #trim(): void {
    const isFull = (): boolean =>
      this.#end - this.start > this.#capacityBytes || this.#lines > this.#maxLines;
    if (!isFull()) return;
    while (isFull() && this.#chunks.length > 1) this.#lines -= this.#chunks.shift()?.lines ?? 0;
    const first = this.#chunks[0];
    if (first === undefined) return;
    const at = first.buffer.subarray(first.from, first.to).indexOf(NEWLINE);
    if (at < 0 || first.from + at + 1 === first.to) return;
    first.from += at + 1;
    first.lines -= 1;
    this.#lines -= 1;
  }
}

function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
