/** Tells every listener of something that happened. Events announce; they never drive. */
import { type Disposable, toDisposable } from '#base/disposable.ts';

export class EventHub<T> {
  readonly #listeners = new Set<(event: T) => void>();

  listen(listener: (event: T) => void): Disposable {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  }

  emit(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
}
