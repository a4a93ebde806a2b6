/** How a command ends when its command line is wrong, or an option is genuine but not there. */
import type { Stdio } from '#lib/libc/stdio.ts';
import type { Task } from '#kernel/syscall/sys.ts';

/** Prints getopt's `message` (if any) and the usage text; answers `status`. */
export function* usageError(io: Stdio, usage: string, message?: string, status = 2): Task<number> {
  if (message !== undefined) yield* io.warn(message);
  yield* io.err.write(usage.endsWith('\n') ? usage : `${usage}\n`);
  return status;
}

/** A genuine option that is not built: says so with exit status 2. */
export function* notSupported(io: Stdio, what: string): Task<number> {
  yield* io.warn(`${what}: not supported yet`);
  return 2;
}
