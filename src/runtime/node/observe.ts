/**
 * Answers an observer's question from the parts of a machine that know: the one place where kernel
 * state becomes a report for outside.
 */
import type { ObservationReport, ObservationRequest } from '#runtime/observation.ts';
import type { Machine } from '#runtime/node/machine.ts';

export function observeMachine(_machine: Machine, request: ObservationRequest): ObservationReport {
  if (request.kind === 'zfsStatus') return { kind: 'zfsStatus', pools: [] };
  return { kind: 'none' };
}
