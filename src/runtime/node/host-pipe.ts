/**
 * A pipe with one end in the node and the other in the host's hand: what goes to a program's stdin
 * and what comes from its stdout. The host's end never waits; it takes and gives what fits.
 */
import { O_NONBLOCK } from '#abi/illumos/fcntl.ts';
import { EAGAIN } from '#kernel/os/errno.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** Bytes wait here until the pipe takes them. */
export class HostWriter {
  readonly #end: Vnode;
  readonly #context: VnodeContext;
  #waiting: Uint8Array[] = [];
  #hasEnded = false;
  #isClosed = false;

  /** `end` is an opened end of a pipe. */
  constructor(end: Vnode, context: VnodeContext) {
    this.#end = end;
    this.#context = { ...context, fileFlags: O_NONBLOCK };
    end.hold();
  }

  /** Owns `bytes` from now on. */
  push(bytes: Uint8Array): void {
    if (!this.#hasEnded && bytes.length > 0) this.#waiting.push(bytes);
  }

  /** After what is waiting: end of file. */
  end(): void {
    this.#hasEnded = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Moves what the pipe takes now; answers how many bytes are off the host's hands. */
  pump(): number {
    if (this.#isClosed) return 0;
    let moved = 0;
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0] as Uint8Array;
      const count = this.#end.write(0, first, this.#context);
      if (count === EAGAIN) return moved;
      // Nobody will read it (EPIPE): the rest counts as taken.
      if (typeof count !== 'number') return moved + this.#discard();
      moved += count;
      if (count === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(count);
    }
    if (this.#hasEnded) this.close();
    return moved;
  }

  #discard(): number {
    const rest = this.#waiting.reduce((sum, bytes) => sum + bytes.length, 0);
    this.#waiting = [];
    this.close();
    return rest;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end.close(this.#context);
    this.#end.release();
  }
}

/** Takes what a program wrote. */
export class HostReader {
  readonly #end: Vnode;
  readonly #context: VnodeContext;
  readonly #buffer: Uint8Array = new Uint8Array(64 * 1024);
  #isClosed = false;

  constructor(end: Vnode, context: VnodeContext) {
    this.#end = end;
    this.#context = { ...context, fileFlags: O_NONBLOCK };
    end.hold();
  }

  /** True once the last writer is gone and everything was taken. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Hands at most `limit` bytes to `take` (borrowed); answers how many. */
  pump(limit: number, take: (bytes: Uint8Array) => void): number {
    let moved = 0;
    while (!this.#isClosed && moved < limit) {
      const room = this.#buffer.subarray(0, Math.min(this.#buffer.length, limit - moved));
      const count = this.#end.read(0, room, this.#context);
      if (typeof count !== 'number') return moved;
      if (count === 0) this.close();
      else take(room.subarray(0, count));
      moved += count;
    }
    return moved;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end.close(this.#context);
    this.#end.release();
  }
}
