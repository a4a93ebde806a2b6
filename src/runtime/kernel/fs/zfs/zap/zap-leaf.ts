/**
 * One leaf of a fat ZAP, worked on in place: a hash table of chains of entries; names and values lie
 * in chained chunks of 21 bytes.
 * @spec ZFS On-Disk §5.2  @see uts/common/fs/zfs/zap_leaf.c
 */
import { decodeUtf8, equalBytes } from '#base/bytes.ts';
import { viewOf } from '../ondisk/struct.ts';
import {
  CHAIN_END,
  ZAP_CHUNK_ARRAY,
  ZAP_CHUNK_ENTRY,
  ZAP_CHUNK_FREE,
  ZAP_LEAF_ARRAY_BYTES,
  ZAP_LEAF_CHUNKSIZE,
  ZAP_LEAF_MAGIC,
  ZBT_LEAF,
  ZLF_ENTRIES_CDSORTED,
  zapLeafHeader,
} from '../ondisk/zap-phys.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { topBits, type ZapHash } from './zap-hash.ts';
import type { ZapValue } from './zap-value.ts';

const HEADER = 48;

export interface LeafEntry {
  /** Number of its entry chunk. */
  readonly chunk: number;
  readonly hash: ZapHash;
  readonly cd: number;
  /** With its NUL. */
  readonly name: Uint8Array;
}

const chunksFor = (size: number): number => Math.ceil(size / ZAP_LEAF_ARRAY_BYTES);

export class ZapLeaf {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #hashShift: number;
  readonly #chunksAt: number;
  readonly #chunkCount: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#hashShift = Math.log2(bytes.length) - 5;
    this.#chunksAt = HEADER + 2 * 2 ** this.#hashShift;
    this.#chunkCount = Math.floor((bytes.length - this.#chunksAt) / ZAP_LEAF_CHUNKSIZE);
  }

  isOver(bytes: Uint8Array): boolean {
    return this.#bytes === bytes;
  }

  /** An empty leaf over a zeroed block. */
  static init(bytes: Uint8Array): ZapLeaf {
    const leaf = new ZapLeaf(bytes);
    bytes.fill(0xff, HEADER, leaf.#chunksAt);
    for (let i = 0; i < leaf.#chunkCount; i += 1) {
      const at = leaf.#at(i);
      bytes[at] = ZAP_CHUNK_FREE;
      leaf.#view.setUint16(at + 22, i + 1 === leaf.#chunkCount ? CHAIN_END : i + 1, true);
    }
    zapLeafHeader.write(bytes, 0, {
      blockType: ZBT_LEAF,
      prefix: 0,
      magic: ZAP_LEAF_MAGIC,
      nfree: leaf.#chunkCount,
      nentries: 0,
      prefixLen: 0,
      freelist: 0,
      flags: ZLF_ENTRIES_CDSORTED,
    });
    return leaf;
  }

  check(): this {
    if (this.#view.getUint32(24, true) !== ZAP_LEAF_MAGIC) {
      throw corrupt('zap_leaf_phys_t', 'bad magic');
    }
    return this;
  }

  get prefix(): number {
    return this.#view.getUint32(16, true);
  }
  set prefix(value: number) {
    this.#view.setUint32(16, value, true);
    this.#view.setUint32(20, 0, true);
  }
  get free(): number {
    return this.#view.getUint16(28, true);
  }
  set free(value: number) {
    this.#view.setUint16(28, value, true);
  }
  get entryCount(): number {
    return this.#view.getUint16(30, true);
  }
  set entryCount(value: number) {
    this.#view.setUint16(30, value, true);
  }
  get prefixLen(): number {
    return this.#view.getUint16(32, true);
  }
  set prefixLen(value: number) {
    this.#view.setUint16(32, value, true);
  }

  #at(chunk: number): number {
    if (chunk >= this.#chunkCount) throw corrupt('zap_leaf_phys_t', `chunk ${chunk}`);
    return this.#chunksAt + chunk * ZAP_LEAF_CHUNKSIZE;
  }

  /** Where the head of the chain for `hash` is. */
  #bucketAt(hash: ZapHash): number {
    const bits = this.prefixLen + this.#hashShift;
    const index = bits <= 32 ? topBits(hash, bits) : bitsAt(hash, this.prefixLen, this.#hashShift);
    return HEADER + 2 * (index & (2 ** this.#hashShift - 1));
  }

  #readArray(first: number, size: number): Uint8Array {
    const out = new Uint8Array(size);
    let chunk = first;
    for (let done = 0; done < size; done += ZAP_LEAF_ARRAY_BYTES) {
      const at = this.#at(chunk);
      if (this.#bytes[at] !== ZAP_CHUNK_ARRAY) throw corrupt('zap_leaf_array', `chunk ${chunk}`);
      const count = Math.min(ZAP_LEAF_ARRAY_BYTES, size - done);
      out.set(this.#bytes.subarray(at + 1, at + 1 + count), done);
      chunk = this.#view.getUint16(at + 22, true);
    }
    return out;
  }

  #entry(chunk: number): LeafEntry {
    const at = this.#at(chunk);
    if (this.#bytes[at] !== ZAP_CHUNK_ENTRY) throw corrupt('zap_leaf_entry', `chunk ${chunk}`);
    return {
      chunk,
      hash: {
        high: this.#view.getUint32(at + 20, true),
        low: this.#view.getUint32(at + 16, true),
      },
      cd: this.#view.getUint32(at + 12, true),
      name: this.#readArray(this.#view.getUint16(at + 4, true), this.#view.getUint16(at + 6, true)),
    };
  }

  /** Every entry, in no order. */
  entries(): LeafEntry[] {
    const found: LeafEntry[] = [];
    for (let i = 0; i < this.#chunkCount; i += 1) {
      if (this.#bytes[this.#at(i)] === ZAP_CHUNK_ENTRY) found.push(this.#entry(i));
    }
    return found;
  }

  /** The entry called `name` (with its NUL). */
  find(hash: ZapHash, name: Uint8Array): LeafEntry | undefined {
    let steps = 0;
    for (
      let chunk = this.#view.getUint16(this.#bucketAt(hash), true);
      chunk !== CHAIN_END;
      chunk = this.#view.getUint16(this.#at(chunk) + 2, true)
    ) {
      steps += 1;
      if (steps > this.#chunkCount) throw corrupt('zap_leaf_phys_t', 'a chain is a circle');
      const at = this.#at(chunk);
      const isSame =
        this.#view.getUint32(at + 20, true) === hash.high &&
        this.#view.getUint32(at + 16, true) === hash.low &&
        this.#view.getUint16(at + 6, true) === name.length;
      if (!isSame) continue;
      const entry = this.#entry(chunk);
      if (equalBytes(entry.name, name)) return entry;
    }
    return undefined;
  }

  value(entry: LeafEntry): ZapValue {
    const at = this.#at(entry.chunk);
    const integerSize = this.#bytes[at + 1] as number;
    const count = this.#view.getUint16(at + 10, true);
    const bytes = this.#readArray(this.#view.getUint16(at + 8, true), integerSize * count);
    return { integerSize, bytes };
  }

  #allocateChunk(): number {
    const chunk = this.#view.getUint16(34, true);
    const at = this.#at(chunk);
    this.#view.setUint16(34, this.#view.getUint16(at + 22, true), true);
    this.free -= 1;
    return chunk;
  }

  #freeChunk(chunk: number): void {
    const at = this.#at(chunk);
    this.#bytes.fill(0, at, at + ZAP_LEAF_CHUNKSIZE);
    this.#bytes[at] = ZAP_CHUNK_FREE;
    this.#view.setUint16(at + 22, this.#view.getUint16(34, true), true);
    this.#view.setUint16(34, chunk, true);
    this.free += 1;
  }

  #writeArray(bytes: Uint8Array): number {
    let first = CHAIN_END;
    let linkAt = -1;
    for (let done = 0; done < bytes.length; done += ZAP_LEAF_ARRAY_BYTES) {
      const chunk = this.#allocateChunk();
      const at = this.#at(chunk);
      this.#bytes[at] = ZAP_CHUNK_ARRAY;
      for (let i = 0; i < ZAP_LEAF_ARRAY_BYTES; i += 1) {
        this.#bytes[at + 1 + i] = bytes[done + i] ?? 0;
      }
      if (linkAt < 0) first = chunk;
      else this.#view.setUint16(linkAt, chunk, true);
      linkAt = at + 22;
      this.#view.setUint16(linkAt, CHAIN_END, true);
    }
    return first;
  }

  #freeArray(first: number): void {
    let chunk = first;
    while (chunk !== CHAIN_END) {
      const next = this.#view.getUint16(this.#at(chunk) + 22, true);
      this.#freeChunk(chunk);
      chunk = next;
    }
  }

  /** Whether an entry of these sizes could ever be in a leaf. */
  canEverHold(name: Uint8Array, value: ZapValue): boolean {
    return 1 + chunksFor(name.length) + chunksFor(value.bytes.length) <= this.#chunkCount;
  }

  /** The lowest number that no entry of the same hash has. */
  unusedCd(hash: ZapHash): number {
    const used = new Set<number>();
    for (
      let chunk = this.#view.getUint16(this.#bucketAt(hash), true);
      chunk !== CHAIN_END;
      chunk = this.#view.getUint16(this.#at(chunk) + 2, true)
    ) {
      const at = this.#at(chunk);
      if (
        this.#view.getUint32(at + 20, true) === hash.high &&
        this.#view.getUint32(at + 16, true) === hash.low
      ) {
        used.add(this.#view.getUint32(at + 12, true));
      }
    }
    let cd = 0;
    while (used.has(cd)) cd += 1;
    return cd;
  }

  /** Adds an entry; false when the leaf must be split first. `name` has its NUL. */
  add(hash: ZapHash, name: Uint8Array, value: ZapValue, cd: number): boolean {
    if (this.free < 1 + chunksFor(name.length) + chunksFor(value.bytes.length)) return false;
    const chunk = this.#allocateChunk();
    const at = this.#at(chunk);
    this.#bytes[at] = ZAP_CHUNK_ENTRY;
    this.#bytes[at + 1] = value.integerSize;
    this.#view.setUint16(at + 4, this.#writeArray(name), true);
    this.#view.setUint16(at + 6, name.length, true);
    this.#view.setUint16(at + 8, this.#writeArray(value.bytes), true);
    this.#view.setUint16(at + 10, value.bytes.length / value.integerSize, true);
    this.#view.setUint32(at + 12, cd, true);
    this.#view.setUint32(at + 16, hash.low, true);
    this.#view.setUint32(at + 20, hash.high, true);
    this.#link(chunk, hash, cd);
    this.entryCount += 1;
    return true;
  }

  /** Puts an entry into its chain, which is ordered by cd. */
  #link(chunk: number, hash: ZapHash, cd: number): void {
    let linkAt = this.#bucketAt(hash);
    for (;;) {
      const next = this.#view.getUint16(linkAt, true);
      if (next === CHAIN_END) break;
      const nextAt = this.#at(next);
      if (this.#view.getUint32(nextAt + 12, true) > cd) break;
      linkAt = nextAt + 2;
    }
    this.#view.setUint16(this.#at(chunk) + 2, this.#view.getUint16(linkAt, true), true);
    this.#view.setUint16(linkAt, chunk, true);
  }

  /** Replaces the value; false when the leaf must be split first. */
  update(entry: LeafEntry, value: ZapValue): boolean {
    const at = this.#at(entry.chunk);
    const old = (this.#bytes[at + 1] as number) * this.#view.getUint16(at + 10, true);
    if (this.free + chunksFor(old) < chunksFor(value.bytes.length)) return false;
    this.#freeArray(this.#view.getUint16(at + 8, true));
    this.#bytes[at + 1] = value.integerSize;
    this.#view.setUint16(at + 8, this.#writeArray(value.bytes), true);
    this.#view.setUint16(at + 10, value.bytes.length / value.integerSize, true);
    return true;
  }

  remove(entry: LeafEntry): void {
    let linkAt = this.#bucketAt(entry.hash);
    for (;;) {
      const chunk = this.#view.getUint16(linkAt, true);
      if (chunk === CHAIN_END) throw corrupt('zap_leaf_phys_t', 'an entry is in no chain');
      if (chunk === entry.chunk) break;
      linkAt = this.#at(chunk) + 2;
    }
    const at = this.#at(entry.chunk);
    this.#view.setUint16(linkAt, this.#view.getUint16(at + 2, true), true);
    this.#freeArray(this.#view.getUint16(at + 4, true));
    this.#freeArray(this.#view.getUint16(at + 8, true));
    this.#freeChunk(entry.chunk);
    this.entryCount -= 1;
  }

  /** Moves the upper half of this leaf's hashes to `upper`, an empty leaf. */
  splitInto(upper: ZapLeaf): void {
    const bit = this.prefixLen;
    const all = this.entries().map((entry) => ({ entry, value: this.value(entry) }));
    const prefix = this.prefix;
    const flags = this.#bytes[36] as number;
    this.#bytes.fill(0);
    ZapLeaf.init(this.#bytes);
    this.#bytes[36] = flags;
    this.prefixLen = bit + 1;
    this.prefix = prefix * 2;
    upper.prefixLen = bit + 1;
    upper.prefix = prefix * 2 + 1;
    for (const { entry, value } of all) {
      const target = bitsAt(entry.hash, bit, 1) === 1 ? upper : this;
      target.add(entry.hash, entry.name, value, entry.cd);
    }
  }
}

/** `count` bits of the hash, `from` bits below its top. */
export function bitsAt(hash: ZapHash, from: number, count: number): number {
  const wide = (BigInt(hash.high) << 32n) | BigInt(hash.low);
  return Number((wide >> BigInt(64 - from - count)) & ((1n << BigInt(count)) - 1n));
}

/** The name without its NUL. */
export function nameText(entry: LeafEntry): string {
  return decodeUtf8(entry.name.subarray(0, entry.name.length - 1));
}
