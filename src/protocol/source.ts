/**
 * Where a stream's items come from. The server pulls: it asks `next` while the reader has credit and
 * is told by `wake` when there is something again. So a source decides what waiting costs: a cursor
 * into a ring (nothing), the latest value (one), a short queue that says when it dropped.
 */
import type { Disposable } from '#base/disposable.ts';

export interface StreamSource<T> extends Disposable {
  /** The next item, or undefined when there is none now. Throws LabError to fail the stream. */
  next(): T | undefined;
  /** True when `next` will never answer an item again. */
  readonly isEnded: boolean;
}

/** Remembers the last value only; a slow reader skips what came between. */
export class LatestSource<T> implements StreamSource<T> {
  readonly #wake: () => void;
  readonly #release: () => void;
  #value: T | undefined;
  isEnded = false;

  constructor(wake: () => void, release: () => void = () => {}) {
    this.#wake = wake;
    this.#release = release;
  }

  set(value: T): void {
    this.#value = value;
    this.#wake();
  }

  end(): void {
    this.isEnded = true;
    this.#wake();
  }

  next(): T | undefined {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }

  dispose(): void {
    this.isEnded = true;
    this.#release();
  }
}

/** Keeps up to `limit` (at least 2) items; when full, `lagged` stands for all before the newest. */
export class QueueSource<T> implements StreamSource<T> {
  readonly #wake: () => void;
  readonly #release: () => void;
  readonly #limit: number;
  readonly #lagged: T;
  #queue: T[] = [];
  isEnded = false;

  constructor(wake: () => void, limit: number, lagged: T, release: () => void = () => {}) {
    this.#wake = wake;
    this.#release = release;
    this.#limit = limit;
    this.#lagged = lagged;
  }

  push(item: T): void {
    if (this.#queue.length >= this.#limit) this.#queue = [this.#lagged, item];
    else this.#queue.push(item);
    this.#wake();
  }

  next(): T | undefined {
    return this.#queue.shift();
  }

  dispose(): void {
    this.isEnded = true;
    this.#queue = [];
    this.#release();
  }
}
