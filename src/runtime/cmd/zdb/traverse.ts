/**
 * Every block of a pool once: the MOS, then each dataset's blocks that its previous snapshot does not
 * have.
 * @see uts/common/fs/zfs/dmu_traverse.c traverse_pool()
 */
import { Dnode } from '#kernel/fs/zfs/dmu/dnode.ts';
import { Objset } from '#kernel/fs/zfs/dmu/objset.ts';
import { type BlockPointer, isHole, readBlkptr } from '#kernel/fs/zfs/ondisk/blkptr.ts';
import { DMU_OT_DNODE, DMU_OT_DSL_DATASET, DMU_OT_OBJSET } from '#kernel/fs/zfs/ondisk/dmu-ot.ts';
import { DNODE_MIN_SIZE } from '#kernel/fs/zfs/ondisk/dnode-phys.ts';
import { dslDatasetPhys } from '#kernel/fs/zfs/ondisk/dsl-phys.ts';
import { ZfsError } from '#kernel/fs/zfs/ondisk/zfs-error.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { nextObject } from '#lib/libzpool/objects.ts';
import { logPointers } from '#cmd/zdb/intent-log.ts';
import { projectUsed } from '#cmd/zdb/objset-dump.ts';
import type { ZdbPool } from '#cmd/zdb/zdb-context.ts';

export interface BlockPlace {
  /** Object number of the dataset, 0 for the MOS. */
  readonly objset: number;
  readonly object: number;
  readonly level: number;
  readonly blkid: number;
}

export interface Visitor {
  /** A block that is not a hole. */
  block(bp: BlockPointer, place: BlockPlace): Task<void>;
  /** A block of an intent log, or data that only a log refers to. */
  logBlock(bp: BlockPointer): Task<void>;
  /** A block whose content could not be read: what lies below it is not seen. */
  unreadable(bp: BlockPointer, place: BlockPlace, error: ZfsError): Task<void>;
}

export class Traversal {
  readonly #zdb: ZdbPool;
  readonly #visitor: Visitor;
  #objset = 0;
  #minTxg = 0;

  constructor(zdb: ZdbPool, visitor: Visitor) {
    this.#zdb = zdb;
    this.#visitor = visitor;
  }

  *run(): Task<void> {
    const { mos } = this.#zdb;
    yield* this.#tree(0, mos.rootBp, 0);
    for (let object = 0; ; ) {
      const at: number = object;
      const next = yield* this.#zdb.pager.run(() => nextObject(mos, at));
      if (next === undefined) return;
      object = next;
      const dnode = yield* this.#zdb.pager.run(() => mos.dnode(next));
      if (dnode.bonusType !== DMU_OT_DSL_DATASET) continue;
      const ds = dslDatasetPhys.read(dnode.bonus);
      yield* this.#tree(object, readBlkptr(ds.bp, 0), ds.prevSnapTxg, ds.numChildren === 0);
    }
  }

  *#tree(objset: number, root: BlockPointer, minTxg: number, isHead = false): Task<void> {
    this.#objset = objset;
    this.#minTxg = minTxg;
    if (isHead && !isHole(root)) yield* this.#log(root);
    yield* this.#visit(root, { objset, object: 0, level: -1, blkid: 0 });
  }

  *#log(root: BlockPointer): Task<void> {
    const { pager, pool } = this.#zdb;
    try {
      const pointers = yield* pager.run(() =>
        logPointers(this.#zdb, Objset.open(pool.arc, root, null)),
      );
      for (const bp of pointers) yield* this.#visitor.logBlock(bp);
    } catch (error) {
      // What is wrong with the objset block is found out when it is visited.
      if (!(error instanceof ZfsError)) throw error;
    }
  }

  /** `traverse_visitbp` */
  *#visit(bp: BlockPointer, place: BlockPlace): Task<void> {
    if (isHole(bp) || bp.birth <= this.#minTxg) return;
    yield* this.#visitor.block(bp, place);
    if (bp.level === 0 && bp.type !== DMU_OT_DNODE && bp.type !== DMU_OT_OBJSET) return;
    const { pager, pool } = this.#zdb;
    let bytes: Uint8Array;
    try {
      bytes = yield* pager.run(() => pool.arc.read(bp));
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      yield* this.#visitor.unreadable(bp, place, error);
      return;
    }
    if (bp.level > 0) {
      const entries = bytes.length / 128;
      for (let i = 0; i < entries; i += 1) {
        const blkid = place.blkid * entries + i;
        const child = { ...place, level: bp.level - 1, blkid };
        yield* this.#visit(readBlkptr(bytes, i * 128), child);
      }
    } else if (bp.type === DMU_OT_DNODE) {
      yield* this.#dnodes(bytes, place.blkid);
    } else {
      yield* this.#objsetBlock(bp);
    }
  }

  /** The meta-dnode and the accounting objects in an objset block. */
  *#objsetBlock(bp: BlockPointer): Task<void> {
    const { pager, pool } = this.#zdb;
    const objset = yield* pager.run(() => Objset.open(pool.arc, bp, null));
    yield* this.#dnode(objset.metaDnode);
    if (objset.userUsed.type !== 0) yield* this.#dnode(objset.userUsed);
    if (objset.groupUsed.type !== 0) yield* this.#dnode(objset.groupUsed);
    const project = yield* pager.run(() => projectUsed(objset));
    if (project !== undefined) yield* this.#dnode(project);
  }

  *#dnodes(bytes: Uint8Array, blkid: number): Task<void> {
    const objset = this.#zdb.mos;
    const perBlock = bytes.length / DNODE_MIN_SIZE;
    for (let slot = 0; slot < perBlock; slot += 1) {
      const at = slot * DNODE_MIN_SIZE;
      if (bytes[at] === 0) continue;
      const dnode = new Dnode(objset, blkid * perBlock + slot);
      dnode.load(bytes, at);
      yield* this.#dnode(dnode);
      slot += dnode.slots - 1;
    }
  }

  *#dnode(dnode: Dnode): Task<void> {
    for (const [i, bp] of dnode.blkptrs.entries()) {
      const level = dnode.nlevels - 1;
      const place = { objset: this.#objset, object: dnode.object, level, blkid: i };
      yield* this.#visit(bp, place);
    }
    if (isHole(dnode.spill)) return;
    const place = { objset: this.#objset, object: dnode.object, level: 0, blkid: -2 };
    yield* this.#visit(dnode.spill, place);
  }
}
