/**
 * The editor on the shell's terminal: raw mode while a line is read, bytes in, drawings out. Reads
 * no byte past the end of a line: it may be meant for the command.
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { TCGETS, TCSETSW, TIOCGWINSZ } from '#abi/illumos/ioctl.ts';
import { POLLIN } from '#abi/illumos/poll.ts';
import {
  ECHO,
  ICANON,
  ICRNL,
  IEXTEN,
  INLCR,
  ISIG,
  IXON,
  VMIN,
  VTIME,
} from '#abi/illumos/termios.ts';
import { type Completion, completeLine, listCandidates } from '#cmd/bash/complete.ts';
import { type EditEvent, Editor } from '#cmd/bash/edit/editor.ts';
import { emptyTermios } from '#cmd/bash/execute/wait.ts';
import { Interrupted } from '#cmd/bash/failure.ts';
import type { Shell } from '#cmd/bash/shell.ts';

const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';
const BATCH_SIZE = 4096;
/** More candidates than this are asked about first. */
const MANY = 100;

export class TerminalReader {
  readonly #shell: Shell;
  readonly #editor: Editor;
  #columns: number;

  constructor(shell: Shell, columns: number) {
    this.#shell = shell;
    this.#columns = columns;
    this.#editor = new Editor(columns);
  }

  /** The line; undefined at the end of input. Ctrl-C throws Interrupted. */
  *read(prompt: string): Task<string | undefined> {
    const restore = yield* this.#enterRawMode();
    yield* this.#updateSize();
    const history = this.#shell.history?.lines ?? [];
    yield* this.#write(PASTE_ON + this.#editor.start(prompt, history));
    try {
      return yield* this.#loop();
    } finally {
      yield* this.#write(PASTE_OFF);
      if (restore !== undefined) yield* this.#shell.sys.ioctl(0, TCSETSW, restore);
    }
  }

  *#loop(): Task<string | undefined> {
    let bytes: number[] | undefined = [];
    for (;;) {
      const { output, event } = this.#editor.feed(bytes);
      yield* this.#write(output);
      if (event?.kind === 'line') return event.text;
      if (event?.kind === 'end') return undefined;
      if (event?.kind === 'interrupt') {
        this.#shell.status = 130;
        throw new Interrupted(true);
      }
      if (event !== undefined) yield* this.#answer(event);
      bytes = this.#editor.hasTypeAhead ? [] : yield* this.#readBytes();
      if (bytes === undefined) return undefined;
    }
  }

  *#write(text: string): Task<void> {
    if (text !== '') yield* this.#shell.write(2, text);
  }

  *#enterRawMode(): Task<ReturnType<typeof emptyTermios> | undefined> {
    const { sys } = this.#shell;
    const before = emptyTermios();
    if (isErrno(yield* sys.ioctl(0, TCGETS, before))) return undefined;
    const raw = { ...before, cc: before.cc.slice() };
    raw.lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
    raw.iflag &= ~(ICRNL | INLCR | IXON);
    raw.cc[VMIN] = 1;
    raw.cc[VTIME] = 0;
    yield* sys.ioctl(0, TCSETSW, raw);
    return before;
  }

  *#updateSize(): Task<void> {
    const size = { rows: 0, columns: 0, xPixels: 0, yPixels: 0 };
    const got = yield* this.#shell.sys.ioctl(0, TIOCGWINSZ, size);
    if (isErrno(got) || size.columns === 0) return;
    this.#shell.variables.setQuietly('LINES', String(size.rows));
    this.#shell.variables.setQuietly('COLUMNS', String(size.columns));
    if (size.columns === this.#columns) return;
    this.#columns = size.columns;
    yield* this.#write(this.#editor.resize(size.columns));
  }

  /** What is there now, up to the end of a line; undefined at the end of input. */
  *#readBytes(): Task<number[] | undefined> {
    const { sys } = this.#shell;
    const one = new Uint8Array(1);
    const bytes: number[] = [];
    while (bytes.length < BATCH_SIZE) {
      const size = yield* sys.read(0, one);
      if (this.#shell.windowChanged) {
        this.#shell.windowChanged = false;
        yield* this.#updateSize();
      }
      if (isErrno(size) && size.name === 'EINTR') {
        if (this.#shell.isInterrupted) return [3];
        if (bytes.length === 0) continue;
        return bytes;
      }
      if (isErrno(size) || size === 0) return bytes.length === 0 ? undefined : bytes;
      const byte = one[0] as number;
      bytes.push(byte);
      if (byte === 0x0d || byte === 0x0a) return bytes;
      const request = { fd: 0, events: POLLIN, revents: 0 };
      const ready = yield* sys.poll([request], 0);
      if (isErrno(ready) || ready === 0) return bytes;
    }
    return bytes;
  }

  *#answer(event: EditEvent): Task<void> {
    if (event.kind === 'complete') yield* this.#complete(event.isAgain);
  }

  *#complete(isAgain: boolean): Task<void> {
    const { buffer } = this.#editor;
    const found = yield* completeLine(this.#shell, buffer.beforeCursor);
    const before = buffer.text;
    if (found.text !== undefined)
      yield* this.#write(this.#editor.complete(found.start, found.text));
    const isUnchanged = before === buffer.text;
    if (found.candidates.length === 0) yield* this.#write('\x07');
    else if (found.candidates.length > 1 && isUnchanged) {
      if (isAgain) yield* this.#list(found);
      else yield* this.#write('\x07');
    }
  }

  *#list(found: Completion): Task<void> {
    const count = found.candidates.length;
    if (count > MANY) {
      const question = `Display all ${count} possibilities? (y or n)`;
      yield* this.#write(`\r\n${question}`);
      const answer = yield* this.#readBytes();
      const isYes = answer?.[0] === 0x79 || answer?.[0] === 0x59 || answer?.[0] === 0x20;
      yield* this.#write('\r\n');
      this.#editor.forgetScreen();
      if (!isYes) {
        yield* this.#write(this.#editor.redraw());
        return;
      }
      const list = listCandidates(found.candidates, this.#columns).replaceAll('\n', '\r\n');
      yield* this.#write(list + this.#editor.redraw());
      return;
    }
    yield* this.#write(this.#editor.showBelow(listCandidates(found.candidates, this.#columns)));
  }
}
