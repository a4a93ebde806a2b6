/**
 * xargs: command lines from the words of stdin, quoted as the shell quotes; -0 NUL-separated, -I and -i
 * one run a line with replacement, -L and -n and -s how much a run gets, -P several at a time.
 * @man xargs(1)
 */
import { latin1ToUtf8 } from '#base/bytes.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Command } from '#cmd/command.ts';
import { parseXargsOptions, type XargsOptions } from '#cmd/xargs/options.ts';
import { LineCursor } from '#lib/libc/lines.ts';
import { spawnProgram } from '#lib/libc/popen.ts';
import { Input, Output, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { decodeUtf8 } from '#base/bytes.ts';
import { O_RDONLY } from '#abi/illumos/fcntl.ts';

const USAGE =
  'xargs: Usage: xargs: [-t] [-p] [-e[eofstr]] [-E eofstr] [-I replstr] [-i[replstr]] ' +
  '[-L #] [-l[#]] [-n # [-x]] [-P maxprocs] [-s size] [-0] [-r] [cmd [args ...]]\n';

/** The words of one line; `goesOn` when the line ends in a blank (for -L). */
export function splitLine(line: string): { words: string[]; goesOn: boolean } | string {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] as string;
    if (char === ' ' || char === '\t') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '\\') {
      at += 1;
      word = (word ?? '') + (line[at] ?? '');
    } else if (char === "'" || char === '"') {
      const close = line.indexOf(char, at + 1);
      if (close < 0) return `Missing quote: ${line.slice(at)}`;
      word = (word ?? '') + line.slice(at + 1, close);
      at = close;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return { words, goesOn: /[ \t]$/.test(line) };
}

class Runner {
  status = 0;
  /** A command ended with 255 or could not be run: no more are started. */
  isOver = false;
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #options: XargsOptions;
  #running = 0;

  constructor(io: Stdio, sys: Sys, options: XargsOptions) {
    this.#io = io;
    this.#sys = sys;
    this.#options = options;
  }

  *run(argv: readonly string[]): Task<void> {
    const { prompts, traces, parallel } = this.#options;
    if (this.isOver) return;
    if (traces || prompts) yield* this.#io.err.write(argv.join(' ') + (prompts ? ' ?...' : '\n'));
    if (prompts && !(yield* this.#answer())) return;
    yield* this.#io.out.flush();
    const pid = yield* spawnProgram(this.#sys, argv, function* complain(own, error) {
      const err = new Output(own, 2, 'unbuffered');
      yield* err.write(`xargs: Could not exec command: ${argv[0]}: ${error.message}\n`);
    });
    if (isErrno(pid)) {
      yield* this.#io.warn(`Could not fork child: ${pid.message}`);
      this.#finish(1);
      this.isOver = true;
      return;
    }
    this.#running += 1;
    while (this.#running >= parallel) yield* this.#reap();
  }

  /** Waits for all that still run. */
  *wait(): Task<void> {
    while (this.#running > 0) yield* this.#reap();
  }

  *#reap(): Task<void> {
    const result = yield* this.#sys.wait({ pid: -1 });
    if (isErrno(result) && result.name === 'EINTR') return;
    this.#running -= 1;
    if (isErrno(result) || result === undefined) return;
    if (result.how === 'exited' && result.status === 0) return;
    const isFatal = result.how !== 'exited' || result.status === 255;
    if (isFatal) this.isOver = true;
    if (result.how === 'exited' && (result.status === 126 || result.status === 127)) {
      this.isOver = true;
      this.#finish(result.status);
    } else this.#finish(isFatal ? 124 : 123);
  }

  #finish(status: number): void {
    this.status = Math.max(this.status, status);
  }

  /** The answer comes from the terminal: stdin holds the words. */
  *#answer(): Task<boolean> {
    const fd = yield* this.#sys.open('/dev/tty', O_RDONLY);
    if (isErrno(fd)) return false;
    const line = yield* new Input(this.#sys, fd, 256).readLine();
    yield* this.#sys.close(fd);
    return line !== undefined && decodeUtf8(line).startsWith('y');
  }
}

/** Gathers words until a limit is reached. */
class Gatherer {
  readonly #options: XargsOptions;
  readonly #base: number;
  words: string[] = [];
  lines = 0;
  #size: number;

  constructor(options: XargsOptions) {
    this.#options = options;
    this.#base = options.command.reduce((sum, word) => sum + word.length + 1, 0);
    this.#size = this.#base;
  }

  /** Whether `word` must wait for the next run. */
  isFullFor(word: string): boolean {
    if (this.words.length === 0) return false;
    const { maxWords, maxSize } = this.#options;
    return this.words.length >= maxWords || this.#size + word.length + 1 > maxSize;
  }

  add(word: string): void {
    this.words.push(word);
    this.#size += word.length + 1;
  }

  take(): string[] {
    const { words } = this;
    this.words = [];
    this.lines = 0;
    this.#size = this.#base;
    return words;
  }
}

function* feed(io: Stdio, sys: Sys, options: XargsOptions, runner: Runner): Task<void> {
  const { command, replace, nul, maxLines, eof } = options;
  const cursor = new LineCursor(sys, 0, nul ? '\0' : '\n');
  const gatherer = new Gatherer(options);
  let ran = false;
  for (;;) {
    const line = yield* cursor.next();
    if (line === undefined || (eof !== undefined && line === eof) || runner.isOver) break;
    const text = latin1ToUtf8(line);
    if (replace !== undefined) {
      const value = nul ? text : text.replace(/^[ \t]+/, '');
      const unquoted = nul ? value : value.replace(/\\(.)|'([^']*)'|"([^"]*)"/g, '$1$2$3');
      if (unquoted === '') continue;
      yield* runner.run(command.map((word) => word.replaceAll(replace, unquoted)));
      ran = true;
      continue;
    }
    const split = nul ? { words: [text], goesOn: false } : splitLine(text);
    if (typeof split === 'string') {
      yield* io.warn(split);
      runner.status = 1;
      runner.isOver = true;
      return;
    }
    for (const word of split.words) {
      if (gatherer.isFullFor(word)) {
        yield* runner.run([...command, ...gatherer.take()]);
        ran = true;
      }
      gatherer.add(word);
    }
    if (split.words.length > 0 && !split.goesOn) gatherer.lines += 1;
    if (gatherer.lines < maxLines) continue;
    yield* runner.run([...command, ...gatherer.take()]);
    ran = true;
  }
  const isEmptyRun = !ran && !options.skipsEmpty && replace === undefined;
  if (gatherer.words.length > 0 || isEmptyRun) yield* runner.run([...command, ...gatherer.take()]);
}

function* main(io: Stdio, sys: Sys): Task<number> {
  const options = parseXargsOptions(sys.argv.slice(1));
  if (typeof options === 'string') {
    return yield* usageError(io, USAGE, options === '' ? undefined : options, 1);
  }
  const runner = new Runner(io, sys, options);
  yield* feed(io, sys, options, runner);
  yield* runner.wait();
  return runner.status;
}

export const XARGS: Command = { name: 'xargs', path: '/usr/bin/xargs', main: withStdio(main) };
