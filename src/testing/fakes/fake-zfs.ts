/**
 * The pools and disks of a fake node, as a script sets them: whoever looks gets what is there, then
 * each change. Faults are kept as the lab keeps them. Commands are answered by the script.
 */
import { LatestSource, QueueSource, type StreamSource } from '#protocol/source.ts';
import type {
  DatasetsItem,
  DatasetShape,
  DiskFault,
  DiskFaultState,
  DiskMapItem,
  DiskMapView,
  PoolShape,
  ZfsStatus,
} from '#protocol/zfs-model.ts';
import { DiskPanel } from '#lab/node/disk-panel.ts';

const PAGE_ROWS = 500;

/** What a command prints and its exit status. */
export interface FakeOutput {
  readonly text: string;
  readonly status: number;
}

export class FakeZfs {
  readonly disks: DiskPanel;
  /** Every command line that was run, words joined. */
  readonly commands: string[] = [];
  onCommand: (argv: readonly string[]) => FakeOutput = () => ({ text: '', status: 0 });
  /** The first item of a map's stream: all cells. */
  onMap: (view: DiskMapView) => DiskMapItem | undefined = () => undefined;
  readonly #statusReaders = new Set<LatestSource<ZfsStatus>>();
  readonly #datasetReaders = new Set<QueueSource<DatasetsItem>>();
  readonly #mapReaders = new Set<QueueSource<DiskMapItem>>();
  #status: ZfsStatus | undefined;
  #datasets: readonly DatasetShape[] = [];

  constructor(node: string, diskNames: () => readonly string[]) {
    this.disks = new DiskPanel(node, diskNames);
  }

  setPools(atMs: number, pools: PoolShape[]): void {
    this.#status = { atMs, pools };
    for (const reader of this.#statusReaders) reader.set(this.#status);
  }

  setDatasets(rows: readonly DatasetShape[]): void {
    this.#datasets = rows;
    for (const reader of this.#datasetReaders) pushPages(reader, rows);
  }

  pushMap(item: DiskMapItem): void {
    for (const reader of this.#mapReaders) reader.push(item);
  }

  run(argv: readonly string[]): FakeOutput {
    this.commands.push(argv.join(' '));
    return this.onCommand(argv);
  }

  status(wake: () => void): StreamSource<ZfsStatus> {
    const source: LatestSource<ZfsStatus> = new LatestSource(wake, () =>
      this.#statusReaders.delete(source),
    );
    this.#statusReaders.add(source);
    if (this.#status !== undefined) source.set(this.#status);
    return source;
  }

  datasets(wake: () => void): StreamSource<DatasetsItem> {
    const lagged: DatasetsItem = { isReset: true, rows: [], removed: [], isComplete: false };
    const source: QueueSource<DatasetsItem> = new QueueSource(wake, 100, lagged, () =>
      this.#datasetReaders.delete(source),
    );
    this.#datasetReaders.add(source);
    pushPages(source, this.#datasets);
    return source;
  }

  map(view: DiskMapView, wake: () => void): StreamSource<DiskMapItem> {
    const first = this.onMap(view);
    const lagged = first ?? EMPTY_MAP;
    const source: QueueSource<DiskMapItem> = new QueueSource(wake, 100, lagged, () =>
      this.#mapReaders.delete(source),
    );
    this.#mapReaders.add(source);
    if (first !== undefined) source.push(first);
    return source;
  }

  faults(wake: () => void): StreamSource<DiskFaultState[]> {
    const source = new LatestSource<DiskFaultState[]>(wake, () => subscription.dispose());
    const subscription = this.disks.onChange(() => source.set(this.disks.states()));
    source.set(this.disks.states());
    return source;
  }

  inject(disk: string, fault: DiskFault): DiskFaultState {
    this.disks.check(disk);
    if (fault.kind !== 'flipBits') this.disks.inject(disk, fault);
    else {
      const step = Math.floor(fault.sizeBytes / (fault.count + 1));
      const places = Array.from({ length: fault.count }, (_, n) => fault.fromBytes + step * n);
      this.disks.noteFlips(disk, places);
    }
    return this.disks.state(disk);
  }
}

const EMPTY_MAP: DiskMapItem = {
  snapshot: null,
  delta: new Uint8Array(0),
  txgs: [],
  knownFraction: 1,
  txg: 1,
};

function pushPages(source: QueueSource<DatasetsItem>, rows: readonly DatasetShape[]): void {
  for (let at = 0; at === 0 || at < rows.length; at += PAGE_ROWS) {
    source.push({
      isReset: at === 0,
      rows: rows.slice(at, at + PAGE_ROWS),
      removed: [],
      isComplete: at + PAGE_ROWS >= rows.length,
    });
  }
}
