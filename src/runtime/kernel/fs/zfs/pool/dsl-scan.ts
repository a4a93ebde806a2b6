/**
 * Scrub: every block of the pool, every copy of it, and parity, against its checksum; what is wrong
 * is written again from what is right. Resilver: the blocks of those txgs that some leaf missed are
 * written to it. What has no good copy goes into the error log.
 * Surprising: a scan works between syncs, on the pool as the last one left it, a few megabytes at a
 * time, and goes on from a bookmark: datasets may change, come and go meanwhile. Bookmark, queue of
 * datasets and counters are in the MOS with every txg, so that it goes on after a reboot.
 * @see uts/common/fs/zfs/dsl_scan.c  @man zpool-scrub(8)
 */
import {
  DSS_CANCELED,
  DSS_FINISHED,
  DSS_SCANNING,
  POOL_SCAN_RESILVER,
  POOL_SCAN_SCRUB,
} from '#abi/illumos/zfs-stat.ts';
import { intKey } from '../dsl/dsl-deadlist.ts';
import type { DatasetWatcher } from '../dsl/dsl-pool.ts';
import { DMU_POOL_DIRECTORY_OBJECT } from '../dsl/dsl-pool.ts';
import type { BlockPointer } from '../ondisk/blkptr.ts';
import { DMU_OT_SCAN_QUEUE } from '../ondisk/dmu-ot.ts';
import {
  DSF_SCRUB_PAUSED,
  DSF_VISIT_DS_AGAIN,
  DSL_SCAN_PHYS_SIZE,
  type DslScanPhys,
  dslScanPhys,
  ZB_DESTROYED_OBJSET,
} from '../ondisk/dsl-scan-phys.ts';
import { ZfsError } from '../ondisk/zfs-error.ts';
import { viewOf } from '../ondisk/struct.ts';
import { zapCreate, zapDestroy, zapEntries, zapLookup, zapSet, zapSetNumber } from '../zap/zap.ts';
import { integersOf, numberOf, zapU64Array } from '../zap/zap-value.ts';
import { type BlockPlace, ObjsetWalk } from './dsl-scan-visit.ts';
import type { Spa } from './spa.ts';
import { allLeaves } from './spa-config-sync.ts';

const DMU_POOL_SCAN = 'scan';

export type ScanFunc = 'SCRUB' | 'RESILVER';

/** Since when and from where the present pass runs: since the import, or the last resume. */
interface ScanPass {
  startSeconds: number;
  examinedBytes: number;
  pausedAtSeconds: number;
  pausedSeconds: number;
}

function emptyPhys(): DslScanPhys {
  return dslScanPhys.read(new Uint8Array(DSL_SCAN_PHYS_SIZE));
}

export class DslScan implements DatasetWatcher {
  readonly #spa: Spa;
  phys: DslScanPhys = emptyPhys();
  /** Datasets still to be walked: number → from which txg on. */
  #queue: Map<number, number> = new Map();
  #isQueueDirty = false;
  /** Whether what is in memory must be written with the next txg. */
  isDirty = false;
  readonly pass: ScanPass = {
    startSeconds: 0,
    examinedBytes: 0,
    pausedAtSeconds: 0,
    pausedSeconds: 0,
  };

  constructor(spa: Spa) {
    this.#spa = spa;
  }

  /** Takes up what the MOS says of the last or running scan. */
  load(): void {
    const { dsl } = this.#spa;
    const value = zapLookup(dsl.mos, DMU_POOL_DIRECTORY_OBJECT, DMU_POOL_SCAN);
    if (value === undefined) return;
    const words = new Uint8Array(DSL_SCAN_PHYS_SIZE);
    for (const [n, word] of integersOf(value).entries()) {
      if (n * 8 < words.length) viewOf(words).setBigUint64(n * 8, word, true);
    }
    this.phys = dslScanPhys.read(words);
    this.#queue = new Map();
    if (this.isScanning && this.phys.queueObj !== 0) {
      for (const { name, value: from } of zapEntries(dsl.mos, this.phys.queueObj)) {
        this.#queue.set(Number.parseInt(name, 16), numberOf(from));
      }
    }
    this.#beginPass();
    if (this.isPaused) this.pass.pausedAtSeconds = this.#spa.nowSeconds();
  }

  get isScanning(): boolean {
    return this.phys.state === DSS_SCANNING;
  }

  get isResilvering(): boolean {
    return this.isScanning && this.phys.func === POOL_SCAN_RESILVER;
  }

  get isPaused(): boolean {
    return this.isScanning && (this.phys.flags & DSF_SCRUB_PAUSED) !== 0;
  }

  #beginPass(): void {
    this.pass.startSeconds = this.#spa.nowSeconds();
    this.pass.examinedBytes = 0;
    this.pass.pausedAtSeconds = 0;
    this.pass.pausedSeconds = 0;
  }

  /** `dsl_scan_setup_sync`: begins anew; what ran before is given up. */
  begin(func: ScanFunc): void {
    const spa = this.#spa;
    const isResilver = func === 'RESILVER';
    const missing = allLeaves(spa).flatMap((leaf) =>
      leaf.isReadable && !leaf.missing.isEmpty ? [leaf.missing] : [],
    );
    const { queueObj } = this.phys;
    this.phys = emptyPhys();
    this.phys.queueObj = queueObj;
    this.phys.func = isResilver ? POOL_SCAN_RESILVER : POOL_SCAN_SCRUB;
    this.phys.state = DSS_SCANNING;
    this.phys.minTxg = isResilver ? Math.min(...missing.map(({ min }) => min - 1)) : 0;
    this.phys.maxTxg = spa.txg;
    this.phys.startTime = spa.nowSeconds();
    this.phys.toExamine = spa.space.allocatedBytes;
    this.#queue = new Map();
    this.#isQueueDirty = true;
    this.isDirty = true;
    for (const leaf of allLeaves(spa)) {
      leaf.stats.resilveredBytes = 0;
      leaf.resilverTxg = isResilver && leaf.isReadable ? this.phys.maxTxg : 0;
    }
    spa.isConfigDirty = true;
    this.#beginPass();
    this.#spa.notify(isResilver ? 'resilver_start' : 'scrub_start');
  }

  /** `dsl_scan_done`: the end, at the last block or before. */
  end(isComplete: boolean): void {
    const spa = this.#spa;
    const { phys } = this;
    const isResilver = phys.func === POOL_SCAN_RESILVER;
    phys.state = isComplete ? DSS_FINISHED : DSS_CANCELED;
    phys.endTime = spa.nowSeconds();
    this.#queue = new Map();
    this.#isQueueDirty = true;
    this.isDirty = true;
    if (isComplete) spa.errorLog.rotate();
    for (const leaf of allLeaves(spa)) {
      // With errors nobody knows which of the blocks are there: the log stays. So it does of a
      // leaf that was not there all the time.
      const isFilled = isComplete && phys.errors === 0 && leaf.resilverTxg === phys.maxTxg;
      if (isFilled && leaf.isReadable && !leaf.missing.isEmpty) {
        leaf.missing.remove(0, phys.maxTxg);
        leaf.missing.addAll(leaf.scanFailed);
        leaf.isDtlDirty = true;
      }
      leaf.scanFailed.clear();
      leaf.resilverTxg = 0;
    }
    const what = isResilver ? 'resilver_finish' : 'scrub_finish';
    this.#spa.notify(isComplete ? what : 'scrub_abort');
  }

  /** Keeps or ends a pause; in syncing context like `begin` and `end`. */
  setPaused(isPaused: boolean): void {
    const { phys, pass } = this;
    const now = this.#spa.nowSeconds();
    if (isPaused) {
      phys.flags |= DSF_SCRUB_PAUSED;
      pass.pausedAtSeconds = now;
    } else {
      phys.flags &= ~DSF_SCRUB_PAUSED;
      if (pass.pausedAtSeconds !== 0) pass.pausedSeconds += now - pass.pausedAtSeconds;
      pass.pausedAtSeconds = 0;
    }
    this.isDirty = true;
    this.#spa.notify(isPaused ? 'scrub_paused' : 'scrub_resume');
  }

  /** Puts bookmark, queue and counters into the MOS. */
  sync(): void {
    if (!this.isDirty) return;
    this.isDirty = false;
    const { mos } = this.#spa;
    const { phys } = this;
    if (this.#isQueueDirty) {
      this.#isQueueDirty = false;
      if (phys.queueObj !== 0) zapDestroy(mos, phys.queueObj);
      phys.queueObj = this.isScanning ? zapCreate(mos, DMU_OT_SCAN_QUEUE) : 0;
      for (const [object, from] of this.#queue) {
        zapSetNumber(mos, phys.queueObj, intKey(object), from);
      }
    }
    const words = new Uint8Array(DSL_SCAN_PHYS_SIZE);
    dslScanPhys.write(words, 0, phys);
    zapSet(mos, DMU_POOL_DIRECTORY_OBJECT, DMU_POOL_SCAN, zapU64Array(words));
  }

  /** `dsl_scan_ds_snapshotted`: what was to be walked in the head is now the snapshot's. */
  snapshotted(head: number, snapshot: number): void {
    if (!this.isScanning) return;
    if (this.phys.objset === head) this.phys.objset = snapshot;
    this.#replaceInQueue(head, snapshot);
    this.isDirty = true;
  }

  /** `dsl_scan_ds_destroyed`: the next snapshot has what is left; `next` is 0 for a head. */
  destroyed(object: number, next: number): void {
    if (!this.isScanning) return;
    if (this.phys.objset === object) {
      this.phys.objset = next === 0 ? ZB_DESTROYED_OBJSET : next;
      if (next !== 0) this.phys.flags |= DSF_VISIT_DS_AGAIN;
    }
    this.#replaceInQueue(object, next);
    this.isDirty = true;
  }

  blockLost(objset: number, object: number, level: number, blkid: number): void {
    // A suspended pool has lost nothing: its devices are away.
    if (this.#spa.isSuspended || this.#spa.isReadOnly) return;
    this.#spa.errorLog.note({ objset, object, level, blkid }, false);
  }

  #replaceInQueue(object: number, by: number): void {
    const from = this.#queue.get(object);
    if (from === undefined) return;
    this.#queue.delete(object);
    if (by !== 0) this.#queue.set(by, from);
    this.#isQueueDirty = true;
  }

  #enqueue(object: number, from: number): void {
    this.#queue.set(object, from);
    this.#isQueueDirty = true;
  }

  /** Looks at about `maxBytes`; true when that was the last of it. */
  advance(maxBytes: number): boolean {
    const spa = this.#spa;
    const leaves = allLeaves(spa);
    const before = leaves.map(({ stats }) => stats.repairedBytes);
    const filled = leaves.map(({ stats }) => stats.resilveredBytes);
    const step = new ScanStep(spa, this, maxBytes);
    const isThrough = this.#walkAll(step);
    this.isDirty = true;
    for (const [i, { stats }] of leaves.entries()) {
      stats.resilveredBytes += stats.repairedBytes - (before[i] ?? 0);
      this.phys.processed += stats.resilveredBytes - (filled[i] ?? 0);
    }
    return isThrough;
  }

  /** `dsl_scan_visit` */
  #walkAll(step: ScanStep): boolean {
    const { dsl } = this.#spa;
    const { phys } = this;
    if (phys.objset === 0) {
      phys.curMinTxg = phys.minTxg;
      phys.curMaxTxg = phys.maxTxg;
      if (!this.#walk(step, 0, dsl.mos.rootBp)) return false;
      const origin = dsl.head(dsl.specialDir('$ORIGIN')).phys.prevSnapObj;
      if (!this.#dataset(step, origin)) return false;
    } else if (phys.objset !== ZB_DESTROYED_OBJSET) {
      if (!this.#dataset(step, phys.objset)) return false;
    }
    this.#clearBookmark();
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined) return true;
      const [object, from] = next;
      this.#queue.delete(object);
      this.#isQueueDirty = true;
      const dataset = this.#find(object);
      if (dataset === undefined) continue;
      const { creationTxg, prevSnapTxg, numChildren } = dataset.phys;
      phys.curMinTxg = Math.max(phys.minTxg, from === 0 ? prevSnapTxg : from);
      phys.curMaxTxg = numChildren > 0 ? Math.min(phys.maxTxg, creationTxg) : phys.maxTxg;
      if (!this.#dataset(step, object)) return false;
      this.#clearBookmark();
    }
  }

  #clearBookmark(): void {
    Object.assign(this.phys, { objset: 0, object: 0, level: 0, blkid: 0 });
  }

  #find(object: number): ReturnType<Spa['dsl']['datasetByObject']> | undefined {
    try {
      return this.#spa.dsl.datasetByObject(object);
    } catch (error) {
      if (!(error instanceof ZfsError)) throw error;
      return undefined;
    }
  }

  /** `dsl_scan_visitds`: one dataset, and then those that come of it are in the queue. */
  #dataset(step: ScanStep, object: number): boolean {
    const { phys } = this;
    const dataset = this.#find(object);
    if (dataset === undefined) return true;
    if (phys.curMinTxg < phys.maxTxg && !this.#walk(step, object, dataset.bp)) return false;
    if ((phys.flags & DSF_VISIT_DS_AGAIN) !== 0) {
      phys.flags &= ~DSF_VISIT_DS_AGAIN;
      this.#enqueue(object, phys.curMaxTxg);
      return true;
    }
    const { nextSnapObj, creationTxg, nextClonesObj, numChildren } = dataset.phys;
    if (nextSnapObj !== 0) this.#enqueue(nextSnapObj, creationTxg);
    if (numChildren > 1 && nextClonesObj !== 0) {
      for (const { value } of zapEntries(this.#spa.mos, nextClonesObj)) {
        this.#enqueue(numberOf(value), creationTxg);
      }
    }
    return true;
  }

  #walk(step: ScanStep, objset: number, rootBp: BlockPointer): boolean {
    const { phys } = this;
    const isGoingOn =
      phys.objset === objset && (phys.object !== 0 || phys.blkid !== 0 || phys.level !== 0);
    const resume = isGoingOn ? { object: phys.object, blkid: phys.blkid } : null;
    const txgs = { min: phys.curMinTxg, max: phys.curMaxTxg };
    const walk = new ObjsetWalk(this.#spa.arc, step, objset, txgs, resume);
    if (walk.run(rootBp)) return true;
    Object.assign(phys, walk.stoppedAt);
    return false;
  }
}

/** What happens to each block, until enough was done. */
class ScanStep {
  readonly #spa: Spa;
  readonly #scan: DslScan;
  #left: number;
  #dataBlocks = 0;

  constructor(spa: Spa, scan: DslScan, maxBytes: number) {
    this.#spa = spa;
    this.#scan = scan;
    this.#left = maxBytes;
  }

  isFull(): boolean {
    return this.#left <= 0 && this.#dataBlocks > 0;
  }

  block(place: BlockPlace, bp: BlockPointer): boolean {
    const { phys, pass } = this.#scan;
    let bytes = 0;
    for (const dva of bp.dvas) bytes += dva.asize;
    phys.examined += bytes;
    pass.examinedBytes += bytes;
    if (place.level === 0) this.#dataBlocks += 1;
    const birth = bp.physicalBirth === 0 ? bp.birth : bp.physicalBirth;
    if (birth <= phys.minTxg || birth >= phys.maxTxg) return true;
    const isScrub = phys.func === POOL_SCAN_SCRUB;
    if (!isScrub && !this.#spa.zio.isMissing(bp)) return true;
    this.#left -= bytes;
    const { zio } = this.#spa;
    if (isScrub ? zio.scrub(bp) : zio.resilver(bp)) return true;
    phys.errors += 1;
    this.#spa.errorLog.note(place, true);
    return false;
  }
}
