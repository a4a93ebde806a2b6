/**
 * File operands as most filters take them: `-` is the standard input, and no operands at all mean
 * the same.
 */
import { O_RDONLY } from '#abi/illumos/fcntl.ts';
import type { Errno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';

/** A descriptor to read `path` from: 0 for `-`. Give it to `closeOperand`. */
export function* openOperand(sys: Sys, path: string): Task<number | Errno> {
  return path === '-' ? 0 : yield* sys.open(path, O_RDONLY);
}

export function* closeOperand(sys: Sys, fd: number): Task<void> {
  if (fd !== 0) yield* sys.close(fd);
}

export function operandsOrStdin(operands: readonly string[]): readonly string[] {
  return operands.length === 0 ? ['-'] : operands;
}
