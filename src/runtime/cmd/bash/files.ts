/** Whole files and descriptors, read as text. */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { concatBytes } from '#base/bytes.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { decodeText } from '#cmd/bash/text.ts';

const CHUNK_SIZE = 65536;

/** Everything from a descriptor's position to its end. */
export function* readDescriptor(shell: Shell, fd: number): Task<string | Errno> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(CHUNK_SIZE);
  for (;;) {
    const size = yield* shell.sys.read(fd, buffer);
    if (isErrno(size)) {
      if (size.name === 'EINTR' && !shell.isInterrupted) continue;
      return size;
    }
    if (size === 0) return decodeText(concatBytes(parts));
    parts.push(buffer.slice(0, size));
  }
}

export function* readFile(shell: Shell, path: string): Task<string | Errno> {
  const fd = yield* shell.sys.open(path, O_RDONLY);
  if (isErrno(fd)) return fd;
  const text = yield* readDescriptor(shell, fd);
  yield* shell.sys.close(fd);
  return text;
}
