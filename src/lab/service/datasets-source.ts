/**
 * The datasets of a pool: all of them in pages, then with each txg those that changed. The node is
 * asked page by page, so that ten thousand snapshots cost it a moment now and then, not one long one.
 */
import type { StreamSource } from '#protocol/source.ts';
import type { DatasetsItem, DatasetShape } from '#protocol/zfs-model.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { type Ask, Observer } from '#lab/service/observer.ts';

const PERIOD_MS = 1_000;
const PAGE_ROWS = 500;

export class DatasetsSource implements StreamSource<DatasetsItem> {
  readonly #pool: string;
  readonly #wake: () => void;
  readonly #observer: Observer;
  readonly #queue: DatasetsItem[] = [];
  /** Each row as text, by name: what the reader has been told. */
  #told: Map<string, string> | undefined;
  #txg = -1;
  isEnded = false;

  constructor(node: NodeHandle, pool: string, wake: () => void) {
    this.#pool = pool;
    this.#wake = wake;
    this.#observer = new Observer(node, PERIOD_MS, (ask) => this.#round(ask));
  }

  next(): DatasetsItem | undefined {
    return this.#queue.shift();
  }

  dispose(): void {
    this.isEnded = true;
    this.#observer.end();
  }

  async #round(ask: Ask): Promise<void> {
    // The reader is behind: it gets what changed when it has taken what is here.
    if (this.#queue.length > 0) return;
    const seen = new Map<string, string>();
    let firstTxg: number | undefined;
    for (let after: string | null = null; ; ) {
      const page = await ask({ kind: 'zfsDatasets', pool: this.#pool, after, limit: PAGE_ROWS });
      if (this.isEnded) return;
      if (page?.kind !== 'zfsDatasets') return this.#forget();
      firstTxg ??= page.txg;
      if (after === null && page.txg === this.#txg) return;
      this.#tell(page.rows, seen, page.isLast);
      after = page.rows.at(-1)?.name ?? null;
      if (page.isLast || after === null) break;
    }
    this.#told = seen;
    this.#txg = firstTxg;
  }

  #tell(rows: readonly DatasetShape[], seen: Map<string, string>, isLast: boolean): void {
    const isReset = this.#told === undefined;
    const changed: DatasetShape[] = [];
    for (const row of rows) {
      const text = JSON.stringify(row);
      seen.set(row.name, text);
      if (this.#told?.get(row.name) !== text) changed.push(row);
    }
    const removed =
      isLast && this.#told !== undefined
        ? [...this.#told.keys()].filter((name) => !seen.has(name))
        : [];
    if (!isLast && changed.length === 0) return;
    this.#queue.push({ isReset, rows: changed, removed, isComplete: isLast });
    if (isReset) this.#told = new Map();
    this.#wake();
  }

  /** The node went off or the pool away: nothing is there. */
  #forget(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#txg = -1;
    this.#queue.push({ isReset: true, rows: [], removed: [], isComplete: true });
    this.#wake();
  }
}
