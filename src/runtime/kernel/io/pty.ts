/**
 * Pseudo terminals. A master is made by each open of /dev/ptmx; its slave /dev/pts/N has a line
 * discipline like any terminal. Closing the master hangs the slave up; while no slave is open after
 * one was, the master reads end of file. The host's own terminals (exec with a tty) are slaves whose
 * master is the host.
 * @see uts/common/io/ptm.c, pts.c  @man ptm(4D) pts(4D)
 */
import type { Clock } from '#runtime/host.ts';
import { O_NDELAY, O_NONBLOCK } from '#abi/illumos/fcntl.ts';
import {
  FIONREAD,
  ISPTM,
  type IntCell,
  OWNERPT,
  TIOCGWINSZ,
  TIOCSWINSZ,
  UNLKPT,
  ZONEPT,
} from '#abi/illumos/ioctl.ts';
import { POLLHUP, POLLIN, POLLOUT, POLLRDNORM } from '#abi/illumos/poll.ts';
import { makedev } from '#abi/illumos/stat.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import { EACCES, EAGAIN, EINVAL, EIO, ENXIO, ENOTTY } from '#kernel/os/errno.ts';
import { Channel } from '#kernel/io/channel.ts';
import { type Driver, MAJORS, OpenDevice } from '#kernel/io/device.ts';
import type { TtySink } from '#kernel/io/ldterm/output.ts';
import { Tty } from '#kernel/io/tty.ts';
import { ttyIoctl } from '#kernel/io/tty-ioctl.ts';
import type { Blocking, PollState, VnodeContext } from '#kernel/vfs/vnode.ts';

/** `pt_cnt` grows on illumos too, up to this. */
const MAX_PTYS = 4096;

interface Pty {
  readonly minor: number;
  readonly tty: Tty;
  /** UNLKPT was issued: the slave may be opened. */
  isUnlocked: boolean;
  isMasterOpen: boolean;
  /** What a master in our node waits on. */
  readonly masterQueue: WaitQueue;
  /** Some slave was opened since the master is there. */
  wasSlaveOpened: boolean;
}

export class PtyTable {
  readonly #clock: Clock;
  readonly #ptys: (Pty | undefined)[] = [];
  /** Told when /dev/pts/N comes (with its owner) and goes. Registered at node.ts. */
  onChange: (minor: number, owner: { uid: number; gid: number } | undefined) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A slave whose master is the host: it takes output by `sink` and feeds `tty.receive`. */
  createForHost(sink: TtySink): { readonly tty: Tty; release(): void } | undefined {
    const pty = this.#allocate(sink, 0, 0, new WaitQueue());
    if (pty === undefined) return undefined;
    pty.isUnlocked = true;
    return { tty: pty.tty, release: () => this.#closeMaster(pty) };
  }

  /** The terminals of all slaves, by minor number. */
  *terminals(): IterableIterator<Tty> {
    for (const pty of this.#ptys) if (pty !== undefined) yield pty.tty;
  }

  openMaster(ctx: VnodeContext): OpenDevice | undefined {
    const channel = new Channel();
    const sink: TtySink = {
      writable: () => channel.freeBytes,
      write: (bytes) => channel.put(bytes),
    };
    const pty = this.#allocate(sink, ctx.cred.uid, ctx.cred.gid, channel.readable);
    if (pty === undefined) return undefined;
    return new PtyMaster(pty, channel, () => this.#closeMaster(pty));
  }

  openSlave(minor: number, flags: number, ctx: VnodeContext): Blocking<OpenDevice> {
    const pty = this.#ptys[minor];
    if (pty === undefined || !pty.isMasterOpen) return ENXIO;
    if (!pty.isUnlocked) return EACCES;
    pty.wasSlaveOpened = true;
    return pty.tty.open(flags, ctx);
  }

  #allocate(sink: TtySink, uid: number, gid: number, masterQueue: WaitQueue): Pty | undefined {
    let minor = 0;
    while (this.#ptys[minor] !== undefined) minor += 1;
    if (minor >= MAX_PTYS) return undefined;
    const tty = new Tty({
      name: `pts/${minor}`,
      device: makedev(MAJORS.pts, minor),
      sink,
      clock: this.#clock,
      onLastClose: () => this.#slaveClosed(pty),
    });
    const pty: Pty = {
      minor,
      tty,
      isUnlocked: false,
      isMasterOpen: true,
      masterQueue,
      wasSlaveOpened: false,
    };
    this.#ptys[minor] = pty;
    this.onChange(minor, { uid, gid });
    return pty;
  }

  #closeMaster(pty: Pty): void {
    if (!pty.isMasterOpen) return;
    pty.isMasterOpen = false;
    pty.tty.carrierLost();
    this.#slaveClosed(pty);
  }

  /** The number is free again when both sides are closed. */
  #slaveClosed(pty: Pty): void {
    pty.tty.changed.wakeAll();
    pty.masterQueue.wakeAll();
    if (pty.isMasterOpen || pty.tty.isOpen) return;
    this.#ptys[pty.minor] = undefined;
    this.onChange(pty.minor, undefined);
  }
}

class PtyMaster extends OpenDevice {
  override readonly device: number;
  readonly #pty: Pty;
  readonly #channel: Channel;
  readonly #release: () => void;
  readonly #waitToRead: WouldBlock;
  readonly #waitToWrite: WouldBlock;

  constructor(pty: Pty, channel: Channel, release: () => void) {
    super();
    this.device = makedev(MAJORS.ptm, pty.minor);
    this.#pty = pty;
    this.#channel = channel;
    this.#release = release;
    this.#waitToRead = new WouldBlock([channel.readable, pty.tty.changed]);
    this.#waitToWrite = new WouldBlock([pty.tty.changed]);
  }

  /** A slave was there and is gone. */
  get #isHungUp(): boolean {
    return this.#pty.wasSlaveOpened && !this.#pty.tty.isOpen;
  }

  override read(_offset: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (target.length === 0) return 0;
    const count = this.#channel.take(target);
    if (count > 0) {
      this.#pty.tty.outputReady();
      return count;
    }
    if (this.#isHungUp) return 0;
    if ((ctx.fileFlags & O_NONBLOCK) !== 0) return EAGAIN;
    return (ctx.fileFlags & O_NDELAY) !== 0 ? 0 : this.#waitToRead;
  }

  override write(_offset: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if (source.length === 0) return 0;
    if (this.#isHungUp) return EIO;
    const count = this.#pty.tty.receive(source);
    if (count > 0) return count;
    if ((ctx.fileFlags & O_NONBLOCK) !== 0) return EAGAIN;
    return (ctx.fileFlags & O_NDELAY) !== 0 ? 0 : this.#waitToWrite;
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    const cell =
      typeof argument === 'object' && argument !== null ? (argument as IntCell) : undefined;
    switch (command) {
      case ISPTM:
        if (cell !== undefined) cell.value = this.#pty.minor;
        return 0;
      case UNLKPT:
        this.#pty.isUnlocked = true;
        return 0;
      case OWNERPT:
      case ZONEPT:
        return 0;
      case FIONREAD:
        if (cell === undefined) return EINVAL;
        cell.value = this.#channel.usedBytes;
        return 0;
      case TIOCGWINSZ:
      case TIOCSWINSZ:
        return ttyIoctl(this.#pty.tty, command, argument, ctx);
      default:
        return ENOTTY;
    }
  }

  override poll(events: number, _ctx: VnodeContext): PollState {
    let state = 0;
    if (this.#channel.usedBytes > 0) state |= events & (POLLIN | POLLRDNORM);
    if (this.#isHungUp) state |= POLLHUP | (events & (POLLIN | POLLRDNORM));
    else state |= events & POLLOUT;
    return { events: state, queue: this.#channel.readable };
  }

  override close(_ctx: VnodeContext): void {
    this.#release();
  }
}

export function ptyDrivers(table: PtyTable): readonly Driver[] {
  return [
    {
      name: 'ptm',
      major: MAJORS.ptm,
      open: (_minor, _flags, ctx) => table.openMaster(ctx) ?? EAGAIN,
    },
    {
      name: 'pts',
      major: MAJORS.pts,
      open: (minor, flags, ctx) => table.openSlave(minor, flags, ctx),
    },
  ];
}
