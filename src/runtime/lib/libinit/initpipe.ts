/**
 * How a command asks init for another run level, and init asks svc.startd: one letter into a fifo.
 * @see usr/src/cmd/init/init.c initpipe  @man init(8)
 */
import { O_NONBLOCK, O_RDWR, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { S_IFIFO } from '#abi/illumos/stat.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

export const INIT_PIPE = '/etc/svc/volatile/initpipe';
export const STARTD_PIPE = '/etc/svc/volatile/startdpipe';

/** Sends the letter of a run level; ENXIO when nobody listens. */
export function* sendRunLevel(sys: Sys, pipe: string, level: string): Task<Errno | 0> {
  const fd = yield* sys.open(pipe, O_WRONLY | O_NONBLOCK);
  if (isErrno(fd)) return fd;
  const written = yield* sys.write(fd, encodeUtf8(level));
  yield* sys.close(fd);
  return isErrno(written) ? written : 0;
}

/** Makes the fifo and opens it so that no writer's end closes it. */
export function* listenForRunLevel(sys: Sys, pipe: string): Task<number | Errno> {
  const made = yield* sys.mknod(pipe, S_IFIFO | 0o600, 0);
  if (isErrno(made) && made.name !== 'EEXIST') return made;
  return yield* sys.open(pipe, O_RDWR | O_NONBLOCK);
}

/** The letters that came; empty when there are none. */
export function* readRunLevels(sys: Sys, fd: number): Task<string> {
  const bytes = new Uint8Array(64);
  const count = yield* sys.read(fd, bytes);
  return isErrno(count) ? '' : String.fromCharCode(...bytes.subarray(0, count));
}
