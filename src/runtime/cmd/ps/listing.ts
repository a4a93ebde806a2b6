/** The listings of ps without -o: plain, -f, -l, -j, -c, -y, -L, -P, -Z, -H. */
import type { Psinfo } from '#abi/illumos/procfs.ts';
import { cpuTime, printable, type PsContext, zoneName } from '#cmd/ps/context.ts';
import { niceText } from '#cmd/ps/fields.table.ts';
import type { Task } from '#kernel/syscall/sys.ts';

/** Letters of the options given. */
export interface ListingOptions {
  readonly has: (letter: string) => boolean;
  /** Digits of the largest process id, at least 5. */
  readonly pidWidth: number;
}

/** A system process. @spec uts/common/sys/proc.h */
const SSYS = 1;
const PBIND_NONE = -1;

export function listingHeader({ has, pidWidth }: ListingOptions): string {
  let line = '';
  if (has('l')) line += has('y') ? 'S ' : ' F S ';
  if (has('Z')) line += '    ZONE ';
  if (has('f')) line += '     UID ';
  else if (has('l')) line += '   UID ';
  line += 'PID'.padStart(pidWidth);
  if (has('l') || has('f')) line += ` ${'PPID'.padStart(pidWidth)}`;
  if (has('j')) line += ` ${'PGID'.padStart(pidWidth)} ${'SID'.padStart(pidWidth)}`;
  if (has('L')) line += '   LWP';
  if (has('P')) line += ' PSR';
  if (has('L') && has('f')) line += '  NLWP';
  if (has('c')) line += '  CLS PRI';
  else if (has('l')) line += '   C PRI NI';
  else if (has('f')) line += '   C';
  if (has('l')) line += has('y') ? '   RSS     SZ    WCHAN' : '     ADDR     SZ    WCHAN';
  if (has('f')) line += '    STIME';
  if (has('H')) line += ' LGRP';
  return `${line} ${has('L') ? 'TTY        LTIME CMD' : 'TTY         TIME CMD'}`;
}

function sizes(info: Psinfo, isShort: boolean): string {
  const isSystem = (info.flag & SSYS) !== 0;
  const show = (value: bigint, width: number): string =>
    (isSystem ? '0' : value === 0n ? '?' : String(value)).padStart(width);
  if (isShort) return ` ${show(info.rssize, 5)} ${show(info.size, 6)}`;
  return `        ? ${show(info.size / 4n, 6)}`;
}

/** F and S, zone, user, ids: what comes before the scheduler's columns. */
function* identity(info: Psinfo, options: ListingOptions, context: PsContext): Task<string> {
  const { has, pidWidth } = options;
  let line = '';
  if (has('l') && !has('y')) line += `${(info.flag & 0xff).toString(16).padStart(2)} `;
  if (has('l')) line += `${info.lwp.sname} `;
  if (has('Z')) line += `${zoneName(info.zoneid).slice(0, 8).padStart(8)} `;
  if (has('f')) {
    const name = yield* context.accounts.userName(info.euid);
    line +=
      name === undefined
        ? `${String(info.euid).padStart(7, '0')} `
        : `${name.slice(0, 8).padStart(8)} `;
  } else if (has('l')) line += `${String(info.euid).padStart(6)} `;
  line += String(info.pid).padStart(pidWidth);
  if (has('l') || has('f')) line += ` ${String(info.ppid).padStart(pidWidth)}`;
  if (has('j')) {
    line += ` ${String(info.pgid).padStart(pidWidth)} ${String(info.sid).padStart(pidWidth)}`;
  }
  return line;
}

function scheduling(info: Psinfo, has: ListingOptions['has']): string {
  const isZombie = info.nlwp === 0;
  const { lwp } = info;
  let line = '';
  if (has('L')) line += ` ${String(isZombie ? 0 : lwp.lwpid).padStart(5)}`;
  if (has('P')) {
    const isUnbound = isZombie || lwp.bindpro === PBIND_NONE;
    line += ` ${(isUnbound ? '-' : String(lwp.bindpro)).padStart(3)}`;
  }
  if (has('L') && has('f')) line += ` ${String(info.nlwp + info.nzomb).padStart(5)}`;
  if (has('c')) {
    line += ` ${(isZombie ? '-' : lwp.clname).padStart(4)} ${String(lwp.pri).padStart(3)}`;
  } else if (has('l') || has('f')) {
    line += ` ${String(lwp.cpu & 0xff).padStart(3)}`;
    if (has('l')) {
      line += ` ${String(lwp.oldpri).padStart(3)} ${(isZombie ? '-' : niceText(info)).padStart(2)}`;
    }
  }
  return line;
}

function memory(info: Psinfo, has: ListingOptions['has']): string {
  if (!has('l')) return '';
  if (info.nlwp === 0) return has('y') ? '     0      0        -' : '        -      0        -';
  const wchan = info.lwp.sname === 'S' ? '        ?' : '         ';
  return sizes(info, has('y')) + wchan;
}

/** One line of a listing without its newline. */
export function* listingLine(
  info: Psinfo,
  options: ListingOptions,
  context: PsContext,
): Task<string> {
  const { has } = options;
  const isZombie = info.nlwp === 0;
  let line = yield* identity(info, options, context);
  line += scheduling(info, has) + memory(info, has);
  if (has('f')) {
    const startNs = has('L') ? info.lwp.start : info.start;
    line += ` ${(isZombie ? '-' : context.startTime(startNs, ' ')).padStart(8)}`;
  }
  if (has('H')) line += ` ${String(info.lwp.lgrp).padStart(4)}`;
  const terminal = yield* context.terminal(info);
  line += ` ${terminal.slice(0, 14).padEnd(8)} ${cpuTime(has('L') ? info.lwp.time : info.time)}`;
  if (isZombie) return `${line} <defunct>`;
  if (!has('f')) return `${line} ${printable(info.fname, 8)}`;
  return `${line} ${printable(info.psargs, has('l') ? 35 : 80)}`;
}
