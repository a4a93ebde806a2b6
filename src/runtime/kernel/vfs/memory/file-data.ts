/**
 * The bytes of one file in memory: chunks of up to 16 KiB, missing ones are holes and read as zeros.
 * A chunk starts at one page and doubles, so that small files stay small. Bytes of the boot archive
 * are lent (`adopt`): they stay where they are until somebody writes.
 */
import { assert } from '#base/assert.ts';

export const PAGE_BYTES = 4096;
const CHUNK_BYTES = 4 * PAGE_BYTES;

/** Pages that filesystems of one mount may still use; counts what they use. */
export interface PageBudget {
  /** False when the limit would be passed: nothing was taken then. */
  take(byteCount: number): boolean;
  give(byteCount: number): void;
}

export class FileData {
  readonly #budget: PageBudget;
  #chunks: (Uint8Array | undefined)[] = [];
  /** Chunks of lent bytes, which may not be written in place. */
  #isLent = false;
  #size = 0;
  #allocated = 0;

  constructor(budget: PageBudget) {
    this.#budget = budget;
  }

  get sizeBytes(): number {
    return this.#size;
  }

  /** Memory charged, a multiple of the page size. */
  get allocatedBytes(): number {
    return this.#allocated;
  }

  /** Takes `bytes` as the content without copying; they must never change. The file is empty. */
  adopt(bytes: Uint8Array): boolean {
    assert(this.#size === 0, 'only an empty file adopts bytes');
    const charge = roundToPages(bytes.length);
    if (!this.#budget.take(charge)) return false;
    this.#allocated = charge;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      this.#chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
    }
    this.#isLent = true;
    this.#size = bytes.length;
    return true;
  }

  /** Bytes copied into `target`; 0 at or past the end. */
  read(offsetBytes: number, target: Uint8Array): number {
    const end = Math.min(this.#size, offsetBytes + target.length);
    let at = offsetBytes;
    while (at < end) {
      const index = Math.floor(at / CHUNK_BYTES);
      const inside = at - index * CHUNK_BYTES;
      const count = Math.min(CHUNK_BYTES - inside, end - at);
      const chunk = this.#chunks[index];
      const stored = chunk === undefined ? 0 : Math.max(0, Math.min(chunk.length - inside, count));
      const to = at - offsetBytes;
      if (chunk !== undefined && stored > 0) {
        target.set(chunk.subarray(inside, inside + stored), to);
      }
      if (stored < count) target.fill(0, to + stored, to + count);
      at += count;
    }
    return Math.max(0, at - offsetBytes);
  }

  /** Bytes taken: fewer than offered (possibly 0) when the budget is used up. */
  write(offsetBytes: number, source: Uint8Array): number {
    if (this.#isLent) this.#copyLent();
    let done = 0;
    while (done < source.length) {
      const at = offsetBytes + done;
      const index = Math.floor(at / CHUNK_BYTES);
      const inside = at - index * CHUNK_BYTES;
      const count = Math.min(CHUNK_BYTES - inside, source.length - done);
      const chunk = this.#chunkFor(index, inside + count);
      if (chunk === undefined) break;
      const isWhole = done === 0 && count === source.length;
      chunk.set(isWhole ? source : source.subarray(done, done + count), inside);
      done += count;
    }
    if (done > 0) this.#size = Math.max(this.#size, offsetBytes + done);
    return done;
  }

  /** Cuts the file or extends it by a hole. */
  truncate(sizeBytes: number): void {
    if (sizeBytes < this.#size) {
      if (this.#isLent && sizeBytes > 0) this.#copyLent();
      const keep = Math.ceil(sizeBytes / CHUNK_BYTES);
      const inside = sizeBytes - (keep - 1) * CHUNK_BYTES;
      this.#chunks[keep - 1]?.fill(0, inside);
      this.#chunks.length = Math.min(this.#chunks.length, keep);
      this.#settle();
    }
    this.#size = sizeBytes;
    if (sizeBytes === 0) this.#isLent = false;
  }

  /** Gives back what truncation freed. */
  #settle(): void {
    let used = 0;
    for (const chunk of this.#chunks) used += chunk === undefined ? 0 : roundToPages(chunk.length);
    this.#budget.give(this.#allocated - used);
    this.#allocated = used;
  }

  /** The chunk at `index`, at least `needed` bytes long; undefined when memory is used up. */
  #chunkFor(index: number, needed: number): Uint8Array | undefined {
    const old = this.#chunks[index];
    if (old !== undefined && old.length >= needed) return old;
    const before = old === undefined ? 0 : roundToPages(old.length);
    let size = Math.max(PAGE_BYTES, before);
    while (size < needed) size *= 2;
    if (!this.#budget.take(size - before)) return undefined;
    this.#allocated += size - before;
    const chunk = new Uint8Array(size);
    if (old !== undefined) chunk.set(old);
    this.#chunks[index] = chunk;
    return chunk;
  }

  #copyLent(): void {
    this.#chunks = this.#chunks.map((lent) => {
      if (lent === undefined) return undefined;
      const own = new Uint8Array(roundToPages(lent.length));
      own.set(lent);
      return own;
    });
    this.#isLent = false;
  }
}

export function roundToPages(byteCount: number): number {
  return Math.ceil(byteCount / PAGE_BYTES) * PAGE_BYTES;
}
