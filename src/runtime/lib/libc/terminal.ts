/**
 * Settings of a terminal, and questions asked on it: a line, a password without echo.
 * @man tcgetattr(3C) getpassphrase(3C)
 */
import { TCGETS, TCSETSF, TCSETSW } from '#abi/illumos/ioctl.ts';
import { ECHO, ECHOE, ECHOK, ECHONL, NCCS, type Termios } from '#abi/illumos/termios.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

export function* getTermios(sys: Sys, fd: number): Task<Termios | Errno> {
  const termios: Termios = { iflag: 0, oflag: 0, cflag: 0, lflag: 0, cc: new Uint8Array(NCCS) };
  const result = yield* sys.ioctl(fd, TCGETS, termios);
  return isErrno(result) ? result : termios;
}

export function setTermios(
  sys: Sys,
  fd: number,
  termios: Termios,
  when: 'drained' | 'flushed' = 'drained',
): Task<number | Errno> {
  return sys.ioctl(fd, when === 'flushed' ? TCSETSF : TCSETSW, termios);
}

/** One line without its newline; undefined at the end of the file. */
export function* readTypedLine(sys: Sys, fd: number): Task<string | undefined> {
  const bytes = new Uint8Array(1024);
  for (;;) {
    const count = yield* sys.read(fd, bytes);
    if (isErrno(count) && count.name === 'EINTR') continue;
    if (isErrno(count) || count === 0) return undefined;
    return decodeUtf8(bytes.subarray(0, count)).replace(/\n$/, '');
  }
}

/** Asks `prompt` with echo off; undefined at the end of the file. */
export function* readPassword(sys: Sys, fd: number, prompt: string): Task<string | undefined> {
  const before = yield* getTermios(sys, fd);
  if (!isErrno(before)) {
    const silent = { ...before, lflag: before.lflag & ~(ECHO | ECHOE | ECHOK | ECHONL) };
    yield* setTermios(sys, fd, silent, 'flushed');
  }
  yield* sys.write(fd, encodeUtf8(prompt));
  const line = yield* readTypedLine(sys, fd);
  if (!isErrno(before)) yield* setTermios(sys, fd, before);
  yield* sys.write(fd, encodeUtf8('\n'));
  return line;
}
