/**
 * login: checks a password against /etc/shadow, records the login, sets up the environment and
 * becomes the user's shell with a `-` before its name.
 * @man login(1)  @see usr/src/cmd/login/login.c
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import { decodeUtf8, encodeUtf8 } from '#base/bytes.ts';
import { NS_PER_SEC } from '#base/units.ts';
import type { Command } from '#cmd/command.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import { Accounts, type PasswdEntry } from '#lib/libc/accounts.ts';
import { crypt } from '#lib/libc/crypt.ts';
import { getopt, optionValue } from '#lib/libc/getopt.ts';
import { Input } from '#lib/libc/stdio.ts';
import { readPassword, readTypedLine } from '#lib/libc/terminal.ts';
import { localtime, strftime, timezoneFrom } from '#lib/libc/time.ts';
import { ttyname } from '#lib/libc/ttyname.ts';
import { USER_PROCESS, exchangeLastlog, readUtmpx, recordUtmpx } from '#lib/libc/utmpx.ts';

const SHADOW = '/etc/shadow';
const DEFAULTS = '/etc/default/login';
const DEFAULT_SHELL = '/sbin/sh';
const GID_TTY = 7;
/** After a wrong password. */
const FAILURE_DELAY_NS = 4_000_000_000n;

export const LOGIN: Command = {
  name: 'login',
  path: '/usr/bin/login',
  mode: 0o4555,
  main: (sys) => new Login(sys).run(),
};

class Login {
  readonly #sys: Sys;
  readonly #accounts: Accounts;
  #settings: ReadonlyMap<string, string> = new Map();

  constructor(sys: Sys) {
    this.#sys = sys;
    this.#accounts = new Accounts(sys);
  }

  *run(): Task<number> {
    const sys = this.#sys;
    if ((yield* sys.getuid()).effective !== 0) {
      return yield* this.#fail('login: must be super-user', 1);
    }
    const parsed = getopt(sys.argv.slice(1), 'd:h:r:f:p');
    if (parsed.message !== undefined) {
      return yield* this.#fail('Usage: login [-d device] [name]', 1);
    }
    this.#settings = parseSettings(yield* readText(sys, DEFAULTS));
    const trusted = optionValue(parsed, 'f');
    const device = optionValue(parsed, 'd') ?? (yield* ttyname(sys, 0)) ?? '/dev/console';
    const line = device.replace(/^\/dev\//, '');
    const user = yield* this.#authenticate(trusted ?? parsed.operands[0], trusted !== undefined);
    if (user === undefined) return 1;
    return yield* this.#start(user, line);
  }

  /** The user once the password is right; undefined after too many tries or a dropped line. */
  *#authenticate(given: string | undefined, isTrusted: boolean): Task<PasswdEntry | undefined> {
    const sys = this.#sys;
    const retries = Number(this.#settings.get('RETRIES') ?? 5);
    let name = given;
    for (let attempt = 1; attempt <= retries; attempt += 1) {
      while (name === undefined || name === '') {
        yield* this.#say(sys.env.get('TTYPROMPT') ?? 'login: ');
        name = yield* readTypedLine(sys, 0);
        if (name === undefined) return undefined;
        name = name.trim();
      }
      const wanted = name;
      const user = (yield* this.#accounts.users()).find((entry) => entry.name === wanted);
      if (isTrusted && user !== undefined) return user;
      const hash = yield* this.#hashOf(wanted);
      const needsPassword = user === undefined || hash !== '';
      const password = needsPassword ? yield* readPassword(sys, 0, 'Password: ') : '';
      if (password === undefined) return undefined;
      if (user !== undefined && (hash === '' || crypt(password, hash) === hash)) return user;
      yield* sys.nanosleep(FAILURE_DELAY_NS);
      yield* this.#say('Login incorrect\n');
      name = undefined;
    }
    yield* this.#say('Repeated login failures\n');
    return undefined;
  }

  /** The hash in /etc/shadow; for a name that is not there one that nothing matches. */
  *#hashOf(name: string): Task<string> {
    for (const row of (yield* readText(this.#sys, SHADOW)).split('\n')) {
      const [user, hash] = row.split(':');
      if (user === name) return hash ?? '*NP*';
    }
    return '*NP*';
  }

  *#start(user: PasswdEntry, line: string): Task<number> {
    const sys = this.#sys;
    yield* this.#record(user, line);
    const last = yield* exchangeLastlog(sys, user.uid, line);
    const isQuiet = !isErrno(yield* sys.stat(`${user.home}/.hushlogin`));
    if (last !== undefined && !isQuiet) {
      const zone = timezoneFrom(sys.env);
      const time = localtime(BigInt(last.seconds) * NS_PER_SEC, zone);
      const where = last.host === '' ? `on ${last.line}` : `from ${last.host}`;
      yield* this.#say(`Last login: ${strftime('%a %b %e %H:%M:%S %Y', time)} ${where}\n`);
    }
    yield* sys.chown(`/dev/${line}`, user.uid, GID_TTY);
    yield* sys.chmod(`/dev/${line}`, 0o620);
    yield* this.#become(user);
    const shell = user.shell === '' ? DEFAULT_SHELL : user.shell;
    const env = this.#environment(user, shell);
    const moved = yield* sys.chdir(user.home === '' ? '/' : user.home);
    if (isErrno(moved)) {
      yield* this.#say(`No directory! Logging in with home=/\n`);
      yield* sys.chdir('/');
      env.set('HOME', '/');
    }
    const name = `-${shell.replace(/^.*\//, '')}`;
    const errno = yield* sys.execve(shell, [name], env);
    return yield* this.#fail(`login: cannot start ${shell}: ${errno.message}`, 1);
  }

  *#become(user: PasswdEntry): Task<void> {
    const sys = this.#sys;
    const groups = (yield* this.#accounts.groups())
      .filter((group) => group.members.includes(user.name))
      .map((group) => group.gid);
    yield* sys.setgroups([...new Set([user.gid, ...groups])]);
    yield* sys.setgid(user.gid);
    yield* sys.setuid(user.uid);
    yield* sys.umask(Number.parseInt(this.#settings.get('UMASK') ?? '022', 8));
  }

  #environment(user: PasswdEntry, shell: string): Map<string, string> {
    const { env } = this.#sys;
    const path = this.#settings.get(user.uid === 0 ? 'SUPATH' : 'PATH') ?? '/usr/bin:/usr/sbin';
    const result = new Map<string, string>();
    for (const name of ['TERM', 'TZ', 'LANG']) {
      const value = env.get(name);
      if (value !== undefined) result.set(name, value);
    }
    result.set('HOME', user.home);
    result.set('LOGNAME', user.name);
    result.set('USER', user.name);
    result.set('SHELL', shell);
    result.set('PATH', path);
    result.set('MAIL', `/var/mail/${user.name}`);
    return result;
  }

  /** Takes over the LOGIN_PROCESS record of the line. */
  *#record(user: PasswdEntry, line: string): Task<void> {
    const sys = this.#sys;
    const own = (yield* readUtmpx(sys)).find((entry) => entry.pid === sys.pid);
    const id = own?.id ?? line.slice(-4);
    const session = yield* sys.getsid(0);
    yield* recordUtmpx(sys, {
      type: USER_PROCESS,
      user: user.name,
      id,
      line,
      pid: sys.pid,
      session: isErrno(session) ? 0 : session,
    });
  }

  *#say(text: string): Task<void> {
    yield* this.#sys.write(1, encodeUtf8(text));
  }

  *#fail(text: string, status: number): Task<number> {
    yield* this.#sys.write(2, encodeUtf8(`${text}\n`));
    return status;
  }
}

function parseSettings(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const row of text.split('\n')) {
    const match = /^([A-Z]+)=(.*)$/.exec(row);
    if (match !== null) settings.set(match[1] ?? '', match[2] ?? '');
  }
  return settings;
}

function* readText(sys: Sys, path: string): Task<string> {
  const fd = yield* sys.open(path, O_RDONLY);
  if (isErrno(fd)) return '';
  const text = decodeUtf8(yield* new Input(sys, fd).readAll());
  yield* sys.close(fd);
  return text;
}
