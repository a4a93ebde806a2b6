/**
 * A host program's terminal: a pty whose master is the host. Output goes out as far as the host's
 * credit reaches; then the line discipline fills up and writers wait, as they would on a slow line.
 */
import type { ExecRequest, NodeListener } from '#runtime/node-contract.ts';
import type { PtyTable } from '#kernel/io/pty.ts';
import type { Tty } from '#kernel/io/tty.ts';
import type { Credit, HostStreams } from '#runtime/node/host-program.ts';

/** ^D: what a person would type to end the input. */
const END_OF_INPUT: Uint8Array = Uint8Array.of(4);

export class TerminalStreams implements HostStreams {
  /** Its name below /dev, e.g. `pts/3`. */
  readonly name: string;
  readonly #id: number;
  readonly #listener: NodeListener;
  readonly #tty: Tty;
  readonly #release: () => void;
  #waiting: Uint8Array[] = [];

  constructor(id: number, listener: NodeListener, tty: Tty, release: () => void) {
    this.name = tty.name;
    this.#id = id;
    this.#listener = listener;
    this.#tty = tty;
    this.#release = release;
  }

  input(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
  }

  inputEnd(): void {
    this.#waiting.push(END_OF_INPUT);
  }

  resize(columns: number, rows: number): void {
    this.#tty.setWinsize({ rows, columns, xPixels: 0, yPixels: 0 });
  }

  creditAdded(): void {
    this.#tty.outputReady();
  }

  pump(): void {
    let taken = 0;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const count = this.#tty.receive(first);
      if (first !== END_OF_INPUT) taken += count;
      if (count < first.length) {
        this.#waiting[0] = first.subarray(count);
        break;
      }
      this.#waiting.shift();
    }
    if (taken > 0) this.#listener.execInputTaken(this.#id, taken);
  }

  isDrained(): boolean {
    return this.#tty.output.usedBytes === 0;
  }

  close(): void {
    this.#release();
  }
}

/** undefined: no more ptys. */
export function openHostTerminal(
  request: ExecRequest & { readonly tty: { readonly columns: number; readonly rows: number } },
  ptys: PtyTable,
  listener: NodeListener,
  credit: Credit,
): TerminalStreams | undefined {
  const sink = {
    writable: () => credit.bytes,
    write: (bytes: Uint8Array): void => {
      credit.bytes -= bytes.length;
      listener.execOutput(request.id, 'stdout', bytes);
    },
  };
  const pty = ptys.createForHost(sink);
  if (pty === undefined) return undefined;
  const streams = new TerminalStreams(request.id, listener, pty.tty, () => pty.release());
  streams.resize(request.tty.columns, request.tty.rows);
  return streams;
}
