/**
 * Starting another program: fork, redirections, exec. Where the program can't be started the child
 * ends with 126 or 127 after saying so on its stderr.
 * @man posix_spawn(3C)
 */
import { encodeUtf8 } from '#base/bytes.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

export interface SpawnOptions {
  readonly env?: ReadonlyMap<string, string>;
  /** Runs in the child before exec: opens its streams, changes its session. */
  readonly prepare?: (child: Sys) => Task<void>;
}

/** The child's pid. `argv[0]` is what the program sees; `path` what is run. */
export function* spawn(
  sys: Sys,
  path: string,
  argv: readonly string[],
  options: SpawnOptions = {},
): Task<number | Errno> {
  return yield* sys.fork(function* (child) {
    if (options.prepare !== undefined) yield* options.prepare(child);
    const errno = yield* child.execve(path, argv, options.env ?? sys.env);
    yield* child.write(2, encodeUtf8(`${path}: ${errno.message}\n`));
    return errno.name === 'ENOENT' ? 127 : 126;
  });
}

/** Opens `path` as descriptor `fd`. */
export function* openAs(sys: Sys, fd: number, path: string, flags: number): Task<Errno | 0> {
  const opened = yield* sys.open(path, flags, 0o644);
  if (isErrno(opened)) return opened;
  if (opened === fd) return 0;
  const duplicated = yield* sys.dup2(opened, fd);
  yield* sys.close(opened);
  return isErrno(duplicated) ? duplicated : 0;
}
