/**
 * Asks a worker once a second whether its loop turns. The answer to one question is awaited before
 * the next is put, so a worker that is busy for a while has one question waiting, not many.
 */
const PERIOD_MS = 1_000;

export interface WatchdogOptions {
  readonly limitMs: number;
  readonly ping: (serial: number) => void;
  /** The worker has not answered for `limitMs`. */
  readonly onSilent: () => void;
  /** It did after all. */
  readonly onAnswer: () => void;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #timer: NodeJS.Timeout;
  #serial = 0;
  /** When the open question was put; undefined = none is open. */
  #askedAtMs: number | undefined;
  #isSilent = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    const periodMs = Math.min(PERIOD_MS, options.limitMs / 2);
    this.#timer = setInterval(() => this.#tick(), periodMs).unref();
  }

  answered(serial: number): void {
    if (serial !== this.#serial) return;
    this.#askedAtMs = undefined;
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#options.onAnswer();
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.#askedAtMs === undefined) {
      this.#serial += 1;
      this.#askedAtMs = performance.now();
      this.#options.ping(this.#serial);
    } else if (!this.#isSilent && performance.now() - this.#askedAtMs >= this.#options.limitMs) {
      this.#isSilent = true;
      this.#options.onSilent();
    }
  }
}
