/** env, printenv: the environment. @man env(1) printenv(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { execFailureStatus, execvp } from '#lib/libc/execvp.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'Usage: env [-iv0] [-C workdir] [-P utilpath] [-S string] [-u name]\n' +
  '           [name=value ...] [utility [argument ...]]\n';

/** Does the options; answers what is left, or an exit status. */
function* env(io: Stdio, sys: Sys): Task<number> {
  // A lone `-` is the old way to say -i.
  const args = sys.argv.slice(1).map((word, index) => (index === 0 && word === '-' ? '-i' : word));
  const parsed = getopt(args, 'i0vC:P:S:u:');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 125);
  const variables = new Map(sys.env);
  let path: string | undefined;
  let directory: string | undefined;
  let end = '\n';
  let words = parsed.operands;
  for (const { letter, value } of parsed.options) {
    if (letter === 'i') variables.clear();
    else if (letter === 'u') variables.delete(value);
    else if (letter === 'P') path = value;
    else if (letter === 'C') directory = value;
    else if (letter === '0') end = '\0';
    else if (letter === 'S') words = [...value.trim().split(/\s+/), ...words];
  }
  let at = 0;
  for (; at < words.length; at += 1) {
    const match = /^([^=]+)=([^]*)$/.exec(words[at] as string);
    if (match === null) break;
    variables.set(match[1] as string, match[2] as string);
  }
  const command = words.slice(at);
  if (command.length === 0) {
    for (const [name, value] of variables) yield* io.out.write(`${name}=${value}${end}`);
    return 0;
  }
  if (directory !== undefined) {
    const moved = yield* sys.chdir(directory);
    if (isErrno(moved)) {
      yield* io.warn(`cannot change directory to '${directory}': ${moved.message}`);
      return 125;
    }
  }
  yield* io.out.flush();
  const error = yield* execvp(sys, command, variables, path ?? variables.get('PATH'));
  yield* io.warn(`${command[0] ?? ''}: ${error.message}`);
  return execFailureStatus(error);
}

function* printenv(io: Stdio, sys: Sys): Task<number> {
  const names = sys.argv.slice(1);
  if (names.length === 0) {
    for (const [name, value] of sys.env) yield* io.out.write(`${name}=${value}\n`);
    return 0;
  }
  const value = sys.env.get(names[0] as string);
  if (value === undefined) return 1;
  yield* io.out.write(`${value}\n`);
  return 0;
}

export const ENV: Command = { name: 'env', path: '/usr/bin/env', main: withStdio(env) };
export const PRINTENV: Command = {
  name: 'printenv',
  path: '/usr/bin/printenv',
  main: withStdio(printenv),
};
