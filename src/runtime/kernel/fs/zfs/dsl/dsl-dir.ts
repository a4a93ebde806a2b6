/**
 * A DSL directory: a name in the tree of datasets, with properties, children and the space that all
 * below it uses. The dataset that is mounted is its head; snapshots hang on that.
 * @spec ZFS On-Disk §4.1  @see uts/common/fs/zfs/dsl_dir.c
 */
import {
  DD_USED_CHILD,
  DD_USED_CHILD_RSRV,
  type DdUsed,
  type DslDirPhys,
  dslDirPhys,
} from '../ondisk/dsl-phys.ts';
import { markDirty } from '../dmu/dbuf.ts';
import { zapEntries, zapLookupNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import type { DslPool } from './dsl-pool.ts';

/** `dataset_name_hidden`: internal directories, and what is being received. */
function isHidden(name: string): boolean {
  return name.startsWith('$') || name.startsWith('%');
}

export class DslDir {
  readonly pool: DslPool;
  readonly object: number;
  readonly phys: DslDirPhys;
  /** Its own component; the root directory has the pool's name. */
  name: string;
  parent: DslDir | null;
  /** `dd_space_towrite`: about so much of what is dirty will be charged here. */
  waitingBytes = 0;

  constructor(pool: DslPool, object: number, name: string, parent: DslDir | null) {
    this.pool = pool;
    this.object = object;
    this.name = name;
    this.parent = parent;
    this.phys = dslDirPhys.read(pool.mos.dnode(object).bonus);
  }

  /** `pool/a/b` */
  get fullName(): string {
    return this.parent === null ? this.name : `${this.parent.fullName}/${this.name}`;
  }

  /** How many components lie above it. */
  get depth(): number {
    return this.parent === null ? 0 : this.parent.depth + 1;
  }

  /** `$MOS`, `$FREE` and `$ORIGIN` are no datasets to a person. */
  get isInternal(): boolean {
    return this.name.startsWith('$');
  }

  child(name: string): DslDir | undefined {
    const object = zapLookupNumber(this.pool.mos, this.phys.childDirZapobj, name);
    return object === undefined ? undefined : this.pool.dirAt(object, name, this);
  }

  /** Children that a person sees, by name. */
  children(): DslDir[] {
    const found: DslDir[] = [];
    for (const { name, value } of zapEntries(this.pool.mos, this.phys.childDirZapobj)) {
      if (!isHidden(name)) found.push(this.pool.dirAt(numberOf(value), name, this));
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Notes that `phys` changed. */
  dirty(): void {
    this.pool.dirtyDirs.add(this);
  }

  /** Puts `phys` into its object, to be written. */
  store(): void {
    const dnode = this.pool.mos.dnode(this.object);
    dslDirPhys.write(dnode.bonus, 0, this.phys);
    markDirty(dnode);
  }

  /**
   * `dsl_dir_diduse_space`: space here changed by so much, of one kind, and in all directories
   * above it as the space of a child.
   */
  didUse(kind: DdUsed, used: number, compressed: number, uncompressed: number): void {
    const accounted = this.parentDelta(used);
    const { phys } = this;
    phys.usedBytes += used;
    phys.compressedBytes += compressed;
    phys.uncompressedBytes += uncompressed;
    phys.usedBreakdown[kind] = (phys.usedBreakdown[kind] ?? 0) + used;
    this.dirty();
    if (this.parent === null) return;
    this.parent.didUse(DD_USED_CHILD, accounted, compressed, uncompressed);
    const reserved = used - accounted;
    if (reserved !== 0) {
      this.parent.transfer(DD_USED_CHILD_RSRV, DD_USED_CHILD, -reserved, reserved);
    }
  }

  /** How much of a change the parent sees: what fits into a reservation was counted before. */
  parentDelta(delta: number, used: number = this.phys.usedBytes): number {
    const { reserved } = this.phys;
    return Math.max(used + delta, reserved) - Math.max(used, reserved);
  }

  /** `dsl_dir_set_reservation_sync_impl`: what is reserved and not used counts above. */
  setReserved(reserved: number): void {
    const { phys } = this;
    const delta = Math.max(phys.usedBytes, reserved) - Math.max(phys.usedBytes, phys.reserved);
    phys.reserved = reserved;
    this.dirty();
    this.parent?.didUse(DD_USED_CHILD_RSRV, delta, 0, 0);
  }

  /** `dsl_dir_transfer_space` in this directory alone; the sum changes by `a + b`. */
  transfer(from: DdUsed, to: DdUsed, a: number, b: number): void {
    const { usedBreakdown } = this.phys;
    usedBreakdown[from] = (usedBreakdown[from] ?? 0) + a;
    usedBreakdown[to] = (usedBreakdown[to] ?? 0) + b;
    this.dirty();
  }
}
