/**
 * Named fifos. The file lives in its own filesystem; here is what happens once it is open. All opens
 * of one file share a channel, which exists while somebody has it open. Opening for reading waits
 * for a writer and the other way round; O_RDWR never waits.
 * @see uts/common/fs/fifofs/fifovnops.c fifo_open  @man mknod(2) open(2)
 */
import { POLLHUP, POLLIN, POLLOUT, POLLRDNORM } from '#abi/illumos/poll.ts';
import { O_NDELAY, O_NONBLOCK, isOpenForReading, isOpenForWriting } from '#abi/illumos/fcntl.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import { EBADF, ENXIO, ESPIPE, type Errno } from '#kernel/os/errno.ts';
import { Channel } from '#kernel/io/channel.ts';
import { channelIoctl, readChannel, writeChannel } from '#kernel/fs/fifofs/pipe.ts';
import { ShadowVnode } from '#kernel/vfs/shadow-vnode.ts';
import type { Blocking, PollState, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

/** A fifo that somebody has open or waits to open. */
interface OpenFifo {
  readonly stored: Vnode;
  readonly channel: Channel;
  /** Woken when an end is opened. */
  readonly opened: WaitQueue;
  readonly wait: WouldBlock;
  /** Grow with each open: who waited sees that somebody came even if he has left again. */
  readerOpens: number;
  writerOpens: number;
  /** Opens that have been counted and still wait for the other side. */
  readonly pending: Map<object, FifoFile>;
}

export class FifoRegistry {
  readonly #byFile = new Map<Vnode, OpenFifo>();

  /** Re-issued after each wait; `ctx.proc` tells one waiting open from another. */
  open(stored: Vnode, flags: number, ctx: VnodeContext): Blocking<Vnode> {
    const fifo = this.#byFile.get(stored) ?? this.#makeFifo(stored);
    const reads = isOpenForReading(flags);
    const writes = isOpenForWriting(flags);
    const isNonBlocking = (flags & (O_NONBLOCK | O_NDELAY)) !== 0;
    if (writes && !reads && isNonBlocking && fifo.channel.readers === 0) {
      this.#forgetUnused(fifo);
      return ENXIO;
    }
    const opener: object = ctx.proc ?? fifo;
    let file = fifo.pending.get(opener);
    if (file === undefined) {
      file = new FifoFile(this, fifo, reads, writes);
      fifo.opened.wakeAll();
    }
    const mayGo = (reads && writes) || (reads && isNonBlocking) || file.hasMetOther();
    if (mayGo) {
      fifo.pending.delete(opener);
      return file;
    }
    fifo.pending.set(opener, file);
    return fifo.wait;
  }

  /** A process that was interrupted (or died) while it waited in open(2) gives its place back. */
  abandonOpen(stored: Vnode, ctx: VnodeContext): void {
    const fifo = this.#byFile.get(stored);
    const file = fifo?.pending.get(ctx.proc ?? fifo);
    if (fifo === undefined || file === undefined) return;
    fifo.pending.delete(ctx.proc ?? fifo);
    file.close(ctx);
  }

  /** The same for whatever open(2) it waits in. */
  abandonOpens(ctx: VnodeContext): void {
    for (const stored of this.#byFile.keys()) this.abandonOpen(stored, ctx);
  }

  #makeFifo(stored: Vnode): OpenFifo {
    const opened = new WaitQueue();
    const fifo: OpenFifo = {
      stored,
      channel: new Channel(),
      opened,
      wait: new WouldBlock([opened]),
      readerOpens: 0,
      writerOpens: 0,
      pending: new Map(),
    };
    this.#byFile.set(stored, fifo);
    return fifo;
  }

  /** Called when an end closes: the bytes of a fifo that nobody has open are gone. */
  forgetIfUnused(stored: Vnode): void {
    const fifo = this.#byFile.get(stored);
    if (fifo !== undefined) this.#forgetUnused(fifo);
  }

  #forgetUnused(fifo: OpenFifo): void {
    if (fifo.channel.readers === 0 && fifo.channel.writers === 0) this.#byFile.delete(fifo.stored);
  }
}

/** One open of a fifo. */
class FifoFile extends ShadowVnode {
  readonly #registry: FifoRegistry;
  readonly #fifo: OpenFifo;
  readonly #reads: boolean;
  readonly #writes: boolean;
  readonly #readerOpensBefore: number;
  readonly #writerOpensBefore: number;

  constructor(registry: FifoRegistry, fifo: OpenFifo, reads: boolean, writes: boolean) {
    super(fifo.stored);
    this.#registry = registry;
    this.#fifo = fifo;
    this.#reads = reads;
    this.#writes = writes;
    this.#readerOpensBefore = fifo.readerOpens;
    this.#writerOpensBefore = fifo.writerOpens;
    fifo.readerOpens += reads ? 1 : 0;
    fifo.writerOpens += writes ? 1 : 0;
    fifo.channel.readers += reads ? 1 : 0;
    fifo.channel.writers += writes ? 1 : 0;
  }

  /** The other side is open, or was since this open began. */
  hasMetOther(): boolean {
    const { channel, readerOpens, writerOpens } = this.#fifo;
    if (this.#reads && !this.#writes) {
      return channel.writers > 0 || writerOpens > this.#writerOpensBefore;
    }
    return channel.readers > 0 || readerOpens > this.#readerOpensBefore;
  }

  override close(_ctx: VnodeContext): void {
    const { channel } = this.#fifo;
    channel.readers -= this.#reads ? 1 : 0;
    channel.writers -= this.#writes ? 1 : 0;
    channel.readable.wakeAll();
    channel.writable.wakeAll();
    this.#registry.forgetIfUnused(this.#fifo.stored);
  }

  override read(_offset: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.#reads ? readChannel(this.#fifo.channel, target, ctx.fileFlags) : EBADF;
  }

  override write(_offset: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.#writes ? writeChannel(this.#fifo.channel, source, ctx.fileFlags) : EBADF;
  }

  override seek(_offsetBytes: number): Errno | undefined {
    return ESPIPE;
  }

  override ioctl(command: number, argument: unknown, _ctx: VnodeContext): Blocking<number> {
    return channelIoctl(this.#fifo.channel, command, argument);
  }

  override poll(events: number, _ctx: VnodeContext): PollState {
    const { channel } = this.#fifo;
    let state = 0;
    if (this.#reads) {
      if (channel.usedBytes > 0 || channel.writers === 0) state |= events & (POLLIN | POLLRDNORM);
      if (channel.writers === 0) state |= POLLHUP;
      return { events: state, queue: channel.readable };
    }
    if (channel.readers === 0) state |= POLLHUP;
    else if (channel.hasRoom) state |= events & POLLOUT;
    return { events: state, queue: channel.writable };
  }
}
