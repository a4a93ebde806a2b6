/** The file and text commands: one row each. */
import type { Command } from '#cmd/command.ts';
import { BASENAME, DIRNAME } from '#cmd/basename/basename.ts';
import { CAT } from '#cmd/cat/cat.ts';
import { CHMOD } from '#cmd/chmod/chmod.ts';
import { CHGRP, CHOWN } from '#cmd/chown/chown.ts';
import { CP, LN, MV } from '#cmd/cp/cp.ts';
import { ECHO } from '#cmd/echo/echo.ts';
import { HEAD } from '#cmd/head/head.ts';
import { LS } from '#cmd/ls/ls.ts';
import { MKDIR } from '#cmd/mkdir/mkdir.ts';
import { PWD } from '#cmd/pwd/pwd.ts';
import { RM } from '#cmd/rm/rm.ts';
import { RMDIR } from '#cmd/rmdir/rmdir.ts';
import { SEQ } from '#cmd/seq/seq.ts';
import { SLEEP } from '#cmd/sleep/sleep.ts';
import { TAIL } from '#cmd/tail/tail.ts';
import { TEE } from '#cmd/tee/tee.ts';
import { TOUCH } from '#cmd/touch/touch.ts';
import { FALSE, TRUE } from '#cmd/true/true.ts';
import { WC } from '#cmd/wc/wc.ts';
import { YES } from '#cmd/yes/yes.ts';

export const TEXT_COMMANDS: readonly Command[] = [
  BASENAME,
  CAT,
  CHGRP,
  CHMOD,
  CHOWN,
  CP,
  DIRNAME,
  ECHO,
  FALSE,
  HEAD,
  LN,
  LS,
  MKDIR,
  MV,
  PWD,
  RM,
  RMDIR,
  SEQ,
  SLEEP,
  TAIL,
  TEE,
  TOUCH,
  TRUE,
  WC,
  YES,
];
