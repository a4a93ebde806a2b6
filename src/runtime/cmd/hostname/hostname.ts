/** hostname, hostid, domainname. @man hostname(1) hostid(1) */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt, hasOption } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';

const USAGE = 'usage: hostname [-s] [system_name]\n';

function* hostname(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 's');
  if (parsed.message !== undefined) return yield* usageError(io, USAGE, parsed.message, 1);
  const [name] = parsed.operands;
  if (name === undefined) {
    const { nodename } = yield* sys.uname();
    const shown = hasOption(parsed, 's') ? nodename.replace(/\..*$/, '') : nodename;
    yield* io.out.write(`${shown}\n`);
    return 0;
  }
  const result = yield* sys.sethostname(name);
  if (!isErrno(result)) return 0;
  yield* io.warn(`error in setting name: ${result.message}`);
  return 1;
}

function* hostid(io: Stdio, sys: Sys): Task<number> {
  const serial = yield* sys.sysinfo('SI_HW_SERIAL');
  const number = isErrno(serial) ? 0 : Number(serial);
  yield* io.out.write(`${number.toString(16).padStart(8, '0')}\n`);
  return 0;
}

export const HOSTNAME: Command = {
  name: 'hostname',
  path: '/usr/bin/hostname',
  main: withStdio(hostname),
};
export const HOSTID: Command = {
  name: 'hostid',
  path: '/usr/bin/hostid',
  main: withStdio(hostid),
};
