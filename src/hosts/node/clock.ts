/**
 * The machine's clocks. Wall time is the monotonic clock plus an offset, so it has nanoseconds and
 * does not jump by the millisecond; the offset is taken anew when the host's clock was set.
 */
import process from 'node:process';
import { NS_PER_MS } from '#base/units.ts';
import type { Clock } from '#runtime/host.ts';

const MAX_DRIFT_NS = 20n * NS_PER_MS;

export function hostClock(): Clock {
  const wallNs = (): bigint => BigInt(Date.now()) * NS_PER_MS;
  let offsetNs = wallNs() - process.hrtime.bigint();
  return {
    monotonicNs: () => process.hrtime.bigint(),
    realtimeNs: () => {
      const exact = process.hrtime.bigint() + offsetNs;
      const drift = wallNs() - exact;
      if (drift <= MAX_DRIFT_NS && drift >= -MAX_DRIFT_NS) return exact;
      offsetNs += drift;
      return exact + drift;
    },
  };
}
