/**
 * A stream as its reader sees it. Items wait in a queue that the credit bounds; credit is given back
 * in portions of half a window, when the reader comes for the next item: he has done with the last.
 */
import { itemCost, type StreamDefinition } from '#protocol/definition.ts';
import { LabError } from '#protocol/errors.ts';

/** Read it with `for await`; leaving the loop cancels it. One reader. Errors are LabError. */
export interface LabStream<T> extends AsyncIterable<T> {
  /** Ends the stream on both sides; a waiting reader sees its end. Safe to call twice. */
  cancel(): void;
}

interface StreamPeer {
  credit(amount: number): void;
  cancel(): void;
}

interface Waiting {
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: LabError): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class ClientStream implements LabStream<unknown> {
  readonly #definition: StreamDefinition;
  readonly #peer: StreamPeer;
  #queue: unknown[] = [];
  #queuedCost = 0;
  /** Taken by the reader and not given back yet. */
  #owedCredit = 0;
  /** The cost of the item the reader has now. */
  #heldCost = 0;
  #waiting: Waiting | undefined;
  #isOver = false;
  #error: LabError | undefined;

  constructor(definition: StreamDefinition, peer: StreamPeer) {
    this.#definition = definition;
    this.#peer = peer;
  }

  /** Cost of what waits for the reader: at most the initial credit and one item. */
  get queuedCost(): number {
    return this.#queuedCost;
  }

  push(raw: unknown): void {
    if (this.#isOver) return;
    const checked = this.#definition.item.safeParse(raw);
    if (!checked.success) {
      this.#peer.cancel();
      this.fail(new LabError('badRequest', 'The lab sent an item in an unknown shape'));
      return;
    }
    const waiting = this.#waiting;
    const cost = itemCost(this.#definition, checked.data);
    if (waiting === undefined) {
      this.#queue.push(checked.data);
      this.#queuedCost += cost;
      return;
    }
    this.#waiting = undefined;
    this.#heldCost = cost;
    waiting.resolve({ done: false, value: checked.data });
  }

  end(): void {
    this.#isOver = true;
    this.#waiting?.resolve(DONE);
    this.#waiting = undefined;
  }

  fail(error: LabError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#waiting === undefined) this.#error = error;
    else this.#waiting.reject(error);
    this.#waiting = undefined;
  }

  cancel(): void {
    this.#queue = [];
    this.#queuedCost = 0;
    if (this.#isOver) return;
    this.end();
    this.#peer.cancel();
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> {
    return {
      next: () => this.#next(),
      return: () => {
        this.cancel();
        return Promise.resolve(DONE);
      },
    };
  }

  #next(): Promise<IteratorResult<unknown, undefined>> {
    this.#giveBack();
    if (this.#queue.length > 0) {
      const value = this.#queue.shift();
      this.#heldCost = itemCost(this.#definition, value);
      this.#queuedCost -= this.#heldCost;
      return Promise.resolve({ done: false, value });
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#isOver) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #giveBack(): void {
    this.#owedCredit += this.#heldCost;
    this.#heldCost = 0;
    if (this.#isOver || this.#owedCredit * 2 < this.#definition.credit.initial) return;
    this.#peer.credit(this.#owedCredit);
    this.#owedCredit = 0;
  }
}
