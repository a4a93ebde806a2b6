/**
 * A full-screen program's terminal: raw mode, size, keys, the alternate screen. Interrupt and
 * suspend characters arrive as keys; whoever uses this decides what they mean. `<Resize>` comes as
 * a key after the window changed.
 */
import { TCGETS, TCSETSW, TIOCGWINSZ } from '#abi/illumos/ioctl.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import { SIGTSTP, SIGWINCH } from '#abi/illumos/signal.ts';
import {
  ECHO,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IXON,
  NCCS,
  OPOST,
  type Termios,
  VMIN,
  VTIME,
  type Winsize,
} from '#abi/illumos/termios.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { encodeText } from '#lib/libcurses/bytes-text.ts';
import { KeyDecoder } from '#lib/libcurses/keys.ts';
import { findTerminal, type TerminalDescription } from '#lib/libcurses/terminfo.table.ts';

/** How long the rest of an escape sequence may take. */
const ESCAPE_TIMEOUT_MS = 50;

function emptyTermios(): Termios {
  return { iflag: 0, oflag: 0, cflag: 0, lflag: 0, cc: new Uint8Array(NCCS) };
}

/** What TERM names; a terminal that nobody knows is `dumb`. */
export function describeTerminal(env: ReadonlyMap<string, string>): TerminalDescription {
  const known = findTerminal(env.get('TERM') ?? 'dumb') ?? findTerminal('dumb');
  if (known === undefined) throw new Error('the terminal table has no entry "dumb"');
  return known;
}

/** Rows and columns of the terminal behind `fd`, else what LINES and COLUMNS say, else 24 × 80. */
export function* windowSize(sys: Sys, fd: number): Task<{ rows: number; columns: number }> {
  const size: Winsize = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
  yield* sys.ioctl(fd, TIOCGWINSZ, size);
  const described = describeTerminal(sys.env).numbers;
  const rows = size.rows || Number(sys.env.get('LINES') ?? 0) || (described['lines'] ?? 24);
  const columns = size.columns || Number(sys.env.get('COLUMNS') ?? 0) || (described['cols'] ?? 80);
  return { rows, columns };
}

export class Terminal {
  readonly description: TerminalDescription;
  rows = 24;
  columns = 80;
  readonly #sys: Sys;
  readonly #inputFd: number;
  readonly #outputFd: number;
  readonly #decoder = new KeyDecoder();
  #saved: Termios | undefined;
  #keys: string[] = [];
  #isResized = false;

  constructor(sys: Sys, inputFd: number, outputFd: number) {
    this.#sys = sys;
    this.#inputFd = inputFd;
    this.#outputFd = outputFd;
    this.description = describeTerminal(sys.env);
  }

  /** Raw mode and, unless `keepsScreen`, the alternate screen. False when it is no terminal. */
  *enter(keepsScreen = false): Task<boolean> {
    const settings = emptyTermios();
    if (isErrno(yield* this.#sys.ioctl(this.#inputFd, TCGETS, settings))) return false;
    this.#saved ??= settings;
    const raw = { ...settings, cc: settings.cc.slice() };
    raw.iflag &= ~(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
    raw.oflag &= ~OPOST;
    raw.lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
    raw.cc[VMIN] = 1;
    raw.cc[VTIME] = 0;
    yield* this.#sys.ioctl(this.#inputFd, TCSETSW, raw);
    const noteResize = (): void => {
      this.#isResized = true;
    };
    yield* this.#sys.sigaction(SIGWINCH, {
      handler: function* (): Task<void> {
        noteResize();
      },
    });
    yield* this.measure();
    const start = keepsScreen ? '' : (this.description.strings['smcup'] ?? '');
    yield* this.write(start + (this.description.strings['smkx'] ?? ''));
    return true;
  }

  /** Gives the terminal back as it was. */
  *leave(keepsScreen = false): Task<void> {
    const { strings } = this.description;
    const end = keepsScreen ? '' : (strings['rmcup'] ?? '');
    yield* this.write((strings['rmkx'] ?? '') + end);
    if (this.#saved !== undefined) {
      yield* this.#sys.ioctl(this.#inputFd, TCSETSW, this.#saved);
    }
  }

  /** Reads the window's size again. */
  *measure(): Task<void> {
    const { rows, columns } = yield* windowSize(this.#sys, this.#outputFd);
    this.rows = rows;
    this.columns = columns;
  }

  *write(text: string): Task<void> {
    const bytes = encodeText(text);
    let at = 0;
    while (at < bytes.length) {
      const result = yield* this.#sys.write(this.#outputFd, bytes.subarray(at));
      if (!isErrno(result)) at += result;
      else if (result.name !== 'EINTR') return;
    }
  }

  /** True when a key can be read at once: drawing may wait. */
  *hasKey(): Task<boolean> {
    if (this.#keys.length > 0) return true;
    const request = { fd: this.#inputFd, events: POLLIN, revents: 0 };
    const ready = yield* this.#sys.poll([request], 0);
    return !isErrno(ready) && ready > 0;
  }

  /**
   * The next key; undefined = the terminal is gone. With a timeout, '' when nothing came in time.
   * The size is up to date when `<Resize>` comes.
   */
  *readKey(timeoutMs = -1): Task<string | undefined> {
    for (;;) {
      if (this.#isResized) {
        this.#isResized = false;
        yield* this.measure();
        return '<Resize>';
      }
      const key = this.#keys.shift();
      if (key !== undefined) return key;
      const request = { fd: this.#inputFd, events: POLLIN, revents: 0 };
      const wait = this.#decoder.isPending ? ESCAPE_TIMEOUT_MS : timeoutMs;
      const ready = yield* this.#sys.poll([request], wait);
      if (isErrno(ready)) {
        if (ready.name !== 'EINTR') return undefined;
      } else if (ready === 0) {
        if (!this.#decoder.isPending) return '';
        this.#keys.push(...this.#decoder.flush());
      } else if (!(yield* this.#fill())) return undefined;
    }
  }

  *#fill(): Task<boolean> {
    const bytes = new Uint8Array(1024);
    const count = yield* this.#sys.read(this.#inputFd, bytes);
    if (isErrno(count)) return count.name === 'EINTR' || count.name === 'EAGAIN';
    this.#keys.push(...this.#decoder.feed(bytes.subarray(0, count)));
    return count > 0;
  }

  /** Stops the program's process group as Ctrl-Z does; returns after it was continued. */
  *suspend(): Task<void> {
    yield* this.leave();
    yield* this.#sys.kill(0, SIGTSTP);
    yield* this.enter();
    this.#isResized = true;
  }
}
