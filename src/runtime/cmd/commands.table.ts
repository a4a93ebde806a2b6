/** Every command of the platform image: the colleagues' tables put together. */
import { BOOT_COMMANDS } from '#cmd/boot.table.ts';
import type { Command } from '#cmd/command.ts';
import { SHELL_COMMANDS } from '#cmd/shell.table.ts';
import { SYSTEM_COMMANDS } from '#cmd/system.table.ts';
import { TEXT_COMMANDS } from '#cmd/text.table.ts';
import { ZFS_COMMANDS } from '#cmd/zfs.table.ts';

export const COMMANDS: readonly Command[] = [
  ...BOOT_COMMANDS,
  ...SHELL_COMMANDS,
  ...SYSTEM_COMMANDS,
  ...TEXT_COMMANDS,
  ...ZFS_COMMANDS,
];
