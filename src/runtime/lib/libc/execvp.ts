/**
 * Replaces the program by one looked up in PATH.
 * @man execvp(2)
 */
import { type Errno, ENOENT } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

/** Returns only on failure: EACCES if something was found that can't be executed. */
export function* execvp(
  sys: Sys,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
  path: string = env.get('PATH') ?? '/usr/sbin:/usr/bin',
): Task<Errno> {
  const name = argv[0] ?? '';
  if (name === '') return ENOENT;
  if (name.includes('/')) return yield* sys.execve(name, argv, env);
  let failure: Errno = ENOENT;
  for (const directory of path.split(':')) {
    const file = directory === '' ? name : `${directory}/${name}`;
    const error = yield* sys.execve(file, argv, env);
    if (error.name !== 'ENOENT' && error.name !== 'ENOTDIR') failure = error;
    if (error.name === 'E2BIG' || error.name === 'ENOMEM') return error;
  }
  return failure;
}

/** The conventional exit status after a failed exec: 127 not found, 126 not executable. */
export function execFailureStatus(error: Errno): number {
  return error.name === 'ENOENT' ? 127 : 126;
}
