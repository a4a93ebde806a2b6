/**
 * Answers what an observer asks of the pools. Holds the disk maps that are being watched, and lets go
 * of them when nobody has asked for a while; only then does a pool have anybody to tell.
 */
import type {
  DatasetReport,
  DiskMapView,
  ObservationReport,
  ObservationRequest,
} from '#runtime/observation.ts';
import type { PoolWatch } from '../metaslab/pool-watch.ts';
import type { Spa } from '../pool/spa.ts';
import { datasetReports, type MountedAt } from './dataset-report.ts';
import { DiskMap } from './disk-map.ts';
import { poolReport } from './pool-report.ts';

/** The pools of a kernel, as far as an observer needs them. */
export interface ObservedPools {
  pools(): readonly Spa[];
  pool(name: string): Spa | undefined;
  readonly mountedAt: MountedAt;
  nowNs(): bigint;
}

const MAX_WATCHES = 8;
/** A watch that is not asked for so long is over: its window was closed without a word. */
const FORGET_NS = 10_000_000_000n;
const MAX_ROWS = 1000;

interface Watch {
  readonly spa: Spa;
  readonly view: string;
  readonly map: DiskMap;
  askedNs: bigint;
}

/** A list of datasets that was not read to its end. */
interface Listing {
  readonly spa: Spa;
  readonly after: string;
  readonly rows: Generator<DatasetReport>;
}

export class ZfsObserver {
  readonly #source: ObservedPools;
  readonly #watches: Map<number, Watch> = new Map();
  #listing: Listing | undefined;
  /** Blocks in each pool's error log, as of a txg. */
  readonly #errors: Map<Spa, { readonly txg: number; readonly count: number }> = new Map();

  constructor(source: ObservedPools) {
    this.#source = source;
  }

  observe(request: ObservationRequest): ObservationReport {
    switch (request.kind) {
      case 'zfsStatus':
        return {
          kind: 'zfsStatus',
          pools: this.#source.pools().map((spa) => poolReport(spa, this.#errorCount(spa))),
        };
      case 'zfsDatasets':
        return this.#datasets(request.pool, request.after, request.limit);
      case 'zfsDiskMap':
        return this.#diskMap(request.watch, request.view);
      case 'zfsUnwatch':
        this.#unwatch(request.watch);
        return { kind: 'zfsUnwatch' };
    }
  }

  /** Counted once a txg: the log may be long. */
  #errorCount(spa: Spa): number {
    const known = this.#errors.get(spa);
    if (known?.txg === spa.txg) return known.count;
    const { count } = spa.isSuspended
      ? (known ?? { count: 0 })
      : { count: spa.errorLog.places(spa.dsl).length };
    this.#errors.set(spa, { txg: spa.txg, count });
    for (const other of this.#errors.keys()) {
      if (!this.#source.pools().includes(other)) this.#errors.delete(other);
    }
    return count;
  }

  #datasets(pool: string, after: string | null, limit: number): ObservationReport {
    const spa = this.#source.pool(pool);
    if (spa === undefined) return { kind: 'none' };
    const rows = this.#rowsAfter(spa, after);
    const page: DatasetReport[] = [];
    let isLast = false;
    while (page.length < Math.min(limit, MAX_ROWS) && !isLast) {
      const next = rows.next();
      if (next.done === true) isLast = true;
      else page.push(next.value);
    }
    const last = page.at(-1);
    this.#listing = isLast || last === undefined ? undefined : { spa, after: last.name, rows };
    return { kind: 'zfsDatasets', txg: spa.txg - 1, rows: page, isLast };
  }

  #rowsAfter(spa: Spa, after: string | null): Generator<DatasetReport> {
    const listing = this.#listing;
    if (after !== null && listing?.spa === spa && listing.after === after) return listing.rows;
    const rows = datasetReports(spa, this.#source.mountedAt);
    if (after === null) return rows;
    for (let row = rows.next(); row.done !== true; row = rows.next()) {
      if (row.value.name === after) break;
    }
    return rows;
  }

  #diskMap(id: number, view: DiskMapView): ObservationReport {
    this.#forgetOld();
    const spa = this.#source.pool(view.pool);
    if (spa === undefined) {
      this.#unwatch(id);
      return { kind: 'none' };
    }
    const key = `${shapeOf(spa)} ${JSON.stringify(view)}`;
    let watch = this.#watches.get(id);
    if (watch !== undefined && (watch.spa !== spa || watch.view !== key)) {
      this.#unwatch(id);
      watch = undefined;
    }
    if (watch === undefined) {
      if (this.#watches.size >= MAX_WATCHES) return { kind: 'zfsDiskMap', map: null };
      watch = { spa, view: key, map: new DiskMap(spa, view), askedNs: 0n };
      this.#watches.set(id, watch);
      this.#listen(spa);
    }
    if (watch.map.isOutgrown) {
      const map = new DiskMap(spa, view);
      map.inherit(watch.map);
      watch = { ...watch, map };
      this.#watches.set(id, watch);
      this.#listen(spa);
    }
    watch.askedNs = this.#source.nowNs();
    return { kind: 'zfsDiskMap', map: watch.map.report() };
  }

  #unwatch(id: number): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#watches.delete(id);
    this.#listen(watch.spa);
  }

  #forgetOld(): void {
    const now = this.#source.nowNs();
    for (const [id, watch] of this.#watches) {
      if (now - watch.askedNs > FORGET_NS) this.#unwatch(id);
    }
  }

  /** The pool tells the maps that are watched, or nobody. */
  #listen(spa: Spa): void {
    const maps = [...this.#watches.values()].filter((watch) => watch.spa === spa);
    const [first] = maps;
    if (first === undefined) spa.writer.watch = undefined;
    else if (maps.length === 1) spa.writer.watch = this.#forgetful(first.map);
    else spa.writer.watch = this.#forgetful(all(maps.map(({ map }) => map)));
  }

  /** Looks at each txg whether anybody still asks: nobody else would. */
  #forgetful(watch: PoolWatch): PoolWatch {
    return {
      allocated: (dva, type, level) => watch.allocated(dva, type, level),
      freed: (dva, type, level) => watch.freed(dva, type, level),
      synced: (txg) => {
        watch.synced(txg);
        this.#forgetOld();
      },
    };
  }
}

function all(watches: readonly PoolWatch[]): PoolWatch {
  return {
    allocated: (dva, type, level) => {
      for (const watch of watches) watch.allocated(dva, type, level);
    },
    freed: (dva, type, level) => {
      for (const watch of watches) watch.freed(dva, type, level);
    },
    synced: (txg) => {
      for (const watch of watches) watch.synced(txg);
    },
  };
}

/** Changes when a top-level vdev comes, goes or grows: then the map begins anew. */
function shapeOf(spa: Spa): string {
  return spa.zio.tops.map((top) => (top === undefined ? '-' : `${top.asize}`)).join();
}
