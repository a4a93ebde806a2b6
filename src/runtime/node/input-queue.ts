/**
 * The one way into a node. Events wait here until the run loop lets them in, in the order in which
 * they were posted. With a deterministic clock each is kept with the virtual time at which it was
 * let in: posting the same events at the same times to a node with the same seed replays its life.
 */
import type { Clock } from '#runtime/host.ts';
import type { InputEvent, RecordedInput } from '#runtime/node-contract.ts';

export class InputQueue {
  readonly #clock: Clock;
  #waiting: InputEvent[] = [];
  readonly #recording: RecordedInput[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  post(event: InputEvent): void {
    this.#waiting.push(event);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** All that wait. They count as let in now. */
  take(): readonly InputEvent[] {
    if (this.#waiting.length === 0) return this.#waiting;
    const events = this.#waiting;
    this.#waiting = [];
    if (this.#clock.advance !== undefined) {
      const atNs = this.#clock.monotonicNs();
      for (const event of events) this.#recording.push({ atNs, event });
    }
    return events;
  }

  /** Everything let in so far; empty without a deterministic clock. */
  get recording(): readonly RecordedInput[] {
    return this.#recording;
  }
}
