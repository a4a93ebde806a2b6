/** A shell at its start: variables from the environment, signals as found, profile files. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import { SIGNALS } from '#abi/illumos/signal.ts';
import { runSourced } from '#cmd/bash/builtins/flow.ts';
import { readFile } from '#cmd/bash/files.ts';
import { BASH_VERSION } from '#cmd/bash/prompt.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { installDynamicVariables } from '#cmd/bash/state/special.ts';
import { Variable } from '#cmd/bash/state/variable.ts';
import { parseScript } from '#cmd/bash/syntax/parse.ts';

const DEFAULT_PATH = '/usr/bin:/usr/sbin:/sbin:/usr/local/bin:/opt/local/bin';

function setup(shell: Shell, name: string, value: string): Variable {
  shell.variables.setQuietly(name, value);
  return shell.variables.obtain(name);
}

export function* initialize(shell: Shell): Task<void> {
  const { sys } = shell;
  shell.pid = sys.pid;
  importEnvironment(shell);
  installDynamicVariables(shell);
  shell.nowNs = yield* sys.gettimeofday();
  shell.startNs = shell.nowNs;
  const seed = new Uint8Array(4);
  yield* sys.random(seed);
  shell.randomSeed = new DataView(seed.buffer).getUint32(0);
  yield* setIdentity(shell);
  setConstants(shell);
  yield* setDirectory(shell);
  for (const [signal] of SIGNALS) {
    const action = yield* sys.sigaction(signal);
    if (!isErrno(action) && action.handler === 'ignore') shell.ignoredAtStart.add(signal);
  }
}

function importEnvironment(shell: Shell): void {
  for (const [name, value] of shell.sys.env) {
    const exported = /^BASH_FUNC_(.+)%%$/.exec(name)?.[1];
    if (exported !== undefined) {
      const command = parseScript(`${exported} ${value}`).statements[0]?.command;
      if (command?.kind !== 'function') continue;
      shell.functions.set(exported, {
        name: exported,
        body: command.body,
        source: 'environment',
        line: 0,
        isExported: true,
        isReadonly: false,
        isTraced: false,
      });
    } else if (/^[A-Za-z_]\w*$/.test(name)) setup(shell, name, value).isExported = true;
  }
  const level = Number(shell.sys.env.get('SHLVL') ?? 0);
  setup(shell, 'SHLVL', String(Number.isSafeInteger(level) ? level + 1 : 1)).isExported = true;
  shell.lastArgument = shell.sys.env.get('_') ?? shell.sys.argv[0] ?? '';
}

function* setIdentity(shell: Shell): Task<void> {
  const uid = yield* shell.sys.getuid();
  setup(shell, 'UID', String(uid.real)).isInteger = true;
  setup(shell, 'EUID', String(uid.effective)).isInteger = true;
  setup(shell, 'PPID', String(yield* shell.sys.getppid())).isInteger = true;
  for (const name of ['UID', 'EUID', 'PPID']) shell.variables.obtain(name).isReadonly = true;
  const { nodename } = yield* shell.sys.uname();
  if (shell.variables.get('HOSTNAME') === undefined) setup(shell, 'HOSTNAME', nodename);
  const groups = new Variable();
  const gid = yield* shell.sys.getgid();
  groups.indexed = [...new Set([gid.real, ...(yield* shell.sys.getgroups())])].map(String);
  shell.variables.global.set('GROUPS', groups);
}

function setConstants(shell: Shell): void {
  const defaults: Readonly<Record<string, string>> = {
    PATH: DEFAULT_PATH,
    BASH: '/usr/bin/bash',
    BASH_VERSION,
    HOSTTYPE: 'x86_64',
    MACHTYPE: 'x86_64-pc-solaris2.11',
    OSTYPE: 'solaris2.11',
    PS4: '+ ',
    TERM: 'dumb',
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (shell.variables.get(name) === undefined) setup(shell, name, value);
  }
  setup(shell, 'IFS', ' \t\n').isExported = false;
  setup(shell, 'OPTIND', '1');
  setup(shell, 'OPTERR', '1');
  const version = new Variable();
  version.indexed = ['5', '2', '37', '1', 'release', 'x86_64-pc-solaris2.11'];
  version.isReadonly = true;
  shell.variables.global.set('BASH_VERSINFO', version);
  for (const name of ['PIPESTATUS', 'FUNCNAME', 'BASH_SOURCE', 'BASH_LINENO', 'DIRSTACK']) {
    const variable = new Variable();
    variable.indexed = [];
    shell.variables.global.set(name, variable);
  }
}

/** PWD is believed when it is the directory we are in. */
function* setDirectory(shell: Shell): Task<void> {
  const given = shell.variables.get('PWD');
  const here = yield* shell.sys.stat('.');
  const there = given?.startsWith('/') === true ? yield* shell.sys.stat(given) : here;
  const isSame =
    !isErrno(here) && !isErrno(there) && here.ino === there.ino && here.dev === there.dev;
  if (given === undefined || !given.startsWith('/') || !isSame) {
    const path = yield* shell.sys.getcwd();
    if (!isErrno(path)) shell.variables.setQuietly('PWD', path);
  }
  shell.variables.obtain('PWD').isExported = true;
  const old = shell.variables.obtain('OLDPWD');
  old.isExported = true;
}

/** Sources a file that may be missing. */
export function* sourceIfThere(shell: Shell, path: string): Task<void> {
  const text = yield* readFile(shell, path);
  if (!isErrno(text)) yield* runSourced(shell, path, text, []);
}

export interface StartupFiles {
  readonly isPosix: boolean;
  readonly withProfile: boolean;
  readonly withRc: boolean;
  readonly rcFile: string | undefined;
}

/** @man bash(1) INVOCATION */
export function* runStartupFiles(shell: Shell, files: StartupFiles): Task<void> {
  const home = shell.variables.get('HOME') ?? '';
  if (shell.isLogin && files.withProfile) {
    yield* sourceIfThere(shell, '/etc/profile');
    if (files.isPosix) yield* sourceIfThere(shell, `${home}/.profile`);
    else {
      for (const name of ['.bash_profile', '.bash_login', '.profile']) {
        const path = `${home}/${name}`;
        if (isErrno(yield* shell.sys.access(path, 4))) continue;
        yield* sourceIfThere(shell, path);
        break;
      }
    }
  } else if (shell.isInteractive) {
    if (files.isPosix) {
      const env = shell.variables.get('ENV');
      if (env !== undefined && env !== '') yield* sourceIfThere(shell, env);
    } else if (files.withRc) yield* sourceIfThere(shell, files.rcFile ?? `${home}/.bashrc`);
  } else if (!files.isPosix) {
    const env = shell.variables.get('BASH_ENV');
    if (env !== undefined && env !== '') yield* sourceIfThere(shell, env);
  }
}
