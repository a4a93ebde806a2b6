/**
 * Scrub: every block of the pool, every copy of it, and parity, against its checksum. What is wrong
 * is written again from what is right; what cannot be is listed with the file it belongs to.
 * Surprising: a block is visited in the first snapshot that has it, by its age, so that shared
 * blocks are read once. The walk is a generator: the caller decides how much to do at a time.
 * Progress is kept in memory only: a scrub that is cut short begins anew.
 * @see uts/common/fs/zfs/dsl_scan.c  @man zpool-scrub(8)
 */
import type { Dnode } from '../dmu/dnode.ts';
import { Objset } from '../dmu/objset.ts';
import type { DslDataset } from '../dsl/dsl-dataset.ts';
import { type BlockPointer, isHole, readBlkptr, SPA_BLKPTR_SIZE } from '../ondisk/blkptr.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { VdevDisk } from '../vdev/vdev-disk.ts';
import type { Spa } from './spa.ts';
import { isSpaDirty, spaSync } from './spa-sync.ts';

/** A block with no good copy: `zpool status -v` makes a file name of it. */
export interface ScanError {
  /** `pool/fs`, `pool/fs@snap`, or `<metadata>` for the MOS. */
  readonly dataset: string;
  readonly object: number;
  readonly level: number;
  readonly blkid: number;
}

export interface ScanState {
  readonly startSeconds: number;
  endSeconds: number | undefined;
  examinedBytes: number;
  examinedBlocks: number;
  repairedBytes: number;
  readonly errors: ScanError[];
}

function repairedSoFar(spa: Spa): number {
  let sum = 0;
  for (const top of spa.zio.tops) {
    if (top === undefined) continue;
    sum += top.vdev.leaves().reduce((bytes, leaf) => bytes + leaf.stats.repairedBytes, 0);
    // Copies that only another vdev could mend are counted at the vdev that was written.
    if (!(top.vdev instanceof VdevDisk)) sum += top.vdev.stats.repairedBytes;
  }
  return sum;
}

class Scan {
  readonly #spa: Spa;
  readonly state: ScanState;

  constructor(spa: Spa, state: ScanState) {
    this.#spa = spa;
    this.state = state;
  }

  *all(): Generator<void> {
    const { dsl } = this.#spa;
    yield* this.#objset('<metadata>', dsl.mos.rootBp, 0);
    for (const dir of Array.from(dsl.everyDir())) {
      if (dir.phys.headDatasetObj === 0) continue;
      const head = dsl.head(dir);
      for (const snapshot of head.snapshots()) yield* this.#dataset(snapshot);
      yield* this.#dataset(head);
    }
  }

  *#dataset(dataset: DslDataset): Generator<void> {
    yield* this.#objset(dataset.fullName, dataset.bp, dataset.phys.prevSnapTxg);
  }

  *#objset(name: string, rootBp: BlockPointer, minTxg: number): Generator<void> {
    if (isHole(rootBp) || rootBp.birth <= minTxg) return;
    if (!this.#block({ dataset: name, object: 0, level: 0, blkid: 0 }, rootBp)) return;
    const objset = Objset.open(this.#spa.arc, rootBp, null);
    for (const special of [objset.metaDnode, objset.userUsed, objset.groupUsed]) {
      yield* this.#dnode(name, special, minTxg);
    }
    for (const object of objset.objects()) {
      const dnode = this.#open(objset, object);
      if (dnode === undefined) continue;
      if (!isHole(dnode.spill) && dnode.spill.birth > minTxg) {
        this.#block({ dataset: name, object, level: 0, blkid: -2 }, dnode.spill);
      }
      yield* this.#dnode(name, dnode, minTxg);
    }
  }

  #open(objset: Objset, object: number): Dnode | undefined {
    try {
      return objset.tryDnode(object);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return undefined;
    }
  }

  *#dnode(dataset: string, dnode: Dnode, minTxg: number): Generator<void> {
    for (const [i, bp] of dnode.blkptrs.entries()) {
      yield* this.#walk(dataset, dnode, bp, dnode.nlevels - 1, i, minTxg);
    }
  }

  *#walk(
    dataset: string,
    dnode: Dnode,
    bp: BlockPointer,
    level: number,
    blkid: number,
    minTxg: number,
  ): Generator<void> {
    if (isHole(bp) || bp.birth <= minTxg) return;
    const isGood = this.#block({ dataset, object: dnode.object, level, blkid }, bp);
    yield;
    if (level === 0 || !isGood) return;
    const bytes = this.#spa.arc.read(bp);
    const entries = 2 ** dnode.epbs;
    for (let i = 0; i < entries; i += 1) {
      const child = readBlkptr(bytes, i * SPA_BLKPTR_SIZE);
      yield* this.#walk(dataset, dnode, child, level - 1, blkid * entries + i, minTxg);
    }
  }

  #block(place: ScanError, bp: BlockPointer): boolean {
    this.state.examinedBlocks += 1;
    for (const dva of bp.dvas) this.state.examinedBytes += dva.asize;
    if (this.#spa.zio.scrub(bp)) return true;
    this.state.errors.push(place);
    return false;
  }
}

/** Begins a scrub of the pool as of now; `steps` does one block at each turn. */
export function startScrub(spa: Spa): { state: ScanState; steps: Generator<void> } {
  const state: ScanState = {
    startSeconds: spa.nowSeconds(),
    endSeconds: undefined,
    examinedBytes: 0,
    examinedBlocks: 0,
    repairedBytes: 0,
    errors: [],
  };
  const before = repairedSoFar(spa);
  function* steps(): Generator<void> {
    // What is dirty has no blocks yet.
    if (isSpaDirty(spa)) spaSync(spa);
    for (const step of new Scan(spa, state).all()) {
      state.repairedBytes = repairedSoFar(spa) - before;
      yield step;
    }
    state.repairedBytes = repairedSoFar(spa) - before;
    state.endSeconds = spa.nowSeconds();
  }
  return { state, steps: steps() };
}

/** A whole scrub at once. */
export function scrubAll(spa: Spa): ScanState {
  const { state, steps } = startScrub(spa);
  for (let done = false; !done; ) done = steps.next().done === true;
  return state;
}
