/**
 * One node's console in the lab process: the scrollback, those who look at it, and the credit that
 * goes back to the node. Views are cursors into the ring, so a second window costs nothing. The node
 * may print one window ahead of the slowest view; a view that takes nothing for `STALL_MS` while it
 * is a window behind is no longer waited for, and finds a gap if the ring runs over meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { MAX_CHUNK_BYTES } from '#protocol/contract.ts';
import type { ConsoleItem } from '#protocol/model.ts';
import type { StreamSource } from '#protocol/source.ts';
import { ConsoleRing } from '#lab/node/console-ring.ts';

export const SCROLLBACK_BYTES: number = 4 * 1024 * 1024;
const SCROLLBACK_LINES = 10_000;
/** What the node may print ahead of the slowest view. */
export const CONSOLE_WINDOW_BYTES: number = 256 * 1024;
const STALL_MS = 5_000;
/** Credit is handed back in portions, unless the node has none left. */
const CREDIT_PORTION_BYTES = 32 * 1024;

export class ConsoleHub {
  /** Changes when the numbering starts anew, i.e. with the lab process. */
  readonly epoch: string = randomUUID();
  readonly #ring = new ConsoleRing(SCROLLBACK_BYTES, SCROLLBACK_LINES);
  readonly #views = new Set<ConsoleView>();
  readonly #sendCredit: (byteCount: number) => void;
  /** The node may print up to this offset. */
  #limit: number = CONSOLE_WINDOW_BYTES;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(sendCredit: (byteCount: number) => void) {
    this.#sendCredit = sendCredit;
  }

  get start(): number {
    return this.#ring.start;
  }

  get end(): number {
    return this.#ring.end;
  }

  read(offset: number, maxBytes: number): Uint8Array {
    return this.#ring.read(offset, maxBytes);
  }

  /** Output of the node, or a line of ours about it. */
  append(bytes: Uint8Array): void {
    this.#ring.append(bytes);
    for (const view of this.#views) view.wake();
    this.giveCredit();
  }

  /** A new worker starts with a full window, whatever the last one had left. */
  restart(): void {
    this.#limit = this.end + CONSOLE_WINDOW_BYTES;
  }

  attach(
    resume: { epoch: string; offset: number } | undefined,
    wake: () => void,
  ): StreamSource<ConsoleItem> {
    const canResume =
      resume !== undefined &&
      resume.epoch === this.epoch &&
      resume.offset >= this.start &&
      resume.offset <= this.end;
    const view = new ConsoleView(this, canResume ? resume.offset : this.start, wake, () => {
      this.#views.delete(view);
      this.giveCredit();
    });
    this.#views.add(view);
    return view;
  }

  /** Hands back what the slowest view that counts allows. Views call it when they move on. */
  giveCredit(): void {
    const now = performance.now();
    let slowest = this.end;
    let waitsFor = false;
    for (const view of this.#views) {
      if (view.offset >= slowest || this.#isStalled(view, now)) continue;
      slowest = view.offset;
      waitsFor = true;
    }
    const allowed = slowest + CONSOLE_WINDOW_BYTES - this.#limit;
    const isStarved = this.end >= this.#limit;
    if (allowed > 0 && (isStarved || allowed >= CREDIT_PORTION_BYTES)) {
      this.#limit += allowed;
      this.#sendCredit(allowed);
    } else if (isStarved && waitsFor) {
      this.#stallTimer ??= setTimeout(() => {
        this.#stallTimer = undefined;
        this.giveCredit();
      }, STALL_MS).unref();
    }
  }

  #isStalled(view: ConsoleView, now: number): boolean {
    return this.end - view.offset >= CONSOLE_WINDOW_BYTES && now - view.movedAtMs >= STALL_MS;
  }

  dispose(): void {
    clearTimeout(this.#stallTimer);
  }
}

class ConsoleView implements StreamSource<ConsoleItem> {
  readonly #hub: ConsoleHub;
  readonly #release: () => void;
  readonly wake: () => void;
  readonly isEnded = false;
  offset: number;
  movedAtMs: number = performance.now();
  /** What was there at the time of attaching ends here. */
  #liveAt: number;
  #hasStarted = false;
  #isLive = false;

  constructor(hub: ConsoleHub, offset: number, wake: () => void, release: () => void) {
    this.#hub = hub;
    this.offset = offset;
    this.#liveAt = hub.end;
    this.wake = wake;
    this.#release = release;
  }

  next(): ConsoleItem | undefined {
    const hub = this.#hub;
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      return { kind: 'start', epoch: hub.epoch, offset: this.offset };
    }
    if (this.offset < hub.start) {
      this.offset = hub.start;
      return { kind: 'gap', offset: this.offset };
    }
    if (!this.#isLive && this.offset >= this.#liveAt) {
      this.#isLive = true;
      return { kind: 'live', offset: this.offset };
    }
    if (this.offset >= hub.end) return undefined;
    const offset = this.offset;
    const bytes = hub.read(offset, MAX_CHUNK_BYTES);
    this.offset += bytes.length;
    this.movedAtMs = performance.now();
    hub.giveCredit();
    return { kind: 'data', offset, bytes };
  }

  dispose(): void {
    this.#release();
  }
}
