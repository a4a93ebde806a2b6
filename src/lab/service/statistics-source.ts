/**
 * A node's figures once a second, while somebody looks. Rates and shares are of the last period; a
 * slow reader gets the latest only. An off node says nothing.
 */
import type { StatisticsShape } from '#protocol/model.ts';
import { LatestSource } from '#protocol/source.ts';
import type { NodeStatistics } from '#runtime/index.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';

const PERIOD_MS = 1_000;

interface Sample {
  readonly atMs: number;
  readonly figures: NodeStatistics;
}

export class StatisticsSource extends LatestSource<StatisticsShape> {
  readonly #node: NodeHandle;
  #last: Sample | undefined;
  #isAsking = false;

  constructor(node: NodeHandle, wake: () => void) {
    const timer = setInterval(() => void this.#ask(), PERIOD_MS);
    super(wake, () => clearInterval(timer));
    this.#node = node;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const figures = await this.#node.statistics();
    this.#isAsking = false;
    if (this.isEnded) return;
    if (figures === undefined) {
      this.#last = undefined;
      return;
    }
    const sample: Sample = { atMs: performance.now(), figures };
    const last = this.#last;
    // A reboot starts the counters anew.
    const isComparable = last !== undefined && figures.uptimeNs >= last.figures.uptimeNs;
    this.#last = sample;
    this.set(shapeOf(sample, isComparable ? last : undefined));
  }
}

function shapeOf({ atMs, figures }: Sample, last: Sample | undefined): StatisticsShape {
  const seconds = last === undefined ? 0 : (atMs - last.atMs) / 1000;
  const rate = (now: number, before: number): number =>
    seconds > 0 ? Math.max(0, now - before) / seconds : 0;
  const share = (now: bigint, before: bigint): number =>
    Math.min(1, rate(Number(now) / 1e9, Number(before) / 1e9));
  const before = last?.figures ?? figures;
  return {
    atMs: Date.now(),
    uptimeMs: Number(figures.uptimeNs / 1_000_000n),
    userFraction: share(figures.userNs, before.userNs),
    kernelFraction: share(figures.kernelNs, before.kernelNs),
    memoryUsedBytes: figures.memoryUsedBytes,
    memoryTotalBytes: figures.memoryTotalBytes,
    slicesPerSecond: rate(figures.slices, before.slices),
    systemCallsPerSecond: rate(figures.systemCalls, before.systemCalls),
    processCount: figures.processCount,
    threadCount: figures.threadCount,
  };
}
