/** su: becomes another user. @man su(8) */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8 } from '#base/bytes.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts, type PasswdEntry } from '#lib/libc/accounts.ts';
import { crypt } from '#lib/libc/crypt.ts';
import { Input, type Stdio, withStdio } from '#lib/libc/stdio.ts';
import { readPassword } from '#lib/libc/terminal.ts';

const DEFAULT_SHELL = '/sbin/sh';
const PATH = '/usr/bin:/bin:/opt/tools/bin:/opt/tools/sbin';
const SUPER_PATH =
  '/usr/bin:/usr/sbin:/smartdc/bin:/opt/smartdc/bin:/opt/local/bin:/opt/local/sbin';

/** The user's field of /etc/shadow; set-uid lets su read it. */
function* hashOf(sys: Sys, user: string): Task<string | undefined> {
  const fd = yield* sys.open('/etc/shadow', O_RDONLY);
  if (isErrno(fd)) return undefined;
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  const line = text.split('\n').find((one) => one.startsWith(`${user}:`));
  return line?.split(':')[1];
}

function* isAllowed(sys: Sys, user: PasswdEntry): Task<boolean> {
  const { real } = yield* sys.getuid();
  if (real === 0) return true;
  const hash = yield* hashOf(sys, user.name);
  if (hash === '') return true;
  const password = yield* readPassword(sys, 0, 'Password: ');
  return password !== undefined && hash !== undefined && crypt(password, hash) === hash;
}

/** The environment of a login, or the caller's with another PATH for root. */
function environment(sys: Sys, user: PasswdEntry, isLogin: boolean): Map<string, string> {
  const path = user.uid === 0 ? SUPER_PATH : PATH;
  if (!isLogin) {
    const env = new Map(sys.env);
    if (user.uid === 0) env.set('PATH', path);
    return env;
  }
  const env = new Map<string, string>();
  for (const name of ['TERM', 'TZ', 'LANG', 'LC_ALL']) {
    const value = sys.env.get(name);
    if (value !== undefined) env.set(name, value);
  }
  env.set('HOME', user.home);
  env.set('LOGNAME', user.name);
  env.set('SHELL', user.shell === '' ? DEFAULT_SHELL : user.shell);
  env.set('PATH', path);
  return env;
}

function* become(sys: Sys, user: PasswdEntry): Task<boolean> {
  const groups = [user.gid];
  for (const group of yield* new Accounts(sys).groups()) {
    if (group.members.includes(user.name) && group.gid !== user.gid) groups.push(group.gid);
  }
  if (isErrno(yield* sys.setgroups(groups))) return false;
  if (isErrno(yield* sys.setgid(user.gid))) return false;
  return !isErrno(yield* sys.setuid(user.uid));
}

function* su(io: Stdio, sys: Sys): Task<number> {
  const args = sys.argv.slice(1);
  const isLogin = args[0] === '-';
  if (isLogin) args.shift();
  const name = args[0]?.startsWith('-') === false ? (args.shift() as string) : 'root';
  const user = (yield* new Accounts(sys).users()).find((entry) => entry.name === name);
  if (user === undefined) {
    yield* io.warn(`Unknown id: ${name}`);
    return 1;
  }
  if (!(yield* isAllowed(sys, user))) {
    yield* io.warn('Sorry');
    return 1;
  }
  const env = environment(sys, user, isLogin);
  if (!(yield* become(sys, user))) {
    yield* io.warn('Invalid ID');
    return 2;
  }
  if (isLogin && isErrno(yield* sys.chdir(user.home))) {
    yield* io.warn(`No directory! Using home=/`);
    yield* sys.chdir('/');
  }
  const shell = user.shell === '' ? DEFAULT_SHELL : user.shell;
  const base = shell.replace(/^.*\//, '');
  const argv0 = isLogin ? `-${base}` : base;
  yield* io.out.flush();
  const error = yield* sys.execve(shell, [argv0, ...args], env);
  yield* io.warn(`No shell: ${error.message}`);
  return 3;
}

export const SU: Command = {
  name: 'su',
  path: '/usr/bin/su',
  links: ['/sbin/su'],
  mode: 0o4555,
  main: withStdio(su),
};
