/**
 * The names that `ps -o` takes: header, widths, and what is shown. In the order of ps's own table.
 * @man ps(1) FORMAT
 */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import {
  elapsed,
  percent,
  printable,
  type PsContext,
  roundedSeconds,
  zoneName,
} from '#cmd/ps/context.ts';
import type { Task } from '#kernel/syscall/sys.ts';

export interface FieldRow {
  readonly name: string;
  readonly header: string;
  readonly width: number;
  readonly minWidth: number;
  /** Left: padded on the right; text: cut at the width, not padded when it is the last. */
  readonly align?: 'left' | 'text';
  /** What a zombie shows instead. */
  readonly zombie?: string;
  readonly show: (info: Psinfo, context: PsContext, width: number) => Task<string>;
}

type Plain = (info: Psinfo, context: PsContext, width: number) => string | number | bigint;

const PAGE_KIB = 4;
const NONE = -1;
const PSET_NONE = -1;

function row(
  name: string,
  header: string,
  width: number,
  minWidth: number,
  show: Plain,
  more: Partial<FieldRow> = {},
): FieldRow {
  return {
    name,
    header,
    width,
    minWidth,
    *show(info, context, space) {
      return String(show(info, context, space));
    },
    ...more,
  };
}

/** A field that looks a name up. */
function named(
  name: string,
  header: string,
  lookUp: (info: Psinfo, context: PsContext) => Task<string>,
): FieldRow {
  return { name, header, width: 8, minWidth: 8, show: lookUp };
}

function bound(value: number, none: number): string {
  return value === none ? '-' : String(value);
}

function arguments0(info: Psinfo): string {
  return info.psargs.split(/[ \t\r\v\f\n]/)[0] ?? '';
}

const dash = { zombie: '-' };
const zero = { zombie: '0' };
const command = { align: 'text', zombie: '<defunct>' } as const;

export const FIELDS: readonly FieldRow[] = [
  named('user', 'USER', (info, context) => context.user(info.euid)),
  named('ruser', 'RUSER', (info, context) => context.user(info.uid)),
  named('group', 'GROUP', (info, context) => context.group(info.egid)),
  named('rgroup', 'RGROUP', (info, context) => context.group(info.gid)),
  row('uid', 'UID', 5, 5, (info) => info.euid),
  row('ruid', 'RUID', 5, 5, (info) => info.uid),
  row('gid', 'GID', 5, 5, (info) => info.egid),
  row('rgid', 'RGID', 5, 5, (info) => info.gid),
  row('pid', 'PID', 5, 5, (info) => info.pid),
  row('ppid', 'PPID', 5, 5, (info) => info.ppid),
  row('pgid', 'PGID', 5, 5, (info) => info.pgid),
  row('sid', 'SID', 5, 5, (info) => info.sid),
  row('psr', 'PSR', 3, 2, (info) => bound(info.lwp.bindpro, NONE), dash),
  row('lwp', 'LWP', 6, 2, (info) => info.lwp.lwpid),
  row('nlwp', 'NLWP', 4, 2, (info) => info.nlwp + info.nzomb),
  row('opri', 'PRI', 3, 2, (info) => info.lwp.oldpri, zero),
  row('pri', 'PRI', 3, 2, (info) => info.lwp.pri, zero),
  row('f', 'F', 2, 2, (info) => (info.flag & 0xff).toString(16)),
  row('s', 'S', 1, 1, (info) => info.lwp.sname),
  row('c', 'C', 2, 2, (info) => info.lwp.cpu & 0xff),
  row('pcpu', '%CPU', 4, 4, (info, _context, width) => percent(info.pctcpu, width), dash),
  row('pmem', '%MEM', 4, 4, (info, _context, width) => percent(info.pctmem, width), dash),
  row('osz', 'SZ', 4, 4, (info) => info.size / BigInt(PAGE_KIB), zero),
  row('vsz', 'VSZ', 4, 4, (info) => info.size, zero),
  row('rss', 'RSS', 4, 4, (info) => info.rssize, zero),
  row('nice', 'NI', 2, 2, (info) => niceText(info), dash),
  row('class', 'CLS', 4, 2, (info, _context, width) => info.lwp.clname.slice(0, width), dash),
  row('stime', 'STIME', 8, 8, (info, context) => context.startTime(info.start, '_'), dash),
  row('etime', 'ELAPSED', 11, 7, (info, context) => elapsedOf(info, context), dash),
  row('time', 'TIME', 11, 5, (info) => elapsed(roundedSeconds(info.time))),
  {
    name: 'tty',
    header: 'TT',
    width: 7,
    minWidth: 7,
    align: 'left',
    show: (info, context) => context.terminal(info),
  },
  row('addr', 'ADDR', 16, 8, (info) => info.addr.toString(16)),
  row('wchan', 'WCHAN', 16, 8, (info) => wchanText(info), dash),
  row('fname', 'COMMAND', 8, 8, (info, _c, width) => printable(info.fname, width), command),
  row('comm', 'COMMAND', 80, 8, (info, _c, width) => printable(arguments0(info), width), command),
  row('args', 'COMMAND', 80, 80, (info, _c, width) => printable(info.psargs, width), command),
  row('taskid', 'TASKID', 5, 5, (info) => info.taskid),
  row('projid', 'PROJID', 5, 5, (info) => info.projid),
  row('project', 'PROJECT', 8, 8, (info) => projectName(info.projid)),
  row('pset', 'PSET', 3, 3, (info) => bound(info.lwp.bindpset, PSET_NONE), dash),
  row('zone', 'ZONE', 8, 8, (info) => zoneName(info.zoneid)),
  row('zoneid', 'ZONEID', 5, 5, (info) => info.zoneid),
  row('ctid', 'CTID', 5, 5, (info) => bound(info.contract, NONE)),
  row('lgrp', 'LGRP', 4, 2, (info) => info.lwp.lgrp),
];

/** Classes without a nice value show their name. */
export function niceText(info: Psinfo): string {
  return info.lwp.oldpri === 0 ? info.lwp.clname.slice(0, 2) : String(info.lwp.nice);
}

function elapsedOf(info: Psinfo, context: PsContext): string {
  return elapsed(context.nowSeconds - roundedSeconds(info.start));
}

function wchanText(info: Psinfo): string {
  return info.lwp.wchan === 0n ? '-' : info.lwp.wchan.toString(16);
}

/** The projects that /etc/project has from the start. */
function projectName(id: number): string {
  return ['system', 'user.root', 'noproject', 'default'][id] ?? String(id);
}
