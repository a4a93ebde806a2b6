/**
 * A disk map that somebody watches: what lies where, kept up with each allocation and each free. It
 * begins with the space maps (allocated, kind unknown), walks the pool a few milliseconds at a time
 * to learn the kinds, and hears of every change from the metaslabs meanwhile.
 * Surprising: a freed block stays visible as `freed` until its place may be used again, two txgs on.
 */
import {
  BLOCK_KIND_COUNT,
  CELL_BORN,
  CELL_FREED,
  type DiskMapReport,
  type DiskMapView,
  type TxgReport,
} from '#runtime/observation.ts';
import { Bpobj } from '../dsl/bpobj.ts';
import { DMU_POOL_FREE_BPOBJ, DMU_POOL_SYNC_BPOBJ } from '../dsl/dsl-pool.ts';
import type { Metaslab } from '../metaslab/metaslab.ts';
import type { PoolWatch, SyncedTxg } from '../metaslab/pool-watch.ts';
import type { Dva } from '../ondisk/blkptr.ts';
import type { Spa } from '../pool/spa.ts';
import { blockKindOf, KIND_FREED, KIND_UNKNOWN } from './block-kind.ts';
import { BlockWalk } from './block-walk.ts';
import { areasOf } from './map-areas.ts';
import { MapCells } from './map-cells.ts';

const MS = 1_000_000n;
/** One report may walk so long, and so far. */
const WALK_NS: bigint = 4n * MS;
const WALK_STEPS = 2000;
const TXGS_KEPT = 64;
const FREED_TXGS = 3;

export class DiskMap implements PoolWatch {
  readonly #spa: Spa;
  readonly #cells: MapCells;
  readonly #walk: Generator<void>;
  readonly #totalBytes: number;
  #walkedBytes = 0;
  #isWalked = false;
  #hasTold = false;
  /** What the last txgs freed, by cell: it comes back when as many more are written. */
  readonly #freed: Map<number, number>[] = [];
  #born = new Array<number>(BLOCK_KIND_COUNT).fill(0);
  #died = new Array<number>(BLOCK_KIND_COUNT).fill(0);
  #txgs: TxgReport[] = [];
  #openedNs: bigint;
  readonly #isWhole: boolean;
  /** Something was put where the map does not reach: a new map is due. */
  isOutgrown = false;

  constructor(spa: Spa, view: DiskMapView) {
    this.#spa = spa;
    this.#isWhole = view.part !== null || view.scale === 'whole';
    this.#cells = new MapCells(areasOf(spa, view));
    this.#openedNs = spa.host.clock.monotonicNs();
    for (let n = 0; n < FREED_TXGS; n += 1) this.#freed.push(new Map());
    this.#readSpace();
    this.#totalBytes = spa.space.allocatedBytes;
    const walk = new BlockWalk(spa.zio, spa.txg - 1, (dva, type, level) =>
      this.#found(dva, type, level),
    );
    this.#walk = walk.steps(spa.mos.rootBp);
    this.#findLeftovers();
  }

  /** Nothing points any more to what late passes freed; it is given back with the next txg. */
  #findLeftovers(): void {
    const { dsl } = this.#spa;
    for (const name of [DMU_POOL_SYNC_BPOBJ, DMU_POOL_FREE_BPOBJ]) {
      const object = dsl.directoryNumber(name);
      if (object === undefined) continue;
      for (const { dvas, type, level } of new Bpobj(dsl, object).pointers()) {
        for (const dva of dvas) if (!dva.isGang) this.#found(dva, type, level);
      }
    }
  }

  allocated(dva: Dva, type: number, level: number): void {
    const kind = blockKindOf(type, level);
    this.#born[kind] = (this.#born[kind] ?? 0) + dva.asize;
    const isInside = this.#cells.forEachIn(dva.vdev, dva.offset, dva.asize, (cell, bytes) =>
      this.#cells.add(cell, kind, bytes, CELL_BORN),
    );
    if (!isInside && !this.#isWhole) this.isOutgrown = true;
  }

  freed(dva: Dva, type: number, level: number): void {
    const kind = blockKindOf(type, level);
    this.#died[kind] = (this.#died[kind] ?? 0) + dva.asize;
    const slot = this.#freed[this.#spa.txg % FREED_TXGS] as Map<number, number>;
    this.#cells.forEachIn(dva.vdev, dva.offset, dva.asize, (cell, bytes) => {
      this.#cells.add(cell, kind, -bytes, CELL_FREED);
      this.#cells.add(cell, KIND_FREED, bytes);
      slot.set(cell, (slot.get(cell) ?? 0) + bytes);
    });
  }

  synced(synced: SyncedTxg): void {
    const now = this.#spa.host.clock.monotonicNs();
    const toMs = (ns: bigint): number => Number(ns / 1000n) / 1000;
    this.#txgs.push({
      ...synced,
      bornBytes: this.#born,
      freedBytes: this.#died,
      openMs: toMs(synced.beganNs - this.#openedNs),
      syncMs: toMs(now - synced.beganNs),
    });
    if (this.#txgs.length > TXGS_KEPT) this.#txgs.shift();
    this.#openedNs = now;
    this.#born = new Array<number>(BLOCK_KIND_COUNT).fill(0);
    this.#died = new Array<number>(BLOCK_KIND_COUNT).fill(0);
    // What was freed two txgs before this one may be used again; its slot is the next txg's.
    const slot = this.#freed[(synced.txg + 1) % FREED_TXGS] as Map<number, number>;
    for (const [cell, bytes] of slot) this.#cells.add(cell, KIND_FREED, -bytes);
    slot.clear();
  }

  /** Txgs that were not told yet go over to the map that follows. */
  inherit(before: DiskMap): void {
    this.#txgs = before.#txgs;
    this.#openedNs = before.#openedNs;
  }

  report(): DiskMapReport {
    this.#walkOn();
    const isFirst = !this.#hasTold;
    this.#hasTold = true;
    const { areas } = this.#cells;
    const txgs = this.#txgs;
    this.#txgs = [];
    return {
      snapshot: isFirst ? { areas, shares: this.#cells.snapshot() } : null,
      delta: isFirst ? new Uint8Array(0) : this.#cells.delta(),
      txgs,
      knownFraction: this.#isWalked
        ? 1
        : Math.min(0.99, this.#walkedBytes / Math.max(1, this.#totalBytes)),
      txg: this.#spa.txg,
    };
  }

  #walkOn(): void {
    const { clock } = this.#spa.host;
    const untilNs = clock.monotonicNs() + WALK_NS;
    for (let step = 0; step < WALK_STEPS && !this.#isWalked; step += 1) {
      if (this.#walk.next().done === true) {
        this.#isWalked = true;
        return;
      }
      if (clock.monotonicNs() >= untilNs) return;
    }
  }

  #found(dva: Dva, type: number, level: number): void {
    this.#walkedBytes += dva.asize;
    const kind = blockKindOf(type, level);
    if (kind === KIND_UNKNOWN) return;
    this.#cells.forEachIn(dva.vdev, dva.offset, dva.asize, (cell, bytes) => {
      this.#cells.add(cell, KIND_UNKNOWN, -bytes);
      this.#cells.add(cell, kind, bytes);
    });
  }

  #readSpace(): void {
    for (const { group, metaslab } of this.#spa.metaslabs.all()) {
      const put = (kind: number) => (start: number, size: number) =>
        this.#cells.forEachIn(group.vdev, start, size, (cell, bytes) => {
          this.#cells.add(cell, kind, bytes);
          if (kind === KIND_FREED) this.#willBeFree(metaslab, cell, bytes, start);
        });
      if (metaslab.isLoaded) {
        metaslab.allocatedRanges().forEach(put(KIND_UNKNOWN));
      } else if (metaslab.allocatedBytes > 0) {
        // Its space map was not read yet: spread out evenly until the walk has seen the blocks.
        this.#spread(group.vdev, metaslab);
      }
      const { freed, freeing, deferred } = metaslab;
      for (const tree of [freed, freeing, ...deferred]) tree.forEach(put(KIND_FREED));
    }
  }

  #spread(vdev: number, { start, size, allocatedBytes }: Metaslab): void {
    const share = allocatedBytes / size;
    this.#cells.forEachIn(vdev, start, size, (cell, bytes) =>
      this.#cells.add(cell, KIND_UNKNOWN, bytes * share),
    );
  }

  /** Puts ranges that were freed before the watch began into the txg that gives them back. */
  #willBeFree(metaslab: Metaslab, cell: number, bytes: number, start: number): void {
    const { txg } = this.#spa;
    const older = metaslab.deferred[txg % metaslab.deferred.length];
    const isOlder = older?.overlaps(start, 1) === true;
    // `older` was filled two txgs ago and comes back with the one that is open; the rest with the next.
    const slot = this.#freed[(isOlder ? txg - 2 : txg - 1) % FREED_TXGS] ?? this.#freed[0];
    slot?.set(cell, (slot.get(cell) ?? 0) + bytes);
  }
}
