/** Programs of the boot, of login, of terminals and special files, and of the way down. */
import type { Command } from '#cmd/command.ts';
import { HALT } from '#cmd/halt/halt.ts';
import { INIT } from '#cmd/init/init.ts';
import { LOGIN } from '#cmd/login/login.ts';
import { SULOGIN } from '#cmd/login/sulogin.ts';
import { METHODS } from '#cmd/method/method.ts';
import { MKFIFO, MKNOD } from '#cmd/mknod/mknod.ts';
import { SHUTDOWN } from '#cmd/shutdown/shutdown.ts';
import { STARTD } from '#cmd/startd/startd.ts';
import { TTYMON } from '#cmd/ttymon/ttymon.ts';
import { TTY } from '#cmd/tty/tty.ts';
import { UADMIN } from '#cmd/uadmin/uadmin.ts';

export const BOOT_COMMANDS: readonly Command[] = [
  HALT,
  INIT,
  LOGIN,
  ...METHODS,
  MKFIFO,
  MKNOD,
  SHUTDOWN,
  STARTD,
  SULOGIN,
  TTY,
  TTYMON,
  UADMIN,
];
