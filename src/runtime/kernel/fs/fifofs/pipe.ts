/**
 * Anonymous pipes. As on illumos both ends read and write: two channels, crossed. An end is one
 * vnode; the last descriptor of it closes both its directions.
 * @see uts/common/fs/fifofs/fifovnops.c  @man pipe(2)
 */
import { POLLHUP, POLLIN, POLLOUT, POLLRDNORM } from '#abi/illumos/poll.ts';
import { FIONREAD, type IntCell } from '#abi/illumos/ioctl.ts';
import { O_NDELAY, O_NONBLOCK } from '#abi/illumos/fcntl.ts';
import { PIPE_BUF } from '#abi/illumos/limits.ts';
import { EAGAIN, EINVAL, ENOTTY, EPIPE, ESPIPE, type Errno } from '#kernel/os/errno.ts';
import type { Clock } from '#runtime/host.ts';
import { Channel } from '#kernel/io/channel.ts';
import { BaseVfs, BaseVnode } from '#kernel/vfs/base-vnode.ts';
import { checkAccess } from '#kernel/vfs/policy.ts';
import type {
  Blocking,
  PollState,
  Vnode,
  VnodeAttributes,
  VnodeContext,
} from '#kernel/vfs/vnode.ts';

/** Reads from `channel` with the rules of pipes. O_NDELAY answers 0 where O_NONBLOCK is EAGAIN. */
export function readChannel(
  channel: Channel,
  target: Uint8Array,
  fileFlags: number,
): Blocking<number> {
  if (target.length === 0) return 0;
  const count = channel.take(target);
  if (count > 0 || channel.writers === 0) return count;
  if ((fileFlags & O_NONBLOCK) !== 0) return EAGAIN;
  return (fileFlags & O_NDELAY) !== 0 ? 0 : channel.waitToRead;
}

/** The syscall layer sends SIGPIPE for EPIPE, and goes on with the rest of a blocking write. */
export function writeChannel(
  channel: Channel,
  source: Uint8Array,
  fileFlags: number,
): Blocking<number> {
  if (channel.readers === 0) return EPIPE;
  if (source.length === 0) return 0;
  const count = channel.put(source);
  if (count > 0) return count;
  if ((fileFlags & O_NONBLOCK) !== 0) return EAGAIN;
  return (fileFlags & O_NDELAY) !== 0 ? 0 : channel.waitToWrite;
}

/** The filesystem that all anonymous pipes of a node belong to; it is mounted nowhere. */
export class FifoVfs extends BaseVfs {
  readonly fstype = 'fifofs';
  readonly clock: Clock;
  #lastNodeid = 0;

  constructor(clock: Clock, fsid: number) {
    super(fsid);
    this.clock = clock;
  }

  allocateNodeid(): number {
    this.#lastNodeid += 1;
    return this.#lastNodeid;
  }

  override root(): Vnode {
    throw new Error('fifofs has no root directory');
  }

  /** Two vnodes, open once each: `close` them when their last descriptor goes. */
  makePipe(ctx: VnodeContext): readonly [PipeEnd, PipeEnd] {
    const forward = new Channel();
    const backward = new Channel();
    for (const channel of [forward, backward]) {
      channel.readers = 1;
      channel.writers = 1;
    }
    return [new PipeEnd(this, backward, forward, ctx), new PipeEnd(this, forward, backward, ctx)];
  }
}

export class PipeEnd extends BaseVnode {
  declare readonly vfs: FifoVfs;
  readonly #out: Channel;
  readonly #in: Channel;
  readonly #nodeid: number;
  readonly #uid: number;
  readonly #gid: number;
  readonly #madeNs: bigint;
  /** pipe(2) opened it once; /proc/PID/fd may open it again. */
  #openCount = 1;

  constructor(vfs: FifoVfs, out: Channel, incoming: Channel, ctx: VnodeContext) {
    super(vfs, 'VFIFO');
    this.#out = out;
    this.#in = incoming;
    this.#nodeid = vfs.allocateNodeid();
    this.#uid = ctx.cred.effectiveUid;
    this.#gid = ctx.cred.effectiveGid;
    this.#madeNs = vfs.clock.realtimeNs();
  }

  override open(_flags: number, _ctx: VnodeContext): Blocking<Vnode> {
    this.#openCount += 1;
    return this;
  }

  override close(_ctx: VnodeContext): void {
    this.#openCount -= 1;
    if (this.#openCount > 0) return;
    this.#out.writers = 0;
    this.#in.readers = 0;
    this.#in.clear();
    this.#out.readable.wakeAll();
    this.#out.writable.wakeAll();
    this.#in.readable.wakeAll();
  }

  override getattr(_ctx: VnodeContext): VnodeAttributes {
    return {
      type: 'VFIFO',
      mode: 0,
      uid: this.#uid,
      gid: this.#gid,
      fsid: this.vfs.fsid,
      nodeid: this.#nodeid,
      linkCount: 0,
      sizeBytes: this.#in.usedBytes,
      atimeNs: this.#madeNs,
      mtimeNs: this.#madeNs,
      ctimeNs: this.#madeNs,
      rdev: 0,
      blockSizeBytes: PIPE_BUF,
      blocks: 0,
    };
  }

  override access(mode: number, ctx: VnodeContext): Errno | undefined {
    const owner = { type: this.type, mode: 0o600, uid: this.#uid, gid: this.#gid };
    return checkAccess(owner, mode, ctx.cred);
  }

  override read(_offset: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return readChannel(this.#in, target, ctx.fileFlags);
  }

  override write(_offset: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return writeChannel(this.#out, source, ctx.fileFlags);
  }

  override seek(_offsetBytes: number): Errno | undefined {
    return ESPIPE;
  }

  override ioctl(command: number, argument: unknown, _ctx: VnodeContext): Blocking<number> {
    return channelIoctl(this.#in, command, argument);
  }

  override poll(events: number, _ctx: VnodeContext): PollState {
    let state = 0;
    if (this.#in.usedBytes > 0 || this.#in.writers === 0) state |= events & (POLLIN | POLLRDNORM);
    if (this.#in.writers === 0) state |= POLLHUP;
    else if (this.#out.hasRoom) state |= events & POLLOUT;
    const waitsForRoom = (events & POLLOUT) !== 0 && (events & (POLLIN | POLLRDNORM)) === 0;
    return { events: state, queue: waitsForRoom ? this.#out.writable : this.#in.readable };
  }
}

/** FIONREAD is what a pipe knows; it is no terminal. */
export function channelIoctl(channel: Channel, command: number, argument: unknown): number | Errno {
  if (command !== FIONREAD) return ENOTTY;
  if (typeof argument !== 'object' || argument === null) return EINVAL;
  (argument as IntCell).value = channel.usedBytes;
  return 0;
}
