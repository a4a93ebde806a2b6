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
import { zapHash, zapNameBytes } from './zap-hash.ts';
import { firstInteger, type ZapEntry, zapU64, type ZapValue } from './zap-value.ts';

const HEADER = 64;

interface Slot {
  readonly index: number;
  value: bigint;
  readonly cd: number;
  readonly hashHigh: number;
  readonly cursor: number;
}

export class MicroZap {
  readonly #dnode: Dnode;
  readonly #slots: Map<string, Slot> = new Map();
  readonly salt: bigint;
  readonly normflags: number;
  #firstFree = 0;

  constructor(dnode: Dnode, bytes: Uint8Array) {
    this.#dnode = dnode;
    const header = mzapPhys.read(bytes);
    if (header.blockType !== ZBT_MICRO) throw corrupt('mzap_phys_t', `object ${dnode.object}`);
    this.salt = header.salt;
    this.normflags = header.normflags;
    for (let index = 0; HEADER + (index + 1) * MZAP_ENT_LEN <= bytes.length; index += 1) {
      const at = HEADER + index * MZAP_ENT_LEN;
      if (bytes[at + 14] === 0) continue;
      const entry = mzapEntPhys.read(bytes, at);
      this.#remember(entry.name, index, entry.value, entry.cd);
    }
  }

  static create(dnode: Dnode, salt: bigint, normflags: number): MicroZap {
    const bytes = dirtyBlock(dnode, 0);
    bytes.fill(0);
    mzapPhys.write(bytes, 0, { blockType: ZBT_MICRO, salt, normflags });
    return new MicroZap(dnode, bytes);
  }

  #hashHigh(name: string): number {
    return zapHash(zapNameBytes(name), this.salt).high;
  }

  #remember(name: string, index: number, value: bigint, cd: number): void {
    const hashHigh = this.#hashHigh(name);
    const cursor = cursorOf({ high: hashHigh, low: 0 }, cd);
    this.#slots.set(name, { index, value, cd, hashHigh, cursor });
  }

  get count(): number {
    return this.#slots.size;
  }

  lookup(name: string): ZapValue | undefined {
    const slot = this.#slots.get(name);
    return slot === undefined ? undefined : zapU64(slot.value);
  }

  /** Adds or replaces; false when only a fat ZAP can hold it. */
  set(name: string, value: ZapValue): boolean {
    if (value.integerSize !== 8 || value.bytes.length !== 8) return false;
    const number = firstInteger(value);
    const existing = this.#slots.get(name);
    if (existing !== undefined) {
      existing.value = number;
      this.#write(existing, name);
      return true;
    }
    if (zapNameBytes(name).length > MZAP_MAX_NAME) return false;
    const index = this.#freeIndex();
    if (index === undefined) return false;
    const hashHigh = this.#hashHigh(name);
    let cd = 0;
    const sameHash = [...this.#slots.values()].filter((slot) => slot.hashHigh === hashHigh);
    while (sameHash.some((slot) => slot.cd === cd)) cd += 1;
    this.#remember(name, index, number, cd);
    this.#firstFree = index + 1;
    this.#write(this.#slots.get(name) as Slot, name);
    return true;
  }

  /** An unused entry, making the block larger when there is none. */
  #freeIndex(): number | undefined {
    const bytes = this.#dnode.block(0) as Uint8Array;
    const capacity = bytes.length / MZAP_ENT_LEN - 1;
    if (this.#slots.size < capacity) {
      for (let tries = 0; tries < capacity; tries += 1) {
        const index = (this.#firstFree + tries) % capacity;
        if (bytes[HEADER + index * MZAP_ENT_LEN + 14] === 0) return index;
      }
    }
    const size = this.#dnode.dataBlockSize + 512;
    if (size > MZAP_MAX_BLKSZ) return undefined;
    setBlockSize(this.#dnode, size);
    return capacity;
  }

  #write(slot: Slot, name: string): void {
    const at = HEADER + slot.index * MZAP_ENT_LEN;
    mzapEntPhys.write(dirtyBlock(this.#dnode, 0), at, { value: slot.value, cd: slot.cd, name });
  }

  remove(name: string): boolean {
    const slot = this.#slots.get(name);
    if (slot === undefined) return false;
    const at = HEADER + slot.index * MZAP_ENT_LEN;
    dirtyBlock(this.#dnode, 0).fill(0, at, at + MZAP_ENT_LEN);
    this.#slots.delete(name);
    this.#firstFree = slot.index;
    return true;
  }

  /** Entries in the order of their hashes, from `cursor` on. */
  *entries(cursor = 0): Generator<ZapEntry> {
    const sorted = [...this.#slots].filter(([, slot]) => slot.cursor >= cursor);
    sorted.sort(([, a], [, b]) => a.cursor - b.cursor);
    for (const [name, slot] of sorted) {
      yield { name, value: zapU64(slot.value), cursor: slot.cursor };
    }
  }

  /** Name, number and cd of every entry, for the conversion to a fat ZAP. */
  all(): { name: string; value: bigint; cd: number }[] {
    return [...this.#slots].map(([name, { value, cd }]) => ({ name, value, cd }));
  }
}
