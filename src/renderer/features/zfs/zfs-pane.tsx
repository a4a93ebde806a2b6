/**
 * The ZFS pane of a node: its pools and devices live, datasets, snapshots, the disk map and the txgs.
 * Everything that changes something is a command that the person sees; the rest is only looked at.
 * Wide, the devices stay in sight beside the views; narrow, they are one of the views.
 */
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import type { PoolShape } from '#protocol/zfs-model.ts';
import { AskDialog } from '#renderer/features/zfs/ask-dialog.tsx';
import { CommandLog } from '#renderer/features/zfs/command-log.tsx';
import { CommandRuns } from '#renderer/features/zfs/command-runs.ts';
import { CreatePoolDialog } from '#renderer/features/zfs/create-pool-dialog.tsx';
import { DatasetView } from '#renderer/features/zfs/dataset-view.tsx';
import { DiskMap, FIRST_LOOK, type MapLook } from '#renderer/features/zfs/disk-map-view.tsx';
import { NoNode, NoPools } from '#renderer/features/zfs/empty-states.tsx';
import { FaultDialog } from '#renderer/features/zfs/fault-dialog.tsx';
import {
  type DiskChoice,
  type PaneDialog,
  type ZfsPane as Pane,
  useZfsPane,
  ZfsPaneContext,
} from '#renderer/features/zfs/pane-context.ts';
import { PoolHeader } from '#renderer/features/zfs/pool-header.tsx';
import { SnapshotView } from '#renderer/features/zfs/snapshot-view.tsx';
import { TxgView } from '#renderer/features/zfs/txg-view.tsx';
import {
  type PoolsState,
  useDatasets,
  useDiskMap,
  useFaults,
  useIsOn,
  usePools,
} from '#renderer/features/zfs/use-zfs.ts';
import { VdevTree } from '#renderer/features/zfs/vdev-tree.tsx';
import { Tabs } from '#renderer/ui/tabs.tsx';
import { findNode, type NodeAddress } from '#renderer/model/lab-state.ts';
import { useBench, useLab } from '#renderer/model/workbench.ts';

export interface ZfsPaneProps {
  readonly address: NodeAddress;
  /** The pane's tab is in front: only then anything is asked of the node. */
  readonly isVisible: boolean;
  readonly isActive: boolean;
}

const WIDE_PX = 980;
const MAP_CELLS = 4096;

export function ZfsPane({ address, isVisible, isActive }: ZfsPaneProps): ReactElement {
  const bench = useBench();
  const { labId, node } = address;
  const [dialog, setDialog] = useState<PaneDialog>(null);
  const runs = useMemo(() => new CommandRuns(bench, { labId, node }), [bench, labId, node]);
  const isOn = useIsOn(address);
  const pools = usePools(address, isVisible);
  const faults = useFaults(address, isVisible);
  const shape = useLab((lab) => findNode(lab, address));
  const known = pools.status?.pools ?? NO_POOLS;
  const disks = useMemo(() => diskChoices(shape?.disks ?? [], known), [shape, known]);
  const pane = useMemo<Pane>(
    () => ({
      address: { labId, node },
      runs,
      run: (argv) => runs.run(argv),
      show: setDialog,
      pools: known,
      disks,
      faults,
    }),
    [labId, node, runs, known, disks, faults],
  );
  useEffect(() => {
    if (isActive && isVisible) bench.ui.setState({ selectedNode: { labId, node } });
  }, [bench, isActive, isVisible, labId, node]);
  return (
    <ZfsPaneContext value={pane}>
      <div className="zfs-pane" data-pane-focus="" tabIndex={-1}>
        <Body pools={pools} isOn={isOn} isVisible={isVisible} />
        {isOn ? <CommandLog /> : null}
        <OpenDialog dialog={dialog} onClose={() => setDialog(null)} />
      </div>
    </ZfsPaneContext>
  );
}

const NO_POOLS: readonly PoolShape[] = [];

/** The node's disks, each with the pool that has it. */
function diskChoices(
  disks: readonly { readonly name: string; readonly sizeBytes: number }[],
  pools: readonly PoolShape[],
): DiskChoice[] {
  const owner = new Map<string, string>();
  for (const { name, vdevs } of pools) for (const vdev of vdevs) owner.set(vdev.name, name);
  return disks.map(({ name, sizeBytes }) => ({ name, sizeBytes, pool: owner.get(name) }));
}

function OpenDialog(props: {
  readonly dialog: PaneDialog;
  readonly onClose: () => void;
}): ReactElement | null {
  const { dialog, onClose } = props;
  if (dialog?.kind === 'ask') return <AskDialog ask={dialog.ask} onClose={onClose} />;
  if (dialog?.kind === 'createPool') return <CreatePoolDialog onClose={onClose} />;
  if (dialog?.kind === 'faults') return <FaultDialog disk={dialog.disk} onClose={onClose} />;
  return null;
}

interface BodyProps {
  readonly pools: PoolsState;
  readonly isOn: boolean;
  readonly isVisible: boolean;
}

function Body({ pools, isOn, isVisible }: BodyProps): ReactElement {
  const [selected, setSelected] = useState<string>();
  const { status, history } = pools;
  if (!isOn) return <NoNode />;
  if (status === null) return <p className="zfs-empty">Asking the node…</p>;
  const pool = status.pools.find(({ guid }) => guid === selected) ?? status.pools[0];
  if (pool === undefined) return <NoPools />;
  return (
    <>
      <PoolHeader
        pool={pool}
        history={history.get(pool.guid) ?? []}
        nowMs={status.atMs}
        onSelect={setSelected}
      />
      <PoolViews key={pool.guid} pool={pool} nowMs={status.atMs} isVisible={isVisible} />
    </>
  );
}

interface PoolViewsProps {
  readonly pool: PoolShape;
  readonly nowMs: number;
  readonly isVisible: boolean;
}

type ViewId = 'devices' | 'map' | 'datasets' | 'snapshots' | 'txgs';

const VIEWS: readonly { readonly id: ViewId; readonly label: string }[] = [
  { id: 'devices', label: 'Devices' },
  { id: 'map', label: 'Disk map' },
  { id: 'datasets', label: 'Datasets' },
  { id: 'snapshots', label: 'Snapshots' },
  { id: 'txgs', label: 'Txgs' },
];

function PoolViews({ pool, nowMs, isVisible }: PoolViewsProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const isWide = useIsWide(host);
  const [wanted, setWanted] = useState<ViewId>();
  const views = isWide ? VIEWS.filter(({ id }) => id !== 'devices') : VIEWS;
  const view = views.find(({ id }) => id === wanted)?.id ?? views[0]?.id ?? 'map';
  return (
    <div ref={host} className={isWide ? 'zfs-views zfs-views-wide' : 'zfs-views'}>
      {isWide ? (
        <section className="zfs-side" aria-label="Devices">
          <VdevTree pool={pool} />
        </section>
      ) : null}
      <div className="zfs-main">
        <Tabs label="Views of the pool" tabs={views} selected={view} onSelect={setWanted}>
          <PoolView
            view={view}
            pool={pool}
            nowMs={nowMs}
            isVisible={isVisible}
            onShow={setWanted}
          />
        </Tabs>
      </div>
    </div>
  );
}

interface PoolViewProps extends PoolViewsProps {
  readonly view: ViewId;
  readonly onShow: (view: ViewId) => void;
}

function PoolView({ view, pool, nowMs, isVisible, onShow }: PoolViewProps): ReactElement {
  const { address } = useZfsPane();
  const [head, setHead] = useState(pool.name);
  const [look, setLook] = useState<MapLook>(FIRST_LOOK);
  const needsDatasets = view === 'datasets' || view === 'snapshots';
  const datasets = useDatasets(address, pool.name, isVisible && needsDatasets);
  const needsMap = view === 'map' || view === 'txgs';
  const mapView = useMemo(
    () => ({ pool: pool.name, ...look, cells: MAP_CELLS }),
    [pool.name, look],
  );
  const { map, version } = useDiskMap(address, mapView, isVisible && needsMap);
  const chosen = datasets.has(head) ? head : pool.name;
  switch (view) {
    case 'devices':
      return <VdevTree pool={pool} />;
    case 'map':
      return <DiskMap pool={pool} map={map} version={version} look={look} onLook={setLook} />;
    case 'datasets':
      return (
        <DatasetView
          datasets={datasets}
          selected={chosen}
          onSelect={setHead}
          onShowSnapshots={() => onShow('snapshots')}
        />
      );
    case 'snapshots':
      return (
        <SnapshotView datasets={datasets} head={chosen} nowMs={nowMs} onSelectHead={setHead} />
      );
    case 'txgs':
      return <TxgView pool={pool} map={map} />;
  }
}

function useIsWide(host: React.RefObject<HTMLElement | null>): boolean {
  const [isWide, setWide] = useState(false);
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWide(element.clientWidth >= WIDE_PX));
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  return isWide;
}
