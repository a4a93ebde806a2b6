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
import { TIME } from '#cmd/time/time.ts';
import { ARCH, UNAME } from '#cmd/uname/uname.ts';
import { VI } from '#cmd/vi/vi.ts';

export const SYSTEM_COMMANDS: readonly Command[] = [
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
  PRINTENV,
  TIME,
  UNAME,
  VI,
  WHOAMI,
];
