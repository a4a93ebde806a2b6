/**
 * A dataset: a file system or volume as it is now, or a snapshot of one. It holds the pointer to an
 * objset and knows which blocks are its own: those born after its previous snapshot.
 * @spec ZFS On-Disk §4.3  @see uts/common/fs/zfs/dsl_dataset.c
 */
import { markDirty } from '../dmu/dbuf.ts';
import { Objset } from '../dmu/objset.ts';
import { type BlockPointer, isHole, readBlkptr, writeBlkptr } from '../ondisk/blkptr.ts';
import { type DslDatasetPhys, dslDatasetPhys } from '../ondisk/dsl-phys.ts';
import { zapEntries, zapLookupNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import type { DslDir } from './dsl-dir.ts';
import type { DslPool } from './dsl-pool.ts';
import { propGetNumber } from './dsl-prop.ts';
import { applySettings } from './dsl-settings.ts';

export class DslDataset {
  readonly pool: DslPool;
  readonly object: number;
  readonly phys: DslDatasetPhys;
  dir: DslDir;
  /** The part behind `@`; undefined for a head. */
  snapshotName: string | undefined;
  /** Properties that a mount sets for as long as it lasts (`mount -o`), before all others. */
  readonly temporaryProps: Map<string, bigint> = new Map();
  /** How many are at work in it for longer than a call (send, receive): it can't be destroyed. */
  longHolds = 0;
  /** Features that blocks written in this txg use; noted with the dataset when it is stored. */
  readonly newFeatures: Set<string> = new Set();
  #objset: Objset | undefined;
  #refreservation: number | undefined;
  #refquota: number | undefined;

  constructor(pool: DslPool, object: number, dir: DslDir, snapshotName?: string) {
    this.pool = pool;
    this.object = object;
    this.dir = dir;
    this.snapshotName = snapshotName;
    this.phys = dslDatasetPhys.read(pool.mos.dnode(object).bonus);
  }

  get isSnapshot(): boolean {
    return this.phys.numChildren !== 0 || this.snapshotName !== undefined;
  }

  get fullName(): string {
    const name = this.dir.fullName;
    return this.snapshotName === undefined ? name : `${name}@${this.snapshotName}`;
  }

  get bp(): BlockPointer {
    return readBlkptr(this.phys.bp, 0);
  }

  set bp(value: BlockPointer) {
    writeBlkptr(this.phys.bp, 0, value);
    this.dirty();
  }

  /** The objects; opened once and kept. */
  get objset(): Objset {
    if (this.#objset === undefined) {
      this.#objset = Objset.open(this.pool.arc, this.bp, this.pool.ownerOf(this));
      this.refreshSettings();
    }
    return this.#objset;
  }

  get openedObjset(): Objset | undefined {
    return this.#objset;
  }

  /** For a dataset whose first objset is being made. */
  adoptObjset(objset: Objset): void {
    this.#objset = objset;
    this.refreshSettings();
  }

  /** `ds_reserved`: kept for this dataset alone, in bytes; 0 for none and for snapshots. */
  get refreservation(): number {
    if (this.isSnapshot) return 0;
    this.#refreservation ??= Number(propGetNumber(this, 'refreservation'));
    return this.#refreservation;
  }

  /** `ds_quota`: what this dataset may reference, in bytes; 0 for no limit. */
  get refquota(): number {
    if (this.isSnapshot) return 0;
    this.#refquota ??= Number(propGetNumber(this, 'refquota'));
    return this.#refquota;
  }

  /** After its refquota or refreservation was set. */
  forgetLimits(): void {
    this.#refreservation = undefined;
    this.#refquota = undefined;
  }

  /** `parent_delta`: how much of a change of its own space its directory sees. */
  parentDelta(delta: number): number {
    const { uniqueBytes } = this.phys;
    const { refreservation } = this;
    return Math.max(uniqueBytes + delta, refreservation) - Math.max(uniqueBytes, refreservation);
  }

  /** Looks up again what the open objset goes by: a property here or above has changed. */
  refreshSettings(): void {
    if (this.#objset !== undefined) applySettings(this, this.#objset);
  }

  /** After rollback and receive: what was open is no longer true. */
  closeObjset(): void {
    this.#objset = undefined;
  }

  get hasObjset(): boolean {
    return this.#objset !== undefined || !isHole(this.bp);
  }

  dirty(): void {
    this.pool.dirtyDatasets.add(this);
  }

  /** Puts `phys` into its object, to be written. */
  store(): void {
    const dnode = this.pool.mos.dnode(this.object);
    dslDatasetPhys.write(dnode.bonus, 0, this.phys);
    markDirty(dnode);
  }

  /** Its snapshots, oldest first. */
  snapshots(): DslDataset[] {
    if (this.phys.snapnamesZapobj === 0) return [];
    const found: DslDataset[] = [];
    for (const { name, value } of zapEntries(this.pool.mos, this.phys.snapnamesZapobj)) {
      found.push(this.pool.datasetAt(numberOf(value), this.dir, name));
    }
    return found.sort((a, b) => a.phys.creationTxg - b.phys.creationTxg);
  }

  snapshot(name: string): DslDataset | undefined {
    if (this.phys.snapnamesZapobj === 0) return undefined;
    const object = zapLookupNumber(this.pool.mos, this.phys.snapnamesZapobj, name);
    return object === undefined ? undefined : this.pool.datasetAt(object, this.dir, name);
  }
}
