import { expect, test } from 'vitest';
import {
  freeLabName,
  libraryRows,
  nameProblem,
  rowForKey,
} from '#renderer/features/library/rows.ts';
import type { LabDetail, LabSummary } from '#protocol/model.ts';

function lab(id: string, name: string): LabSummary {
  return {
    id,
    name,
    path: '',
    state: 'open',
    problem: null,
    nodeCount: 1,
    activeNodeCount: 0,
    createdAtMs: 0,
    openedAtMs: null,
  };
}

const node = { ramBytes: 1, cpuCount: 1, disks: [], state: { kind: 'off' }, poweredOnAtMs: null };
const opened = (id: string, ...names: string[]): [string, LabDetail] => [
  id,
  {
    id,
    name: id,
    path: '',
    createdAtMs: 0,
    nodes: names.map((name) => ({ ...node, name, state: { kind: 'off' } })),
  },
];

const labs = [lab('x', 'Lab 10'), lab('y', 'Lab 2'), lab('z', 'alpha')];
const rows = libraryRows(labs, new Map([opened('y', 'n0', 'n1')]));

test('labs are sorted as people count, nodes stand below their open lab', () => {
  expect(rows.map(({ id }) => id)).toEqual(['z', 'y', 'y/n0', 'y/n1', 'x']);
});

test('arrows move, stop at the ends, and go in and out of a lab', () => {
  expect(rowForKey(rows, 0, 'ArrowUp')).toBe(0);
  expect(rowForKey(rows, 4, 'ArrowDown')).toBe(4);
  expect(rowForKey(rows, 1, 'ArrowRight')).toBe(2);
  expect(rowForKey(rows, 0, 'ArrowRight')).toBe(0);
  expect(rowForKey(rows, 3, 'ArrowLeft')).toBe(1);
  expect([rowForKey(rows, 2, 'Home'), rowForKey(rows, 2, 'End')]).toEqual([0, 4]);
  expect(rowForKey(rows, 2, 'x')).toBeUndefined();
});

test('a new lab gets a name that is free', () => {
  expect(freeLabName([])).toBe('Lab 1');
  expect(freeLabName([lab('a', 'x'), lab('b', 'lab 3')])).toBe('Lab 4');
});

test('a name is refused for a reason that can be read', () => {
  expect(nameProblem('  ', labs)).toBe('Give the lab a name');
  expect(nameProblem('x'.repeat(101), labs)).toMatch('100');
  expect(nameProblem('LAB 2 ', labs)).toBe('There is a lab named "LAB 2" already');
  expect(nameProblem('lab 2', labs, 'y')).toBeUndefined();
  expect(nameProblem('Lab 3', labs)).toBeUndefined();
});
