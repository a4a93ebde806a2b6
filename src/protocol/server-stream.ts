/**
 * One open stream on the lab's side: pulls from its source while there is credit, checks each item
 * against the contract, sends it. Keeps no queue of its own.
 */
import type { Disposable } from '#base/disposable.ts';
import { itemCost, type StreamDefinition } from '#protocol/definition.ts';
import { LabError, toLabError } from '#protocol/errors.ts';
import type { StreamSource } from '#protocol/source.ts';

interface StreamOutlet {
  item(value: unknown): void;
  end(): void;
  fail(error: LabError): void;
}

/** More credit than this was never given out by us: the peer is confused or hostile. */
const MAX_CREDIT = 2 ** 31;

export class ServerStream implements Disposable {
  readonly #definition: StreamDefinition;
  readonly #outlet: StreamOutlet;
  #source: StreamSource<unknown> | undefined;
  #credit: number;
  #isOver = false;
  #isPumping = false;

  constructor(definition: StreamDefinition, outlet: StreamOutlet) {
    this.#definition = definition;
    this.#outlet = outlet;
    this.#credit = definition.credit.initial;
  }

  /** The handler's source; it may come later than the credit or a cancel. */
  attach(source: StreamSource<unknown>): void {
    if (this.#isOver) return source.dispose();
    this.#source = source;
    this.pump();
  }

  addCredit(amount: number): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + amount);
    this.pump();
  }

  /** Sends what can be sent. A source may call it from anywhere, also from inside its `next`. */
  pump(): void {
    if (this.#isPumping || this.#isOver || this.#source === undefined) return;
    this.#isPumping = true;
    try {
      this.#pumpOnce(this.#source);
    } catch (thrown) {
      this.fail(toLabError(thrown));
    } finally {
      this.#isPumping = false;
    }
  }

  #pumpOnce(source: StreamSource<unknown>): void {
    while (this.#credit > 0 && !this.#isOver) {
      const item = source.next();
      if (item === undefined) {
        if (source.isEnded) this.#finish(() => this.#outlet.end());
        return;
      }
      const checked = this.#definition.item.safeParse(item);
      if (!checked.success) {
        throw new LabError('internal', 'The lab made an item of an unknown shape', {
          problem: checked.error.issues[0]?.message ?? '',
        });
      }
      this.#credit -= itemCost(this.#definition, checked.data);
      this.#outlet.item(checked.data);
    }
  }

  fail(error: LabError): void {
    this.#finish(() => this.#outlet.fail(error));
  }

  /** Ends it without a word to the reader, who asked for it or is gone. */
  dispose(): void {
    this.#finish(() => {});
  }

  #finish(tell: () => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#source?.dispose();
    this.#source = undefined;
    tell();
  }
}
