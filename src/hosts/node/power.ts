/** A node's power as a host sees it: wait for a state, shut down in good order. */
import { LabError } from '#protocol/errors.ts';
import type { NodeStateShape } from '#protocol/model.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';
import type { OpenLab } from '#lab/open-lab.ts';
import type { BootOptions } from '#runtime/index.ts';

const SHUTDOWN_LIMIT_MS = 30_000;

/** Resolves when the node is running; rejects when it panics or goes off instead. */
export async function bootNode(lab: OpenLab, node: NodeHandle, boot?: BootOptions): Promise<void> {
  const running = waitForState(lab, node, ({ kind }) => kind !== 'booting');
  await node.powerOn(boot);
  const state = await running;
  if (state.kind === 'running') return;
  const what = state.kind === 'panicked' ? `it panicked: ${state.message}` : `it is ${state.kind}`;
  throw new LabError('nodePanicked', `Cannot boot node "${node.name}": ${what}`);
}

/** Presses the power button and waits; pulls the plug when that does not help. */
export async function shutDownNode(lab: OpenLab, node: NodeHandle): Promise<void> {
  if (!node.isActive) return;
  const ended = waitForState(lab, node, () => !node.isActive);
  try {
    node.shutDown();
  } catch {
    // It does not respond: the plug is what is left.
    return node.kill();
  }
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<void>((resolve) => {
    timer = setTimeout(() => resolve(node.kill()), SHUTDOWN_LIMIT_MS);
  });
  await Promise.race([ended, tooLate]);
  clearTimeout(timer);
}

export function waitForState(
  lab: OpenLab,
  node: NodeHandle,
  holds: (state: NodeStateShape) => boolean,
): Promise<NodeStateShape> {
  return new Promise((resolve) => {
    const subscription = lab.onNodeState((name, state) => {
      if (name !== node.name || !holds(state)) return;
      subscription.dispose();
      resolve(state);
    });
  });
}

/** Every node of every open lab, at the same time. */
export async function shutDownAll(labs: readonly OpenLab[]): Promise<void> {
  const nodes = labs.flatMap((lab) =>
    lab.describe().nodes.map(({ name }) => shutDownNode(lab, lab.node(name))),
  );
  await Promise.all(nodes);
}
