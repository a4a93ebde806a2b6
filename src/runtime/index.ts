/**
 * The only door of the runtime: a node, as its host sees it. A host makes the outside world
 * (runtime/host.ts), makes a node of it, and then calls `run` again and again, sleeping as long as
 * the answer says. All input enters through `post`, which never runs anything itself: the events
 * wait in one recorded queue, so that the same seed, images and events give the same node.
 */
export type { Host } from '#runtime/host.ts';
export type {
  BootOptions,
  ExecRequest,
  InputEvent,
  Node,
  NodeListener,
  NodeOptions,
  NodeState,
  NodeStatistics,
  RecordedInput,
  RunResult,
} from '#runtime/node-contract.ts';
export type { ObservationReport, ObservationRequest } from '#runtime/observation.ts';
export { createNode } from '#runtime/node.ts';
