/** The commands of ZFS. */
import type { Command } from '#cmd/command.ts';
import { ZDB } from '#cmd/zdb/zdb.ts';

export const ZFS_COMMANDS: readonly Command[] = [ZDB];
