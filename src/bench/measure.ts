/**
 * What a benchmark reports. Machines are shared and noisy, so a figure is read as a ratio to a peer
 * that was measured in the same run; absolute values are kept beside it for the record.
 */
export interface Measurement {
  /** Stable over time: the baseline is looked up by it, e.g. `kernel/getpid`. */
  readonly name: string;
  readonly value: number;
  readonly unit: 'ns' | 'ms' | 's' | 'MB/s' | '1/s' | 'MB' | '%';
  readonly better: 'lower' | 'higher';
  /** What it is held against, measured in this run, in the same unit. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** The promise: a bound on the ratio where there is a peer, else on the value. */
  readonly bound?: number;
}

/** One file in src/bench exports one of these. */
export interface Bench {
  readonly name: string;
  run(): Promise<readonly Measurement[]> | readonly Measurement[];
}

/** value ÷ peer, or the bare value where there is no peer. */
export function figure(measurement: Measurement): number {
  return measurement.peer === undefined
    ? measurement.value
    : measurement.value / measurement.peer.value;
}

/** Whether the promise is kept; true where none is made. */
export function isWithinBound(measurement: Measurement): boolean {
  if (measurement.bound === undefined) return true;
  const value = figure(measurement);
  return measurement.better === 'lower' ? value <= measurement.bound : value >= measurement.bound;
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
