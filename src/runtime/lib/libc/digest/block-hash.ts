/**
 * What MD5 and the SHA family share: blocks, padding with a one bit, zeros and the length.
 * @spec FIPS 180-4 §5.1, RFC 1321 §3.1
 */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** The digest of everything so far; the hash is used up. */
  digest(): Uint8Array;
}

export abstract class BlockHash implements Hash {
  protected readonly block: Uint8Array;
  readonly #lengthSize: number;
  readonly #isLittleEndian: boolean;
  #used = 0;
  #total = 0;

  constructor(blockSize: number, lengthSize: number, isLittleEndian: boolean) {
    this.block = new Uint8Array(blockSize);
    this.#lengthSize = lengthSize;
    this.#isLittleEndian = isLittleEndian;
  }

  /** Takes in the block of `bytes` that begins at `at`. */
  protected abstract compress(bytes: Uint8Array, at: number): void;
  protected abstract result(): Uint8Array;

  update(bytes: Uint8Array): void {
    this.#total += bytes.length;
    let at = 0;
    const size = this.block.length;
    if (this.#used > 0) {
      const part = Math.min(size - this.#used, bytes.length);
      this.block.set(bytes.subarray(0, part), this.#used);
      this.#used += part;
      at = part;
      if (this.#used < size) return;
      this.compress(this.block, 0);
      this.#used = 0;
    }
    for (; at + size <= bytes.length; at += size) this.compress(bytes, at);
    this.block.set(bytes.subarray(at));
    this.#used = bytes.length - at;
  }

  digest(): Uint8Array {
    const size = this.block.length;
    this.block[this.#used] = 0x80;
    this.block.fill(0, this.#used + 1);
    if (this.#used + 1 > size - this.#lengthSize) {
      this.compress(this.block, 0);
      this.block.fill(0);
    }
    const view = new DataView(this.block.buffer);
    const [high, low] = [Math.floor(this.#total / 2 ** 29), (this.#total * 8) >>> 0];
    view.setUint32(size - 8, this.#isLittleEndian ? low : high, this.#isLittleEndian);
    view.setUint32(size - 4, this.#isLittleEndian ? high : low, this.#isLittleEndian);
    this.compress(this.block, 0);
    return this.result();
  }
}

/** The words of a digest as bytes. */
export function wordsToBytes(
  words: ArrayLike<number>,
  count: number,
  isLittleEndian: boolean,
): Uint8Array {
  const bytes = new Uint8Array(count * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i += 1) view.setUint32(i * 4, words[i] as number, isLittleEndian);
  return bytes;
}
