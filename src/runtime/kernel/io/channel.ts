/**
 * A bounded byte stream in one direction: a ring buffer, two queues, and how many have it open at
 * each end. Bytes are copied in at most two pieces; nothing is allocated while it runs.
 * A write of at most PIPE_BUF bytes goes in whole or not at all.
 * @man pipe(2) write(2)
 */
import { PIPE_BUF } from '#abi/illumos/limits.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';

/** STREAMS lets a 64 KiB write through in parts; one ring of that size takes it at once. */
export const CHANNEL_BYTES = 64 * 1024;

export class Channel {
  readers = 0;
  writers = 0;
  /** Woken when bytes or the end arrive; and when room or the end of the readers does. */
  readonly readable: WaitQueue = new WaitQueue();
  readonly writable: WaitQueue = new WaitQueue();
  readonly waitToRead: WouldBlock = new WouldBlock([this.readable]);
  readonly waitToWrite: WouldBlock = new WouldBlock([this.writable]);
  /** Made with the first write: most pipes of a shell carry little, and some nothing. */
  #ring: Uint8Array | undefined;
  #start = 0;
  #used = 0;

  get usedBytes(): number {
    return this.#used;
  }

  get freeBytes(): number {
    return CHANNEL_BYTES - this.#used;
  }

  /** Room for the largest atomic write: what poll calls writable. */
  get hasRoom(): boolean {
    return this.freeBytes >= PIPE_BUF;
  }

  /** Moves bytes into `target`; 0 when there are none. */
  take(target: Uint8Array): number {
    const ring = this.#ring;
    if (ring === undefined || this.#used === 0) return 0;
    const count = Math.min(this.#used, target.length);
    const first = Math.min(count, CHANNEL_BYTES - this.#start);
    target.set(ring.subarray(this.#start, this.#start + first));
    if (first < count) target.set(ring.subarray(0, count - first), first);
    this.#used -= count;
    this.#start = this.#used === 0 ? 0 : (this.#start + count) % CHANNEL_BYTES;
    this.writable.wakeAll();
    return count;
  }

  /** Takes bytes from `source`; 0 when there is no room (or not enough for an atomic write). */
  put(source: Uint8Array): number {
    const room = this.freeBytes;
    if (room === 0 || (source.length <= PIPE_BUF && source.length > room)) return 0;
    this.#ring ??= new Uint8Array(CHANNEL_BYTES);
    const count = Math.min(room, source.length);
    const end = (this.#start + this.#used) % CHANNEL_BYTES;
    const first = Math.min(count, CHANNEL_BYTES - end);
    this.#ring.set(first === source.length ? source : source.subarray(0, first), end);
    if (first < count) this.#ring.set(source.subarray(first, count), 0);
    this.#used += count;
    this.readable.wakeAll();
    return count;
  }

  /** Throws away what nobody read. */
  clear(): void {
    this.#start = 0;
    this.#used = 0;
    this.#ring = undefined;
    this.writable.wakeAll();
  }
}
