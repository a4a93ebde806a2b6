/**
 * Buffered files for native programs. Output to a terminal is flushed at each newline, to anything
 * else when 8 KiB are waiting and at exit; stderr is never held back. Bytes in, bytes out: text is
 * encoded as UTF-8 on the way.
 * @man stdio(3C)
 */
import { concatBytes, encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const BUFSIZ = 8192;
const NEWLINE = 10;

/** A stream to write to. The first error stays in `error`; later writes are dropped. */
export class Output {
  error: Errno | undefined;
  readonly fd: number;
  readonly #sys: Sys;
  readonly #buffer: Uint8Array = new Uint8Array(BUFSIZ);
  #used = 0;
  #mode: 'unbuffered' | 'line' | 'full' | 'unknown';

  constructor(sys: Sys, fd: number, mode: 'unbuffered' | 'line' | 'full' | 'unknown' = 'unknown') {
    this.#sys = sys;
    this.fd = fd;
    this.#mode = mode;
  }

  /** Takes all of `data`; returns when it is buffered or written. */
  *write(data: string | Uint8Array): Task<void> {
    const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
    if (this.#mode === 'unknown') {
      this.#mode = (yield* this.#sys.isatty(this.fd)) ? 'line' : 'full';
    }
    if (this.#used + bytes.length > BUFSIZ) {
      yield* this.flush();
      if (bytes.length >= BUFSIZ) {
        yield* this.#writeAll(bytes);
        return;
      }
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
    if (this.#mode === 'unbuffered') yield* this.flush();
    else if (this.#mode === 'line' && bytes.includes(NEWLINE)) yield* this.flush();
  }

  *flush(): Task<void> {
    if (this.#used === 0) return;
    const pending = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    yield* this.#writeAll(pending);
  }

  *#writeAll(bytes: Uint8Array): Task<void> {
    let at = 0;
    while (at < bytes.length && this.error === undefined) {
      const result = yield* this.#sys.write(this.fd, bytes.subarray(at));
      if (isErrno(result)) {
        if (result.name !== 'EINTR') this.error = result;
      } else {
        at += result;
      }
    }
  }
}

/** A stream to read from. An error ends it like an end of file and stays in `error`. */
export class Input {
  error: Errno | undefined;
  readonly fd: number;
  readonly #sys: Sys;
  readonly #buffer: Uint8Array;
  #start = 0;
  #end = 0;
  #ended = false;

  constructor(sys: Sys, fd: number, bufferSize: number = BUFSIZ) {
    this.#sys = sys;
    this.fd = fd;
    this.#buffer = new Uint8Array(bufferSize);
  }

  /** False at the end of the file. */
  *#fill(): Task<boolean> {
    if (this.#ended) return false;
    for (;;) {
      const result = yield* this.#sys.read(this.fd, this.#buffer);
      if (isErrno(result) && result.name === 'EINTR') continue;
      if (isErrno(result)) this.error = result;
      if (isErrno(result) || result === 0) {
        this.#ended = true;
        return false;
      }
      this.#start = 0;
      this.#end = result;
      return true;
    }
  }

  /**
   * What is buffered, else what one read gives; undefined at the end. Borrowed until the next call.
   */
  *readChunk(): Task<Uint8Array | undefined> {
    if (this.#start === this.#end && !(yield* this.#fill())) return undefined;
    const chunk = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return chunk;
  }

  /** The next line without its newline, a fresh buffer; the last one may lack the newline. */
  *readLine(delimiter: number = NEWLINE): Task<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (;;) {
      if (this.#start === this.#end && !(yield* this.#fill())) {
        return parts.length === 0 ? undefined : concatBytes(parts);
      }
      const at = this.#buffer.subarray(0, this.#end).indexOf(delimiter, this.#start);
      const stop = at < 0 ? this.#end : at;
      parts.push(this.#buffer.slice(this.#start, stop));
      this.#start = at < 0 ? this.#end : at + 1;
      if (at >= 0) return parts.length === 1 ? parts[0] : concatBytes(parts);
    }
  }

  /** Everything up to the end, a fresh buffer. */
  *readAll(): Task<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const chunk = yield* this.readChunk();
      if (chunk === undefined) return concatBytes(parts);
      parts.push(chunk.slice());
    }
  }
}

/** A program's three streams and its name for messages. */
export class Stdio {
  readonly in: Input;
  readonly out: Output;
  readonly err: Output;
  /** Last component of argv[0]. */
  readonly name: string;

  constructor(sys: Sys) {
    this.in = new Input(sys, 0);
    this.out = new Output(sys, 1);
    this.err = new Output(sys, 2, 'unbuffered');
    this.name = (sys.argv[0] ?? '').replace(/^.*\//, '');
  }

  /** Prints `NAME: message` and a newline on stderr, after what is pending on stdout. */
  *warn(message: string): Task<void> {
    yield* this.out.flush();
    yield* this.err.write(`${this.name}: ${message}\n`);
  }
}

/**
 * Wraps a command's body: makes its streams, flushes stdout at the end, and turns a failed write
 * into a message and exit status 1 (2 where the body already says more).
 */
export function withStdio(body: (io: Stdio, sys: Sys) => Task<number>): (sys: Sys) => Task<number> {
  return function* main(sys: Sys): Task<number> {
    const io = new Stdio(sys);
    const status = yield* body(io, sys);
    yield* io.out.flush();
    if (io.out.error === undefined) return status;
    yield* io.err.write(`${io.name}: write error: ${io.out.error.message}\n`);
    return status === 0 ? 1 : status;
  };
}
