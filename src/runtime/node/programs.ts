/** The native programs that the kernel can run, by name: every command's table, put together. */
import { COMMANDS } from '#cmd/commands.table.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';

export const PROGRAMS: ReadonlyMap<string, NativeMain> = new Map(
  COMMANDS.map((command) => [command.name, command.main]),
);
