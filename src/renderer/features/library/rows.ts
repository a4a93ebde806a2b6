/**
 * The library as rows: each lab, and below an open one its nodes. Pure, so that moving through the
 * tree by keyboard can be tested without a window.
 */
import type { LabDetail, LabSummary, NodeShape } from '#protocol/model.ts';

export interface LabRow {
  readonly kind: 'lab';
  readonly id: string;
  readonly lab: LabSummary;
  readonly isOpen: boolean;
}

export interface NodeRow {
  readonly kind: 'node';
  readonly id: string;
  readonly lab: LabSummary;
  readonly node: NodeShape;
}

export type Row = LabRow | NodeRow;

/** Labs by name, as people read them; nodes in the lab's own order. */
export function libraryRows(
  labs: readonly LabSummary[],
  details: ReadonlyMap<string, LabDetail>,
): Row[] {
  const sorted = [...labs].sort((a, b) =>
    a.name.localeCompare(b.name, undefined, { numeric: true }),
  );
  return sorted.flatMap((lab): Row[] => {
    const nodes = details.get(lab.id)?.nodes ?? [];
    return [
      { kind: 'lab', id: lab.id, lab, isOpen: details.has(lab.id) },
      ...nodes.map((node): Row => ({ kind: 'node', id: `${lab.id}/${node.name}`, lab, node })),
    ];
  });
}

/** The row to go to for a key; undefined when the key is not for the tree. */
export function rowForKey(rows: readonly Row[], at: number, key: string): number | undefined {
  const row = rows[at];
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, rows.length - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowLeft':
      return row?.kind === 'node' ? rows.findIndex((other) => other.id === row.lab.id) : at;
    case 'ArrowRight':
      return row?.kind === 'lab' && rows[at + 1]?.kind === 'node' ? at + 1 : at;
    default:
      return undefined;
  }
}

/** A name for a new lab that no other has: `Lab 1`, `Lab 2` … */
export function freeLabName(labs: readonly LabSummary[]): string {
  const taken = new Set(labs.map((lab) => lab.name.toLowerCase()));
  for (let number = labs.length + 1; ; number += 1) {
    const name = `Lab ${number}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

/** Why a name won't do, or undefined. `ownId` may keep its name. */
export function nameProblem(
  name: string,
  labs: readonly LabSummary[],
  ownId?: string,
): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Give the lab a name';
  if (trimmed.length > 100) return 'Use at most 100 characters';
  const isTaken = labs.some(
    (lab) => lab.id !== ownId && lab.name.toLowerCase() === trimmed.toLowerCase(),
  );
  return isTaken ? `There is a lab named "${trimmed}" already` : undefined;
}
