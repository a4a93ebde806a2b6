/** isainfo, isalist: instruction sets of the machine. @man isainfo(1) isalist(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage:\tisainfo\t[ -v ] [ -b | -n | -k ]\n' + '\tisainfo\t[ -x ] [ -b | -n | -k ]\n';

/** Instruction sets with their width, best first, and the extensions that -v lists. */
const SETS: readonly (readonly [name: string, bits: number])[] = [
  ['amd64', 64],
  ['i386', 32],
];

function* isainfo(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'bnkvx');
  const letters = parsed.options.map((option) => option.letter);
  const modes = letters.filter((letter) => 'bnk'.includes(letter));
  const isVerbose = letters.includes('v');
  const isWrong = modes.length > 1 || parsed.operands.length > 0;
  if (parsed.message !== undefined || isWrong) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  const [mode] = modes;
  const [name, bits] = SETS[0] as (typeof SETS)[number];
  if (mode === undefined) {
    if (!isVerbose) yield* io.out.write(`${SETS.map((set) => set[0]).join(' ')}\n`);
    else for (const set of SETS) yield* io.out.write(`${set[1]}-bit ${set[0]} applications\n`);
    return 0;
  }
  if (mode === 'k') {
    yield* io.out.write(isVerbose ? `${bits}-bit ${name} kernel modules\n` : `${name}\n`);
  } else if (isVerbose) yield* io.out.write(`${bits}-bit ${name} applications\n`);
  else yield* io.out.write(`${mode === 'b' ? bits : name}\n`);
  return 0;
}

function* isalist(io: Stdio, sys: Sys): Task<number> {
  const list = yield* sys.sysinfo('SI_ISALIST');
  yield* io.out.write(`${isErrno(list) ? '' : list}\n`);
  return 0;
}

export const ISAINFO: Command = {
  name: 'isainfo',
  path: '/usr/bin/isainfo',
  main: withStdio(isainfo),
};
export const ISALIST: Command = {
  name: 'isalist',
  path: '/usr/bin/isalist',
  main: withStdio(isalist),
};
