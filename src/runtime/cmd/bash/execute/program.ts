/** Programs: where they are (PATH, the hash table) and how one replaces this process. */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { printExported } from '#cmd/bash/syntax/print.ts';

const DEFAULT_PATH = '/usr/bin:/usr/sbin:/bin:/sbin';

/** The path to execute; a name with a slash is one. undefined = not found. */
export function* findProgram(shell: Shell, name: string, path?: string): Task<string | undefined> {
  if (name.includes('/')) return name;
  if (name === '') return undefined;
  if ((path ?? shell.variables.get('PATH')) === '') return name;
  const hashed = path === undefined ? shell.commandHash.get(name) : undefined;
  if (hashed !== undefined) {
    if (!isErrno(yield* shell.sys.access(hashed.path, 1))) {
      hashed.hits += 1;
      return hashed.path;
    }
    shell.commandHash.delete(name);
  }
  const [found] = yield* findInPath(shell, name, path, false);
  if (found !== undefined && path === undefined && shell.options.on('hashall')) {
    shell.commandHash.set(name, { path: found, hits: 1 });
  }
  return found;
}

/** Exported variables, and exported functions as bash hands them on. */
export function programEnvironment(shell: Shell): Map<string, string> {
  const environment = shell.variables.environment();
  for (const value of shell.functions.values()) {
    if (!value.isExported) continue;
    environment.set(`BASH_FUNC_${value.name}%%`, `()${printExported(value.body)}`);
  }
  return environment;
}

/** All executables (or the first) called `name` in PATH. One that isn't executable counts last. */
export function* findInPath(
  shell: Shell,
  name: string,
  path: string | undefined,
  all: boolean,
): Task<string[]> {
  const found: string[] = [];
  let unusable: string | undefined;
  const directories = path ?? shell.variables.get('PATH') ?? DEFAULT_PATH;
  for (const directory of directories.split(':')) {
    const candidate = `${directory === '' ? '.' : directory}/${name}`;
    const stat = yield* shell.sys.stat(candidate);
    if (isErrno(stat) || stat.type === 'VDIR') continue;
    if (isErrno(yield* shell.sys.access(candidate, 1, true))) {
      unusable ??= candidate;
      continue;
    }
    found.push(candidate);
    if (!all) return found;
  }
  if (found.length === 0 && unusable !== undefined && !all) found.push(unusable);
  return found;
}

export function* reportMissing(shell: Shell, name: string): Task<number> {
  yield* shell.complain(`${name}: command not found`);
  return 127;
}

/** Executes; returns only when that failed, with the status after the message. */
export function* replaceByProgram(
  shell: Shell,
  path: string,
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
): Task<number> {
  const failure = yield* shell.sys.execve(path, words, environment);
  const stat = yield* shell.sys.stat(path);
  if (!isErrno(stat) && stat.type === 'VDIR') {
    yield* shell.complain(`${path}: Is a directory`);
    return 126;
  }
  if (failure.name === 'ENOEXEC') {
    const program = ['/usr/bin/bash', path, ...words.slice(1)];
    const again = yield* shell.sys.execve(
      '/usr/bin/bash',
      ['bash', ...program.slice(1)],
      environment,
    );
    yield* shell.complain(`${path}: ${again.message}`);
    return 126;
  }
  if (failure.name === 'ENOENT' && !isErrno(stat)) {
    yield* shell.complain(`${path}: cannot execute: required file not found`);
    return 127;
  }
  yield* shell.complain(`${path}: ${failure.message}`);
  return failure.name === 'ENOENT' ? 127 : 126;
}
