/** uname and arch's kin: the system's names. @man uname(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, optionValue } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage:\tuname [-snrvmapioX]\n\tuname [-S system_name]\n';
const SYS_NMLN = 257;

function* setName(io: Stdio, sys: Sys, name: string): Task<number> {
  if (name.length > SYS_NMLN - 1) {
    yield* io.warn(`name must be <= ${SYS_NMLN - 1} letters`);
    return 1;
  }
  const result = yield* sys.sethostname(name);
  if (!isErrno(result)) return 0;
  yield* io.warn(`error in setting name: ${result.message}`);
  return 1;
}

function* text(sys: Sys, name: string): Task<string> {
  const value = yield* sys.sysinfo(name);
  return isErrno(value) ? 'unknown' : value;
}

/** -X: the long list that SCO's had; what Solaris never knew stays unknown. */
function* expanded(sys: Sys): Task<string> {
  const { sysname, nodename, release, version, machine } = yield* sys.uname();
  const cpus = (yield* sys.kstat('cpu_info')).length;
  return [
    `System = ${sysname}`,
    `Node = ${nodename}`,
    `Release = ${release}`,
    `KernelID = ${version}`,
    `Machine = ${machine}`,
    'BusType = <unknown>',
    'Serial = <unknown>',
    'Users = <unknown>',
    'OEM# = 0',
    'Origin# = 1',
    `NumCPU = ${cpus}`,
    '',
  ].join('\n');
}

function* uname(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'asnrpvmioS:X');
  const letters = parsed.options.map((option) => option.letter).join('');
  const name = optionValue(parsed, 'S');
  const isMixed = name !== undefined && letters !== 'S';
  if (parsed.message !== undefined || parsed.operands.length > 0 || isMixed) {
    return yield* usageError(io, USAGE, parsed.message, 1);
  }
  if (name !== undefined) return yield* setName(io, sys, name);
  const wanted = letters === '' ? 's' : letters.replace('a', 'snrvmpio');
  const names = yield* sys.uname();
  const words: string[] = [];
  if (wanted.includes('s')) words.push(names.sysname);
  if (wanted.includes('n')) words.push(names.nodename);
  if (wanted.includes('r')) words.push(names.release);
  if (wanted.includes('v')) words.push(names.version);
  if (wanted.includes('m')) words.push(names.machine);
  if (wanted.includes('p')) words.push(yield* text(sys, 'SI_ARCHITECTURE'));
  if (wanted.includes('i')) words.push(yield* text(sys, 'SI_PLATFORM'));
  if (wanted.includes('o')) words.push('illumos');
  const more = wanted.includes('X') ? yield* expanded(sys) : '';
  yield* io.out.write(`${words.join(' ')}${more}\n`);
  return 0;
}

/** arch, mach: the machine's kind in one word each. @man arch(1) mach(1) */
function* oneWord(io: Stdio, sys: Sys): Task<number> {
  const name = io.name === 'arch' ? 'SI_MACHINE' : 'SI_ARCHITECTURE';
  yield* io.out.write(`${yield* text(sys, name)}\n`);
  return 0;
}

export const UNAME: Command = { name: 'uname', path: '/usr/bin/uname', main: withStdio(uname) };
export const ARCH: Command = {
  name: 'arch',
  path: '/usr/bin/arch',
  links: ['/usr/bin/mach'],
  main: withStdio(oneWord),
};
