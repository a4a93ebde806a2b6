/** Copying a descriptor's bytes to another one, with flat memory. */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { readSome } from '#lib/libc/lines.ts';

const COPY_SIZE = 131_072;

/** write(2) until all is taken. */
export function* writeAll(sys: Sys, fd: number, bytes: Uint8Array): Task<Errno | 0> {
  let at = 0;
  while (at < bytes.length) {
    const written = yield* sys.write(fd, bytes.subarray(at));
    if (!isErrno(written)) at += written;
    else if (written.name !== 'EINTR') return written;
  }
  return 0;
}

/** Which side failed, and why; undefined when everything up to the end was copied. */
export type CopyFailure = { readonly side: 'read' | 'write'; readonly error: Errno };

export function* copyBytes(sys: Sys, from: number, to: number): Task<CopyFailure | undefined> {
  const buffer = new Uint8Array(COPY_SIZE);
  for (;;) {
    const size = yield* readSome(sys, from, buffer);
    if (isErrno(size)) return { side: 'read', error: size };
    if (size === 0) return undefined;
    const written = yield* writeAll(sys, to, buffer.subarray(0, size));
    if (isErrno(written)) return { side: 'write', error: written };
  }
}
