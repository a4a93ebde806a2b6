/**
 * A deadlist: blocks that the previous snapshot still has and this dataset has no more. Split by the
 * age of the blocks, with a key for every snapshot before it, so that destroying a snapshot moves
 * whole lists instead of looking at blocks.
 * @see uts/common/fs/zfs/dsl_deadlist.c
 */
import { markDirty } from '../dmu/dbuf.ts';
import type { Dnode } from '../dmu/dnode.ts';
import type { BlockPointer } from '../ondisk/blkptr.ts';
import { DMU_OT_DEADLIST, DMU_OT_DEADLIST_HDR } from '../ondisk/dmu-ot.ts';
import { type DslDeadlistPhys, dslDeadlistPhys } from '../ondisk/dsl-phys.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { zapCreate, zapDestroy, zapEntries, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import { Bpobj, compressedSize, type Space, uncompressedSize } from './bpobj.ts';
import type { DslPool } from './dsl-pool.ts';

interface DeadlistEntry {
  readonly mintxg: number;
  bpobj: number;
}

/** Keys of maps from numbers are hexadecimal. */
export function intKey(value: number): string {
  return value.toString(16);
}

export class Deadlist {
  readonly #pool: DslPool;
  readonly #object: number;
  readonly #dnode: Dnode;
  readonly #phys: DslDeadlistPhys;
  /** By mintxg, ascending. */
  readonly #entries: DeadlistEntry[];

  constructor(pool: DslPool, object: number) {
    this.#pool = pool;
    this.#object = object;
    this.#dnode = pool.mos.dnode(object);
    this.#phys = dslDeadlistPhys.read(this.#dnode.bonus);
    this.#entries = Array.from(zapEntries(pool.mos, object), ({ name, value }) => ({
      mintxg: Number.parseInt(name, 16),
      bpobj: numberOf(value),
    }));
    this.#entries.sort((a, b) => a.mintxg - b.mintxg);
  }

  /** `dsl_deadlist_alloc` */
  static alloc(pool: DslPool): number {
    return zapCreate(pool.mos, DMU_OT_DEADLIST, DMU_OT_DEADLIST_HDR, dslDeadlistPhys.sizeBytes);
  }

  /** `dsl_deadlist_free` */
  static free(pool: DslPool, object: number): void {
    for (const { value } of zapEntries(pool.mos, object)) Bpobj.free(pool, numberOf(value));
    zapDestroy(pool.mos, object);
  }

  get space(): Space {
    return { used: this.#phys.used, comp: this.#phys.comp, uncomp: this.#phys.uncomp };
  }

  #account(space: Space, sign: 1 | -1): void {
    this.#phys.used += sign * space.used;
    this.#phys.comp += sign * space.comp;
    this.#phys.uncomp += sign * space.uncomp;
    dslDeadlistPhys.write(this.#dnode.bonus, 0, this.#phys);
    markDirty(this.#dnode);
  }

  /** The last entry that begins before `txg`. */
  #before(txg: number): DeadlistEntry {
    const entry = this.#entries.findLast(({ mintxg }) => mintxg < txg);
    if (entry === undefined) throw corrupt('deadlist', `no entry before txg ${txg}`);
    return entry;
  }

  #setBpobj(entry: DeadlistEntry, bpobj: number): void {
    entry.bpobj = bpobj;
    zapSetNumber(this.#pool.mos, this.#object, intKey(entry.mintxg), bpobj);
  }

  insert(bp: BlockPointer): void {
    const entry = this.#before(bp.birth);
    if (Bpobj.isEmptyObject(this.#pool, entry.bpobj)) {
      Bpobj.decrementEmpty(this.#pool);
      this.#setBpobj(entry, Bpobj.alloc(this.#pool));
    }
    new Bpobj(this.#pool, entry.bpobj).enqueue(bp);
    const used = this.#pool.writable.dsize(bp);
    this.#account({ used, comp: compressedSize(bp), uncomp: uncompressedSize(bp) }, 1);
  }

  addKey(mintxg: number): void {
    const bpobj = Bpobj.allocEmpty(this.#pool);
    this.#entries.push({ mintxg, bpobj });
    this.#entries.sort((a, b) => a.mintxg - b.mintxg);
    zapSetNumber(this.#pool.mos, this.#object, intKey(mintxg), bpobj);
  }

  #removeEntry(entry: DeadlistEntry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    zapRemove(this.#pool.mos, this.#object, intKey(entry.mintxg));
  }

  /** `dsl_deadlist_remove_key`: the entry's blocks join those of the entry before it. */
  removeKey(mintxg: number): void {
    const index = this.#entries.findIndex((each) => each.mintxg === mintxg);
    const entry = this.#entries[index];
    const previous = this.#entries[index - 1];
    if (entry === undefined || previous === undefined) return;
    this.#removeEntry(entry);
    this.#enqueueInto(previous, entry.bpobj);
  }

  #enqueueInto(entry: DeadlistEntry, bpobj: number): void {
    if (Bpobj.isEmptyObject(this.#pool, entry.bpobj)) {
      Bpobj.decrementEmpty(this.#pool);
      this.#setBpobj(entry, bpobj);
    } else {
      new Bpobj(this.#pool, entry.bpobj).enqueueSubobject(bpobj);
    }
  }

  /** `dsl_deadlist_clone`: a new deadlist with this one's keys before `maxtxg` and no blocks. */
  clone(maxtxg: number): number {
    const object = Deadlist.alloc(this.#pool);
    for (const { mintxg } of this.#entries) {
      if (mintxg >= maxtxg) break;
      zapSetNumber(this.#pool.mos, object, intKey(mintxg), Bpobj.allocEmpty(this.#pool));
    }
    return object;
  }

  /** Space of blocks born after `mintxg` and at or before `maxtxg`; both are keys or unbounded. */
  spaceRange(mintxg: number, maxtxg: number): Space {
    const sum: Space = { used: 0, comp: 0, uncomp: 0 };
    for (const entry of this.#entries) {
      if (entry.mintxg < mintxg || entry.mintxg >= maxtxg) continue;
      const { used, comp, uncomp } = new Bpobj(this.#pool, entry.bpobj).space;
      sum.used += used;
      sum.comp += comp;
      sum.uncomp += uncomp;
    }
    return sum;
  }

  /** `dsl_deadlist_move_bpobj`: blocks born after `mintxg` go to `target`. */
  moveInto(target: Bpobj, mintxg: number): void {
    for (const entry of this.#entries.filter((each) => each.mintxg >= mintxg)) {
      const { space } = new Bpobj(this.#pool, entry.bpobj);
      target.enqueueSubobject(entry.bpobj);
      this.#account(space, -1);
      this.#removeEntry(entry);
    }
  }

  /** `dsl_deadlist_merge`: takes over all blocks of another deadlist, which is empty afterwards. */
  merge(object: number): void {
    const other = new Deadlist(this.#pool, object);
    for (const entry of other.#entries.slice()) {
      const { space } = new Bpobj(this.#pool, entry.bpobj);
      const target = this.#entries.findLast(({ mintxg }) => mintxg <= entry.mintxg);
      if (target === undefined) throw corrupt('deadlist', `no entry for txg ${entry.mintxg}`);
      this.#account(space, 1);
      this.#enqueueInto(target, entry.bpobj);
      other.#removeEntry(entry);
    }
    other.#account(other.space, -1);
  }
}
