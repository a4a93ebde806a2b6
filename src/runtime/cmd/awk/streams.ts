/**
 * awk's files and commands. Output is gathered at once and written at the next chance to wait, so that
 * printing itself never waits; input from files and commands is read record by record.
 */
import { latin1ToUtf8 } from '#base/bytes.ts';
import { O_APPEND, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { RecordReader } from '#cmd/awk/records.ts';
import { writeText } from '#lib/libc/filter.ts';
import { popen, system, waitFor } from '#lib/libc/popen.ts';
import { Output, type Stdio } from '#lib/libc/stdio.ts';

export type RedirectMode = '>' | '>>' | '|';

/** Ends the program with a message and status 2. */
export class AwkFatal extends Error {
  override readonly name = 'AwkFatal';
}

interface OutputStream {
  readonly mode: RedirectMode;
  pending: string[];
  output: Output | undefined;
  pid: number | undefined;
}

interface InputStream {
  readonly reader: RecordReader;
  readonly pid: number | undefined;
}

/** When so much waits to be written, the main loop writes it. */
const PENDING_LIMIT = 65_536;

export class AwkStreams {
  readonly #io: Stdio;
  readonly #sys: Sys;
  readonly #outputs = new Map<string, OutputStream>();
  readonly #inputs = new Map<string, InputStream>();
  #stdout: string[] = [];
  #size = 0;

  constructor(io: Stdio, sys: Sys) {
    this.#io = io;
    this.#sys = sys;
  }

  get isFull(): boolean {
    return this.#size > PENDING_LIMIT;
  }

  get isBroken(): boolean {
    return this.#io.out.error !== undefined;
  }

  print(text: string): void {
    this.#stdout.push(text);
    this.#size += text.length;
  }

  printTo(mode: RedirectMode, name: string, text: string): void {
    if (mode !== '|' && (name === '/dev/stdout' || name === '-')) {
      this.print(text);
      return;
    }
    let stream = this.#outputs.get(name);
    if (stream === undefined) {
      stream = { mode, pending: [], output: undefined, pid: undefined };
      this.#outputs.set(name, stream);
    }
    stream.pending.push(text);
    this.#size += text.length;
  }

  /** Hands everything on; stdout may stay in its own buffer unless `isUrgent`. */
  *flush(isUrgent: boolean): Task<void> {
    this.#size = 0;
    if (this.#stdout.length > 0) {
      const text = this.#stdout.join('');
      this.#stdout = [];
      yield* writeText(this.#io.out, text);
    }
    if (isUrgent) yield* this.#io.out.flush();
    for (const [name, stream] of this.#outputs) {
      if (stream.pending.length === 0) continue;
      const text = stream.pending.join('');
      stream.pending = [];
      const output = stream.output ?? (yield* this.#open(name, stream));
      yield* writeText(output, text);
      yield* output.flush();
    }
  }

  *#open(name: string, stream: OutputStream): Task<Output> {
    const path = latin1ToUtf8(name);
    if (stream.mode === '|') {
      yield* this.#io.out.flush();
      const pipe = yield* popen(this.#sys, path, 'w');
      if (isErrno(pipe)) throw new AwkFatal(`can't open pipe ${path}`);
      stream.pid = pipe.pid;
      stream.output = new Output(this.#sys, pipe.fd, 'full');
      return stream.output;
    }
    if (name === '/dev/stderr') {
      stream.output = this.#io.err;
      return stream.output;
    }
    const flags = O_WRONLY | O_CREAT | (stream.mode === '>>' ? O_APPEND : O_TRUNC);
    const fd = yield* this.#sys.open(path, flags, 0o666);
    if (isErrno(fd)) throw new AwkFatal(`can't redirect to ${path}`);
    stream.output = new Output(this.#sys, fd, 'full');
    return stream.output;
  }

  /** The reader of a file or command that getline names; undefined when it can't be opened. */
  *input(source: 'file' | 'command', name: string): Task<RecordReader | undefined> {
    const key = source === 'command' ? `|${name}` : name;
    const known = this.#inputs.get(key);
    if (known !== undefined) return known.reader;
    yield* this.flush(true);
    const path = latin1ToUtf8(name);
    let stream: InputStream;
    if (source === 'command') {
      const pipe = yield* popen(this.#sys, path, 'r');
      if (isErrno(pipe)) return undefined;
      stream = { reader: new RecordReader(this.#sys, pipe.fd), pid: pipe.pid };
    } else {
      const isStdin = name === '-' || name === '/dev/stdin';
      const fd = isStdin ? 0 : yield* this.#sys.open(path, O_RDONLY);
      if (isErrno(fd)) return undefined;
      stream = { reader: new RecordReader(this.#sys, fd), pid: undefined };
    }
    this.#inputs.set(key, stream);
    return stream.reader;
  }

  *system(command: string): Task<number> {
    yield* this.flush(true);
    return yield* system(this.#sys, latin1ToUtf8(command));
  }

  /** close(): a command's exit status, 0 for a file, −1 for what was not open. */
  *close(name: string): Task<number> {
    yield* this.flush(false);
    let status = -1;
    for (const key of [name, `|${name}`]) {
      const stream = this.#inputs.get(key);
      if (stream === undefined) continue;
      this.#inputs.delete(key);
      if (stream.reader.fd !== 0) yield* this.#sys.close(stream.reader.fd);
      status = stream.pid === undefined ? 0 : yield* waitFor(this.#sys, stream.pid);
    }
    const output = this.#outputs.get(name);
    if (output !== undefined) {
      this.#outputs.delete(name);
      status = yield* this.#closeOutput(output);
    }
    return status;
  }

  *#closeOutput({ output, pid }: OutputStream): Task<number> {
    if (output === undefined || output === this.#io.err) return 0;
    yield* output.flush();
    yield* this.#sys.close(output.fd);
    return pid === undefined ? 0 : yield* waitFor(this.#sys, pid);
  }

  /** At the end: everything is written, commands are waited for. */
  *closeAll(): Task<void> {
    yield* this.flush(true);
    for (const stream of this.#outputs.values()) yield* this.#closeOutput(stream);
    for (const { reader, pid } of this.#inputs.values()) {
      if (reader.fd !== 0) yield* this.#sys.close(reader.fd);
      if (pid !== undefined) yield* waitFor(this.#sys, pid);
    }
  }
}
