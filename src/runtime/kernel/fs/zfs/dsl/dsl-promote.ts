/**
 * Promoting a clone: it takes over the snapshots that it shares with the file system it was made of,
 * up to its origin, and that file system becomes a clone of it. No block moves; the books do.
 * @see uts/common/fs/zfs/dsl_dataset.c dsl_dataset_promote_check(), dsl_dataset_promote_sync()
 */
import { must } from '#base/assert.ts';
import { DMU_OT_DSL_CLONES } from '../ondisk/dmu-ot.ts';
import { DD_USED_HEAD, DD_USED_SNAP } from '../ondisk/dsl-phys.ts';
import { zapCreate, zapEntries, zapRemove, zapSetNumber } from '../zap/zap.ts';
import { numberOf } from '../zap/zap-value.ts';
import { originTxg } from './dsl-account.ts';
import { adjustCount } from './dsl-counts.ts';
import type { DslDataset } from './dsl-dataset.ts';
import { Deadlist, intKey } from './dsl-deadlist.ts';
import type { DslDir } from './dsl-dir.ts';
import type { DslPool } from './dsl-pool.ts';

const FOR_EVER = Number.POSITIVE_INFINITY;

/** Datasets from `last` back to, and without, `first`; newest first. */
function chain(pool: DslPool, last: number, first?: number): DslDataset[] {
  const found: DslDataset[] = [];
  let end = first;
  for (let object = last; object !== end; ) {
    const dataset = pool.datasetByObject(object);
    end ??= dataset.dir.phys.originObj;
    found.push(dataset);
    object = dataset.phys.prevSnapObj;
  }
  return found;
}

function deadSince(datasets: readonly DslDataset[], txg: number): number {
  return datasets.reduce((sum, { pool, phys }) => {
    if (phys.deadlistObj === 0) return sum;
    return sum + new Deadlist(pool, phys.deadlistObj).spaceRange(txg, FOR_EVER).used;
  }, 0);
}

export class Promotion {
  readonly clone: DslDataset;
  readonly origin: DslDataset;
  /** Snapshots that change hands, newest (the origin) first. */
  readonly shared: readonly DslDataset[];
  readonly #cloneChain: readonly DslDataset[];
  readonly #originChain: readonly DslDataset[];
  /** Space that changes hands. */
  readonly used: number;
  readonly #comp: number;
  readonly #uncomp: number;

  constructor(clone: DslDataset) {
    const { pool, dir } = clone;
    this.clone = clone;
    this.origin = pool.datasetByObject(dir.phys.originObj);
    this.shared = chain(pool, this.origin.object);
    this.#cloneChain = chain(pool, clone.object);
    const { headDatasetObj } = this.origin.dir.phys;
    this.#originChain = chain(pool, headDatasetObj, this.origin.object);
    const sum = { ...this.origin.phys };
    for (const { phys } of this.shared) {
      if (phys.prevSnapObj === 0) continue;
      const dead = new Deadlist(pool, phys.deadlistObj).space;
      sum.referencedBytes += dead.used;
      sum.compressedBytes += dead.comp;
      sum.uncompressedBytes += dead.uncomp;
    }
    const before = this.#originOrigin.phys;
    this.used = sum.referencedBytes - before.referencedBytes;
    this.#comp = sum.compressedBytes - before.compressedBytes;
    this.#uncomp = sum.uncompressedBytes - before.uncompressedBytes;
  }

  /** What the old head is a clone of; in the end the empty `$ORIGIN@$ORIGIN`. */
  get #originOrigin(): DslDataset {
    return this.clone.pool.datasetByObject(this.origin.dir.phys.originObj);
  }

  /** The change itself, in a sync task. */
  run(): void {
    const { clone, origin } = this;
    const { pool, dir } = clone;
    const oldDir = origin.dir;
    const oldHead = must(this.#originChain[0], 'the origin has a head');
    const first = must(this.#cloneChain.at(-1), 'the clone begins somewhere');
    const before = this.#originOrigin;
    const txg = originTxg(oldHead);
    const snapUsed = deadSince(this.shared, txg) + deadSince(this.#cloneChain, txg);
    const oldSnapUsed = deadSince(this.#originChain, origin.phys.creationTxg);
    const unique = new Deadlist(pool, first.phys.deadlistObj).spaceRange(
      origin.phys.prevSnapTxg,
      FOR_EVER,
    ).used;
    const oldNext = origin.phys.nextSnapObj;
    origin.phys.nextSnapObj = first.object;
    if (origin.phys.nextClonesObj !== 0) {
      zapRemove(pool.mos, origin.phys.nextClonesObj, intKey(first.object));
      zapSetNumber(pool.mos, origin.phys.nextClonesObj, intKey(oldNext), oldNext);
    }
    dir.phys.originObj = oldDir.phys.originObj;
    oldDir.phys.originObj = origin.object;
    this.#moveCloneEntries(before.dir, oldDir, dir, oldHead);
    for (const snapshot of this.shared) this.#take(snapshot, oldDir, oldHead, oldNext);
    const delta = snapUsed - (dir.phys.usedBreakdown[DD_USED_SNAP] ?? 0);
    dir.didUse(DD_USED_SNAP, delta, 0, 0);
    dir.didUse(DD_USED_HEAD, this.used - delta, this.#comp, this.#uncomp);
    const oldDelta = oldSnapUsed - (oldDir.phys.usedBreakdown[DD_USED_SNAP] ?? 0);
    oldDir.didUse(DD_USED_SNAP, oldDelta, 0, 0);
    oldDir.didUse(DD_USED_HEAD, -this.used - oldDelta, -this.#comp, -this.#uncomp);
    origin.phys.uniqueBytes = unique;
    origin.dirty();
  }

  /** Whose clone is whose, in the directories. */
  #moveCloneEntries(above: DslDir, oldDir: DslDir, dir: DslDir, oldHead: DslDataset): void {
    const { mos } = dir.pool;
    const key = intKey(this.clone.object);
    zapRemove(mos, oldDir.phys.clones, key);
    zapSetNumber(mos, above.phys.clones, key, this.clone.object);
    zapRemove(mos, above.phys.clones, intKey(oldHead.object));
    if (dir.phys.clones === 0) dir.phys.clones = zapCreate(mos, DMU_OT_DSL_CLONES);
    zapSetNumber(mos, dir.phys.clones, intKey(oldHead.object), oldHead.object);
  }

  /** One snapshot comes to the clone's directory, with the clones made of it. */
  #take(snapshot: DslDataset, oldDir: DslDir, oldHead: DslDataset, oldNext: number): void {
    const { pool, dir, phys } = this.clone;
    const { mos } = pool;
    const name = snapshot.snapshotName ?? '';
    zapRemove(mos, oldHead.phys.snapnamesZapobj, name);
    zapSetNumber(mos, phys.snapnamesZapobj, name, snapshot.object);
    adjustCount(oldDir, 'snapshot', -1);
    adjustCount(dir, 'snapshot', 1);
    snapshot.closeObjset();
    snapshot.dir = dir;
    snapshot.phys.dirObj = dir.object;
    snapshot.dirty();
    if (snapshot.phys.nextClonesObj === 0) return;
    for (const { value } of Array.from(zapEntries(mos, snapshot.phys.nextClonesObj))) {
      if (numberOf(value) === oldNext) continue;
      const head = pool.datasetByObject(numberOf(value)).dir.phys.headDatasetObj;
      zapRemove(mos, oldDir.phys.clones, intKey(head));
      zapSetNumber(mos, dir.phys.clones, intKey(head), head);
    }
  }
}
