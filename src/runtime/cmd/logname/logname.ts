/** logname: the name somebody logged in with. @man logname(1) */
import type { Command } from '#cmd/command.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts } from '#lib/libc/accounts.ts';
import { type Stdio, withStdio } from '#lib/libc/stdio.ts';

function* logname(io: Stdio, sys: Sys): Task<number> {
  const { real } = yield* sys.getuid();
  const name = sys.env.get('LOGNAME') ?? (yield* new Accounts(sys).userName(real));
  if (name === undefined) {
    yield* io.warn('could not get login name');
    return 1;
  }
  yield* io.out.write(`${name}\n`);
  return 0;
}

export const LOGNAME: Command = {
  name: 'logname',
  path: '/usr/bin/logname',
  main: withStdio(logname),
};
