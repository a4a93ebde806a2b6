/**
 * The layouts of all labs in one text (settings.layout), and what of a stored one can be used: the
 * text may come from another version, name nodes that are gone, or be damaged. Whatever cannot be
 * used is dropped; a lab without a usable layout gets the usual one.
 */
import type { SerializedDockview } from 'dockview';

const VERSION = 1;
/** Labs kept; the least recently changed goes first. */
const LABS_KEPT = 40;
/** Below the protocol's limit for the text, with room for its escapes. */
const MAX_TEXT = 200 * 1024;

export interface PaneParams {
  readonly kind: 'console' | 'terminal' | 'zfs';
  readonly node: string;
}

const PANE_KINDS: ReadonlySet<unknown> = new Set<PaneParams['kind']>([
  'console',
  'terminal',
  'zfs',
]);

interface StoredLayouts {
  readonly version: number;
  /** Most recently changed last. */
  readonly labs: readonly (readonly [string, SerializedDockview])[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string | null): StoredLayouts {
  const empty = { version: VERSION, labs: [] };
  if (text === null) return empty;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value['version'] !== VERSION || !Array.isArray(value['labs'])) {
      return empty;
    }
    const labs = value['labs'].filter(
      (entry): entry is [string, SerializedDockview] =>
        Array.isArray(entry) && typeof entry[0] === 'string' && isRecord(entry[1]),
    );
    return { version: VERSION, labs };
  } catch {
    return empty;
  }
}

export function isPaneParams(value: unknown): value is PaneParams {
  return isRecord(value) && PANE_KINDS.has(value['kind']) && typeof value['node'] === 'string';
}

/** A lab's stored layout without the panes that cannot be shown; undefined when none is left. */
export function readLayout(
  text: string | null,
  labId: string,
  nodes: readonly string[],
): SerializedDockview | undefined {
  const found = parse(text).labs.find(([id]) => id === labId)?.[1];
  return found === undefined ? undefined : prune(found, nodes);
}

/** The text with this lab's layout in it; `undefined` takes the lab out. */
export function writeLayout(
  text: string | null,
  labId: string,
  layout: SerializedDockview | undefined,
): string {
  const others = parse(text).labs.filter(([id]) => id !== labId);
  const labs = layout === undefined ? others : [...others, [labId, layout] as const];
  const kept = labs.slice(-LABS_KEPT);
  while (kept.length > 1 && JSON.stringify(kept).length > MAX_TEXT) kept.shift();
  return JSON.stringify({ version: VERSION, labs: kept });
}

function prune(
  layout: SerializedDockview,
  nodes: readonly string[],
): SerializedDockview | undefined {
  const { grid, panels } = layout as unknown as { grid: unknown; panels: unknown };
  if (!isRecord(grid) || !isRecord(panels)) return undefined;
  const kept = Object.entries(panels).filter(
    ([, panel]) =>
      isRecord(panel) && isPaneParams(panel['params']) && nodes.includes(panel['params'].node),
  );
  const ids = new Set(kept.map(([id]) => id));
  const root = pruneBranch(grid['root'], ids);
  if (root === undefined) return undefined;
  // Floating and popped-out groups are not offered; an old layout may name them.
  return {
    grid: { ...grid, root: asBranch(root) },
    panels: Object.fromEntries(kept),
  } as unknown as SerializedDockview;
}

/** The outermost cell has to be a branch, whatever was taken out below it. */
function asBranch(root: Record<string, unknown>): Record<string, unknown> {
  return root['type'] === 'branch' ? root : { type: 'branch', data: [root], size: root['size'] };
}

function pruneBranch(cell: unknown, ids: ReadonlySet<string>): Record<string, unknown> | undefined {
  if (!isRecord(cell)) return undefined;
  if (cell['type'] === 'branch' && Array.isArray(cell['data'])) {
    const data = cell['data']
      .map((child) => pruneBranch(child, ids))
      .filter((child) => child !== undefined);
    return data.length === 0 ? undefined : { ...cell, data };
  }
  const group = cell['data'];
  if (cell['type'] !== 'leaf' || !isRecord(group) || !Array.isArray(group['views']))
    return undefined;
  const views = group['views'].filter((id) => typeof id === 'string' && ids.has(id));
  if (views.length === 0) return undefined;
  const active = views.includes(group['activeView']) ? group['activeView'] : views[0];
  return { ...cell, data: { ...group, views, activeView: active } };
}
