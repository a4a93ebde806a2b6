/**
 * A stable merge sort that lets others run: runs are sorted by the engine's own sort, then merged in
 * steps, with a chance to be preempted between them.
 */
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const RUN = 4096;
/** Elements merged between two chances to be preempted. */
const STEP = 8192;

export function* mergeSort<T>(
  sys: Sys,
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Task<T[]> {
  let source: T[] = [];
  for (let at = 0; at < items.length; at += RUN) {
    for (const item of items.slice(at, at + RUN).sort(compare)) source.push(item);
    yield* sys.preempt(RUN * 4);
  }
  let target = new Array<T>(items.length);
  for (let width = RUN; width < items.length; width *= 2) {
    let done = 0;
    for (let at = 0; at < items.length; at += 2 * width) {
      const middle = Math.min(at + width, items.length);
      const end = Math.min(at + 2 * width, items.length);
      let left = at;
      let right = middle;
      let out = at;
      while (out < end) {
        const stop = Math.min(end, out + STEP);
        [left, right] = mergeStep(source, target, compare, left, middle, right, end, out, stop);
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
function mergeStep<T>(
  source: readonly T[],
  target: T[],
  compare: (a: T, b: T) => number,
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
      left < middle && (right >= end || compare(source[left] as T, source[right] as T) <= 0);
    target[at] = source[takesLeft ? left++ : right++] as T;
  }
  return [left, right];
}
