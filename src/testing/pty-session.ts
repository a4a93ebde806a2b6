/**
 * A program on a pseudo-terminal, watched through a real terminal model (xterm): for tests of
 * full-screen programs and of what a person at the screen sees.
 */
import { Terminal } from '@xterm/headless';
import { O_NOCTTY, O_NONBLOCK, O_RDWR } from '#abi/illumos/fcntl.ts';
import { ISPTM, TIOCSWINSZ, UNLKPT } from '#abi/illumos/ioctl.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { bootHarness, type HarnessOptions, type NodeHarness } from '#testing/node-harness.ts';

export interface PtyOptions extends HarnessOptions {
  readonly rows?: number;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What the driving process does next: bytes to type, a new size, or a rest. */
type Order =
  | { readonly kind: 'type'; readonly bytes: Uint8Array }
  | { readonly kind: 'size'; readonly rows: number; readonly columns: number };

export class PtySession {
  readonly node: NodeHarness;
  readonly terminal: Terminal;
  /** Exit status of the program, once it ended. */
  status: number | undefined;
  readonly #orders: Order[] = [];
  readonly #output: Uint8Array[] = [];

  constructor(argv: readonly string[], options: PtyOptions = {}) {
    const { rows = 24, columns = 80 } = options;
    this.terminal = new Terminal({ rows, cols: columns, allowProposedApi: true });
    this.node = bootHarness(options);
    const env = { TERM: 'xterm-256color', ...options.env };
    this.node.start((sys) => this.#drive(sys, argv, rows, columns), {
      argv: ['pty-driver'],
      env,
      cwd: options.cwd ?? '/',
    });
  }

  /** Types text and lets the program work until it waits again. */
  async type(text: string): Promise<this> {
    this.#orders.push({ kind: 'type', bytes: encodeUtf8(text) });
    return await this.settle();
  }

  async resize(rows: number, columns: number): Promise<this> {
    this.terminal.resize(columns, rows);
    this.#orders.push({ kind: 'size', rows, columns });
    return await this.settle();
  }

  /** Lets virtual time pass. */
  async rest(ms: number): Promise<this> {
    const end = this.node.clock.monotonicNs() + BigInt(ms) * 1_000_000n;
    while (this.node.clock.monotonicNs() < end) {
      this.#run();
      const wakeAtNs = this.node.kernel.dispatcher.callouts.earliestNs() ?? end;
      this.node.clock.advanceTo(wakeAtNs < end ? wakeAtNs : end);
    }
    return await this.settle();
  }

  /** Runs until the program and the driver wait; the screen is then up to date. */
  async settle(): Promise<this> {
    for (let quiet = 0; quiet < 3; ) {
      this.#run();
      // The driver looks for orders every 10 ms of virtual time.
      this.node.clock.advanceTo(this.node.clock.monotonicNs() + 10_000_000n);
      const isQuiet = this.#output.length === 0 && this.#orders.length === 0;
      quiet = isQuiet ? quiet + 1 : 0;
      for (const bytes of this.#output.splice(0)) {
        await new Promise<void>((resolve) => this.terminal.write(bytes, resolve));
      }
      if (this.status !== undefined && this.#output.length === 0) break;
    }
    return this;
  }

  /** The screen's rows without blanks at their ends. */
  get screen(): string[] {
    const buffer = this.terminal.buffer.active;
    return Array.from({ length: this.terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  }

  #run(): void {
    for (let i = 0; i < 2000 && this.node.step(); i += 1);
  }

  *#drive(sys: Sys, argv: readonly string[], rows: number, columns: number): Task<number> {
    const master = expectSuccess(yield* sys.open('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK));
    const cell = { value: -1 };
    expectSuccess(yield* sys.ioctl(master, ISPTM, cell));
    expectSuccess(yield* sys.ioctl(master, UNLKPT));
    const size = { rows, columns, xPixels: 0, yPixels: 0 };
    expectSuccess(yield* sys.ioctl(master, TIOCSWINSZ, size));
    const child = expectSuccess(
      yield* sys.fork(function* (childSys) {
        yield* childSys.setsid();
        const slave = expectSuccess(yield* childSys.open(`/dev/pts/${cell.value}`, O_RDWR));
        for (const fd of [0, 1, 2]) yield* childSys.dup2(slave, fd);
        yield* childSys.close(slave);
        yield* childSys.close(master);
        const error = yield* childSys.execve(argv[0] ?? '', argv, childSys.env);
        throw new Error(`${argv[0]}: ${error.message}`);
      }),
    );
    for (;;) {
      yield* this.#transfer(sys, master);
      const ended = yield* sys.wait({ pid: child, noHang: true });
      if (ended !== undefined && !isErrno(ended)) {
        yield* this.#transfer(sys, master);
        this.status = ended.how === 'exited' ? ended.status : 128 + ended.status;
        return 0;
      }
      yield* sys.nanosleep(10_000_000n);
    }
  }

  /** Carries orders to the terminal's master side and output away from it. */
  *#transfer(sys: Sys, master: number): Task<void> {
    for (const order of this.#orders.splice(0)) {
      if (order.kind === 'type') yield* sys.write(master, order.bytes);
      else {
        const { rows, columns } = order;
        yield* sys.ioctl(master, TIOCSWINSZ, { rows, columns, xPixels: 0, yPixels: 0 });
      }
    }
    const bytes = new Uint8Array(65_536);
    for (;;) {
      const count = yield* sys.read(master, bytes);
      if (isErrno(count) || count === 0) return;
      this.#output.push(bytes.slice(0, count));
    }
  }
}

function expectSuccess<T>(result: T | Errno): T {
  if (isErrno(result)) throw new Error(result.name);
  return result;
}
