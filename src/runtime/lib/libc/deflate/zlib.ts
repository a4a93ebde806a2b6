/**
 * A whole zlib stream in memory: neither end waits, so one step of the inflater is all.
 * @spec RFC 1950
 */
import { concatBytes } from '#base/bytes.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { InflateError, Inflater } from '#lib/libc/deflate/inflate.ts';

/** Two bytes in front of the deflate stream; the checksum behind it is not looked at. */
const ZLIB_HEADER = 2;

/** Throws InflateError for what is no such stream, or longer than `maxSizeBytes`. */
export function inflateZlib(bytes: Uint8Array, maxSizeBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  let input: Uint8Array | undefined = bytes.subarray(ZLIB_HEADER);
  function* source(): Task<Uint8Array | undefined> {
    const chunk = input;
    input = undefined;
    return chunk;
  }
  function* sink(chunk: Uint8Array): Task<void> {
    size += chunk.length;
    if (size > maxSizeBytes) throw new InflateError(`longer than ${maxSizeBytes} bytes`);
    parts.push(chunk.slice());
  }
  new Inflater(source, sink).run().next();
  return concatBytes(parts);
}
