/** The file and text commands: one row each. */
import type { Command } from '#cmd/command.ts';
import { AWK } from '#cmd/awk/awk.ts';
import { BASE64 } from '#cmd/base64/base64.ts';
import { BASENAME, DIRNAME } from '#cmd/basename/basename.ts';
import { CAT } from '#cmd/cat/cat.ts';
import { CHMOD } from '#cmd/chmod/chmod.ts';
import { CHGRP, CHOWN } from '#cmd/chown/chown.ts';
import { CKSUM, SUM } from '#cmd/cksum/cksum.ts';
import { CMP } from '#cmd/cmp/cmp.ts';
import { COMM } from '#cmd/comm/comm.ts';
import { CP, LN, MV } from '#cmd/cp/cp.ts';
import { CPIO } from '#cmd/cpio/cpio.ts';
import { CUT } from '#cmd/cut/cut.ts';
import { DD } from '#cmd/dd/dd.ts';
import { DIFF } from '#cmd/diff/diff.ts';
import {
  DIGEST,
  MD5SUM,
  SHA1SUM,
  SHA224SUM,
  SHA256SUM,
  SHA384SUM,
  SHA512SUM,
} from '#cmd/digest/digest.ts';
import { ECHO } from '#cmd/echo/echo.ts';
import { EXPAND, UNEXPAND } from '#cmd/expand/expand.ts';
import { EXPR } from '#cmd/expr/expr.ts';
import { FILE } from '#cmd/file/file.ts';
import { FIND } from '#cmd/find/find.ts';
import { FMT } from '#cmd/fmt/fmt.ts';
import { FOLD } from '#cmd/fold/fold.ts';
import { GREP } from '#cmd/grep/grep.ts';
import { GZIP } from '#cmd/gzip/gzip.ts';
import { HEAD } from '#cmd/head/head.ts';
import { JOIN } from '#cmd/join/join.ts';
import { LS } from '#cmd/ls/ls.ts';
import { MKDIR } from '#cmd/mkdir/mkdir.ts';
import { MKTEMP } from '#cmd/mktemp/mktemp.ts';
import { NL } from '#cmd/nl/nl.ts';
import { OD } from '#cmd/od/od.ts';
import { PASTE } from '#cmd/paste/paste.ts';
import { PR } from '#cmd/pr/pr.ts';
import { PRINTF } from '#cmd/printf/printf.ts';
import { PWD } from '#cmd/pwd/pwd.ts';
import { READLINK, REALPATH } from '#cmd/readlink/readlink.ts';
import { REV } from '#cmd/rev/rev.ts';
import { RM } from '#cmd/rm/rm.ts';
import { RMDIR } from '#cmd/rmdir/rmdir.ts';
import { RUNAT } from '#cmd/runat/runat.ts';
import { SED } from '#cmd/sed/sed.ts';
import { SEQ } from '#cmd/seq/seq.ts';
import { SLEEP } from '#cmd/sleep/sleep.ts';
import { SORT } from '#cmd/sort/sort.ts';
import { SPLIT } from '#cmd/split/split.ts';
import { STRINGS } from '#cmd/strings/strings.ts';
import { TAC } from '#cmd/tac/tac.ts';
import { TAIL } from '#cmd/tail/tail.ts';
import { TAR } from '#cmd/tar/tar.ts';
import { TEE } from '#cmd/tee/tee.ts';
import { TEST } from '#cmd/test/test.ts';
import { TOUCH } from '#cmd/touch/touch.ts';
import { TR } from '#cmd/tr/tr.ts';
import { FALSE, TRUE } from '#cmd/true/true.ts';
import { TRUNCATE } from '#cmd/truncate/truncate.ts';
import { UNIQ } from '#cmd/uniq/uniq.ts';
import { WC } from '#cmd/wc/wc.ts';
import { XARGS } from '#cmd/xargs/xargs.ts';
import { YES } from '#cmd/yes/yes.ts';

export const TEXT_COMMANDS: readonly Command[] = [
  AWK,
  BASE64,
  BASENAME,
  CAT,
  CHGRP,
  CHMOD,
  CHOWN,
  CKSUM,
  CMP,
  COMM,
  CP,
  CPIO,
  CUT,
  DD,
  DIFF,
  DIGEST,
  DIRNAME,
  ECHO,
  EXPAND,
  EXPR,
  FALSE,
  FILE,
  FIND,
  FMT,
  FOLD,
  GREP,
  GZIP,
  HEAD,
  JOIN,
  LN,
  LS,
  MD5SUM,
  MKDIR,
  MKTEMP,
  MV,
  NL,
  OD,
  PASTE,
  PR,
  PRINTF,
  PWD,
  READLINK,
  REALPATH,
  REV,
  RM,
  RMDIR,
  RUNAT,
  SED,
  SEQ,
  SHA1SUM,
  SHA224SUM,
  SHA256SUM,
  SHA384SUM,
  SHA512SUM,
  SLEEP,
  SORT,
  SPLIT,
  STRINGS,
  SUM,
  TAC,
  TAIL,
  TAR,
  TEE,
  TEST,
  TOUCH,
  TR,
  TRUE,
  TRUNCATE,
  UNEXPAND,
  UNIQ,
  WC,
  XARGS,
  YES,
];
