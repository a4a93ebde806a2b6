/** The commands of ZFS. */
import type { Command } from '#cmd/command.ts';
import { ZDB } from '#cmd/zdb/zdb.ts';
import { ZFS } from '#cmd/zfs/zfs.ts';
import { ZPOOL } from '#cmd/zpool/zpool.ts';

export const ZFS_COMMANDS: readonly Command[] = [ZDB, ZFS, ZPOOL];
