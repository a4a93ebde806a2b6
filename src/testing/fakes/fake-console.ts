/**
 * A console without a node: remembers all that was printed and streams it with the protocol's
 * offsets, as the lab's scrollback ring does. Used by the fake lab.
 */
import { concatBytes, encodeUtf8 } from '#base/bytes.ts';
import { MAX_CHUNK_BYTES } from '#protocol/contract.ts';
import type { ConsoleItem } from '#protocol/model.ts';
import type { StreamSource } from '#protocol/source.ts';

export class FakeConsole {
  readonly epoch: string;
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #readers = new Set<() => void>();

  constructor(epoch: string) {
    this.epoch = epoch;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  /** Text with plain newlines, as a program prints it. */
  print(text: string): void {
    this.printBytes(encodeUtf8(text.replaceAll(/\r?\n/g, '\r\n')));
  }

  printBytes(bytes: Uint8Array): void {
    this.#bytes = concatBytes([this.#bytes, bytes]);
    for (const wake of this.#readers) wake();
  }

  attach(
    resume: { epoch: string; offset: number } | undefined,
    wake: () => void,
  ): StreamSource<ConsoleItem> {
    const isKnown = resume?.epoch === this.epoch && resume.offset <= this.#bytes.length;
    let at = isKnown ? resume.offset : 0;
    const liveAt = this.#bytes.length;
    let step: 'start' | 'replay' | 'live' = 'start';
    this.#readers.add(wake);
    const next = (): ConsoleItem | undefined => {
      if (step === 'start') {
        step = 'replay';
        return { kind: 'start', epoch: this.epoch, offset: at };
      }
      if (step === 'replay' && at >= liveAt) {
        step = 'live';
        return { kind: 'live', offset: at };
      }
      if (at >= this.#bytes.length) return undefined;
      const end = Math.min(at + MAX_CHUNK_BYTES, step === 'replay' ? liveAt : this.#bytes.length);
      const item = { kind: 'data' as const, offset: at, bytes: this.#bytes.slice(at, end) };
      at = end;
      return item;
    };
    return { next, isEnded: false, dispose: () => this.#readers.delete(wake) };
  }
}
