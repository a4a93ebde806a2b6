/**
 * The syscall provider: `syscall::NAME:entry` and `syscall::NAME:return` for every row of the table,
 * indexed by number. @man dtrace_syscall(7)
 */
import type { Probe, ProbeRegistry } from '#kernel/sdt/registry.ts';
import type { SyscallRow } from '#kernel/syscall/row.ts';

export interface SyscallProbes {
  readonly entry: readonly (Probe | undefined)[];
  readonly return: readonly (Probe | undefined)[];
}

export function provideSyscallProbes(
  registry: ProbeRegistry,
  rows: readonly SyscallRow[],
): SyscallProbes {
  const entry: Probe[] = [];
  const exit: Probe[] = [];
  for (const row of rows) {
    entry[row.number] = registry.add('syscall', '', row.name, 'entry', row.args);
    exit[row.number] = registry.add('syscall', '', row.name, 'return', ['int', 'int']);
  }
  return { entry, return: exit };
}
