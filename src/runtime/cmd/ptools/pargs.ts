/** pargs: arguments and environment of processes. @man pargs(1) */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import { encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { forEachProcess, reasonOf, titleLine } from '#cmd/ptools/targets.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { readArgv, readEnviron } from '#lib/libproc/proc.ts';

const USAGE = `usage:  pargs [-aceFlx] { pid | core } ...
  (show process arguments and environment)
  -a: show process arguments (default)
  -c: interpret characters as 7-bit ascii regardless of locale
  -e: show environment variables
  -F: force grabbing of the target process
  -l: display arguments as command line
  -x: show aux vector entries
`;

/** -c: what is not printable ASCII becomes an octal escape. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => {
    let shown = '';
    for (const byte of encodeUtf8(character)) {
      shown += `\\${byte.toString(8).padStart(3, '0')}`;
    }
    return shown;
  });
}

/** A word as a shell would have to be told it. */
function quote(word: string): string {
  if (word !== '' && /^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

interface Wanted {
  readonly arguments: boolean;
  readonly environment: boolean;
  readonly asLine: boolean;
  readonly show: (text: string) => string;
}

function* showProcess(io: Stdio, sys: Sys, info: Psinfo, wanted: Wanted): Task<boolean> {
  if (info.nlwp === 0) {
    yield* io.out.write(`${info.pid}:\t<defunct>\n`);
    return true;
  }
  const argv = yield* readArgv(sys, info.pid);
  if (isErrno(argv)) {
    yield* io.warn(`cannot examine ${info.pid}: ${reasonOf(argv.name)}`);
    return false;
  }
  if (wanted.asLine) {
    yield* io.out.write(`${argv.map((word) => quote(wanted.show(word))).join(' ')}\n`);
    return true;
  }
  yield* io.out.write(titleLine(info, 80));
  if (wanted.arguments) {
    for (const [index, word] of argv.entries()) {
      yield* io.out.write(`argv[${index}]: ${wanted.show(word)}\n`);
    }
  }
  if (!wanted.environment) return true;
  const environment = yield* readEnviron(sys, info.pid);
  if (isErrno(environment)) {
    yield* io.warn(`cannot examine ${info.pid}: ${reasonOf(environment.name)}`);
    return false;
  }
  if (wanted.arguments) yield* io.out.write('\n');
  for (const [index, word] of environment.entries()) {
    yield* io.out.write(`envp[${index}]: ${wanted.show(word)}\n`);
  }
  return true;
}

function* pargs(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'aceFlx');
  const letters = parsed.options.map((option) => option.letter).join('');
  const isMixed = letters.includes('l') && /[ex]/.test(letters);
  if (isMixed) yield* io.err.write('-l is incompatible with -x and -e\n');
  if (parsed.message !== undefined || isMixed || parsed.operands.length === 0) {
    return yield* usageError(io, USAGE, parsed.message);
  }
  if (letters.includes('x')) return yield* notSupported(io, '-x');
  const wanted: Wanted = {
    arguments: letters.includes('a') || !letters.includes('e'),
    environment: letters.includes('e'),
    asLine: letters.includes('l'),
    show: letters.includes('c') ? ascii : (text) => text,
  };
  let isFirst = true;
  return yield* forEachProcess(io, sys, parsed.operands, function* (info) {
    if (!isFirst && !wanted.asLine) yield* io.out.write('\n');
    isFirst = false;
    return yield* showProcess(io, sys, info, wanted);
  });
}

export const PARGS: Command = { name: 'pargs', path: '/usr/bin/pargs', main: withStdio(pargs) };
