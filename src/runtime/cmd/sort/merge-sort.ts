/**
 * A stable merge sort of indices that lets others run: runs are sorted by the engine's own sort, then
 * merged in steps, with a chance to be preempted between them. Most comparisons end at a rank, a number
 * that was made of each item once; only equal ranks ask `compare`.
 */
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const RUN = 4096;
/** Elements merged between two chances to be preempted. */
const STEP = 8192;
/** Characters that fit a rank: 48 of a double's 53 bits. */
const RANK_SIZE = 6;

/** A number that orders texts as far as their first characters do. */
export function textRank(text: string): number {
  let rank = 0;
  for (let i = 0; i < RANK_SIZE; i += 1) {
    rank = rank * 256 + (i < text.length ? text.charCodeAt(i) : 0);
  }
  return rank;
}

/** The order of 0 … ranks.length − 1. `sign` −1 turns the ranks' order round. */
export function* mergeSort(
  sys: Sys,
  ranks: Float64Array,
  sign: 1 | -1,
  compare: (a: number, b: number) => number,
): Task<Int32Array> {
  const count = ranks.length;
  const full = (a: number, b: number): number => {
    const x = ranks[a] as number;
    const y = ranks[b] as number;
    return x < y ? -sign : x > y ? sign : compare(a, b);
  };
  let source = Int32Array.from({ length: count }, (_, i) => i);
  for (let at = 0; at < count; at += RUN) {
    source.subarray(at, at + RUN).sort(full);
    yield* sys.preempt(RUN * 4);
  }
  let target = new Int32Array(count);
  for (let width = RUN; width < count; width *= 2) {
    let done = 0;
    for (let at = 0; at < count; at += 2 * width) {
      const middle = Math.min(at + width, count);
      const end = Math.min(at + 2 * width, count);
      let left = at;
      let right = middle;
      let out = at;
      while (out < end) {
        const stop = Math.min(end, out + STEP);
        [left, right] = mergeStep(source, target, full, left, middle, right, end, out, stop);
        done += stop - out;
        out = stop;
        if (done >= STEP) {
          yield* sys.preempt(done * 4);
          done = 0;
        }
      }
    }
    [source, target] = [target, source];
  }
  return source;
}

/** Fills target[out … stop) from the two runs; answers where each of them stands then. */
function mergeStep(
  source: Int32Array,
  target: Int32Array,
  compare: (a: number, b: number) => number,
  leftStart: number,
  middle: number,
  rightStart: number,
  end: number,
  out: number,
  stop: number,
): [number, number] {
  let left = leftStart;
  let right = rightStart;
  for (let at = out; at < stop; at += 1) {
    const takesLeft =
      left < middle &&
      (right >= end || compare(source[left] as number, source[right] as number) <= 0);
    target[at] = source[takesLeft ? left++ : right++] as number;
  }
  return [left, right];
}
