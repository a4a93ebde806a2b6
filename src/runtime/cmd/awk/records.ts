/**
 * Records from a descriptor: by a character, by blank lines (RS empty), by a regular expression
 * (longer RS). `take` answers at once when the record is in the buffer, so that the main loop need not
 * resume a generator for every record.
 */
import { decodeLatin1 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { readSome } from '#lib/libc/lines.ts';
import type { Regex } from '#lib/libc/regex.ts';

const READ_SIZE = 65_536;

/** How records end, made from RS. */
export type Separator =
  | { readonly kind: 'character'; readonly text: string }
  | { readonly kind: 'paragraph' }
  | { readonly kind: 'regex'; readonly regex: Regex };

export class RecordReader {
  error: Errno | undefined;
  readonly fd: number;
  readonly #sys: Sys;
  readonly #bytes = new Uint8Array(READ_SIZE);
  #text = '';
  #at = 0;
  #ended = false;

  constructor(sys: Sys, fd: number) {
    this.#sys = sys;
    this.fd = fd;
  }

  /** The next record when it is wholly there: undefined means fill first (or the end). */
  take(separator: Separator): string | undefined {
    if (separator.kind === 'character') {
      const end = this.#text.indexOf(separator.text, this.#at);
      if (end >= 0) return this.#cut(end, end + 1);
    } else {
      const found = this.#find(separator);
      if (found !== undefined) return this.#cut(...found);
    }
    return undefined;
  }

  #cut(end: number, next: number): string {
    const record = this.#text.slice(this.#at, end);
    this.#at = next;
    return record;
  }

  #find(
    separator: Exclude<Separator, { kind: 'character' }>,
  ): readonly [number, number] | undefined {
    if (separator.kind === 'paragraph') {
      while (this.#text[this.#at] === '\n') this.#at += 1;
      const end = this.#text.indexOf('\n\n', this.#at);
      if (end < 0) return undefined;
      let next = end;
      while (this.#text[next] === '\n') next += 1;
      // More newlines may come with the next read; they are skipped then.
      return [end, next];
    }
    const span = separator.regex.find(this.#text, this.#at);
    // A match at the end of the buffer may go on in what was not read yet.
    if (span === undefined || span[0] === span[1]) return undefined;
    return span[1] >= this.#text.length && !this.#ended ? undefined : span;
  }

  /** Reads more; false when there is no more. */
  *fill(): Task<boolean> {
    if (this.#ended) return false;
    const size = yield* readSome(this.#sys, this.fd, this.#bytes);
    if (isErrno(size)) this.error = size;
    if (isErrno(size) || size === 0) {
      this.#ended = true;
      return false;
    }
    const more = decodeLatin1(this.#bytes.subarray(0, size));
    this.#text = this.#at >= this.#text.length ? more : this.#text.slice(this.#at) + more;
    this.#at = 0;
    return true;
  }

  /** The next record, waiting for input; undefined at the end. */
  *next(separator: Separator): Task<string | undefined> {
    for (;;) {
      const record = this.take(separator);
      if (record !== undefined) return record;
      if (yield* this.fill()) continue;
      const retry = separator.kind === 'regex' ? this.take(separator) : undefined;
      return retry ?? this.#rest(separator);
    }
  }

  #rest(separator: Separator): string | undefined {
    let rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    if (separator.kind !== 'character') rest = rest.replace(/\n$/, '');
    return rest === '' ? undefined : rest;
  }
}
