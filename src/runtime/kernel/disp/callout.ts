/**
 * Timeouts: a heap by deadline; equal deadlines run in the order in which they were made. Nothing
 * ticks: the run loop asks for the earliest deadline and sleeps until then.
 * @see uts/common/os/callout.c
 */
/** Dead entries are not worth a sweep below this number. */
const SWEEP_FROM = 64;

export class Callout {
  readonly deadlineNs: bigint;
  readonly sequence: number;
  action: (() => void) | undefined;
  readonly #table: CalloutTable;

  constructor(table: CalloutTable, deadlineNs: bigint, sequence: number, action: () => void) {
    this.#table = table;
    this.deadlineNs = deadlineNs;
    this.sequence = sequence;
    this.action = action;
  }

  /** Safe at any time, also after it ran. */
  cancel(): void {
    if (this.action === undefined) return;
    this.action = undefined;
    this.#table.noteCancelled();
  }
}

export class CalloutTable {
  #heap: Callout[] = [];
  #sequence = 0;
  /** Cancelled ones stay in the heap until they come up, or until they are too many. */
  #cancelledCount = 0;

  /** Entries in the heap, cancelled ones too. */
  get size(): number {
    return this.#heap.length;
  }

  /** Runs `action` from the run loop once the monotonic clock has reached `deadlineNs`. */
  at(deadlineNs: bigint, action: () => void): Callout {
    this.#sequence += 1;
    const callout = new Callout(this, deadlineNs, this.#sequence, action);
    this.#push(callout);
    return callout;
  }

  /** Only Callout calls this. Sweeps when most of the heap is dead. */
  noteCancelled(): void {
    this.#cancelledCount += 1;
    if (this.#cancelledCount < SWEEP_FROM || this.#cancelledCount * 2 < this.#heap.length) return;
    const live = this.#heap.filter((callout) => callout.action !== undefined);
    this.#heap = [];
    this.#cancelledCount = 0;
    for (const callout of live) this.#push(callout);
  }

  /** Deadline of the earliest live callout. */
  earliestNs(): bigint | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      if (first.action !== undefined) return first.deadlineNs;
      this.#popCancelled();
    }
  }

  /** Runs all that are due at `nowNs`; those that they add for now run too. */
  runDue(nowNs: bigint): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || (first.action !== undefined && first.deadlineNs > nowNs)) return;
      if (first.action === undefined) {
        this.#popCancelled();
        continue;
      }
      this.#pop();
      const { action } = first;
      first.action = undefined;
      action();
    }
  }

  #popCancelled(): void {
    this.#pop();
    this.#cancelledCount -= 1;
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
