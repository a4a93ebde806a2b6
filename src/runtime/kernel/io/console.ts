/**
 * The console: the host's ConsolePort as a terminal. What a person types faster than programs read
 * waits here, up to a limit; kernel messages wait for room and never wait for anybody else.
 * @see uts/common/io/cn.c, consconfig
 */
import type { Clock, ConsolePort } from '#runtime/host.ts';
import { makedev } from '#abi/illumos/stat.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { ENXIO } from '#kernel/os/errno.ts';
import { type Driver, MAJORS } from '#kernel/io/device.ts';
import { Tty } from '#kernel/io/tty.ts';

/** Typed bytes that nobody has read yet; more is lost, as on a serial line. */
const BACKLOG_BYTES = 256 * 1024;
/** Kernel messages that the port has not taken; older ones are then lost. */
const MESSAGE_BYTES = 64 * 1024;

export class Console {
  readonly tty: Tty;
  /** Input that the line discipline had no room for. */
  #backlog: Uint8Array[] = [];
  #backlogBytes = 0;
  #messages: Uint8Array[] = [];
  #messageBytes = 0;
  #isFeeding = false;

  constructor(port: ConsolePort, clock: Clock) {
    const device = makedev(MAJORS.cn, 0);
    this.tty = new ConsoleTty({ name: 'console', device, sink: port, clock }, () => this.#feed());
  }

  /** Typed bytes, owned by the console from now on. */
  input(bytes: Uint8Array): void {
    if (this.#backlogBytes + bytes.length > BACKLOG_BYTES) return;
    this.#backlog.push(bytes);
    this.#backlogBytes += bytes.length;
    this.#feed();
  }

  resize(columns: number, rows: number): void {
    this.tty.setWinsize({ rows, columns, xPixels: 0, yPixels: 0 });
  }

  /** The port takes output again. */
  ready(): void {
    this.tty.outputReady();
    this.#writeMessages();
  }

  /** A message of the kernel; newlines become CR LF as the terminal's settings say. */
  print(text: string): void {
    this.printBytes(encodeUtf8(text));
  }

  printBytes(bytes: Uint8Array): void {
    this.#messages.push(bytes.slice());
    this.#messageBytes += bytes.length;
    while (this.#messageBytes > MESSAGE_BYTES && this.#messages.length > 1) {
      this.#messageBytes -= this.#messages.shift()?.length ?? 0;
    }
    this.#writeMessages();
  }

  #writeMessages(): void {
    for (;;) {
      const first = this.#messages[0];
      if (first === undefined) return;
      const count = this.tty.output.write(first, this.tty.termios);
      this.#messageBytes -= count;
      if (count < first.length) {
        this.#messages[0] = first.subarray(count);
        return;
      }
      this.#messages.shift();
    }
  }

  #feed(): void {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    for (let first = this.#backlog[0]; first !== undefined; first = this.#backlog[0]) {
      const count = this.tty.receive(first);
      this.#backlogBytes -= count;
      if (count < first.length) {
        this.#backlog[0] = first.subarray(count);
        break;
      }
      this.#backlog.shift();
    }
    this.#isFeeding = false;
  }
}

/** Asks for more input whenever a read made room. */
class ConsoleTty extends Tty {
  readonly #onRead: () => void;

  constructor(options: ConstructorParameters<typeof Tty>[0], onRead: () => void) {
    super(options);
    this.#onRead = onRead;
  }

  protected override inputTaken(): void {
    this.#onRead();
  }
}

/** /dev/console and its other names: minors 0 console, 1 syscon, 2 systty; wc's minor 0. */
export function consoleDrivers(console: Console): readonly Driver[] {
  const open: Driver['open'] = (minor, flags, ctx) =>
    minor <= 2 ? console.tty.open(flags, ctx) : ENXIO;
  return [
    { name: 'cn', major: MAJORS.cn, open },
    { name: 'wc', major: MAJORS.wc, open },
  ];
}

/** /dev/tty: the terminal of whoever opens it. @man tty(4D) */
export function controllingTtyDriver(): Driver {
  return {
    name: 'sy',
    major: MAJORS.sy,
    open: (_minor, flags, ctx) => {
      const tty = ctx.proc?.group.session.tty;
      return tty instanceof Tty ? tty.open(flags, ctx) : ENXIO;
    },
  };
}
