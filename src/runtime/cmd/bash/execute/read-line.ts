/**
 * Reading lines from a descriptor without taking more than the line: what follows belongs to the
 * next reader (a child, the next `read`). Files are read in blocks and sought back, pipes and
 * terminals byte by byte.
 */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { decodeText } from '#cmd/bash/text.ts';

export interface LineRead {
  readonly text: string;
  /** False: the input ended first. */
  readonly isComplete: boolean;
}

const BLOCK_SIZE = 512;

/** The next line without its delimiter; undefined at the end of the input. */
export function* readLine(shell: Shell, fd: number, delimiter = 10): Task<LineRead | undefined> {
  const position = yield* shell.sys.lseek(fd, 0, 1);
  const bytes: number[] = [];
  const buffer = new Uint8Array(isErrno(position) ? 1 : BLOCK_SIZE);
  for (;;) {
    const size = yield* readSome(shell, fd, buffer);
    if (isErrno(size) || size === 0) {
      if (bytes.length === 0) return undefined;
      return { text: decodeText(Uint8Array.from(bytes)), isComplete: false };
    }
    const end = buffer.subarray(0, size).indexOf(delimiter);
    for (let i = 0; i < (end < 0 ? size : end); i += 1) bytes.push(buffer[i] as number);
    if (end < 0) continue;
    if (end + 1 < size) yield* shell.sys.lseek(fd, end + 1 - size, 1);
    return { text: decodeText(Uint8Array.from(bytes)), isComplete: true };
  }
}

function* readSome(shell: Shell, fd: number, buffer: Uint8Array): Task<number | Errno> {
  for (;;) {
    const size = yield* shell.sys.read(fd, buffer);
    const isRetried = isErrno(size) && size.name === 'EINTR';
    if (!isRetried || shell.isInterrupted || shell.pendingSignals.length > 0) return size;
  }
}
