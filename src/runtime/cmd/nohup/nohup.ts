/** nohup: runs a command that a hang-up does not end. @man nohup(1) */
import { O_APPEND, O_CREAT, O_WRONLY } from '#abi/illumos/fcntl.ts';
import { SIGHUP, SIGQUIT } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage:  nohup utility [argument ...]\n' +
  '        nohup -p [-Fa] pid [pid ...]\n' +
  '        nohup -g [-Fa] pgid [pgid ...]\n';
const FAILURE = 127;

/** nohup.out here, or in the home directory; undefined when neither can be written. */
function* openOutput(sys: Sys): Task<{ fd: number; name: string } | undefined> {
  const home = sys.env.get('HOME');
  const names = ['nohup.out', ...(home === undefined ? [] : [`${home}/nohup.out`])];
  for (const name of names) {
    const fd = yield* sys.open(name, O_WRONLY | O_APPEND | O_CREAT, 0o600);
    if (!isErrno(fd)) return { fd, name };
  }
  return undefined;
}

function* nohup(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'pFag');
  const letter = parsed.options[0]?.letter;
  if (letter !== undefined) return yield* notSupported(io, `-${letter}`);
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, USAGE, parsed.message, FAILURE);
  }
  yield* sys.sigaction(SIGHUP, { handler: 'ignore' });
  yield* sys.sigaction(SIGQUIT, { handler: 'ignore' });
  if (yield* sys.isatty(1)) {
    const output = yield* openOutput(sys);
    if (output === undefined) {
      yield* io.warn('cannot open/create nohup.out');
      return FAILURE;
    }
    yield* io.err.write(`Sending output to ${output.name}\n`);
    yield* sys.dup2(output.fd, 1);
    yield* sys.close(output.fd);
  }
  if (yield* sys.isatty(2)) yield* sys.dup2(1, 2);
  const error = yield* execvp(sys, parsed.operands, sys.env);
  yield* io.warn(`${parsed.operands[0] ?? ''}: ${error.message}`);
  return execFailureStatus(error);
}

export const NOHUP: Command = { name: 'nohup', path: '/usr/bin/nohup', main: withStdio(nohup) };
