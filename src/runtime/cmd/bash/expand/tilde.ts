/** `~`, `~user`, `~+`, `~-`, `~N`. @man bash(1) Tilde Expansion */
import { isErrno } from '#kernel/os/errno.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { Shell } from '#cmd/bash/shell.ts';
import { readFile } from '#cmd/bash/files.ts';

export function* expandTilde(shell: Shell, user: string): Task<string> {
  if (user === '') return shell.variables.get('HOME') ?? (yield* homeOf(shell, undefined)) ?? '/';
  if (user === '+') return shell.variables.get('PWD') ?? '~+';
  if (user === '-') return shell.variables.get('OLDPWD') ?? '~-';
  const numbered = /^([+-]?)(\d+)$/.exec(user);
  if (numbered !== null) {
    const stack = [shell.variables.get('PWD') ?? '', ...shell.directoryStack];
    const index = Number(numbered[2]);
    return stack[numbered[1] === '-' ? stack.length - 1 - index : index] ?? `~${user}`;
  }
  return (yield* homeOf(shell, user)) ?? `~${user}`;
}

/** The home directory in /etc/passwd of `user`, or of the caller. */
function* homeOf(shell: Shell, user: string | undefined): Task<string | undefined> {
  const entry = (yield* readPasswd(shell)).find((fields) => fields[0] === user);
  if (user !== undefined) return entry?.[5];
  const { real } = yield* shell.sys.getuid();
  return (yield* readPasswd(shell)).find((fields) => fields[2] === String(real))?.[5];
}

/** The lines of /etc/passwd, split at the colons. @man passwd(5) */
export function* readPasswd(shell: Shell): Task<string[][]> {
  const text = yield* readFile(shell, '/etc/passwd');
  if (isErrno(text)) return [];
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
}
