/**
 * Datasets as rows of a tree: sorted as ZFS lists them, folded where the person folded, filtered by
 * name. Snapshots and bookmarks are counted at their dataset and shown on its time line.
 */
import type { DatasetsItem, DatasetShape } from '#protocol/zfs-model.ts';

export type DatasetMap = ReadonlyMap<string, DatasetShape>;

/** What is known after one more item of the stream. */
export function withItem(known: DatasetMap, item: DatasetsItem): DatasetMap {
  const next = new Map(item.isReset ? [] : known);
  for (const name of item.removed) next.delete(name);
  for (const row of item.rows) next.set(row.name, row);
  return next;
}

export interface DatasetRow {
  readonly dataset: DatasetShape;
  readonly depth: number;
  /** The last component; the whole name at the root and when filtered. */
  readonly label: string;
  readonly hasChildren: boolean;
  readonly isFolded: boolean;
  readonly snapshotCount: number;
}

export function isHead({ type }: DatasetShape): boolean {
  return type === 'filesystem' || type === 'volume';
}

/** The file system or volume that a snapshot or bookmark belongs to. */
export function headNameOf(name: string): string {
  return name.split(/[@#]/, 1)[0] ?? name;
}

export function parentOf(name: string): string | undefined {
  const at = name.lastIndexOf('/');
  return at < 0 ? undefined : name.slice(0, at);
}

export function datasetRows(
  datasets: DatasetMap,
  folded: ReadonlySet<string>,
  filter: string,
): DatasetRow[] {
  const snapshots = new Map<string, number>();
  const parents = new Set<string>();
  const heads: DatasetShape[] = [];
  for (const dataset of datasets.values()) {
    if (isHead(dataset)) {
      heads.push(dataset);
      const parent = parentOf(dataset.name);
      if (parent !== undefined) parents.add(parent);
    } else if (dataset.type === 'snapshot') {
      const head = headNameOf(dataset.name);
      snapshots.set(head, (snapshots.get(head) ?? 0) + 1);
    }
  }
  heads.sort((a, b) => compareNames(a.name, b.name));
  const wanted = filter.trim().toLowerCase();
  const rows: DatasetRow[] = [];
  for (const dataset of heads) {
    const { name } = dataset;
    if (wanted === '' ? isHidden(name, folded) : !name.toLowerCase().includes(wanted)) continue;
    const depth = name.split('/').length - 1;
    rows.push({
      dataset,
      depth: wanted === '' ? depth : 0,
      label: wanted === '' && depth > 0 ? name.slice(name.lastIndexOf('/') + 1) : name,
      hasChildren: parents.has(name),
      isFolded: folded.has(name),
      snapshotCount: snapshots.get(name) ?? 0,
    });
  }
  return rows;
}

/** Component by component, so that children follow their parent whatever characters they have. */
function compareNames(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let n = 0; n < Math.min(left.length, right.length); n += 1) {
    const [x = '', y = ''] = [left[n], right[n]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

function isHidden(name: string, folded: ReadonlySet<string>): boolean {
  if (folded.size === 0) return false;
  for (let up = parentOf(name); up !== undefined; up = parentOf(up)) {
    if (folded.has(up)) return true;
  }
  return false;
}

/** Snapshots of one dataset, oldest first. */
export function snapshotsOf(datasets: DatasetMap, head: string): DatasetShape[] {
  const prefix = `${head}@`;
  const found = [...datasets.values()].filter(
    ({ name, type }) => type === 'snapshot' && name.startsWith(prefix),
  );
  return found.sort((a, b) => a.createTxg - b.createTxg || compareNames(a.name, b.name));
}

/** File systems and volumes that were cloned from the snapshot. */
export function clonesOf(datasets: DatasetMap, snapshot: string): string[] {
  return [...datasets.values()].flatMap(({ name, origin }) => (origin === snapshot ? [name] : []));
}

/** Parts of what a dataset uses, in the order of `zfs list -o space`. */
export function usedParts(dataset: DatasetShape): { label: string; bytes: number }[] {
  return [
    { label: 'this dataset', bytes: dataset.usedByDatasetBytes },
    { label: 'its snapshots', bytes: dataset.usedBySnapshotsBytes },
    { label: 'its children', bytes: dataset.usedByChildrenBytes },
    { label: 'refreservation', bytes: dataset.usedByReservationBytes },
  ];
}
