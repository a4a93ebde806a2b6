/**
 * ZAP, micro form: one block of 64-byte entries, no hash table. Becomes a fat ZAP when a name
 * passes 49 bytes, a value is not one 64-bit number, or the block is full.
 * Surprising: nothing on disk is sorted or hashed; `cd` only tells names with equal hashes apart.
 * An index by name is kept in memory with the object.
 * @spec ZFS On-Disk §5.1  @see uts/common/fs/zfs/zap_micro.c
 */
import { dirtyBlock, setBlockSize } from '../dmu/dbuf.ts';
import type { Dnode } from '../dmu/dnode.ts';
import {
  MZAP_ENT_LEN,
  MZAP_MAX_BLKSZ,
  MZAP_MAX_NAME,
  mzapEntPhys,
  mzapPhys,
  ZBT_MICRO,
} from '../ondisk/zap-phys.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { cursorOf } from './zap-fat.ts';
import { saltHalves, type ZapHash, zapHash, zapKey } from './zap-hash.ts';
import { isWord, type ZapEntry, zapU64, type ZapValue } from './zap-value.ts';

const HEADER = 64;
/** Where the name is in an entry. */
const MZAP_NAME_AT = 14;

interface Slot {
  readonly index: number;
  value: ZapValue;
  readonly cd: number;
  readonly hashHigh: number;
  readonly cursor: number;
}

export class MicroZap {
  readonly #dnode: Dnode;
  readonly #slots: Map<string, Slot> = new Map();
  /** How many names have a hash. */
  readonly #hashes: Map<number, number> = new Map();
  readonly #salt: ZapHash;
  readonly salt: bigint;
  readonly normflags: number;
  #firstFree = 0;

  constructor(dnode: Dnode, bytes: Uint8Array) {
    this.#dnode = dnode;
    const header = mzapPhys.read(bytes);
    if (header.blockType !== ZBT_MICRO) throw corrupt('mzap_phys_t', `object ${dnode.object}`);
    this.salt = header.salt;
    this.#salt = saltHalves(header.salt);
    this.normflags = header.normflags;
    for (let index = 0; HEADER + (index + 1) * MZAP_ENT_LEN <= bytes.length; index += 1) {
      const at = HEADER + index * MZAP_ENT_LEN;
      if (bytes[at + MZAP_NAME_AT] === 0) continue;
      const entry = mzapEntPhys.read(bytes, at);
      const hashHigh = this.#hashHigh(zapKey(entry.name));
      this.#remember(entry.name, index, zapU64(entry.value), entry.cd, hashHigh);
    }
  }

  static create(dnode: Dnode, salt: bigint, normflags: number): MicroZap {
    const bytes = dirtyBlock(dnode, 0);
    bytes.fill(0);
    mzapPhys.write(bytes, 0, { blockType: ZBT_MICRO, salt, normflags });
    return new MicroZap(dnode, bytes);
  }

  #hashHigh(key: Uint8Array): number {
    return zapHash(key, this.#salt).high;
  }

  #remember(name: string, index: number, value: ZapValue, cd: number, hashHigh: number): Slot {
    const cursor = cursorOf({ high: hashHigh, low: 0 }, cd);
    const slot = { index, value, cd, hashHigh, cursor };
    this.#slots.set(name, slot);
    this.#hashes.set(hashHigh, (this.#hashes.get(hashHigh) ?? 0) + 1);
    return slot;
  }

  get count(): number {
    return this.#slots.size;
  }

  lookup(name: string): ZapValue | undefined {
    return this.#slots.get(name)?.value;
  }

  /** Adds or replaces; false when only a fat ZAP can hold it. */
  set(name: string, value: ZapValue): boolean {
    if (!isWord(value)) return false;
    const existing = this.#slots.get(name);
    const key = zapKey(name);
    if (existing !== undefined) {
      existing.value = value;
      this.#write(existing, key);
      return true;
    }
    if (key.length > MZAP_MAX_NAME + 1) return false;
    const index = this.#freeIndex();
    if (index === undefined) return false;
    const hashHigh = this.#hashHigh(key);
    this.#firstFree = index + 1;
    const slot = this.#remember(name, index, value, this.#unusedCd(hashHigh), hashHigh);
    this.#write(slot, key);
    return true;
  }

  /** The lowest number that no entry of the same hash has. */
  #unusedCd(hashHigh: number): number {
    if (!this.#hashes.has(hashHigh)) return 0;
    const used = new Set<number>();
    for (const slot of this.#slots.values()) if (slot.hashHigh === hashHigh) used.add(slot.cd);
    let cd = 0;
    while (used.has(cd)) cd += 1;
    return cd;
  }

  /** An unused entry, making the block larger when there is none. */
  #freeIndex(): number | undefined {
    const bytes = this.#dnode.block(0) as Uint8Array;
    const capacity = bytes.length / MZAP_ENT_LEN - 1;
    if (this.#slots.size < capacity) {
      for (let tries = 0; tries < capacity; tries += 1) {
        const index = (this.#firstFree + tries) % capacity;
        if (bytes[HEADER + index * MZAP_ENT_LEN + MZAP_NAME_AT] === 0) return index;
      }
    }
    const size = this.#dnode.dataBlockSize + 512;
    if (size > MZAP_MAX_BLKSZ) return undefined;
    setBlockSize(this.#dnode, size);
    return capacity;
  }

  /** `mzap_ent_phys_t`: value, cd and name. */
  #write(slot: Slot, key: Uint8Array): void {
    const at = HEADER + slot.index * MZAP_ENT_LEN;
    const bytes = dirtyBlock(this.#dnode, 0);
    bytes.fill(0, at, at + MZAP_ENT_LEN);
    // Values are kept as fat ZAPs have them, in the other byte order.
    for (let i = 0; i < 8; i += 1) bytes[at + i] = slot.value.bytes[7 - i] as number;
    for (let i = 0; i < 4; i += 1) bytes[at + 8 + i] = slot.cd >>> (i * 8);
    bytes.set(key, at + MZAP_NAME_AT);
  }

  remove(name: string): boolean {
    const slot = this.#slots.get(name);
    if (slot === undefined) return false;
    const at = HEADER + slot.index * MZAP_ENT_LEN;
    dirtyBlock(this.#dnode, 0).fill(0, at, at + MZAP_ENT_LEN);
    this.#slots.delete(name);
    const others = (this.#hashes.get(slot.hashHigh) ?? 1) - 1;
    if (others === 0) this.#hashes.delete(slot.hashHigh);
    else this.#hashes.set(slot.hashHigh, others);
    this.#firstFree = slot.index;
    return true;
  }

  /** Entries in the order of their hashes, from `cursor` on. */
  *entries(cursor = 0): Generator<ZapEntry> {
    const sorted = [...this.#slots].filter(([, slot]) => slot.cursor >= cursor);
    sorted.sort(([, a], [, b]) => a.cursor - b.cursor);
    for (const [name, slot] of sorted) {
      yield { name, value: slot.value, cursor: slot.cursor };
    }
  }

  /** Name, number and cd of every entry, for the conversion to a fat ZAP. */
  all(): { name: string; value: ZapValue; cd: number }[] {
    return [...this.#slots].map(([name, { value, cd }]) => ({ name, value, cd }));
  }
}
