/**
 * sulogin: root's password before the shell of single-user mode; ^D goes on to multi-user.
 * @man sulogin(8)
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { crypt } from '#lib/libc/crypt.ts';
import { Input } from '#lib/libc/stdio.ts';
import { readPassword } from '#lib/libc/terminal.ts';

const SHELLS: readonly string[] = ['/usr/bin/bash', '/sbin/sh'];

export const SULOGIN: Command = { name: 'sulogin', path: '/sbin/sulogin', main: sulogin };

function* sulogin(sys: Sys): Task<number> {
  const say = (text: string): Task<unknown> => sys.write(1, encodeUtf8(text));
  yield* say('\nRequesting System Maintenance Mode\nSINGLE USER MODE\n\n');
  const hash = yield* rootHash(sys);
  for (;;) {
    const prompt = 'Enter root password (control-d to bypass): ';
    const password = yield* readPassword(sys, 0, prompt);
    if (password === undefined) return 0;
    if (hash === '' || crypt(password, hash) === hash) break;
    yield* say('Login incorrect\n\n');
  }
  yield* say('single-user privilege assigned to root on /dev/console.\n');
  yield* say('Entering System Maintenance Mode\n\n');
  const env = new Map(sys.env);
  env.set('HOME', '/root');
  env.set('LOGNAME', 'root');
  env.set('PATH', '/usr/sbin:/usr/bin:/sbin');
  if (!env.has('TERM')) env.set('TERM', 'xterm-256color');
  yield* sys.chdir('/root');
  for (const shell of SHELLS) {
    env.set('SHELL', shell);
    yield* sys.execve(shell, [`-${shell.replace(/^.*\//, '')}`], env);
  }
  yield* say('sulogin: no shell can be started\n');
  return 1;
}

function* rootHash(sys: Sys): Task<string> {
  const fd = yield* sys.open('/etc/shadow', O_RDONLY);
  if (isErrno(fd)) return '';
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  const row = text.split('\n').find((line) => line.startsWith('root:'));
  return row?.split(':')[1] ?? '*NP*';
}
