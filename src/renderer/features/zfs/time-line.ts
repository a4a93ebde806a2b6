/**
 * Where snapshots stand on a time line: by their age, but never closer than can be told apart. Those
 * that would lie over one another become one mark with a count.
 */
import type { DatasetShape } from '#protocol/zfs-model.ts';

export interface Mark {
  /** 0 … 1 from the first snapshot to now. */
  readonly at: number;
  readonly snapshots: readonly DatasetShape[];
}

/** `least` is the smallest distance between two marks, as a share of the line. */
export function timeMarks(
  snapshots: readonly DatasetShape[],
  nowSeconds: number,
  least: number,
): Mark[] {
  const [first] = snapshots;
  if (first === undefined) return [];
  const from = first.createdSeconds;
  const span = Math.max(1, nowSeconds - from);
  const marks: { at: number; snapshots: DatasetShape[] }[] = [];
  for (const snapshot of snapshots) {
    const at = Math.max(0, Math.min(1, (snapshot.createdSeconds - from) / span));
    const last = marks.at(-1);
    if (last !== undefined && at - last.at < least) last.snapshots.push(snapshot);
    else marks.push({ at, snapshots: [snapshot] });
  }
  return marks;
}

/** When few snapshots lie close together in time, spreading them evenly tells more. */
export function evenMarks(snapshots: readonly DatasetShape[]): Mark[] {
  const count = snapshots.length;
  return snapshots.map((snapshot, n) => ({
    at: count === 1 ? 0.5 : (n + 0.5) / count,
    snapshots: [snapshot],
  }));
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function agoWords(seconds: number): string {
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
