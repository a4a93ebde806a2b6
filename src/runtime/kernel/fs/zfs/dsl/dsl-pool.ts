/**
 * The pool as the DSL sees it: the meta objset (MOS) and the tree of datasets in it.
 * @see uts/common/fs/zfs/dsl_pool.c
 */
import { must } from '#base/assert.ts';
import type { BlockPointer } from '../ondisk/blkptr.ts';
import type { Arc } from '../arc/arc.ts';
import type { BlockOwner, Objset } from '../dmu/objset.ts';
import { corrupt } from '../ondisk/zfs-error.ts';
import { dslDatasetPhys, dslDirPhys } from '../ondisk/dsl-phys.ts';
import { zapEntries, zapLookupNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import { DslDataset } from './dsl-dataset.ts';
import { DslDir } from './dsl-dir.ts';

/** `DMU_POOL_DIRECTORY_OBJECT` */
export const DMU_POOL_DIRECTORY_OBJECT = 1;
export const DMU_POOL_CONFIG = 'config';
export const DMU_POOL_ROOT_DATASET = 'root_dataset';
export const DMU_POOL_SYNC_BPOBJ = 'sync_bplist';
export const DMU_POOL_FREE_BPOBJ = 'free_bpobj';
export const DMU_POOL_FEATURES_FOR_READ = 'features_for_read';
export const DMU_POOL_FEATURES_FOR_WRITE = 'features_for_write';
export const DMU_POOL_FEATURE_DESCRIPTIONS = 'feature_descriptions';
export const DMU_POOL_FEATURE_ENABLED_TXG = 'feature_enabled_txg';
export const DMU_POOL_DEFLATE = 'deflate';
export const DMU_POOL_CREATION_VERSION = 'creation_version';
export const DMU_POOL_PROPS = 'pool_props';
export const DMU_POOL_CHECKSUM_SALT = 'org.illumos:checksum_salt';
export const DMU_POOL_VDEV_ZAP_MAP = 'com.delphix:vdev_zap_map';

/** `recv_clone_name`: the child of a file system into which an increment is received. */
export const RECV_CLONE_NAME = '%recv';

/** Makes the accounting of a dataset; none in a pool that is only read. */
export type OwnerOf = (dataset: DslDataset) => BlockOwner | null;

/** What the DSL needs of the pool to change it. Absent in a pool that is only read. */
export interface DslServices {
  /** The txg that is open or being written. */
  readonly txg: number;
  /** What a hole made now says about its age. */
  readonly holeBirth: number;
  /** Deflated size of a block. `bp_get_dsize_sync` */
  dsize(bp: BlockPointer): number;
  /** Gives the block's places back in this txg. */
  freeBlock(bp: BlockPointer): void;
  /** `dsl_pool_adjustedsize`: what the pool holds, less what is kept back (half of that). */
  adjustedSizeBytes(isNetFree: boolean): number;
  nowSeconds(): number;
  /** A random 64-bit number that is not 0. */
  newGuid(): bigint;
  isFeatureEnabled(guid: string): boolean;
  /** One use more, or one less, of a feature. */
  featureCount(guid: string, delta: 1 | -1): void;
}

/** Told when datasets come and go: a scan under way must know. */
export interface DatasetWatcher {
  /** `snapshot` has from now on what the head had. */
  snapshotted(head: number, snapshot: number): void;
  /** A snapshot that is followed by `next`, or a head with `next` 0, is gone. */
  destroyed(object: number, next: number): void;
  /** A block was asked for and has no good copy. */
  blockLost(objset: number, object: number, level: number, blkid: number): void;
}

export class DslPool {
  watcher: DatasetWatcher | null = null;
  readonly mos: Objset;
  readonly arc: Arc;
  readonly name: string;
  readonly ownerOf: OwnerOf;
  /** Set while the pool can be changed. */
  services: DslServices | null = null;
  readonly dirtyDirs: Set<DslDir> = new Set();
  readonly dirtyDatasets: Set<DslDataset> = new Set();
  readonly #dirs: Map<number, DslDir> = new Map();
  readonly #datasets: Map<number, DslDataset> = new Map();

  get writable(): DslServices {
    return must(this.services, 'the pool is open for writing');
  }

  /** `$MOS`, `$FREE` or `$ORIGIN`. */
  specialDir(name: string): DslDir {
    const dir = this.rootDir.child(name);
    if (dir === undefined) throw corrupt('DSL directory', `no ${name}`);
    return dir;
  }

  constructor(name: string, mos: Objset, ownerOf: OwnerOf) {
    this.name = name;
    this.mos = mos;
    this.arc = mos.arc;
    this.ownerOf = ownerOf;
  }

  /** An entry of the object directory, as an object number. */
  directoryNumber(name: string): number | undefined {
    return zapLookupNumber(this.mos, DMU_POOL_DIRECTORY_OBJECT, name);
  }

  get rootDir(): DslDir {
    const object = this.directoryNumber(DMU_POOL_ROOT_DATASET);
    if (object === undefined) throw corrupt('object directory', 'no root_dataset');
    return this.dirAt(object, this.name, null);
  }

  /** One object in memory for each directory. */
  dirAt(object: number, name: string, parent: DslDir | null): DslDir {
    let dir = this.#dirs.get(object);
    if (dir === undefined) {
      dir = new DslDir(this, object, name, parent);
      this.#dirs.set(object, dir);
    }
    return dir;
  }

  /** The directory that is already open under this number. */
  openDir(object: number): DslDir | undefined {
    return this.#dirs.get(object);
  }

  /** One object in memory for each dataset. */
  datasetAt(object: number, dir: DslDir, snapshotName?: string): DslDataset {
    let dataset = this.#datasets.get(object);
    if (dataset === undefined) {
      dataset = new DslDataset(this, object, dir, snapshotName);
      this.#datasets.set(object, dataset);
    } else if (snapshotName !== undefined) {
      dataset.snapshotName = snapshotName;
    }
    return dataset;
  }

  /** The dataset with this object number, whose name does not matter. */
  datasetByObject(object: number): DslDataset {
    const known = this.#datasets.get(object);
    if (known !== undefined) return known;
    const { dirObj, numChildren } = dslDatasetPhys.read(this.mos.dnode(object).bonus);
    const dir = this.dirByObject(dirObj);
    const name = numChildren === 0 ? undefined : this.#snapshotName(dir, object);
    return this.datasetAt(object, dir, name);
  }

  #snapshotName(dir: DslDir, object: number): string | undefined {
    const { headDatasetObj } = dir.phys;
    if (headDatasetObj === 0 || headDatasetObj === object) return undefined;
    const { snapnamesZapobj } = this.datasetAt(headDatasetObj, dir).phys;
    for (const { name, value } of zapEntries(this.mos, snapnamesZapobj)) {
      if (numberOf(value) === object) return name;
    }
    return undefined;
  }

  /** The directory with this object number, found through its parents. */
  dirByObject(object: number): DslDir {
    const known = this.#dirs.get(object);
    if (known !== undefined) return known;
    const { parentObj } = dslDirPhys.read(this.mos.dnode(object).bonus);
    if (parentObj === 0) return this.rootDir;
    const parent = this.dirByObject(parentObj);
    for (const { name, value } of zapEntries(this.mos, parent.phys.childDirZapobj)) {
      if (numberOf(value) === object) return this.dirAt(object, name, parent);
    }
    throw corrupt('DSL directory', `object ${object} is not among its parent's children`);
  }

  /** Uses of a feature, 0 when it is not enabled. */
  featureUses(guid: string): number {
    for (const list of [DMU_POOL_FEATURES_FOR_READ, DMU_POOL_FEATURES_FOR_WRITE]) {
      const object = this.directoryNumber(list);
      const count = object === undefined ? undefined : zapLookupNumber(this.mos, object, guid);
      if (count !== undefined) return count;
    }
    return 0;
  }

  /** Heads of all clones that have their origin among the snapshots of `dir`. */
  clonesOf(dir: DslDir): DslDataset[] {
    if (dir.phys.clones === 0) return [];
    return Array.from(zapEntries(this.mos, dir.phys.clones), ({ value }) =>
      this.datasetByObject(numberOf(value)),
    );
  }

  originOf(clone: DslDataset): DslDataset {
    return this.datasetByObject(clone.dir.phys.originObj);
  }

  forgetDataset(object: number): void {
    const dataset = this.#datasets.get(object);
    if (dataset !== undefined) this.dirtyDatasets.delete(dataset);
    this.#datasets.delete(object);
  }

  forgetDir(object: number): void {
    const dir = this.#dirs.get(object);
    if (dir !== undefined) this.dirtyDirs.delete(dir);
    this.#dirs.delete(object);
  }

  /** The txg is written: nothing waits any more. */
  clearWaiting(): void {
    for (const dir of this.#dirs.values()) dir.waitingBytes = 0;
  }

  openDatasets(): Iterable<DslDataset> {
    return this.#datasets.values();
  }

  head(dir: DslDir): DslDataset {
    return this.datasetAt(dir.phys.headDatasetObj, dir);
  }

  /** The directory called `pool/a/b`, or undefined. */
  findDir(name: string): DslDir | undefined {
    const [poolName, ...rest] = name.split('/');
    if (poolName !== this.name) return undefined;
    let dir: DslDir | undefined = this.rootDir;
    for (const component of rest) dir = dir?.child(component);
    return dir;
  }

  /** The dataset or snapshot called `pool/a/b` or `pool/a/b@snap`, or undefined. */
  findDataset(name: string): DslDataset | undefined {
    const at = name.indexOf('@');
    const dir = this.findDir(at < 0 ? name : name.slice(0, at));
    if (dir === undefined || dir.phys.headDatasetObj === 0) return undefined;
    const head = this.head(dir);
    return at < 0 ? head : head.snapshot(name.slice(at + 1));
  }

  /** Every file system and volume, parents first. */
  *allDirs(from: DslDir = this.rootDir, seen: Set<number> = new Set()): Generator<DslDir> {
    if (seen.has(from.object)) throw corrupt('DSL directory', `${from.name} is its own child`);
    seen.add(from.object);
    yield from;
    for (const child of from.children()) yield* this.allDirs(child, seen);
  }

  /** The same with what is being received. */
  *everyDir(): Generator<DslDir> {
    for (const dir of Array.from(this.allDirs())) {
      yield dir;
      const receiving = dir.child(RECV_CLONE_NAME);
      if (receiving !== undefined) yield receiving;
    }
  }
}
