/**
 * Timeouts: a heap by deadline; equal deadlines run in the order in which they were made. Nothing
 * ticks: the run loop asks for the earliest deadline and sleeps until then.
 * @see uts/common/os/callout.c
 */
export class Callout {
  readonly deadlineNs: bigint;
  readonly sequence: number;
  action: (() => void) | undefined;

  constructor(deadlineNs: bigint, sequence: number, action: () => void) {
    this.deadlineNs = deadlineNs;
    this.sequence = sequence;
    this.action = action;
  }

  /** Safe at any time, also after it ran. */
  cancel(): void {
    this.action = undefined;
  }
}

export class CalloutTable {
  readonly #heap: Callout[] = [];
  #sequence = 0;

  /** Runs `action` from the run loop once the monotonic clock has reached `deadlineNs`. */
  at(deadlineNs: bigint, action: () => void): Callout {
    this.#sequence += 1;
    const callout = new Callout(deadlineNs, this.#sequence, action);
    this.#push(callout);
    return callout;
  }

  /** Deadline of the earliest live callout. */
  earliestNs(): bigint | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      if (first.action !== undefined) return first.deadlineNs;
      this.#pop();
    }
  }

  /** Runs all that are due at `nowNs`; those that they add for now run too. */
  runDue(nowNs: bigint): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || (first.action !== undefined && first.deadlineNs > nowNs)) return;
      this.#pop();
      const action = first.action;
      first.action = undefined;
      action?.();
    }
  }

  #push(callout: Callout): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(callout);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(callout, heap[parent] as Callout)) break;
      heap[at] = heap[parent] as Callout;
      at = parent;
    }
    heap[at] = callout;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Callout, heap[child] as Callout)) {
        child += 1;
      }
      if (!isBefore(heap[child] as Callout, last)) break;
      heap[at] = heap[child] as Callout;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Callout, b: Callout): boolean {
  if (a.deadlineNs !== b.deadlineNs) return a.deadlineNs < b.deadlineNs;
  return a.sequence < b.sequence;
}
