/** The process, user and system commands: one row each. */
import type { Command } from '#cmd/command.ts';
import { ENV, PRINTENV } from '#cmd/env/env.ts';
import { HOSTID, HOSTNAME } from '#cmd/hostname/hostname.ts';
import { GROUPS, ID, WHOAMI } from '#cmd/id/id.ts';
import { ISAINFO, ISALIST } from '#cmd/isainfo/isainfo.ts';
import { KILL } from '#cmd/kill/kill.ts';
import { LESS } from '#cmd/less/less.ts';
import { LOGNAME } from '#cmd/logname/logname.ts';
import { NICE } from '#cmd/nice/nice.ts';
import { NOHUP } from '#cmd/nohup/nohup.ts';
import { PGREP } from '#cmd/pgrep/pgrep.ts';
import { PS } from '#cmd/ps/ps.ts';
import { PARGS } from '#cmd/ptools/pargs.ts';
import { PFILES } from '#cmd/ptools/pfiles.ts';
import { PTIME } from '#cmd/ptools/ptime.ts';
import { PTREE } from '#cmd/ptools/ptree.ts';
import { ABSENT_TOOLS, PCRED, PRUN, PSTOP, PWAIT, PWDX } from '#cmd/ptools/small-tools.ts';
import { TIME } from '#cmd/time/time.ts';
import { ARCH, UNAME } from '#cmd/uname/uname.ts';
import { VI } from '#cmd/vi/vi.ts';

export const SYSTEM_COMMANDS: readonly Command[] = [
  ...ABSENT_TOOLS,
  ARCH,
  ENV,
  GROUPS,
  HOSTID,
  HOSTNAME,
  ID,
  ISAINFO,
  ISALIST,
  KILL,
  LESS,
  LOGNAME,
  NICE,
  NOHUP,
  PARGS,
  PCRED,
  PFILES,
  PGREP,
  PRINTENV,
  PRUN,
  PS,
  PSTOP,
  PTIME,
  PTREE,
  PWAIT,
  PWDX,
  TIME,
  UNAME,
  VI,
  WHOAMI,
];
