/**
 * The WebAssembly half of the block pipeline: one memory in which a block is compressed and summed
 * without being copied in between. One for each pool.
 *
 *   0       64    4096        65536                       + capacity + slack
 *   | sums | –   | hash table | source (capacity) | slack | target (capacity) | slack |
 *
 * Surprising: what a call gives back lies in this memory and is good only until the next call.
 * @see docs/decisions/0006-checksums-in-webassembly.md
 */
import { assembleModule } from '#base/wasm-module.ts';
import { fletcherCode } from './fletcher-code.ts';
import { hashLogFor } from './lz4.ts';
import { LZ4_DECOMPRESS_CODE, lz4CompressCode } from './lz4-code.ts';

const PAGE = 65536;
const TABLE = 4096;
/** Above every distance that LZ4 can say, so that 0 is no position. */
const SOURCE = 65536;
const FIRST_CAPACITY: number = 128 * 1024;
/** Copies run over by less than 32 bytes, and packed blocks are filled up to sectors of 64 KiB. */
const SLACK: number = 80 * 1024;

type Sum = (from: number, end: number) => void;
type Compress = (from: number, end: number, to: number, toEnd: number, hashLog: number) => number;
type Decompress = (from: number, end: number, to: number, toEnd: number) => number;

export class BlockMachine {
  readonly #memory: WebAssembly.Memory;
  readonly #compress: Compress;
  readonly #decompress: Decompress;
  readonly #fletcher4: Sum;
  readonly #fletcher4Wide: Sum;
  readonly #fletcher2: Sum;
  #bytes: Uint8Array;
  /** Four 64-bit sums as halves. */
  #sums: Uint32Array;
  #capacity = FIRST_CAPACITY;

  constructor() {
    const functions = [...fletcherCode(0), lz4CompressCode(TABLE), LZ4_DECOMPRESS_CODE];
    const pages = Math.ceil((SOURCE + 2 * (FIRST_CAPACITY + SLACK)) / PAGE);
    const module = new WebAssembly.Module(assembleModule(pages, functions));
    const { exports } = new WebAssembly.Instance(module);
    this.#memory = exports['memory'] as WebAssembly.Memory;
    this.#compress = exports['lz4Compress'] as Compress;
    this.#decompress = exports['lz4Decompress'] as Decompress;
    this.#fletcher4 = exports['fletcher4'] as Sum;
    this.#fletcher4Wide = exports['fletcher4Wide'] as Sum;
    this.#fletcher2 = exports['fletcher2'] as Sum;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#sums = new Uint32Array(this.#memory.buffer, 0, 8);
  }

  get #target(): number {
    return SOURCE + this.#capacity + SLACK;
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#capacity) return;
    this.#capacity = Math.ceil(sizeBytes / PAGE) * PAGE;
    const missing = this.#target + this.#capacity + SLACK - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#sums = new Uint32Array(this.#memory.buffer, 0, 8);
  }

  /** Where `bytes` are in this memory; they are copied here unless they are already. */
  #place(bytes: Uint8Array): number {
    if (bytes.buffer === this.#memory.buffer) return bytes.byteOffset;
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, SOURCE);
    return SOURCE;
  }

  /**
   * What LZ4 makes of `source`, at most `limit` bytes with `header` bytes before it that are the
   * caller's to fill in; null when it does not fit. Zeros may be put behind it.
   */
  lz4Compress(source: Uint8Array, header: number, limit: number): Uint8Array | null {
    const from = this.#place(source);
    const target = this.#target;
    const hashLog = hashLogFor(source.length);
    const end = from + source.length;
    const size = this.#compress(from, end, target + header, target + limit, hashLog);
    return size === 0 ? null : this.#bytes.subarray(target, target + header + size);
  }

  /** Unpacks LZ4 into exactly `sizeBytes`; null for bad input. */
  lz4Decompress(source: Uint8Array, sizeBytes: number): Uint8Array | null {
    this.#reserve(Math.max(source.length, sizeBytes));
    const from = this.#place(source);
    const target = this.#target;
    const isGood = this.#decompress(from, from + source.length, target, target + sizeBytes);
    return isGood === 0 ? null : this.#bytes.subarray(target, target + sizeBytes);
  }

  /** Sums of `bytes`, a multiple of 16 of them. */
  fletcher4(bytes: Uint8Array): Uint32Array {
    return this.#sum(this.#fletcher4Wide, bytes, undefined);
  }

  /** Goes on from the sums in `seed`. */
  fletcher4From(seed: Uint32Array, bytes: Uint8Array): Uint32Array {
    return this.#sum(this.#fletcher4, bytes, seed);
  }

  fletcher2(bytes: Uint8Array): Uint32Array {
    return this.#sum(this.#fletcher2, bytes, undefined);
  }

  #sum(kernel: Sum, bytes: Uint8Array, seed: Uint32Array | undefined): Uint32Array {
    if (bytes.length === 0) return seed?.slice() ?? new Uint32Array(8);
    const at = this.#place(bytes);
    if (seed === undefined) this.#sums.fill(0);
    else this.#sums.set(seed);
    kernel(at, at + bytes.length);
    return this.#sums.slice();
  }
}
