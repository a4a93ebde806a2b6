/** The datasets of a pool as a tree with what each uses, and what can be done to the chosen one. */
import { type KeyboardEvent, type ReactElement, useMemo, useState } from 'react';
import type { DatasetShape } from '#protocol/zfs-model.ts';
import {
  askCreate,
  askDestroyDataset,
  askProperty,
  askSnapshot,
  freeSnapshotName,
} from '#renderer/features/zfs/asks.ts';
import { ActionButton } from '#renderer/features/zfs/command-button.tsx';
import {
  type DatasetMap,
  type DatasetRow,
  datasetRows,
  parentOf,
  snapshotsOf,
  usedParts,
} from '#renderer/features/zfs/dataset-rows.ts';
import { VirtualRows } from '#renderer/features/zfs/virtual-rows.tsx';
import { formatBytes, formatPlural } from '#renderer/model/format.ts';
import { Icon } from '#renderer/ui/icon.tsx';

const ROW_PX = 28;

interface DatasetViewProps {
  readonly datasets: DatasetMap;
  readonly selected: string;
  readonly onSelect: (name: string) => void;
  readonly onShowSnapshots: () => void;
}

export function DatasetView(props: DatasetViewProps): ReactElement {
  const { datasets, selected, onSelect, onShowSnapshots } = props;
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [filter, setFilter] = useState('');
  const rows = useMemo(() => datasetRows(datasets, folded, filter), [datasets, folded, filter]);
  const chosen = datasets.get(selected);
  const largest = rows[0]?.dataset.usedBytes ?? 1;

  const fold = (name: string, isFolded: boolean): void => {
    const next = new Set(folded);
    if (isFolded) next.add(name);
    else next.delete(name);
    setFolded(next);
  };
  const onKey = (event: KeyboardEvent, row: DatasetRow): void => {
    const { name } = row.dataset;
    if (event.key === 'ArrowRight' && row.hasChildren) fold(name, false);
    else if (event.key === 'ArrowLeft') {
      const parent = parentOf(name);
      if (row.hasChildren && !row.isFolded) fold(name, true);
      else if (parent !== undefined && datasets.has(parent)) onSelect(parent);
    } else return;
    event.preventDefault();
  };
  return (
    <div className="zfs-datasets">
      <div className="zfs-toolbar">
        <input
          className="input zfs-filter"
          type="search"
          placeholder="Filter datasets"
          aria-label="Filter datasets"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span className="zfs-quiet numeric">{formatPlural(rows.length, 'dataset')}</span>
      </div>
      <div className="zfs-dataset-head" aria-hidden="true">
        <span>Name</span>
        <span>Used</span>
        <span>Avail</span>
        <span>Refer</span>
        <span>Ratio</span>
        <span className="zfs-wide">Mounted at</span>
      </div>
      <VirtualRows
        rows={rows}
        rowHeight={ROW_PX}
        label="Datasets"
        role="tree"
        testId="datasets"
        keyOf={(row) => row.dataset.name}
        selectedKey={selected}
        onSelect={(row) => onSelect(row.dataset.name)}
        onKey={onKey}
        describe={(row) => ({
          'aria-level': row.depth + 1,
          'aria-label': rowWords(row),
          ...(row.hasChildren ? { 'aria-expanded': !row.isFolded } : {}),
        })}
        render={(row) => <DatasetCells row={row} largest={largest} onFold={fold} />}
      />
      {chosen === undefined ? null : (
        <DatasetDetail dataset={chosen} datasets={datasets} onShowSnapshots={onShowSnapshots} />
      )}
    </div>
  );
}

function rowWords({ dataset, snapshotCount }: DatasetRow): string {
  const { name, usedBytes, availableBytes } = dataset;
  const snapshots = snapshotCount === 0 ? '' : `, ${formatPlural(snapshotCount, 'snapshot')}`;
  const space = `${formatBytes(usedBytes)} used, ${formatBytes(availableBytes)} available`;
  return `${name}, ${space}${snapshots}`;
}

interface DatasetCellsProps {
  readonly row: DatasetRow;
  readonly largest: number;
  readonly onFold: (name: string, isFolded: boolean) => void;
}

function DatasetCells({ row, largest, onFold }: DatasetCellsProps): ReactElement {
  const { dataset, depth, label, hasChildren, isFolded, snapshotCount } = row;
  return (
    <>
      <span className="zfs-dataset-name" style={{ paddingLeft: Math.min(depth, 12) * 14 }}>
        <span
          className="zfs-fold"
          onClick={(event) => {
            if (!hasChildren) return;
            event.stopPropagation();
            onFold(dataset.name, !isFolded);
          }}
        >
          {hasChildren ? <Icon name={isFolded ? 'chevronRight' : 'chevronDown'} size={12} /> : null}
        </span>
        <span className="truncate" title={dataset.name}>
          {label}
        </span>
        {dataset.type === 'volume' ? <span className="zfs-tag">volume</span> : null}
        {dataset.origin === '' ? null : <span className="zfs-tag">clone</span>}
        {snapshotCount === 0 ? null : (
          <span className="zfs-tag" data-tip={formatPlural(snapshotCount, 'snapshot')}>
            @{snapshotCount}
          </span>
        )}
      </span>
      <span className="zfs-used numeric">
        <UsedBar dataset={dataset} largest={largest} />
        {formatBytes(dataset.usedBytes)}
      </span>
      <span className="numeric">{formatBytes(dataset.availableBytes)}</span>
      <span className="numeric">{formatBytes(dataset.referencedBytes)}</span>
      <span className="numeric">{dataset.compressRatio.toFixed(2)}x</span>
      <span className="zfs-wide truncate" title={dataset.mountpoint}>
        {dataset.isMounted ? dataset.mountpoint : '–'}
      </span>
    </>
  );
}

/** Four parts of what is used, as long as the share of the pool's. Decoration beside the number. */
function UsedBar(props: {
  readonly dataset: DatasetShape;
  readonly largest: number;
}): ReactElement {
  const { dataset, largest } = props;
  return (
    <span className="zfs-used-bar" aria-hidden="true">
      {usedParts(dataset).map(({ label, bytes }, n) => (
        <span
          key={label}
          className={`zfs-part-${n}`}
          style={{ width: `${Math.max(0, (100 * bytes) / Math.max(1, largest))}%` }}
        />
      ))}
    </span>
  );
}

interface DatasetDetailProps {
  readonly dataset: DatasetShape;
  readonly datasets: DatasetMap;
  readonly onShowSnapshots: () => void;
}

function DatasetDetail({ dataset, datasets, onShowSnapshots }: DatasetDetailProps): ReactElement {
  const { name } = dataset;
  const snapshots = snapshotsOf(datasets, name);
  const taken = new Set(snapshots.map((snapshot) => snapshot.name.slice(name.length + 1)));
  const isRoot = parentOf(name) === undefined;
  return (
    <section className="zfs-detail" aria-label={`Dataset ${name}`}>
      <div className="zfs-detail-head">
        <strong className="truncate" title={name}>
          {name}
        </strong>
        <span className="zfs-quiet">compression {dataset.compression || 'off'}</span>
        {dataset.origin === '' ? null : (
          <span className="zfs-quiet truncate" title={dataset.origin}>
            cloned from {dataset.origin}
          </span>
        )}
      </div>
      <ul className="zfs-parts">
        {usedParts(dataset).map(({ label, bytes }, n) => (
          <li key={label}>
            <span className={`zfs-swatch zfs-part-${n}`} aria-hidden="true" />
            {label} <span className="numeric">{formatBytes(bytes)}</span>
          </li>
        ))}
      </ul>
      <div className="zfs-buttons">
        <ActionButton
          icon="plus"
          testId="snapshot"
          tip="zfs snapshot …"
          ask={() => askSnapshot(name, freeSnapshotName(taken, new Date().getDay()))}
        >
          Snapshot…
        </ActionButton>
        <ActionButton testId="create-dataset" tip="zfs create …" ask={() => askCreate(name)}>
          New file system…
        </ActionButton>
        <ActionButton tip="zfs set …" ask={() => askProperty(dataset)}>
          Set property…
        </ActionButton>
        <ActionButton argv={['zfs', 'get', 'all', name]}>All properties</ActionButton>
        {snapshots.length === 0 ? null : (
          <button type="button" className="link" onClick={onShowSnapshots}>
            {formatPlural(snapshots.length, 'snapshot')}
          </button>
        )}
        <span className="zfs-gap" />
        <ActionButton
          look="ghost"
          icon="trash"
          label={`Destroy ${name}`}
          offReason={isRoot ? 'The root of a pool goes with the pool' : undefined}
          tip="zfs destroy …"
          ask={() => askDestroyDataset(dataset, snapshots.length)}
        />
      </div>
    </section>
  );
}
