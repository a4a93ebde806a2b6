/**
 * vi's ways out of itself: whole files, filters, and commands on the terminal.
 */
import { SIGINT, SIGQUIT } from '#abi/illumos/signal.ts';
import { concatBytes, EMPTY_BYTES, encodeUtf8 } from '#base/bytes.ts';
import { EISDIR, type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

const CHUNK_BYTES = 65_536;

export function* readWhole(sys: Sys, path: string, flags: number): Task<Uint8Array | Errno> {
  const fd = yield* sys.open(path, flags);
  if (isErrno(fd)) return fd;
  const stat = yield* sys.fstat(fd);
  const isDirectory = !isErrno(stat) && stat.type === 'VDIR';
  const bytes = isDirectory ? EISDIR : yield* readAll(sys, fd);
  yield* sys.close(fd);
  return bytes;
}

function* readAll(sys: Sys, fd: number): Task<Uint8Array | Errno> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES);
    const count = yield* sys.read(fd, chunk);
    if (isErrno(count)) {
      if (count.name === 'EINTR') continue;
      return count;
    }
    if (count === 0) return concatBytes(parts);
    parts.push(chunk.subarray(0, count));
  }
}

function* writeAll(sys: Sys, fd: number, bytes: Uint8Array): Task<Errno | undefined> {
  let at = 0;
  while (at < bytes.length) {
    const count = yield* sys.write(fd, bytes.subarray(at));
    if (!isErrno(count)) at += count;
    else if (count.name !== 'EINTR') return count;
  }
  return undefined;
}

export function* writeWhole(
  sys: Sys,
  path: string,
  flags: number,
  bytes: Uint8Array,
): Task<Errno | undefined> {
  const fd = yield* sys.open(path, flags, 0o666);
  if (isErrno(fd)) return fd;
  const error = yield* writeAll(sys, fd, bytes);
  yield* sys.close(fd);
  return error;
}

function shellOf(sys: Sys): string {
  return sys.env.get('SHELL') ?? '/usr/bin/bash';
}

/** Runs a shell command with `input`; what it prints on stdout and stderr comes back. */
export function* runFilter(sys: Sys, command: string, input: Uint8Array): Task<Uint8Array> {
  const toChild = yield* sys.pipe();
  const fromChild = yield* sys.pipe();
  if (isErrno(toChild) || isErrno(fromChild)) return encodeUtf8('cannot make a pipe\n');
  const shell = shellOf(sys);
  const child = yield* sys.fork(function* (childSys) {
    yield* childSys.dup2(toChild[0], 0);
    yield* childSys.dup2(fromChild[1], 1);
    yield* childSys.dup2(fromChild[1], 2);
    for (const fd of [...toChild, ...fromChild]) yield* childSys.close(fd);
    yield* childSys.execve(shell, [shell, '-c', command], childSys.env);
    return 127;
  });
  // A second child feeds the input, so that neither waits for the other with a full pipe.
  const feeder = yield* sys.fork(function* (feederSys) {
    yield* feederSys.close(toChild[0]);
    yield* feederSys.close(fromChild[0]);
    yield* feederSys.close(fromChild[1]);
    yield* writeAll(feederSys, toChild[1], input);
    return 0;
  });
  for (const fd of [toChild[0], toChild[1], fromChild[1]]) yield* sys.close(fd);
  const output = yield* readAll(sys, fromChild[0]);
  yield* sys.close(fromChild[0]);
  for (const pid of [child, feeder]) if (!isErrno(pid)) yield* sys.wait({ pid });
  return isErrno(output) ? EMPTY_BYTES : output;
}

/** Runs a command, or an interactive shell, on the terminal; interrupts are for the child. */
export function* runShell(sys: Sys, command: string | undefined): Task<void> {
  const shell = shellOf(sys);
  const child = yield* sys.fork(function* (childSys) {
    const words = command === undefined ? [shell] : [shell, '-c', command];
    yield* childSys.execve(shell, words, childSys.env);
    return 127;
  });
  if (isErrno(child)) return;
  const before = yield* sys.sigaction(SIGINT, { handler: 'ignore' });
  const beforeQuit = yield* sys.sigaction(SIGQUIT, { handler: 'ignore' });
  yield* sys.wait({ pid: child });
  if (!isErrno(before)) yield* sys.sigaction(SIGINT, before);
  if (!isErrno(beforeQuit)) yield* sys.sigaction(SIGQUIT, beforeQuit);
}
