/** Our end of the person's terminal or pipe: bytes out with back-pressure, and its size. */
import { once } from 'node:events';
import process from 'node:process';
import type { Writable } from 'node:stream';

/** The terminal's size; the usual one where there is no terminal, or one that does not know. */
export function terminalSize(): { columns: number; rows: number } {
  const { columns, rows }: { columns?: number; rows?: number } = process.stdout;
  return { columns: columns || 80, rows: rows || 24 };
}

/** Reads standard input no more, and lets the process end although it is open. */
export function releaseInput(): void {
  const { stdin } = process;
  stdin.removeAllListeners('data');
  stdin.pause();
  // A file has none: nothing keeps the process then.
  if (typeof stdin.unref === 'function') stdin.unref();
}

export class ByteSink {
  readonly #stream: Writable;
  /** Called once when nobody reads any more (`lab exec … | head`). */
  onClosed: () => void = () => {};
  #isClosed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', () => this.#closed());
    stream.on('close', () => this.#closed());
  }

  /** Resolves when more may come. Never rejects. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isClosed || this.#stream.write(bytes)) return;
    const over = new AbortController();
    try {
      const { signal } = over;
      await Promise.race([
        once(this.#stream, 'drain', { signal }),
        once(this.#stream, 'close', { signal }),
      ]);
    } catch {
      this.#closed();
    } finally {
      over.abort();
    }
  }

  /** Resolves when all of it has left this process. */
  flush(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#stream.write('', () => resolve()));
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onClosed();
  }
}
