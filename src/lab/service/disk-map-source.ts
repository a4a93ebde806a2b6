/**
 * What lies where on a pool, several times a second while somebody looks. The node keeps the map and
 * tells what changed since it was last asked; a reader that is behind is not asked for, so the node
 * sums up meanwhile.
 */
import type { StreamSource } from '#protocol/source.ts';
import type { DiskMapItem, DiskMapView } from '#protocol/zfs-model.ts';
import type { DiskMapReport } from '#runtime/observation.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import { type Ask, Observer } from '#lab/service/observer.ts';

const PERIOD_MS = 250;

export class DiskMapSource implements StreamSource<DiskMapItem> {
  readonly #node: NodeHandle;
  readonly #view: DiskMapView;
  readonly #wake: () => void;
  readonly #observer: Observer;
  readonly #watch: number;
  #item: DiskMapItem | undefined;
  isEnded = false;

  constructor(node: NodeHandle, view: DiskMapView, wake: () => void) {
    this.#node = node;
    this.#view = view;
    this.#wake = wake;
    this.#watch = node.nextWatch();
    this.#observer = new Observer(node, PERIOD_MS, (ask) => this.#round(ask));
  }

  next(): DiskMapItem | undefined {
    const item = this.#item;
    this.#item = undefined;
    return item;
  }

  dispose(): void {
    this.isEnded = true;
    this.#observer.end();
    void this.#node.observe({ kind: 'zfsUnwatch', watch: this.#watch });
  }

  async #round(ask: Ask): Promise<void> {
    if (this.#item !== undefined) return;
    const report = await ask({ kind: 'zfsDiskMap', watch: this.#watch, view: this.#view });
    if (this.isEnded || report?.kind !== 'zfsDiskMap' || report.map === null) return;
    this.#item = itemOf(report.map);
    this.#wake();
  }
}

function itemOf(map: DiskMapReport): DiskMapItem {
  const { snapshot } = map;
  return {
    ...map,
    snapshot: snapshot === null ? null : { ...snapshot, areas: [...snapshot.areas] },
    txgs: map.txgs.map((txg) => ({
      ...txg,
      bornBytes: [...txg.bornBytes],
      freedBytes: [...txg.freedBytes],
    })),
  };
}
