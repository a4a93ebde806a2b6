import { describe, expect, test } from 'vitest';
import type { LabDetail, LabSummary, StatisticsShape } from '#protocol/model.ts';
import {
  applyEvent,
  findNode,
  INITIAL_STATE,
  type LabState,
  nodeKey,
  refreshFor,
  STATISTICS_KEPT,
  withDetail,
  withLabs,
  withStatistics,
} from '#renderer/model/lab-state.ts';

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';
const address = { labId: ONE, node: 'node0' };

function detail(id: string, ...nodes: string[]): LabDetail {
  return {
    id,
    name: `lab ${id.at(-1) ?? ''}`,
    path: '/labs/x',
    createdAtMs: 0,
    nodes: nodes.map((name) => ({
      name,
      ramBytes: 2 ** 30,
      cpuCount: 1,
      disks: [],
      state: { kind: 'off' },
      poweredOnAtMs: null,
    })),
  };
}

function summary(id: string, state: LabSummary['state']): LabSummary {
  return {
    id,
    name: 'a lab',
    path: '/labs/x',
    state,
    problem: null,
    nodeCount: 1,
    activeNodeCount: 0,
    createdAtMs: 0,
    openedAtMs: null,
  };
}

function sample(atMs: number): StatisticsShape {
  return {
    atMs,
    uptimeMs: atMs,
    userFraction: 0,
    kernelFraction: 0,
    memoryUsedBytes: 0,
    memoryTotalBytes: 0,
    slicesPerSecond: 0,
    systemCallsPerSecond: 0,
    processCount: 0,
    threadCount: 0,
  };
}

const open: LabState = withDetail(
  withDetail(INITIAL_STATE, detail(ONE, 'node0', 'node1')),
  detail(TWO, 'node0'),
);

describe('node states', () => {
  test('change the one node they name, in the one lab', () => {
    const state = { kind: 'booting', step: 'x', fraction: 0.5 } as const;
    const next = applyEvent(open, { kind: 'nodeState', ...address, state });
    expect(findNode(next, address)?.state).toEqual(state);
    expect(findNode(next, { labId: ONE, node: 'node1' })?.state.kind).toBe('off');
    expect(next.details.get(TWO)).toBe(open.details.get(TWO));
  });

  test('of a lab that is not open here change nothing', () => {
    const labId = '00000000-0000-4000-8000-000000000009';
    const event = { kind: 'nodeState', labId, node: 'x', state: { kind: 'off' } } as const;
    expect(applyEvent(open, event)).toBe(open);
  });

  test('readings of a machine that stopped are forgotten', () => {
    const measured = withStatistics(open, address, sample(1));
    const off = applyEvent(measured, { kind: 'nodeState', ...address, state: { kind: 'off' } });
    expect(off.statistics.has(nodeKey(address))).toBe(false);
    const running = { kind: 'nodeState', ...address, state: { kind: 'running' } } as const;
    expect(applyEvent(measured, running).statistics.size).toBe(1);
  });
});

test('only the last readings are kept, oldest first', () => {
  let state = open;
  for (let at = 0; at < STATISTICS_KEPT + 5; at += 1) {
    state = withStatistics(state, address, sample(at));
  }
  const kept = state.statistics.get(nodeKey(address)) ?? [];
  expect(kept).toHaveLength(STATISTICS_KEPT);
  expect([kept[0]?.atMs, kept.at(-1)?.atMs]).toEqual([5, STATISTICS_KEPT + 4]);
});

test('a lab that is no longer open loses its detail', () => {
  const next = withLabs(open, [summary(ONE, 'open'), summary(TWO, 'closed')]);
  expect([...next.details.keys()]).toEqual([ONE]);
});

test('each event asks for what it made stale', () => {
  expect(refreshFor({ kind: 'labsChanged' })).toEqual({ kind: 'labs' });
  expect(refreshFor({ kind: 'labChanged', labId: ONE })).toEqual({ kind: 'lab', labId: ONE });
  expect(refreshFor({ kind: 'lagged' })).toEqual({ kind: 'everything' });
  const state = { kind: 'off' } as const;
  expect(refreshFor({ kind: 'nodeState', ...address, state })).toBeUndefined();
});
