/** kill: sends signals; the shell has its own with job numbers. @man kill(1) */
import { SIGNALS, SIGTERM, type Signal } from '#abi/illumos/signal.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { signalFromText, signalName } from '#lib/libc/signames.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE =
  'usage: kill [ [ -sig ] id ... | -l ]\n' +
  '       kill -s signame id ...\n' +
  '       kill -l [exit_status ...]\n';

function* list(io: Stdio, statuses: readonly string[]): Task<number> {
  if (statuses.length === 0) {
    yield* io.out.write(`${SIGNALS.map((row) => row[1]).join(' ')}\n`);
    return 0;
  }
  for (const text of statuses) {
    const byName = /^\d+$/.test(text) ? undefined : signalFromText(text);
    // An exit status over 128 tells of the signal that ended a process.
    const number = Number(text) > 128 ? Number(text) - 128 : Number(text);
    if (byName === undefined && !SIGNALS.some((row) => row[0] === number)) {
      yield* io.warn(`${text}: unknown signal`);
      return 1;
    }
    yield* io.out.write(`${byName ?? signalName(number)}\n`);
  }
  return 0;
}

interface Request {
  readonly signal: Signal;
  readonly ids: readonly string[];
}

/** `-s NAME`, `-n N`, `-NAME`, `-N`, or neither. A string says what is wrong. */
function parse(words: readonly string[]): Request | string {
  const [first = '', second = ''] = words;
  let signal: Signal | undefined = SIGTERM;
  let ids = words;
  if (first === '-s' || first === '-n') {
    signal = signalFromText(second);
    if (signal === undefined) return `bad signal: ${second}`;
    ids = words.slice(2);
  } else if (first.startsWith('-') && first !== '--' && first.length > 1) {
    signal = signalFromText(first.slice(1));
    if (signal === undefined) return `bad signal: ${first.slice(1)}`;
    ids = words.slice(1);
  }
  if (ids[0] === '--') ids = ids.slice(1);
  return { signal, ids };
}

function* kill(io: Stdio, sys: Sys): Task<number> {
  const words = sys.argv.slice(1);
  if (words[0] === '-l') return yield* list(io, words.slice(1));
  const request = parse(words);
  if (typeof request === 'string') {
    yield* io.warn(request);
    return 1;
  }
  if (request.ids.length === 0) return yield* usageError(io, USAGE);
  let status = 0;
  for (const id of request.ids) {
    if (!/^-?\d+$/.test(id)) {
      yield* io.warn(`${id}: Arguments must be %job or process ids`);
      status = 1;
      continue;
    }
    const result = yield* sys.kill(Number(id), request.signal);
    if (!isErrno(result)) continue;
    const reason = result.name === 'EPERM' ? 'permission denied' : 'no such process';
    yield* io.warn(`${id}: ${reason}`);
    status = 1;
  }
  return status;
}

export const KILL: Command = { name: 'kill', path: '/usr/bin/kill', main: withStdio(kill) };
