/**
 * Where a terminal's bytes come from and go to. The console's feed outlives connections: it resumes
 * at the offset it has. A terminal's feed is one program: when that ends, or the connection does, a
 * new one is begun by the person.
 */
import { MAX_CHUNK_BYTES } from '#protocol/contract.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { toLabError } from '#protocol/errors.ts';
import type { ConsoleItem, ExitStatus, TerminalItem } from '#protocol/model.ts';
import type { LabClient, LabStream } from '#protocol/client.ts';
import type { NodeAddress } from '#renderer/model/lab-state.ts';

/** What a feed does to the screen. */
export interface Screen {
  /** Resolves when parsed; awaiting it is what slows the node. */
  write(bytes: Uint8Array | string): Promise<void>;
  reset(): void;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type FeedEnd =
  | { readonly kind: 'exited'; readonly status: ExitStatus }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'cancelled' };

export interface Feed {
  /** Reads until the end; never throws. One run at a time. */
  run(client: LabClient, size: Size): Promise<FeedEnd>;
  send(client: LabClient, bytes: Uint8Array): Promise<void>;
  resize(client: LabClient, size: Size): Promise<void>;
  cancel(): void;
}

/** Pieces small enough for one message each. */
export function* inputPieces(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += MAX_CHUNK_BYTES) {
    // What was typed or pasted is never in shared memory.
    yield bytes.subarray(at, at + MAX_CHUNK_BYTES) as Uint8Array<ArrayBuffer>;
  }
}

/** A dim line of the window's own, apart from what the node printed. */
export function notice(text: string): Uint8Array {
  return encodeUtf8(`\r\n\x1b[2m[${text}]\x1b[0m\r\n`);
}

export class ConsoleFeed implements Feed {
  readonly #address: NodeAddress;
  readonly #screen: Screen;
  #stream: LabStream<ConsoleItem> | undefined;
  #resume: { epoch: string; offset: number } | undefined;
  /** Answers to what old output asked (cursor reports) must not be typed into the node now. */
  #isLive = false;

  constructor(address: NodeAddress, screen: Screen) {
    this.#address = address;
    this.#screen = screen;
  }

  async run(client: LabClient, size: Size): Promise<FeedEnd> {
    const resume = this.#resume === undefined ? {} : { resume: this.#resume };
    const stream = client.console.attach({ ...this.#address, ...resume });
    this.#stream = stream;
    this.#isLive = false;
    try {
      for await (const item of stream) await this.#take(item, client, size);
      return { kind: 'cancelled' };
    } catch (thrown) {
      return { kind: 'failed', message: toLabError(thrown).message };
    }
  }

  async #take(item: ConsoleItem, client: LabClient, size: Size): Promise<void> {
    if (item.kind === 'start') {
      const isSame = this.#resume?.epoch === item.epoch && this.#resume.offset === item.offset;
      if (this.#resume !== undefined && !isSame) this.#screen.reset();
      this.#resume = { epoch: item.epoch, offset: item.offset };
    } else if (item.kind === 'data') {
      await this.#screen.write(item.bytes);
      this.#moveTo(item.offset + item.bytes.length);
    } else if (item.kind === 'gap') {
      await this.#screen.write(
        notice('some output is missing here: it came faster than it was read'),
      );
      this.#moveTo(item.offset);
    } else {
      this.#isLive = true;
      await this.resize(client, size);
    }
  }

  #moveTo(offset: number): void {
    if (this.#resume !== undefined) this.#resume = { epoch: this.#resume.epoch, offset };
  }

  async send(client: LabClient, bytes: Uint8Array): Promise<void> {
    if (!this.#isLive) return;
    for (const piece of inputPieces(bytes)) {
      await client.console.input({ ...this.#address, bytes: piece });
    }
  }

  async resize(client: LabClient, size: Size): Promise<void> {
    await client.console.resize({ ...this.#address, ...size });
  }

  cancel(): void {
    this.#stream?.cancel();
  }
}

export class TerminalFeed implements Feed {
  readonly #address: NodeAddress;
  readonly #screen: Screen;
  #stream: LabStream<TerminalItem> | undefined;
  #terminalId: number | undefined;

  constructor(address: NodeAddress, screen: Screen) {
    this.#address = address;
    this.#screen = screen;
  }

  async run(client: LabClient, size: Size): Promise<FeedEnd> {
    const stream = client.terminal.open({ ...this.#address, ...size });
    this.#stream = stream;
    try {
      for await (const item of stream) {
        if (item.kind === 'opened') this.#terminalId = item.terminalId;
        else if (item.kind === 'output') await this.#screen.write(item.bytes);
        else return { kind: 'exited', status: item.status };
      }
      return { kind: 'cancelled' };
    } catch (thrown) {
      return { kind: 'failed', message: toLabError(thrown).message };
    } finally {
      this.#terminalId = undefined;
    }
  }

  async send(client: LabClient, bytes: Uint8Array): Promise<void> {
    const terminalId = this.#terminalId;
    if (terminalId === undefined) return;
    for (const piece of inputPieces(bytes)) {
      await client.terminal.input({ ...this.#address, terminalId, bytes: piece });
    }
  }

  async resize(client: LabClient, size: Size): Promise<void> {
    const terminalId = this.#terminalId;
    if (terminalId === undefined) return;
    await client.terminal.resize({ ...this.#address, terminalId, ...size });
  }

  cancel(): void {
    this.#stream?.cancel();
  }
}
