/**
 * less, more, page: the pager as a program. Without a terminal for output it copies like cat. Keys
 * come from the controlling terminal when the text comes from standard input.
 * @man less(1) more(1)
 */
import { O_RDONLY, O_RDWR } from '#abi/illumos/fcntl.ts';
import { POLLHUP, POLLIN } from '#abi/illumos/poll.ts';
import { SIGINT, SIGQUIT } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { pageLoop } from '#cmd/less/commands.ts';
import { type LessRequest, parseRequest } from '#cmd/less/options.ts';
import { Pager, type PagerHost } from '#cmd/less/pager.ts';
import { TextSource } from '#cmd/less/source.ts';
import { drawPager } from '#cmd/less/view.ts';
import { EISDIR, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { encodeText } from '#lib/libcurses/bytes-text.ts';
import { ScreenWriter } from '#lib/libcurses/screen.ts';
import { Terminal } from '#lib/libcurses/terminal.ts';

const CHUNK_BYTES = 65_536;
const FOLLOW_PEEK_MS = 0;

class TerminalHost implements PagerHost {
  readonly #sys: Sys;
  readonly #terminal: Terminal;
  readonly #keyFd: number;
  readonly #keepsScreen: boolean;
  readonly #writer: ScreenWriter;
  #fd = -1;
  #bells = 0;

  constructor(sys: Sys, terminal: Terminal, keyFd: number, keepsScreen: boolean) {
    this.#sys = sys;
    this.#terminal = terminal;
    this.#keyFd = keyFd;
    this.#keepsScreen = keepsScreen;
    this.#writer = new ScreenWriter(terminal.description);
  }

  *nextKey(pager: Pager, timeoutMs = -1): Task<string | undefined> {
    if (!(yield* this.#terminal.hasKey())) yield* this.draw(pager);
    const key = yield* this.#terminal.readKey(timeoutMs);
    if (key === '\x0c' || key === 'r') this.#writer.invalidate();
    return key;
  }

  *draw(pager: Pager): Task<void> {
    const frame = drawPager(pager, this.#terminal.rows, this.#terminal.columns);
    const bell = pager.bells > this.#bells ? (this.#terminal.description.strings['bel'] ?? '') : '';
    this.#bells = pager.bells;
    yield* this.#terminal.write(this.#writer.update(frame) + bell);
  }

  *open(name: string): Task<TextSource | Errno> {
    if (name === '-') return this.#adopt(0, undefined, undefined);
    const fd = yield* this.#sys.open(name, O_RDONLY);
    if (isErrno(fd)) return fd;
    const stat = yield* this.#sys.fstat(fd);
    if (!isErrno(stat) && stat.type === 'VDIR') {
      yield* this.#sys.close(fd);
      return EISDIR;
    }
    if (this.#fd > 0) yield* this.#sys.close(this.#fd);
    return this.#adopt(fd, name, isErrno(stat) || stat.type !== 'VREG' ? undefined : stat.size);
  }

  #adopt(fd: number, name: string | undefined, size: number | undefined): TextSource {
    this.#fd = fd;
    return new TextSource(name, size);
  }

  /** A pipe that has nothing yet is waited for only as long as no key comes. */
  *readMore(source: TextSource): Task<boolean> {
    if (source.sizeBytes === undefined && this.#keyFd >= 0) {
      const text = { fd: this.#fd, events: POLLIN, revents: 0 };
      const keys = { fd: this.#keyFd, events: POLLIN, revents: 0 };
      const ready = yield* this.#sys.poll([text, keys], source.isComplete ? FOLLOW_PEEK_MS : -1);
      if (isErrno(ready) || (text.revents & (POLLIN | POLLHUP)) === 0) return false;
    }
    const bytes = new Uint8Array(CHUNK_BYTES);
    const count = yield* this.#sys.read(this.#fd, bytes);
    if (isErrno(count) || count === 0) {
      source.end();
      return false;
    }
    source.append(bytes.subarray(0, count));
    return true;
  }

  *runOnTerminal(command: string): Task<void> {
    const shell = this.#sys.env.get('SHELL') ?? '/usr/bin/bash';
    yield* this.#terminal.leave(this.#keepsScreen);
    const keyFd = this.#keyFd;
    const child = yield* this.#sys.fork(function* (childSys) {
      if (keyFd > 2) yield* childSys.dup2(keyFd, 0);
      const words = command === '' ? [shell] : [shell, '-c', command];
      yield* childSys.execve(shell, words, childSys.env);
      return 127;
    });
    if (!isErrno(child)) {
      yield* this.#sys.sigaction(SIGINT, { handler: 'ignore' });
      yield* this.#sys.sigaction(SIGQUIT, { handler: 'ignore' });
      yield* this.#sys.wait({ pid: child });
    }
    yield* this.#terminal.write('!done  (press RETURN)');
    yield* this.#terminal.enter(true);
    yield* this.#terminal.readKey();
    yield* this.#terminal.enter(this.#keepsScreen);
    this.#writer.invalidate();
  }

  *suspend(): Task<void> {
    yield* this.#terminal.suspend();
    this.#writer.invalidate();
  }
}

/** Without a terminal the pager is cat. */
function* copy(io: Stdio, sys: Sys, files: readonly string[]): Task<number> {
  let status = 0;
  for (const name of files.length === 0 ? ['-'] : files) {
    const fd = name === '-' ? 0 : yield* sys.open(name, O_RDONLY);
    if (isErrno(fd)) {
      yield* io.out.flush();
      yield* io.err.write(`${name}: ${fd.message}\n`);
      status = 1;
      continue;
    }
    const bytes = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const count = yield* sys.read(fd, bytes);
      if (isErrno(count) || count === 0) break;
      yield* io.out.write(bytes.subarray(0, count));
    }
    if (fd !== 0) yield* sys.close(fd);
  }
  return status;
}

function* less(io: Stdio, sys: Sys): Task<number> {
  const request = parseRequest(io.name, sys.argv.slice(1), sys.env);
  if (request.message !== undefined) {
    yield* io.err.write(`${request.message}\n`);
    return 1;
  }
  if (request.isVersion) {
    yield* io.out.write('less of the lab (POSIX regular expressions)\n');
    return 0;
  }
  const { files } = request;
  if (files.length === 0 && (yield* sys.isatty(0))) {
    yield* io.err.write(`Missing filename ("${io.name} --help" for help)\n`);
    return 1;
  }
  if (!(yield* sys.isatty(1))) return yield* copy(io, sys, files);
  return yield* page(io, sys, request);
}

function* page(io: Stdio, sys: Sys, request: LessRequest): Task<number> {
  const tty = yield* sys.open('/dev/tty', O_RDWR);
  const keyFd = isErrno(tty) ? 2 : tty;
  const terminal = new Terminal(sys, keyFd, 1);
  yield* terminal.measure();
  const host = new TerminalHost(sys, terminal, keyFd, request.keepsScreen);
  const files = request.files.length === 0 ? ['-'] : [...request.files];
  const found = yield* openFirst(io, host, files);
  if (found === undefined) return 1;
  const pager = new Pager(host, request.options, files, found.source);
  pager.fileIndex = found.index;
  pager.rows = terminal.rows - 1;
  pager.columns = terminal.columns;
  yield* pager.loadWindow();
  if (request.quitsIfShort && files.length === 1 && pager.isAtEnd && fits(pager)) {
    return yield* printAll(io, pager);
  }
  if (!(yield* terminal.enter(request.keepsScreen))) return yield* copy(io, sys, files);
  if (request.pattern !== undefined) {
    pager.setPattern(request.pattern, true, false);
    yield* pager.search(1, true);
  }
  pager.startKeys = keysFrom(request.startKeys);
  yield* pageLoop(pager);
  yield* terminal.write(
    terminal.description.strings['clear'] === undefined ? '' : leaving(terminal),
  );
  yield* terminal.leave(request.keepsScreen);
  return 0;
}

/** The bottom line is wiped, so that the shell's prompt stands alone. */
function leaving(terminal: Terminal): string {
  return `\r${terminal.description.strings['el'] ?? ''}`;
}

/** `+G` and the like: keys typed before the first screen. */
function keysFrom(text: string): string[] {
  const keys = Array.from(text);
  if (/^\d+$/.test(text)) keys.push('g');
  if (/^[/?]/.test(text)) keys.push('\r');
  return keys;
}

function fits(pager: Pager): boolean {
  return pager.top.line === 0 && pager.top.row === 0;
}

function* printAll(io: Stdio, pager: Pager): Task<number> {
  for (let line = 0; line < pager.source.lineCount; line += 1) {
    yield* io.out.write(encodeText(`${pager.source.line(line)}\n`));
  }
  return 0;
}

/** The first file that can be opened; complaints about those before it. */
function* openFirst(
  io: Stdio,
  host: TerminalHost,
  files: string[],
): Task<{ source: TextSource; index: number } | undefined> {
  while (files.length > 0) {
    const name = files[0] as string;
    const source = yield* host.open(name);
    if (source instanceof TextSource) return { source, index: 0 };
    yield* io.err.write(`${name}: ${source.message}\n`);
    files.shift();
  }
  return undefined;
}

export const LESS: Command = {
  name: 'less',
  path: '/usr/bin/less',
  links: ['/usr/bin/more', '/usr/bin/page'],
  main: withStdio(less),
};
