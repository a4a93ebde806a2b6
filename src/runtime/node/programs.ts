/** The native programs that the kernel can run, by name: every command's table, put together. */
import type { Command } from '#cmd/command.ts';
import { SHELL_COMMANDS } from '#cmd/shell.table.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { TEXT_COMMANDS } from '#cmd/text.table.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';

/** What a platform image is made of. */
export const COMMANDS: readonly Command[] = [
  ...SHELL_COMMANDS,
  ...TEXT_COMMANDS,
  ...SYSTEM_COMMANDS,
];

export const PROGRAMS: ReadonlyMap<string, NativeMain> = new Map(
  COMMANDS.map((command) => [command.name, command.main]),
);
