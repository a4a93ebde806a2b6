/**
 * Runnable threads by priority; first in, first out within one. @see uts/common/disp/disp.c
 */
import { MAX_PRIORITY } from '#kernel/disp/ts.ts';
import type { Thread } from '#kernel/disp/thread.ts';

export class RunQueue {
  readonly #levels: Thread[][] = Array.from({ length: MAX_PRIORITY + 1 }, () => []);
  #highest = -1;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Priority of the best thread; −1 when there is none. */
  get highest(): number {
    return this.#highest;
  }

  add(thread: Thread, atFront: boolean): void {
    const level = this.#levels[thread.priority] as Thread[];
    if (atFront) level.unshift(thread);
    else level.push(thread);
    this.#count += 1;
    if (thread.priority > this.#highest) this.#highest = thread.priority;
  }

  take(): Thread | undefined {
    if (this.#highest < 0) return undefined;
    const thread = (this.#levels[this.#highest] as Thread[]).shift();
    this.#count -= 1;
    this.#lower();
    return thread;
  }

  remove(thread: Thread): void {
    for (const level of this.#levels) {
      const at = level.indexOf(thread);
      if (at < 0) continue;
      level.splice(at, 1);
      this.#count -= 1;
      this.#lower();
      return;
    }
  }

  #lower(): void {
    while (this.#highest >= 0 && (this.#levels[this.#highest] as Thread[]).length === 0) {
      this.#highest -= 1;
    }
  }
}
