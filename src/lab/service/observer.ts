/**
 * Asks a node something again and again while somebody looks, one question at a time. A node that is
 * off or silent answers nothing; the next turn asks again.
 */
import type { ObservationReport, ObservationRequest } from '#runtime/index.ts';
import type { NodeHandle } from '#lab/node/node-handle.ts';

export type Ask = (request: ObservationRequest) => Promise<ObservationReport | undefined>;

export class Observer {
  readonly #node: NodeHandle;
  readonly #round: (ask: Ask) => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #isBusy = false;
  isEnded = false;

  /** `round` is called every `periodMs`, never while the one before it still runs. */
  constructor(node: NodeHandle, periodMs: number, round: (ask: Ask) => Promise<void>) {
    this.#node = node;
    this.#round = round;
    this.#timer = setInterval(() => void this.#turn(), periodMs);
    queueMicrotask(() => void this.#turn());
  }

  async #turn(): Promise<void> {
    if (this.#isBusy || this.isEnded) return;
    this.#isBusy = true;
    try {
      await this.#round((request) => this.#node.observe(request));
    } finally {
      this.#isBusy = false;
    }
  }

  end(): void {
    this.isEnded = true;
    clearInterval(this.#timer);
  }
}
