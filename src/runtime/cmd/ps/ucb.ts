/**
 * ps in the BSD form: `ps aux`, `ps auxww`, `ps 123`.
 * @man ps(1B)
 */
import { PRNODEV, type Psinfo } from '#abi/illumos/procfs.ts';
import { percent, printable, PsContext, roundedSeconds } from '#cmd/ps/context.ts';
import { isErrno } from '#kernel/os/errno.ts';
import type { Sys, Task } from '#kernel/syscall/sys.ts';
import type { Stdio } from '#lib/libc/stdio.ts';
import { usageError } from '#lib/libc/usage.ts';
import { listPsinfo, readArgv, readEnviron } from '#lib/libproc/proc.ts';

const USAGE = 'usage: ps [ -aceglnrSuUvwx ] [ -t term ] [ num ]\n';
const LETTERS = /^-?[aceglnrSuUvwx]+$/;
const DEFAULT_WIDTH = 80;
const WIDE = 132;

interface UcbRequest {
  readonly has: (letter: string) => boolean;
  readonly pid: number | undefined;
  readonly width: number;
  readonly pidWidth: number;
}

function parse(args: readonly string[]): Omit<UcbRequest, 'pidWidth'> | string {
  let letters = '';
  let pid: number | undefined;
  for (const [index, word] of args.entries()) {
    if (/^\d+$/.test(word)) pid = Number(word);
    else if (index === 0 && LETTERS.test(word)) letters = word;
    else if (index === 0) return word;
    else return `${word} is an invalid non-numeric argument for a process id`;
  }
  const wides = letters.split('w').length - 1;
  const width = wides === 0 ? DEFAULT_WIDTH : wides === 1 ? WIDE : Number.MAX_SAFE_INTEGER;
  return { has: (letter) => letters.includes(letter), pid, width };
}

function header({ has, pidWidth }: UcbRequest): string {
  const pid = 'PID'.padStart(pidWidth + 1);
  if (has('l')) {
    const ppid = 'PPID'.padStart(pidWidth + 1);
    return ` F   UID${pid}${ppid} %C PRI NI   SZ  RSS    WCHAN S TT        TIME COMMAND`;
  }
  if (has('u')) {
    const user = has('n') ? '   UID' : 'USER    ';
    return `${user}${pid} %CPU %MEM   SZ  RSS TT       S    START  TIME COMMAND`;
  }
  if (has('v')) return `${pid} TT       S  TIME SIZE  RSS %CPU %MEM COMMAND`;
  return `${pid} TT       S  TIME COMMAND`;
}

function size(value: bigint): string {
  return ` ${(value === 0n ? '?' : String(value)).padStart(4)}`;
}

function* line(info: Psinfo, request: UcbRequest, context: PsContext): Task<string> {
  const { has, pidWidth } = request;
  const { lwp } = info;
  const isZombie = info.nlwp === 0;
  const terminal = (yield* context.terminal(info)).slice(0, 14).padEnd(8);
  let text = '';
  if (has('l')) text += (info.flag & 0xff).toString(16).padStart(2);
  if (has('u') && !has('n')) text += (yield* context.user(info.euid)).slice(0, 8).padEnd(8);
  else if (has('u') || has('l')) text += ` ${String(info.euid).padStart(5)}`;
  text += String(info.pid).padStart(pidWidth + 1);
  if (has('l')) {
    text += String(info.ppid).padStart(pidWidth + 1) + String(lwp.cpu & 0xff).padStart(3);
  }
  if (has('u')) text += ` ${percent(info.pctcpu, 4)} ${percent(info.pctmem, 4)}`;
  if (has('l')) text += String(lwp.pri).padStart(4) + String(lwp.nice).padStart(3);
  if (has('l') || has('u')) text += size(info.size) + size(info.rssize);
  if (has('l')) text += lwp.sname === 'S' ? '        ?' : '         ';
  text += has('l') ? ` ${lwp.sname} ${terminal}` : ` ${terminal} ${lwp.sname}`;
  if (has('u')) text += ` ${(isZombie ? '-' : context.startTime(info.start, ' ')).padStart(8)}`;
  const seconds = roundedSeconds(info.time + (has('S') ? info.ctime : 0n));
  const minutes = String(Math.floor(seconds / 60)).padStart(2);
  text += ` ${minutes}:${String(seconds % 60).padStart(2, '0')}`;
  if (has('v')) {
    text += size(info.size) + size(info.rssize);
    text += ` ${percent(info.pctcpu, 4)} ${percent(info.pctmem, 4)}`;
  }
  return text;
}

/** The command as wide as asked: psinfo has 80 bytes of it, /proc/PID/argv all. */
function* commandText(sys: Sys, info: Psinfo, request: UcbRequest): Task<string> {
  if (info.nlwp === 0) return '<defunct>';
  if (request.has('c')) return info.fname;
  if (request.width <= DEFAULT_WIDTH && !request.has('e')) return info.psargs;
  const words = yield* readArgv(sys, info.pid);
  const all = isErrno(words) || words.length === 0 ? [info.psargs] : words;
  const environment = request.has('e') ? yield* readEnviron(sys, info.pid) : [];
  return [...all, ...(isErrno(environment) ? [] : environment)].join(' ');
}

function isWanted(info: Psinfo, request: UcbRequest, uid: number): boolean {
  const { has, pid } = request;
  if (pid !== undefined) return info.pid === pid;
  if (info.ppid === 1 && !has('g') && !has('a') && !has('x')) return false;
  if (has('r') && info.lwp.sname !== 'O' && info.lwp.sname !== 'R') return false;
  if (!has('a') && info.euid !== uid) return false;
  return info.ttydev !== PRNODEV || info.nlwp === 0 || has('x');
}

/** The whole command in its BSD form. */
export function* ucbPs(io: Stdio, sys: Sys): Task<number> {
  const parsed = parse(sys.argv.slice(1));
  if (typeof parsed === 'string') {
    if (parsed.includes(' ')) yield* io.warn(parsed);
    return yield* usageError(io, USAGE, undefined, 1);
  }
  const processes = yield* listPsinfo(sys);
  if (isErrno(processes)) {
    yield* io.warn('cannot open PROC directory /proc');
    return 1;
  }
  const pidWidth = Math.max(5, ...processes.map((info) => String(info.pid).length));
  const request = { ...parsed, pidWidth };
  const context = new PsContext(sys, yield* sys.gettimeofday());
  const { effective } = yield* sys.getuid();
  const top = header(request);
  yield* io.out.write(`${top}\n`);
  const room = request.width - top.length + 'COMMAND'.length;
  // The busiest come first where %CPU is shown.
  const sorted =
    request.has('u') || request.has('v')
      ? processes.toSorted((a, b) => b.pctcpu - a.pctcpu || a.pid - b.pid)
      : processes;
  let status = 1;
  for (const info of sorted) {
    if (!isWanted(info, request, effective)) continue;
    status = 0;
    const start = yield* line(info, request, context);
    const command = printable(yield* commandText(sys, info, request), Math.max(8, room));
    yield* io.out.write(`${start} ${command}\n`);
  }
  return status;
}
