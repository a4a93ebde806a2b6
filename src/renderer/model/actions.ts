/**
 * What a person does to labs and nodes. Each action asks the lab process, keeps its key in
 * `ui.pending` while waiting, and reports what goes wrong; none of them throws.
 */
import type { LabDetail, Settings } from '#protocol/model.ts';
import { findNode, type NodeAddress, nodeKey, withDetail } from '#renderer/model/lab-state.ts';
import type { PowerAction } from '#renderer/model/node-state.ts';
import { withPending } from '#renderer/model/ui-state.ts';
import { notify, report, type Workbench } from '#renderer/model/workbench.ts';

/** Runs `work` once at a time for each key. True when it succeeded. */
export async function act(
  bench: Workbench,
  key: string,
  work: () => Promise<void>,
): Promise<boolean> {
  if (bench.ui.getState().pending.has(key)) return false;
  bench.ui.setState((state) => withPending(state, key, true));
  try {
    await work();
    return true;
  } catch (thrown) {
    report(bench, thrown);
    return false;
  } finally {
    bench.ui.setState((state) => withPending(state, key, false));
  }
}

function take(bench: Workbench, detail: LabDetail): void {
  bench.lab.setState((state) => withDetail(state, detail));
}

function select(bench: Workbench, detail: LabDetail, node?: string): void {
  const name = node ?? detail.nodes[0]?.name;
  bench.ui.setState({
    selectedLabId: detail.id,
    selectedNode: name === undefined ? null : { labId: detail.id, node: name },
  });
}

export interface NewLab {
  readonly name: string;
  readonly ramBytes?: number;
  readonly diskSizesBytes?: number[];
  /** Start its node as soon as it is there. */
  readonly isStarted: boolean;
}

/** True when the lab is there; a node that cannot be started is reported apart from that. */
export async function createLab(bench: Workbench, wanted: NewLab): Promise<boolean> {
  const { isStarted, ...params } = wanted;
  const isMade = await act(bench, 'create', async () => {
    const detail = await bench.link.client().labs.create(params);
    take(bench, detail);
    await bench.link.refreshLabs();
    take(bench, detail);
    select(bench, detail);
  });
  const node = bench.ui.getState().selectedNode;
  // Not waited for: the state of the node is shown where the node is.
  if (isMade && isStarted && node !== null) {
    void power(bench, node, 'powerOn').then(() => bench.dock?.focus());
  }
  return isMade;
}

/** Selects a lab and takes its lock when nobody has it. */
export function openLab(bench: Workbench, labId: string, node?: string): Promise<boolean> {
  bench.ui.setState({ selectedLabId: labId });
  const known = bench.lab.getState().details.get(labId);
  if (known !== undefined) {
    select(bench, known, node);
    return Promise.resolve(true);
  }
  return act(bench, `open:${labId}`, async () => {
    const detail = await bench.link.client().labs.open({ labId });
    take(bench, detail);
    await bench.link.refreshLabs();
    take(bench, detail);
    if (bench.ui.getState().selectedLabId === labId) select(bench, detail, node);
  });
}

export function closeLab(bench: Workbench, labId: string): Promise<boolean> {
  return act(bench, `close:${labId}`, async () => {
    await bench.link.client().labs.close({ labId });
    deselect(bench, labId);
    await bench.link.refreshLabs();
  });
}

export function renameLab(bench: Workbench, labId: string, name: string): Promise<boolean> {
  return act(bench, `rename:${labId}`, async () => {
    await bench.link.client().labs.rename({ labId, name });
    await bench.link.refreshLabs();
    const known = bench.lab.getState().details.get(labId);
    if (known !== undefined) take(bench, { ...known, name });
  });
}

export function removeLab(
  bench: Workbench,
  labId: string,
  what: 'files' | 'entry',
): Promise<boolean> {
  return act(bench, `remove:${labId}`, async () => {
    const name = bench.lab.getState().labs?.find((lab) => lab.id === labId)?.name ?? '';
    await bench.link.client().labs.remove({ labId, what });
    deselect(bench, labId);
    await bench.link.refreshLabs();
    const title = what === 'files' ? `Removed lab "${name}"` : `Took "${name}" off the list`;
    notify(bench, { level: 'info', title });
  });
}

function deselect(bench: Workbench, labId: string): void {
  if (bench.ui.getState().selectedLabId !== labId) return;
  bench.ui.setState({ selectedLabId: null, selectedNode: null });
}

export function power(
  bench: Workbench,
  address: NodeAddress,
  action: PowerAction,
): Promise<boolean> {
  return act(bench, `${action}:${nodeKey(address)}`, async () => {
    const { labId, node } = address;
    await bench.link.client().nodes[action]({ labId, node });
    if (action === 'powerOn') bench.dock?.showConsole(address);
  });
}

/** Changes settings at once in the window, then in the library; goes back when that fails. */
export function changeSettings(bench: Workbench, change: Partial<Settings>): Promise<boolean> {
  const before = bench.lab.getState().settings;
  bench.lab.setState({ settings: { ...before, ...change } });
  return act(bench, `settings:${Object.keys(change).join()}:${bench.nextId()}`, async () => {
    try {
      await bench.link.client().settings.set(change);
    } catch (thrown) {
      bench.lab.setState({ settings: before });
      throw thrown;
    }
  });
}

export function selectedNodeState(bench: Workbench): ReturnType<typeof findNode> {
  return findNode(bench.lab.getState(), bench.ui.getState().selectedNode);
}
