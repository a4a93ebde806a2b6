/**
 * A terminal: line discipline, size, session and who may use it. The device below (console, pty)
 * feeds it by `receive`, takes its output as a sink and calls `outputReady` when it takes more.
 * After a hangup the files that were open are dead: end of file for readers, EIO for the rest; a new
 * open starts a new life. @see uts/common/io/ldterm.c, os/streamio.c  @man termio(4I)
 */
import type { Clock } from '#runtime/host.ts';
import { O_NDELAY, O_NOCTTY, O_NONBLOCK } from '#abi/illumos/fcntl.ts';
import { POLLHUP, POLLIN, POLLOUT, POLLRDNORM } from '#abi/illumos/poll.ts';
import { SIGTTIN, SIGTTOU, SIGWINCH, type Signal } from '#abi/illumos/signal.ts';
import {
  FLUSHO,
  ICANON,
  TOSTOP,
  type Termios,
  VMIN,
  VTIME,
  type Winsize,
} from '#abi/illumos/termios.ts';
import { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';
import { EAGAIN, EIO, type Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import {
  type ControllingTty,
  type ProcessGroup,
  type Session,
  acquireTty,
  checkJobControl,
  ttyHungUp,
} from '#kernel/os/session.ts';
import { OpenDevice } from '#kernel/io/device.ts';
import { type InputListener, TtyInput } from '#kernel/io/ldterm/input.ts';
import { OUTPUT_LOW_WATER, TtyOutput, type TtySink } from '#kernel/io/ldterm/output.ts';
import { defaultTermios } from '#kernel/io/ldterm/settings.ts';
import { ttyIoctl } from '#kernel/io/tty-ioctl.ts';
import type { Blocking, PollState, VnodeContext } from '#kernel/vfs/vnode.ts';

/** VTIME counts tenths of a second. */
const NS_PER_VTIME = 100_000_000n;

export interface TtyOptions {
  /** Below /dev: `console`, `pts/3`. */
  readonly name: string;
  readonly device: number;
  readonly sink: TtySink;
  readonly clock: Clock;
  /** The last open file was closed. */
  readonly onLastClose?: () => void;
}

export class Tty implements ControllingTty, InputListener {
  readonly name: string;
  readonly device: number;
  session: Session | null = null;
  foreground: ProcessGroup | null = null;
  readonly termios: Termios = defaultTermios();
  readonly winsize: Winsize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  readonly output: TtyOutput;
  readonly input: TtyInput;
  readonly #clock: Clock;
  readonly #onLastClose: (() => void) | undefined;
  /** Woken by input, room for output, and hangup. */
  readonly changed: WaitQueue = new WaitQueue();
  readonly #wait: WouldBlock = new WouldBlock([this.changed]);
  #lastInputNs = 0n;
  /** Reads with VTIME and no VMIN: until when who waits. */
  readonly #readDeadlines: WeakMap<Proc, bigint> = new WeakMap();
  /** Grows with each hangup: files opened before are dead. */
  life = 0;
  #openCount = 0;

  constructor(options: TtyOptions) {
    this.name = options.name;
    this.device = options.device;
    this.#clock = options.clock;
    this.#onLastClose = options.onLastClose;
    this.output = new TtyOutput(options.sink);
    this.input = new TtyInput(this.termios, this.output, this);
  }

  get isOpen(): boolean {
    return this.#openCount > 0;
  }

  /** A session leader without a terminal gets this one, unless it says O_NOCTTY. */
  open(flags: number, ctx: VnodeContext): OpenDevice {
    if (ctx.proc !== null && (flags & O_NOCTTY) === 0) acquireTty(ctx.proc, this);
    this.#openCount += 1;
    return new TtyFile(this);
  }

  fileClosed(): void {
    this.#openCount -= 1;
    if (this.#openCount === 0) this.#onLastClose?.();
  }

  // From the device below

  /** Takes typed bytes; answers how many: the rest has to be offered again after a read. */
  receive(bytes: Uint8Array): number {
    this.#lastInputNs = this.#clock.monotonicNs();
    return this.input.receive(bytes);
  }

  /** The sink takes more. */
  outputReady(): void {
    this.output.drain();
    if (this.output.usedBytes <= OUTPUT_LOW_WATER) this.changed.wakeAll();
  }

  /** The line dropped: the session learns it by SIGHUP. */
  carrierLost(): void {
    ttyHungUp(this);
    this.hangup();
  }

  setWinsize(size: Winsize): void {
    const now = this.winsize;
    const isSame = now.rows === size.rows && now.columns === size.columns;
    if (isSame && now.xPixels === size.xPixels && now.yPixels === size.yPixels) return;
    Object.assign(now, size);
    this.foreground?.signal(SIGWINCH);
  }

  // From the session and the line discipline

  hangup(): void {
    this.life += 1;
    this.input.flush();
    this.output.flush();
    this.output.isStopped = false;
    Object.assign(this.termios, defaultTermios());
    this.changed.wakeAll();
  }

  signal(signal: Signal): void {
    this.foreground?.signal(signal);
    this.changed.wakeAll();
  }

  readable(): void {
    this.changed.wakeAll();
  }

  // For open files

  read(target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    const refused = this.checkGroup(ctx, SIGTTIN);
    if (refused !== undefined) return refused;
    if (target.length === 0) return 0;
    const isCanonical = (this.termios.lflag & ICANON) !== 0;
    const wait = isCanonical ? this.#waitForLine() : this.#waitForBytes(target.length, ctx.proc);
    if (wait === undefined) {
      if (ctx.proc !== null) this.#readDeadlines.delete(ctx.proc);
      return this.#take(target);
    }
    if ((ctx.fileFlags & O_NONBLOCK) !== 0) return EAGAIN;
    return (ctx.fileFlags & O_NDELAY) !== 0 ? 0 : wait;
  }

  #take(target: Uint8Array): number {
    const count = this.input.take(target);
    // There is room again: whoever writes to the other side of a pty may go on.
    if (count > 0) this.changed.wakeAll();
    this.inputTaken();
    return count;
  }

  /** A read made room for more input. */
  protected inputTaken(): void {}

  #waitForLine(): WouldBlock | undefined {
    return this.input.hasLine ? undefined : this.#wait;
  }

  /** The four cases of VMIN and VTIME; undefined: the read is satisfied. */
  #waitForBytes(wanted: number, proc: Proc | null): WouldBlock | undefined {
    const minimum = this.termios.cc[VMIN] ?? 0;
    const time = BigInt(this.termios.cc[VTIME] ?? 0) * NS_PER_VTIME;
    const ready = this.input.readyBytes;
    if (ready >= Math.min(Math.max(minimum, 1), wanted)) return undefined;
    if (minimum === 0) {
      if (time === 0n) return undefined;
      const now = this.#clock.monotonicNs();
      const deadline = (proc === null ? undefined : this.#readDeadlines.get(proc)) ?? now + time;
      if (now >= deadline) return undefined;
      if (proc !== null) this.#readDeadlines.set(proc, deadline);
      return new WouldBlock([this.changed], deadline);
    }
    if (time === 0n || ready === 0) return this.#wait;
    const deadline = this.#lastInputNs + time;
    if (this.#clock.monotonicNs() >= deadline) return undefined;
    return new WouldBlock([this.changed], deadline);
  }

  write(source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    if ((this.termios.lflag & TOSTOP) !== 0) {
      const refused = this.checkGroup(ctx, SIGTTOU);
      if (refused !== undefined) return refused;
    }
    if ((this.termios.lflag & FLUSHO) !== 0) return source.length;
    const count = this.output.write(source, this.termios);
    if (count > 0 || source.length === 0) return count;
    if ((ctx.fileFlags & O_NONBLOCK) !== 0) return EAGAIN;
    return (ctx.fileFlags & O_NDELAY) !== 0 ? 0 : this.#wait;
  }

  poll(events: number): PollState {
    let state = 0;
    const minimum = Math.max(this.termios.cc[VMIN] ?? 0, 1);
    const isCanonical = (this.termios.lflag & ICANON) !== 0;
    const isReadable = isCanonical ? this.input.hasLine : this.input.readyBytes >= minimum;
    if (isReadable) state |= events & (POLLIN | POLLRDNORM);
    if (this.output.hasRoom) state |= events & POLLOUT;
    return { events: state, queue: this.changed };
  }

  /** Job control for `ctx.proc`; the kernel itself may always. */
  checkGroup(
    ctx: VnodeContext,
    signal: typeof SIGTTIN | typeof SIGTTOU,
  ): Errno | WouldBlock | undefined {
    return ctx.proc === null ? undefined : checkJobControl(ctx.proc, this, signal);
  }

  /** Waits until the device has taken all output. */
  waitForDrain(): WouldBlock | undefined {
    this.output.drain();
    return this.output.usedBytes === 0 ? undefined : this.#wait;
  }
}

/** An open file of a terminal. */
class TtyFile extends OpenDevice {
  override readonly device: number;
  readonly #tty: Tty;
  readonly #life: number;

  constructor(tty: Tty) {
    super();
    this.device = tty.device;
    this.#tty = tty;
    this.#life = tty.life;
  }

  get #isDead(): boolean {
    return this.#life !== this.#tty.life;
  }

  override read(_offset: number, target: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.#isDead ? 0 : this.#tty.read(target, ctx);
  }

  override write(_offset: number, source: Uint8Array, ctx: VnodeContext): Blocking<number> {
    return this.#isDead ? EIO : this.#tty.write(source, ctx);
  }

  override ioctl(command: number, argument: unknown, ctx: VnodeContext): Blocking<number> {
    return this.#isDead ? EIO : ttyIoctl(this.#tty, command, argument, ctx);
  }

  override poll(events: number, _ctx: VnodeContext): PollState {
    if (!this.#isDead) return this.#tty.poll(events);
    const readable = events & (POLLIN | POLLRDNORM);
    return { events: readable | POLLHUP, queue: this.#tty.changed };
  }

  override close(_ctx: VnodeContext): void {
    this.#tty.fileClosed();
  }
}
