/**
 * Waiting. Nothing in the kernel blocks: an operation that cannot go on answers a `WouldBlock` that
 * names the queues whose wake-up makes it worth trying again. Only the syscall layer parks the
 * thread, and it issues the same call again after the wake-up; a wake-up is therefore a hint, and a
 * spurious one costs a second try and nothing else.
 */
import type { Thread } from '#kernel/disp/thread.ts';

/** Threads (and pollers) that wait for one condition. Order of waking is the order of waiting. */
export class WaitQueue {
  readonly waiters: Set<Thread> = new Set();

  /** Makes every waiter runnable. */
  wakeAll(): void {
    if (this.waiters.size === 0) return;
    for (const thread of this.waiters) thread.wake();
  }

  /** Makes the longest waiter runnable. */
  wakeOne(): void {
    for (const thread of this.waiters) {
      thread.wake();
      return;
    }
  }
}

/** "Not now": try again after one of `queues` was woken or, when given, at `deadlineNs`. */
export class WouldBlock {
  readonly queues: readonly WaitQueue[];
  /** Monotonic time at which the thread is woken in any case; undefined = never. */
  readonly deadlineNs: bigint | undefined;

  constructor(queues: readonly WaitQueue[], deadlineNs?: bigint) {
    this.queues = queues;
    this.deadlineNs = deadlineNs;
  }
}

export function isWouldBlock(result: unknown): result is WouldBlock {
  return result instanceof WouldBlock;
}
