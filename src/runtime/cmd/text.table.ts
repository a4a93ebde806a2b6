/** The file and text commands: one row each. */
import type { Command } from '#cmd/command.ts';
import { AWK } from '#cmd/awk/awk.ts';
import { BASENAME, DIRNAME } from '#cmd/basename/basename.ts';
import { CAT } from '#cmd/cat/cat.ts';
import { CHMOD } from '#cmd/chmod/chmod.ts';
import { CHGRP, CHOWN } from '#cmd/chown/chown.ts';
import { COMM } from '#cmd/comm/comm.ts';
import { CP, LN, MV } from '#cmd/cp/cp.ts';
import { CUT } from '#cmd/cut/cut.ts';
import { ECHO } from '#cmd/echo/echo.ts';
import { EXPAND, UNEXPAND } from '#cmd/expand/expand.ts';
import { FMT } from '#cmd/fmt/fmt.ts';
import { FOLD } from '#cmd/fold/fold.ts';
import { GREP } from '#cmd/grep/grep.ts';
import { HEAD } from '#cmd/head/head.ts';
import { JOIN } from '#cmd/join/join.ts';
import { LS } from '#cmd/ls/ls.ts';
import { MKDIR } from '#cmd/mkdir/mkdir.ts';
import { NL } from '#cmd/nl/nl.ts';
import { PASTE } from '#cmd/paste/paste.ts';
import { PWD } from '#cmd/pwd/pwd.ts';
import { REV } from '#cmd/rev/rev.ts';
import { RM } from '#cmd/rm/rm.ts';
import { RMDIR } from '#cmd/rmdir/rmdir.ts';
import { SED } from '#cmd/sed/sed.ts';
import { SEQ } from '#cmd/seq/seq.ts';
import { SLEEP } from '#cmd/sleep/sleep.ts';
import { SORT } from '#cmd/sort/sort.ts';
import { SPLIT } from '#cmd/split/split.ts';
import { TAC } from '#cmd/tac/tac.ts';
import { TAIL } from '#cmd/tail/tail.ts';
import { TEE } from '#cmd/tee/tee.ts';
import { TOUCH } from '#cmd/touch/touch.ts';
import { TR } from '#cmd/tr/tr.ts';
import { FALSE, TRUE } from '#cmd/true/true.ts';
import { UNIQ } from '#cmd/uniq/uniq.ts';
import { WC } from '#cmd/wc/wc.ts';
import { YES } from '#cmd/yes/yes.ts';

export const TEXT_COMMANDS: readonly Command[] = [
  AWK,
  BASENAME,
  CAT,
  CHGRP,
  CHMOD,
  CHOWN,
  COMM,
  CP,
  CUT,
  DIRNAME,
  ECHO,
  EXPAND,
  FALSE,
  FMT,
  FOLD,
  GREP,
  HEAD,
  JOIN,
  LN,
  LS,
  MKDIR,
  MV,
  NL,
  PASTE,
  PWD,
  REV,
  RM,
  RMDIR,
  SED,
  SEQ,
  SLEEP,
  SORT,
  SPLIT,
  TAC,
  TAIL,
  TEE,
  TOUCH,
  TR,
  TRUE,
  UNEXPAND,
  UNIQ,
  WC,
  YES,
];
