/** nice: runs a command with another scheduling priority. @man nice(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'nice: usage: nice [-n increment] utility [argument...]\n';
const DEFAULT_INCREMENT = 10;

/** The increment and the command's words; undefined for a wrong command line. */
function parse(words: readonly string[]): { increment: number; command: string[] } | undefined {
  const [first = '', second = ''] = words;
  const old = /^-(-?\d+)$/.exec(first);
  if (old !== null) return { increment: Number(old[1]), command: words.slice(1) };
  const joined = /^-n(-?\d+)$/.exec(first);
  if (joined !== null) return { increment: Number(joined[1]), command: words.slice(1) };
  if (first === '-n' && /^[-+]?\d+$/.test(second)) {
    return { increment: Number(second), command: words.slice(2) };
  }
  if (first === '--') return { increment: DEFAULT_INCREMENT, command: words.slice(1) };
  if (first.startsWith('-')) return undefined;
  return { increment: DEFAULT_INCREMENT, command: [...words] };
}

function* nice(io: Stdio, sys: Sys): Task<number> {
  const request = parse(sys.argv.slice(1));
  if (request === undefined || request.command.length === 0) return yield* usageError(io, USAGE);
  const result = yield* sys.nice(request.increment);
  // Without permission to go up, the command runs as it is.
  if (isErrno(result)) yield* io.warn(`cannot change priority: ${result.message}`);
  const error = yield* execvp(sys, request.command, sys.env);
  yield* io.warn(`${request.command[0] ?? ''}: ${error.message}`);
  return execFailureStatus(error);
}

export const NICE: Command = { name: 'nice', path: '/usr/bin/nice', main: withStdio(nice) };
