/**
 * A node's pools once a second, while somebody looks: the tree of vdevs as rows, counters as rates of
 * the last second. A node that is off says nothing.
 */
import { LatestSource } from '#protocol/source.ts';
import type { IoRates, PoolShape, VdevShape, ZfsStatus } from '#protocol/zfs-model.ts';
import type { PoolReport, VdevReport } from '#runtime/observation.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { type Ask, Observer } from '#lab/service/observer.ts';

const PERIOD_MS = 1_000;

type Counters = Pick<VdevReport, 'readOps' | 'writeOps' | 'readBytes' | 'writeBytes'>;

/** Counters by vdev guid, and when they were read. */
interface Sample {
  readonly atMs: number;
  readonly counters: ReadonlyMap<string, Counters>;
}

export class PoolStatusSource extends LatestSource<ZfsStatus> {
  #last: Sample | undefined;

  constructor(node: NodeHandle, wake: () => void) {
    const observer = new Observer(node, PERIOD_MS, (ask) => this.#round(ask));
    super(wake, () => observer.end());
  }

  async #round(ask: Ask): Promise<void> {
    const report = await ask({ kind: 'zfsStatus' });
    if (this.isEnded) return;
    if (report?.kind !== 'zfsStatus') {
      this.#last = undefined;
      return;
    }
    const counters = new Map<string, Counters>();
    for (const pool of report.pools) collect(pool.vdevs, counters);
    const now: Sample = { atMs: performance.now(), counters };
    const rates = ratesBetween(this.#last, now);
    this.#last = now;
    this.set({ atMs: Date.now(), pools: report.pools.map((pool) => poolShape(pool, rates)) });
  }
}

function collect(vdevs: readonly VdevReport[], into: Map<string, Counters>): void {
  for (const vdev of vdevs) {
    into.set(vdev.guid, vdev);
    collect(vdev.children, into);
  }
}

type RatesOf = (vdev: VdevReport) => IoRates;

function ratesBetween(before: Sample | undefined, now: Sample): RatesOf {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  return (vdev) => {
    const old = before?.counters.get(vdev.guid);
    // A pool that was imported anew counts anew.
    const rate = (key: keyof Counters): number =>
      old === undefined || seconds <= 0 ? 0 : Math.max(0, (vdev[key] - old[key]) / seconds);
    return {
      readOps: rate('readOps'),
      writeOps: rate('writeOps'),
      readBytes: rate('readBytes'),
      writeBytes: rate('writeBytes'),
    };
  };
}

function poolShape(pool: PoolReport, ratesOf: RatesOf): PoolShape {
  const { vdevs, ...rest } = pool;
  const rows = vdevs.flatMap((vdev) => rowsOf(vdev, 0, ratesOf));
  const tops = rows.filter(({ depth }) => depth === 0).map(({ rates }) => rates);
  const sum = (key: keyof IoRates): number => tops.reduce((total, each) => total + each[key], 0);
  const rates = {
    readOps: sum('readOps'),
    writeOps: sum('writeOps'),
    readBytes: sum('readBytes'),
    writeBytes: sum('writeBytes'),
  };
  return { ...rest, rates, vdevs: rows };
}

/** The vdev and what is below it, in the order of zpool status. */
function rowsOf(vdev: VdevReport, depth: number, ratesOf: RatesOf): VdevShape[] {
  const { children, ...rest } = vdev;
  const below = children.flatMap((child) => rowsOf(child, depth + 1, ratesOf));
  return [{ ...rest, depth, rates: ratesOf(vdev) }, ...below];
}
