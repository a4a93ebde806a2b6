/**
 * A program started from outside the node: its output on the way to one reader. Output waits here
 * until the reader takes it, and only then does the program get its credit back, so at most
 * `EXEC_INITIAL_CREDIT_BYTES` wait. Input is held back in the same way.
 */
import type { ExitStatus } from '#protocol/model.ts';
import type { ExecRequest, InputEvent } from '#runtime/index.ts';
import { EXEC_INPUT_WINDOW_BYTES } from '#runtime/node-contract.ts';

export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

export class ExecSession {
  readonly id: number;
  readonly #post: (event: InputEvent) => void;
  readonly #waiting: ExecOutput[] = [];
  #status: ExitStatus | undefined;
  #isDiscarding = false;
  #inputWaitingBytes = 0;
  #onRoom: (() => void)[] = [];
  /** Called when there is output to take, or the program has ended. One listener. */
  onChange: () => void = () => {};

  constructor(request: ExecRequest, post: (event: InputEvent) => void) {
    this.id = request.id;
    this.#post = post;
    post({ kind: 'exec', request });
  }

  /** How it ended; answered once all output has been taken. */
  get status(): ExitStatus | undefined {
    return this.#waiting.length === 0 ? this.#status : undefined;
  }

  get hasEnded(): boolean {
    return this.#status !== undefined;
  }

  /** The next output; the program may print as much again. */
  take(maxBytes: number): ExecOutput | undefined {
    const first = this.#waiting[0];
    if (first === undefined) return undefined;
    const bytes = first.bytes.subarray(0, maxBytes);
    if (bytes.length === first.bytes.length) this.#waiting.shift();
    else this.#waiting[0] = { stream: first.stream, bytes: first.bytes.subarray(maxBytes) };
    if (this.#status === undefined) {
      this.#post({ kind: 'execCredit', id: this.id, byteCount: bytes.length });
    }
    return { stream: first.stream, bytes };
  }

  /** Nobody reads any more: what comes is thrown away, the program is not held up. */
  discardOutput(): void {
    this.#isDiscarding = true;
    while (this.take(Number.POSITIVE_INFINITY) !== undefined);
  }

  /** Resolves when more may come: at most one window of input waits in the node. */
  input(bytes: Uint8Array): Promise<void> {
    this.#tell({ kind: 'execInput', id: this.id, bytes });
    this.#inputWaitingBytes += bytes.length;
    if (this.#hasRoom()) return Promise.resolve();
    return new Promise((resolve) => this.#onRoom.push(resolve));
  }

  endInput(): void {
    this.#tell({ kind: 'execInputEnd', id: this.id });
  }

  resize(columns: number, rows: number): void {
    this.#tell({ kind: 'execSize', id: this.id, columns, rows });
  }

  signal(signal: number): void {
    this.#tell({ kind: 'execSignal', id: this.id, signal });
  }

  // From the node
  output(output: ExecOutput): void {
    this.#waiting.push(output);
    if (this.#isDiscarding) this.discardOutput();
    else this.onChange();
  }

  end(status: ExitStatus): void {
    if (this.#status !== undefined) return;
    this.#status = status;
    this.#letInputOn();
    this.onChange();
  }

  inputTaken(byteCount: number): void {
    this.#inputWaitingBytes -= byteCount;
    this.#letInputOn();
  }

  #hasRoom(): boolean {
    return this.#status !== undefined || this.#inputWaitingBytes < EXEC_INPUT_WINDOW_BYTES;
  }

  #letInputOn(): void {
    if (!this.#hasRoom()) return;
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  #tell(event: InputEvent): void {
    if (this.#status === undefined) this.#post(event);
  }
}
