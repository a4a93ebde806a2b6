/**
 * The read model: what the window knows about the lab process, and how each event changes it. Pure:
 * connection.ts brings the events, store.ts holds the state, views only read. The lab process has the
 * truth; after any doubt (`lagged`, a new connection) everything is asked again.
 */
import type {
  AppInfo,
  LabDetail,
  LabEvent,
  LabSummary,
  NodeShape,
  NodeStateShape,
  Settings,
  StatisticsShape,
} from '#protocol/model.ts';
import { DEFAULT_SETTINGS } from '#protocol/model.ts';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online' }
  /** `retryAtMs` by the window's clock; null: no use to try again without the person. */
  | {
      readonly kind: 'lost';
      readonly message: string;
      readonly retryAtMs: number | null;
      readonly isRefused: boolean;
    };

/** Which node of which lab; also the key of everything kept for a node. */
export interface NodeAddress {
  readonly labId: string;
  readonly node: string;
}

export type NodeKey = string & { readonly __nodeKey: true };

export interface LabState {
  readonly connection: ConnectionState;
  readonly app: AppInfo | null;
  readonly settings: Settings;
  /** Null until the list has come once: unknown is not empty. */
  readonly labs: readonly LabSummary[] | null;
  readonly details: ReadonlyMap<string, LabDetail>;
  /** The last two minutes, oldest first. */
  readonly statistics: ReadonlyMap<NodeKey, readonly StatisticsShape[]>;
}

export const STATISTICS_KEPT = 120;

export const INITIAL_STATE: LabState = {
  connection: { kind: 'connecting' },
  app: null,
  settings: DEFAULT_SETTINGS,
  labs: null,
  details: new Map(),
  statistics: new Map(),
};

/** What must be asked of the lab process because of an event. */
export type Refresh =
  | { readonly kind: 'labs' }
  | { readonly kind: 'lab'; readonly labId: string }
  | { readonly kind: 'everything' };

export function nodeKey(address: NodeAddress): NodeKey {
  return `${address.labId}/${address.node}` as NodeKey;
}

export function findNode(state: LabState, address: NodeAddress | null): NodeShape | undefined {
  if (address === null) return undefined;
  return state.details.get(address.labId)?.nodes.find((node) => node.name === address.node);
}

/** The state after an event; the same object when nothing changed. */
export function applyEvent(state: LabState, event: LabEvent): LabState {
  if (event.kind === 'settingsChanged') return { ...state, settings: event.settings };
  if (event.kind === 'nodeState') return withNodeState(state, event, event.state);
  return state;
}

/** Which questions follow from an event. */
export function refreshFor(event: LabEvent): Refresh | undefined {
  switch (event.kind) {
    case 'labsChanged':
      return { kind: 'labs' };
    case 'labChanged':
      return { kind: 'lab', labId: event.labId };
    case 'lagged':
      return { kind: 'everything' };
    default:
      return undefined;
  }
}

export function withLabs(state: LabState, labs: readonly LabSummary[]): LabState {
  const open = new Set(labs.filter((lab) => lab.state === 'open').map((lab) => lab.id));
  const details = new Map([...state.details].filter(([id]) => open.has(id)));
  return { ...state, labs, details };
}

export function withDetail(state: LabState, detail: LabDetail): LabState {
  return { ...state, details: new Map(state.details).set(detail.id, detail) };
}

export function withNodeState(
  state: LabState,
  address: NodeAddress,
  nodeState: NodeStateShape,
): LabState {
  const detail = state.details.get(address.labId);
  if (detail === undefined) return state;
  const nodes = detail.nodes.map((node) =>
    node.name === address.node ? { ...node, state: nodeState } : node,
  );
  const next = withDetail(state, { ...detail, nodes });
  if (nodeState.kind !== 'off' && nodeState.kind !== 'panicked') return next;
  // What a machine that stopped did a minute ago is no reading of the one that starts next.
  const statistics = new Map(next.statistics);
  statistics.delete(nodeKey(address));
  return { ...next, statistics };
}

export function withStatistics(
  state: LabState,
  address: NodeAddress,
  sample: StatisticsShape,
): LabState {
  const key = nodeKey(address);
  const kept = [...(state.statistics.get(key) ?? []), sample].slice(-STATISTICS_KEPT);
  return { ...state, statistics: new Map(state.statistics).set(key, kept) };
}
