/** The process, user and system commands: one row each. */
import { STAT } from '#cmd/stat/stat.ts';
import { WHICH } from '#cmd/which/which.ts';
import type { Command } from '#cmd/command.ts';
import { ABSENT_COMMANDS } from '#cmd/absent/absent.ts';
import { BC } from '#cmd/bc/bc.ts';
import { CAL } from '#cmd/cal/cal.ts';
import { DATE } from '#cmd/date/date.ts';
import { DF } from '#cmd/df/df.ts';
import { DMESG } from '#cmd/dmesg/dmesg.ts';
import { DU } from '#cmd/du/du.ts';
import { ENV, PRINTENV } from '#cmd/env/env.ts';
import { GETCONF } from '#cmd/getconf/getconf.ts';
import { GETENT } from '#cmd/getent/getent.ts';
import { HOSTID, HOSTNAME } from '#cmd/hostname/hostname.ts';
import { GROUPS, ID, WHOAMI } from '#cmd/id/id.ts';
import { ISAINFO, ISALIST } from '#cmd/isainfo/isainfo.ts';
import { GETOPT } from '#cmd/getopt/getopt.ts';
import { JSON_TOOL } from '#cmd/json/json.ts';
import { KILL } from '#cmd/kill/kill.ts';
import { KSTAT } from '#cmd/kstat/kstat.ts';
import { LESS } from '#cmd/less/less.ts';
import { LOGNAME } from '#cmd/logname/logname.ts';
import { MAN } from '#cmd/man/man.ts';
import { MOUNT, UMOUNT } from '#cmd/mount/mount.ts';
import { NICE } from '#cmd/nice/nice.ts';
import { NOHUP } from '#cmd/nohup/nohup.ts';
import { PGREP } from '#cmd/pgrep/pgrep.ts';
import { PRTCONF } from '#cmd/prtconf/prtconf.ts';
import { PRSTAT } from '#cmd/prstat/prstat.ts';
import { PS } from '#cmd/ps/ps.ts';
import { PSRINFO } from '#cmd/psrinfo/psrinfo.ts';
import { PARGS } from '#cmd/ptools/pargs.ts';
import { PFILES } from '#cmd/ptools/pfiles.ts';
import { PTIME } from '#cmd/ptools/ptime.ts';
import { PTREE } from '#cmd/ptools/ptree.ts';
import { ABSENT_TOOLS, PCRED, PRUN, PSTOP, PWAIT, PWDX } from '#cmd/ptools/small-tools.ts';
import { PRIOCNTL, RENICE } from '#cmd/renice/renice.ts';
import { STTY } from '#cmd/stty/stty.ts';
import { SWAP, SYNC } from '#cmd/swap/swap.ts';
import { BOOTPARAMS, SYSINFO } from '#cmd/sysinfo/sysinfo.ts';
import { TIME } from '#cmd/time/time.ts';
import { CLEAR, TPUT } from '#cmd/tput/tput.ts';
import { TRUSS } from '#cmd/truss/truss.ts';
import { ARCH, UNAME } from '#cmd/uname/uname.ts';
import { VI } from '#cmd/vi/vi.ts';
import { VMSTAT } from '#cmd/vmstat/vmstat.ts';
import { ZONENAME } from '#cmd/zonename/zonename.ts';
import { LAST } from '#cmd/last/last.ts';
import { PASSWD } from '#cmd/passwd/passwd.ts';
import { SU } from '#cmd/su/su.ts';
import { W } from '#cmd/w/w.ts';
import { WHO } from '#cmd/who/who.ts';

export const SYSTEM_COMMANDS: readonly Command[] = [
  ...ABSENT_COMMANDS,
  ...ABSENT_TOOLS,
  ARCH,
  BC,
  BOOTPARAMS,
  CAL,
  CLEAR,
  DATE,
  DF,
  DMESG,
  DU,
  ENV,
  GETCONF,
  GETENT,
  GETOPT,
  GROUPS,
  HOSTID,
  HOSTNAME,
  ID,
  ISAINFO,
  ISALIST,
  JSON_TOOL,
  KILL,
  KSTAT,
  LESS,
  LOGNAME,
  MAN,
  MOUNT,
  NICE,
  NOHUP,
  PARGS,
  PCRED,
  PFILES,
  PGREP,
  PRINTENV,
  PRIOCNTL,
  PRSTAT,
  PRTCONF,
  PRUN,
  PS,
  PSRINFO,
  PSTOP,
  PTIME,
  PTREE,
  PWAIT,
  PWDX,
  RENICE,
  STTY,
  SWAP,
  SYNC,
  SYSINFO,
  TIME,
  TPUT,
  TRUSS,
  UMOUNT,
  UNAME,
  VI,
  WHOAMI,
  VMSTAT,
  ZONENAME,
  LAST,
  PASSWD,
  SU,
  W,
  WHO,
  STAT,
  WHICH,
];
