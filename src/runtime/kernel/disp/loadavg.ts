/**
 * Load averages over 1, 5 and 15 minutes: the exponentially damped count of runnable threads. It is
 * integrated when something changes instead of being sampled by a tick, so an idle node stays idle.
 * @man getloadavg(3C)
 */
const NS_PER_SEC = 1e9;
const SPANS_SEC = [60, 300, 900] as const;
/** Folding more often gains nothing. */
const FOLD_NS = 1_000_000_000n;

export class LoadAverages {
  readonly #averages: [number, number, number] = [0, 0, 0];
  #sinceNs: bigint;
  #foldedNs: bigint;
  #count = 0;
  /** Thread-nanoseconds since the last fold. */
  #integral = 0;

  constructor(nowNs: bigint) {
    this.#sinceNs = nowNs;
    this.#foldedNs = nowNs;
  }

  /** From now on `count` threads are runnable. */
  update(nowNs: bigint, count: number): void {
    this.#integral += Number(nowNs - this.#sinceNs) * this.#count;
    this.#sinceNs = nowNs;
    this.#count = count;
    if (nowNs - this.#foldedNs >= FOLD_NS) this.#fold(nowNs);
  }

  /** Over 1, 5 and 15 minutes. */
  read(nowNs: bigint): readonly [number, number, number] {
    this.update(nowNs, this.#count);
    return [...this.#averages];
  }

  #fold(nowNs: bigint): void {
    const spanNs = Number(nowNs - this.#foldedNs);
    const mean = this.#integral / spanNs;
    SPANS_SEC.forEach((span, index) => {
      const keep = Math.exp(-spanNs / NS_PER_SEC / span);
      const at = index as 0 | 1 | 2;
      this.#averages[at] = this.#averages[at] * keep + mean * (1 - keep);
    });
    this.#foldedNs = nowNs;
    this.#integral = 0;
  }
}
