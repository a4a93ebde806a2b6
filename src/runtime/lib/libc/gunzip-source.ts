/**
 * A gzip stream as a source of plain bytes: unpacked by a child, whose pipe is the source, so that
 * reader and unpacker take turns without either holding everything.
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys } from '#kernel/syscall/sys.ts';
import { writeAll } from '#lib/libc/copy-bytes.ts';
import { type ByteSource, gunzipStream } from '#lib/libc/gzip.ts';
import { readSome } from '#lib/libc/lines.ts';
import { Output } from '#lib/libc/stdio.ts';

/**
 * `packed` makes the packed bytes' source with the calls of the child, which the first read starts. A
 * damaged stream is reported by the child on stderr.
 */
export function gunzipAsSource(sys: Sys, packed: (own: Sys) => ByteSource): ByteSource {
  const buffer = new Uint8Array(65_536);
  let fd: number | undefined;
  let child = -1;
  return function* read() {
    if (fd === undefined) {
      const pipe = yield* sys.pipe();
      if (isErrno(pipe)) return undefined;
      const [readFd, writeFd] = pipe;
      const pid = yield* sys.fork(function* unpack(own) {
        yield* own.close(readFd);
        const result = yield* gunzipStream(packed(own), function* sink(bytes) {
          yield* writeAll(own, writeFd, bytes);
        });
        if (typeof result !== 'string') return 0;
        yield* new Output(own, 2, 'unbuffered').write(`gzip: stdin: ${result}\n`);
        return 1;
      });
      yield* sys.close(writeFd);
      fd = readFd;
      if (!isErrno(pid)) child = pid;
    }
    const size = yield* readSome(sys, fd, buffer);
    if (!isErrno(size) && size > 0) return buffer.subarray(0, size);
    if (child > 0) yield* sys.wait({ pid: child });
    child = -1;
    return undefined;
  };
}
