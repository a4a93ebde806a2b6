/**
 * The snapshots of one dataset on a time line, oldest left, now right; below it the same as a list
 * with what each alone holds. Clones hang below the snapshot they came from.
 */
import { type ReactElement, useId, useMemo, useState } from 'react';
import type { DatasetShape } from '#protocol/zfs-model.ts';
import {
  askClone,
  askDestroySnapshot,
  askRollback,
  askSnapshot,
  freeSnapshotName,
} from '#renderer/features/zfs/asks.ts';
import { ActionButton } from '#renderer/features/zfs/command-button.tsx';
import {
  clonesOf,
  type DatasetMap,
  isHead,
  snapshotsOf,
} from '#renderer/features/zfs/dataset-rows.ts';
import { agoWords, evenMarks, type Mark, timeMarks } from '#renderer/features/zfs/time-line.ts';
import { VirtualRows } from '#renderer/features/zfs/virtual-rows.tsx';
import { formatBytes, formatPlural } from '#renderer/model/format.ts';

const ROW_PX = 28;
/** Up to here each snapshot has its own mark. */
const EVEN_UP_TO = 24;
const LEAST_SHARE = 0.02;
/** A browser's list of suggestions is no place for more. */
const HEADS_OFFERED = 500;

interface SnapshotViewProps {
  readonly datasets: DatasetMap;
  readonly head: string;
  readonly nowMs: number;
  readonly onSelectHead: (name: string) => void;
}

export function SnapshotView({
  datasets,
  head,
  nowMs,
  onSelectHead,
}: SnapshotViewProps): ReactElement {
  const snapshots = useMemo(() => snapshotsOf(datasets, head), [datasets, head]);
  const [selected, setSelected] = useState<string>();
  const newest = snapshots.at(-1);
  const chosen = snapshots.find(({ name }) => name === selected) ?? newest;
  const taken = new Set(snapshots.map(({ name }) => name.slice(head.length + 1)));
  return (
    <div className="zfs-snapshots">
      <div className="zfs-toolbar">
        <HeadSelect datasets={datasets} head={head} onSelect={onSelectHead} />
        <span className="zfs-quiet numeric">{formatPlural(snapshots.length, 'snapshot')}</span>
        <span className="zfs-gap" />
        <ActionButton
          icon="plus"
          testId="snapshot"
          tip="zfs snapshot …"
          ask={() => askSnapshot(head, freeSnapshotName(taken, new Date(nowMs).getDay()))}
        >
          Snapshot…
        </ActionButton>
      </div>
      {chosen === undefined ? (
        <p className="zfs-empty">
          No snapshots of {head} yet. A snapshot keeps everything as it is at this moment, takes no
          time, and no space until something changes.
        </p>
      ) : (
        <>
          <TimeLine
            head={head}
            snapshots={snapshots}
            chosen={chosen}
            nowSeconds={nowMs / 1000}
            onSelect={setSelected}
          />
          <SnapshotDetail
            snapshot={chosen}
            newerCount={snapshots.length - 1 - snapshots.indexOf(chosen)}
            clones={clonesOf(datasets, chosen.name)}
            nowSeconds={nowMs / 1000}
          />
          <VirtualRows
            rows={snapshots}
            rowHeight={ROW_PX}
            label="Snapshots"
            role="listbox"
            testId="snapshots"
            keyOf={({ name }) => name}
            selectedKey={chosen.name}
            onSelect={({ name }) => setSelected(name)}
            render={(snapshot) => (
              <SnapshotCells snapshot={snapshot} head={head} nowSeconds={nowMs / 1000} />
            )}
          />
        </>
      )}
    </div>
  );
}

function HeadSelect(props: {
  readonly datasets: DatasetMap;
  readonly head: string;
  readonly onSelect: (name: string) => void;
}): ReactElement {
  const { datasets, head, onSelect } = props;
  const heads = useMemo(
    () =>
      [...datasets.values()]
        .filter(isHead)
        .map(({ name }) => name)
        .sort(),
    [datasets],
  );
  const id = useId();
  return (
    <>
      <input
        className="input zfs-head-select"
        list={id}
        aria-label="Dataset"
        key={head}
        defaultValue={head}
        spellCheck={false}
        onChange={(event) => {
          if (datasets.has(event.target.value)) onSelect(event.target.value);
        }}
        onBlur={(event) => {
          event.target.value = head;
        }}
        onFocus={(event) => event.target.select()}
      />
      <datalist id={id}>
        {heads.slice(0, HEADS_OFFERED).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

interface TimeLineProps {
  readonly head: string;
  readonly snapshots: readonly DatasetShape[];
  readonly chosen: DatasetShape;
  readonly nowSeconds: number;
  readonly onSelect: (name: string) => void;
}

function TimeLine(props: TimeLineProps): ReactElement {
  const { head, snapshots, chosen, nowSeconds, onSelect } = props;
  const marks =
    snapshots.length <= EVEN_UP_TO
      ? evenMarks(snapshots)
      : timeMarks(snapshots, nowSeconds, LEAST_SHARE);
  return (
    <div className="zfs-line" role="group" aria-label={`Time line of ${head}`}>
      <span className="zfs-line-rule" aria-hidden="true" />
      {marks.map((mark) => (
        <LineMark key={mark.snapshots[0]?.name} mark={mark} chosen={chosen} onSelect={onSelect} />
      ))}
      <span className="zfs-line-now" data-tip={`${head} as it is now`}>
        now
      </span>
    </div>
  );
}

function LineMark(props: {
  readonly mark: Mark;
  readonly chosen: DatasetShape;
  readonly onSelect: (name: string) => void;
}): ReactElement | null {
  const { mark, chosen, onSelect } = props;
  const last = mark.snapshots.at(-1);
  if (last === undefined) return null;
  const count = mark.snapshots.length;
  const short = last.name.slice(last.name.indexOf('@'));
  const label = count === 1 ? short : `${count} snapshots up to ${short}`;
  return (
    <button
      type="button"
      className="zfs-mark"
      aria-pressed={mark.snapshots.includes(chosen)}
      aria-label={label}
      data-tip={`${label}: ${formatBytes(last.usedBytes)} held by it alone`}
      style={{ left: `${2 + mark.at * 90}%` }}
      onClick={() => onSelect(last.name)}
    >
      <span className="zfs-mark-dot">{count === 1 ? '' : count}</span>
      <span className="zfs-mark-label truncate">{count === 1 ? short : `×${count}`}</span>
      {last.cloneCount === 0 ? null : (
        <span className="zfs-mark-clones">{last.cloneCount} cl.</span>
      )}
    </button>
  );
}

interface SnapshotDetailProps {
  readonly snapshot: DatasetShape;
  readonly newerCount: number;
  readonly clones: readonly string[];
  readonly nowSeconds: number;
}

function SnapshotDetail(props: SnapshotDetailProps): ReactElement {
  const { snapshot, newerCount, clones, nowSeconds } = props;
  const { name } = snapshot;
  const pool = name.split(/[/@]/, 1)[0] ?? '';
  return (
    <section className="zfs-detail" aria-label={`Snapshot ${name}`}>
      <div className="zfs-detail-head">
        <strong className="truncate" title={name}>
          {name}
        </strong>
        <span className="zfs-quiet">
          {agoWords(nowSeconds - snapshot.createdSeconds)}, txg {snapshot.createTxg}
        </span>
        <span className="zfs-quiet">
          {formatBytes(snapshot.usedBytes)} held by it alone,{' '}
          {formatBytes(snapshot.referencedBytes)} in all
        </span>
        {snapshot.holdCount > 0 ? <span className="zfs-tag">held</span> : null}
      </div>
      {clones.length === 0 ? null : (
        <p className="zfs-quiet truncate" title={clones.join(', ')}>
          Clones: {clones.join(', ')}
        </p>
      )}
      <div className="zfs-buttons">
        <ActionButton
          icon="reset"
          testId="rollback"
          tip={`zfs rollback ${newerCount > 0 ? '-r ' : ''}${name}`}
          ask={() => askRollback(name, newerCount)}
        >
          Roll back…
        </ActionButton>
        <ActionButton
          icon="copy"
          testId="clone"
          tip={`zfs clone ${name} …`}
          ask={() => askClone(name, pool)}
        >
          Clone…
        </ActionButton>
        <ActionButton argv={['zfs', 'diff', name]}>What changed since</ActionButton>
        <span className="zfs-gap" />
        <ActionButton
          look="ghost"
          icon="trash"
          label={`Destroy ${name}`}
          tip={`zfs destroy ${name}`}
          ask={() => askDestroySnapshot(name, snapshot.cloneCount)}
        />
      </div>
    </section>
  );
}

function SnapshotCells(props: {
  readonly snapshot: DatasetShape;
  readonly head: string;
  readonly nowSeconds: number;
}): ReactElement {
  const { snapshot, head, nowSeconds } = props;
  return (
    <>
      <span className="zfs-dataset-name truncate" title={snapshot.name}>
        {snapshot.name.slice(head.length)}
      </span>
      <span className="numeric">{formatBytes(snapshot.usedBytes)}</span>
      <span className="numeric">{formatBytes(snapshot.referencedBytes)}</span>
      <span className="numeric">{agoWords(nowSeconds - snapshot.createdSeconds)}</span>
    </>
  );
}
