/** renice and priocntl: priorities of running processes, as far as they can be had. */
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { getopt } from '#lib/libc/getopt.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { notSupported, usageError } from '#lib/libc/usage.ts';
import { readPsinfo } from '#lib/libproc/proc.ts';

const RENICE_USAGE = `usage: renice [-n increment] [-g|-p|-u] ID ...
       renice priority [-p] pid ... [-g pgrp ...] [-p pid ...] [-u user ...]
       renice priority -g pgrp ... [-g pgrp ...] [-p pid ...] [-u user ...]
       renice priority -u user ... [-g pgrp ...] [-p pid ...] [-u user ...]
`;
const PRIOCNTL_USAGE = `usage:	priocntl -l
	priocntl -d [-d idtype] [idlist]
	priocntl -s [-c class] [-m userlimit] [-p priority] [-t tqntm [-r res]] [-q tqsig]
		[-i idtype] [idlist]
	priocntl -e [-c class] [-m userlimit] [-p priority] [-t tqntm [-r res]] [-q tqsig]
		command [argument(s)]
`;
const CLASSES = `CONFIGURED CLASSES
==================

SYS (System Class)

TS (Time Sharing)
	Configured TS User Priority Range: -60 through 60
`;

/** Only a process can change its own nice value: there is no call for another's. */
function* renice(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'n:gpu');
  if (parsed.message !== undefined || parsed.operands.length === 0) {
    return yield* usageError(io, RENICE_USAGE, parsed.message);
  }
  return yield* notSupported(io, 'changing the priority of a running process');
}

function* display(io: Stdio, sys: Sys, operands: readonly string[]): Task<number> {
  const pids = operands.length > 0 ? operands.map(Number) : [sys.pid];
  yield* io.out.write('TIME SHARING PROCESSES:\n    PID    TSUPRILIM    TSUPRI\n');
  let status = 0;
  for (const pid of pids) {
    const info = yield* readPsinfo(sys, pid);
    if (isErrno(info)) {
      yield* io.warn(`Process(es) not found: ${pid}`);
      status = 1;
      continue;
    }
    const priority = String(3 * (20 - info.lwp.nice)).padStart(8);
    yield* io.out.write(`${String(pid).padStart(7)}     ${priority}  ${priority}\n`);
  }
  return status;
}

function* priocntl(io: Stdio, sys: Sys): Task<number> {
  const parsed = getopt(sys.argv.slice(1), 'ldsec:m:p:r:t:q:i:');
  const letters = parsed.options.map((option) => option.letter).join('');
  if (parsed.message !== undefined || !/[ldse]/.test(letters)) {
    return yield* usageError(io, PRIOCNTL_USAGE, parsed.message, 1);
  }
  if (letters.includes('l')) {
    yield* io.out.write(CLASSES);
    return 0;
  }
  if (letters === 'd' || letters === 'di') return yield* display(io, sys, parsed.operands);
  return yield* notSupported(io, `-${letters.replace('d', '')[0] ?? 's'}`);
}

export const RENICE: Command = { name: 'renice', path: '/usr/bin/renice', main: withStdio(renice) };
export const PRIOCNTL: Command = {
  name: 'priocntl',
  path: '/usr/bin/priocntl',
  main: withStdio(priocntl),
};
