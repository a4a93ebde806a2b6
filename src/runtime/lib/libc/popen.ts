/**
 * Children of a program: commands run by the shell (system(3C), popen(3C)) and programs run by their
 * words (find -exec, xargs).
 * @man system(3C) popen(3C)
 */
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';

const SHELLS = ['/usr/bin/sh', '/bin/sh', '/usr/bin/bash'] as const;

/** Runs `command` by the shell in the calling process. Returns only on failure. */
function* execShell(sys: Sys, command: string): Task<Errno> {
  let error: Errno | undefined;
  for (const shell of SHELLS) {
    error = yield* sys.execve(shell, ['sh', '-c', command], sys.env);
    if (error.name !== 'ENOENT') break;
  }
  return error as Errno;
}

/** Starts `command` by the shell. */
export function* spawnShell(sys: Sys, command: string): Task<number | Errno> {
  return yield* sys.fork(function* child(own) {
    const error = yield* execShell(own, command);
    return execFailureStatus(error);
  });
}

/** Starts the program of `argv` (looked up in PATH); a failure to start is printed by the child. */
export function* spawnProgram(
  sys: Sys,
  argv: readonly string[],
  complain: (own: Sys, error: Errno) => Task<void>,
): Task<number | Errno> {
  return yield* sys.fork(function* child(own) {
    const error = yield* execvp(own, argv, own.env);
    yield* complain(own, error);
    return execFailureStatus(error);
  });
}

/** Waits for the child `pid`: its exit status, or 128 + the signal, as a shell counts. */
export function* waitFor(sys: Sys, pid: number): Task<number> {
  for (;;) {
    const result = yield* sys.wait({ pid });
    if (isErrno(result)) {
      if (result.name === 'EINTR') continue;
      return 127;
    }
    if (result === undefined) return 127;
    return result.how === 'exited' ? result.status : 128 + result.status;
  }
}

/** system(3C): the status as `waitFor` gives it. */
export function* system(sys: Sys, command: string): Task<number> {
  const pid = yield* spawnShell(sys, command);
  return isErrno(pid) ? 127 : yield* waitFor(sys, pid);
}

export interface Pipeline {
  /** Our end: to read from (mode `r`) or to write to (mode `w`). */
  readonly fd: number;
  readonly pid: number;
}

/** popen(3C). Close `fd`, then `waitFor` the pid. */
export function* popen(sys: Sys, command: string, mode: 'r' | 'w'): Task<Pipeline | Errno> {
  const ends = yield* sys.pipe();
  if (isErrno(ends)) return ends;
  const [readFd, writeFd] = ends;
  const [ours, theirs] = mode === 'r' ? [readFd, writeFd] : [writeFd, readFd];
  const pid = yield* sys.fork(function* child(own) {
    yield* own.dup2(theirs, mode === 'r' ? 1 : 0);
    yield* own.close(readFd);
    yield* own.close(writeFd);
    const error = yield* execShell(own, command);
    return execFailureStatus(error);
  });
  yield* sys.close(theirs);
  if (isErrno(pid)) {
    yield* sys.close(ours);
    return pid;
  }
  return { fd: ours, pid };
}
