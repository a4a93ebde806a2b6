/** A clock that moves only when somebody moves it: the node by its work, the test by hand. */
import type { Clock } from '#runtime/host.ts';

/** 2026-11-23T00:00:00Z */
export const SIM_EPOCH_NS = 1_795_392_000_000_000_000n;

export class VirtualClock implements Clock {
  #nowNs = 0n;
  readonly #epochNs: bigint;

  constructor(epochNs: bigint = SIM_EPOCH_NS) {
    this.#epochNs = epochNs;
  }

  realtimeNs(): bigint {
    return this.#epochNs + this.#nowNs;
  }

  monotonicNs(): bigint {
    return this.#nowNs;
  }

  readonly advance = (byNs: bigint): void => {
    this.#nowNs += byNs;
  };

  /** Goes on to `ns` (monotonic) unless it is later already. */
  advanceTo(ns: bigint): void {
    if (ns > this.#nowNs) this.#nowNs = ns;
  }
}
