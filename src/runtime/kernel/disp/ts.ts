/**
 * The time-sharing class. A thread that uses up its slice sinks, one that waited rises above those
 * that compute, so that a shell answers while a compiler runs. Levels and moves are illumos's
 * ts_dptbl; its slices (20 … 200 ms) are cut to a twentieth here: one real processor is shared by
 * the whole node, and the host wants its thread back within milliseconds.
 * @man ts_dptbl(5)  @see uts/common/disp/ts.c
 */
import type { Thread } from '#kernel/disp/thread.ts';

/** Priorities of the TS class are 0 … 59; the SYS class lies above. */
export const TS_MAX_PRIORITY = 59;
export const SYS_PRIORITY = 60;
export const MAX_PRIORITY = 99;
export const NICE_DEFAULT = 20;

/** Bands of levels: the lowest, the slice, the level after a sleep (`ts_slpret`). */
const BANDS: readonly (readonly [from: number, quantumNs: bigint, slpret: number])[] = [
  [59, 1_000_000n, 59],
  [40, 2_000_000n, 55],
  [30, 4_000_000n, 53],
  [20, 6_000_000n, 52],
  [10, 8_000_000n, 51],
  [0, 10_000_000n, 50],
];

function bandOf(level: number): readonly [number, bigint, number] {
  for (const band of BANDS) if (level >= band[0]) return band;
  return [0, 10_000_000n, 50];
}

/** Slice of a thread at `level`. */
export function quantumOf(level: number): bigint {
  return bandOf(level)[1];
}

function clampLevel(level: number): number {
  return Math.max(0, Math.min(TS_MAX_PRIORITY, level));
}

/** nice 0 … 39 around 20 moves the priority by up to ± 20 levels. */
function effectivePriority(thread: Thread): number {
  return clampLevel(thread.cpuPriority - (thread.nice - NICE_DEFAULT));
}

/** The slice is used up: ten levels down, a longer slice next time. */
export function quantumExpired(thread: Thread): void {
  if (thread.priority >= SYS_PRIORITY) {
    thread.quantumNs = quantumOf(TS_MAX_PRIORITY);
    return;
  }
  thread.cpuPriority = clampLevel(thread.cpuPriority - 10);
  thread.priority = effectivePriority(thread);
  thread.quantumNs = quantumOf(thread.cpuPriority);
}

/** It waited and is to run again: up to the level that waiting earns. */
export function returnedFromSleep(thread: Thread): void {
  if (thread.priority >= SYS_PRIORITY) return;
  thread.cpuPriority = clampLevel(bandOf(thread.cpuPriority)[2]);
  thread.priority = effectivePriority(thread);
  thread.quantumNs = quantumOf(thread.cpuPriority);
}

/** After nice(2) or at the start of a thread. */
export function priorityChanged(thread: Thread): void {
  if (thread.priority >= SYS_PRIORITY) return;
  thread.priority = effectivePriority(thread);
  if (thread.quantumNs === 0n) thread.quantumNs = quantumOf(thread.cpuPriority);
}
