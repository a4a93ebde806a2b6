/**
 * What the pane follows while it is looked at: pools, datasets, the disk map, faults. A stream ends
 * with the connection or the node; it is opened again when either is back.
 */
import { useEffect, useReducer, useRef, useState } from 'react';
import type { LabClient, LabStream } from '#protocol/client.ts';
import { toLabError } from '#protocol/errors.ts';
import type { DiskFaultState, DiskMapView, IoRates, ZfsStatus } from '#protocol/zfs-model.ts';
import { type DatasetMap, withItem } from '#renderer/features/zfs/dataset-rows.ts';
import { MapState } from '#renderer/features/zfs/map-state.ts';
import { findNode, type NodeAddress } from '#renderer/model/lab-state.ts';
import { report, useBench, useLab } from '#renderer/model/workbench.ts';

/** Seconds of rates kept for the line in the header. */
export const RATES_KEPT = 60;

/** Whether the node can answer now. */
export function useIsOn(address: NodeAddress): boolean {
  const kind = useLab((lab) => findNode(lab, address)?.state.kind);
  const isOnline = useLab((lab) => lab.connection.kind === 'online');
  return isOnline && (kind === 'running' || kind === 'booting' || kind === 'shuttingDown');
}

/** Reads a stream while `isOpen`; `key` names what it is about. */
function useStream<T>(
  isOpen: boolean,
  key: string,
  open: (client: LabClient) => LabStream<T>,
  take: (item: T) => void,
): void {
  const bench = useBench();
  const work = useRef({ open, take });
  work.current = { open, take };
  useEffect(() => {
    if (!isOpen) return;
    const stream = work.current.open(bench.link.client());
    const read = async (): Promise<void> => {
      for await (const item of stream) work.current.take(item);
    };
    read().catch((thrown: unknown) => {
      // The node going off or the connection ending is told in its own place.
      const { code } = toLabError(thrown);
      if (code === 'badRequest' || code === 'internal') report(bench, thrown);
    });
    return () => stream.cancel();
  }, [bench, isOpen, key]);
}

export interface PoolsState {
  /** Null until the node has answered once. */
  readonly status: ZfsStatus | null;
  /** Rates of each pool over the last minute, oldest first, by guid. */
  readonly history: ReadonlyMap<string, readonly IoRates[]>;
}

const NO_POOLS: PoolsState = { status: null, history: new Map() };

export function usePools(address: NodeAddress, isLooking: boolean): PoolsState {
  const isOn = useIsOn(address);
  const [state, setState] = useState<PoolsState>(NO_POOLS);
  const { labId, node } = address;
  useStream(
    isLooking && isOn,
    `${labId}/${node}`,
    (client) => client.zfs.status({ labId, node }),
    (status) => setState(({ history }) => ({ status, history: withRates(history, status) })),
  );
  useEffect(() => {
    if (!isOn) setState(NO_POOLS);
  }, [isOn]);
  return state;
}

function withRates(
  history: PoolsState['history'],
  status: ZfsStatus,
): ReadonlyMap<string, readonly IoRates[]> {
  return new Map(
    status.pools.map(({ guid, rates }) => [
      guid,
      [...(history.get(guid) ?? []), rates].slice(-RATES_KEPT),
    ]),
  );
}

const NO_DATASETS: DatasetMap = new Map();

export function useDatasets(address: NodeAddress, pool: string, isLooking: boolean): DatasetMap {
  const isOn = useIsOn(address);
  const [datasets, setDatasets] = useState<DatasetMap>(NO_DATASETS);
  const { labId, node } = address;
  useEffect(() => setDatasets(NO_DATASETS), [labId, node, pool]);
  useStream(
    isLooking && isOn,
    `${labId}/${node}/${pool}`,
    (client) => client.zfs.datasets({ labId, node, pool }),
    (item) => setDatasets((known) => withItem(known, item)),
  );
  return datasets;
}

/** The map is kept in place; `version` counts what came. */
export function useDiskMap(
  address: NodeAddress,
  view: DiskMapView,
  isLooking: boolean,
): { readonly map: MapState; readonly version: number } {
  const isOn = useIsOn(address);
  const [version, count] = useReducer((before: number) => before + 1, 0);
  const { labId, node } = address;
  const key = `${labId}/${node} ${JSON.stringify(view)}`;
  const map = useRef<MapState>(undefined);
  map.current ??= new MapState();
  const current = map.current;
  useStream(
    isLooking && isOn,
    key,
    (client) => client.zfs.diskMap({ labId, node, view }),
    (item) => {
      current.take(item, performance.now());
      count();
    },
  );
  return { map: current, version };
}

const NO_FAULTS: readonly DiskFaultState[] = [];

export function useFaults(address: NodeAddress, isLooking: boolean): readonly DiskFaultState[] {
  const isOnline = useLab((lab) => lab.connection.kind === 'online');
  const [faults, setFaults] = useState(NO_FAULTS);
  const { labId, node } = address;
  useStream(
    isLooking && isOnline,
    `${labId}/${node}`,
    (client) => client.disks.faults({ labId, node }),
    setFaults,
  );
  return faults;
}
