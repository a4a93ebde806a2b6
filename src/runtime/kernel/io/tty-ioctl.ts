/**
 * ioctl(2) on a terminal. What each command takes is in abi/illumos/ioctl.ts; what is not answered
 * here is ENOTTY, or EINVAL where the argument is of the wrong kind.
 * @man termio(4I) termiox(4I) streamio(4I)
 */
import {
  FIONREAD,
  I_FIND,
  I_FLUSH,
  I_NREAD,
  I_PUSH,
  type IntCell,
  TCFLSH,
  TCGETS,
  TCIFLUSH,
  TCIOFF,
  TCIOFLUSH,
  TCION,
  TCOFLUSH,
  TCOOFF,
  TCOON,
  TCSBRK,
  TCSETS,
  TCSETSF,
  TCSETSW,
  TCXONC,
  TIOCGPGRP,
  TIOCGSID,
  TIOCGWINSZ,
  TIOCNOTTY,
  TIOCOUTQ,
  TIOCSCTTY,
  TIOCSPGRP,
  TIOCSTART,
  TIOCSTI,
  TIOCSTOP,
  TIOCSWINSZ,
} from '#abi/illumos/ioctl.ts';
import { SIGHUP, SIGTTOU } from '#abi/illumos/signal.ts';
import { ICANON, type Termios, VSTART, VSTOP, type Winsize } from '#abi/illumos/termios.ts';
import { isWouldBlock } from '#kernel/disp/wait.ts';
import { EINVAL, ENOTTY, EPERM } from '#kernel/os/errno.ts';
import { acquireTty, releaseTty } from '#kernel/os/session.ts';
import { copyTermios } from '#kernel/io/ldterm/settings.ts';
import type { Tty } from '#kernel/io/tty.ts';
import { isPrivileged } from '#kernel/vfs/policy.ts';
import type { Blocking, VnodeContext } from '#kernel/vfs/vnode.ts';

type Handler = (tty: Tty, argument: unknown, ctx: VnodeContext) => Blocking<number>;

function fill(argument: unknown, value: number): Blocking<number> {
  if (typeof argument !== 'object' || argument === null) return EINVAL;
  (argument as IntCell).value = value;
  return 0;
}

/** An int given as itself or in a cell. */
function intOf(argument: unknown): number | undefined {
  if (typeof argument === 'number') return argument;
  const value: unknown =
    typeof argument === 'object' && argument !== null ? (argument as IntCell).value : undefined;
  return typeof value === 'number' ? value : undefined;
}

function isTermios(argument: unknown): argument is Termios {
  return typeof argument === 'object' && argument !== null && 'lflag' in argument;
}

function getTermios(tty: Tty, argument: unknown): Blocking<number> {
  if (typeof argument !== 'object' || argument === null) return EINVAL;
  copyTermios(tty.termios, argument as Termios);
  return 0;
}

function setTermios(when: 'now' | 'drained' | 'flushed'): Handler {
  return (tty, argument, ctx) => {
    const refused = tty.checkGroup(ctx, SIGTTOU);
    if (refused !== undefined) return refused;
    if (!isTermios(argument)) return EINVAL;
    if (when !== 'now') {
      const wait = tty.waitForDrain();
      if (isWouldBlock(wait)) return wait;
    }
    if (when === 'flushed') tty.input.flush();
    const wasCanonical = tty.termios.lflag & ICANON;
    copyTermios(argument, tty.termios);
    if ((tty.termios.lflag & ICANON) !== wasCanonical) tty.input.modeChanged();
    tty.changed.wakeAll();
    return 0;
  };
}

function getWinsize(tty: Tty, argument: unknown): Blocking<number> {
  if (typeof argument !== 'object' || argument === null) return EINVAL;
  Object.assign(argument, tty.winsize);
  return 0;
}

function setWinsize(tty: Tty, argument: unknown): Blocking<number> {
  if (typeof argument !== 'object' || argument === null) return EINVAL;
  const { rows, columns, xPixels, yPixels } = argument as Partial<Winsize>;
  if (typeof rows !== 'number' || typeof columns !== 'number') return EINVAL;
  tty.setWinsize({ rows, columns, xPixels: xPixels ?? 0, yPixels: yPixels ?? 0 });
  return 0;
}

function getForeground(tty: Tty, argument: unknown, ctx: VnodeContext): Blocking<number> {
  if (ctx.proc?.group.session.tty !== tty) return ENOTTY;
  return fill(argument, tty.foreground?.pgid ?? 0);
}

function setForeground(tty: Tty, argument: unknown, ctx: VnodeContext): Blocking<number> {
  const { proc } = ctx;
  if (proc === null || proc.group.session.tty !== tty) return ENOTTY;
  const refused = tty.checkGroup(ctx, SIGTTOU);
  if (refused !== undefined) return refused;
  const pgid = intOf(argument);
  if (pgid === undefined || pgid < 0) return EINVAL;
  const group = proc.kernel.procs.group(pgid);
  if (group === undefined || group.session !== proc.group.session) return EPERM;
  tty.foreground = group;
  return 0;
}

function getSession(tty: Tty, argument: unknown, ctx: VnodeContext): Blocking<number> {
  if (tty.session === null || ctx.proc?.group.session.tty !== tty) return ENOTTY;
  return fill(argument, tty.session.sid);
}

function takeTerminal(tty: Tty, _argument: unknown, ctx: VnodeContext): Blocking<number> {
  if (ctx.proc === null) return ENOTTY;
  if (ctx.proc.group.session.tty === tty) return 0;
  return acquireTty(ctx.proc, tty) ? 0 : EPERM;
}

function giveUpTerminal(tty: Tty, _argument: unknown, ctx: VnodeContext): Blocking<number> {
  const session = ctx.proc?.group.session;
  if (session === undefined || session.tty !== tty) return ENOTTY;
  if (session.leader !== ctx.proc) return EPERM;
  const { foreground } = tty;
  releaseTty(session);
  foreground?.signal(SIGHUP);
  return 0;
}

function flush(tty: Tty, argument: unknown): Blocking<number> {
  const which = intOf(argument);
  if (which !== TCIFLUSH && which !== TCOFLUSH && which !== TCIOFLUSH) return EINVAL;
  if (which !== TCOFLUSH) tty.input.flush();
  if (which !== TCIFLUSH) tty.output.flush();
  tty.changed.wakeAll();
  return 0;
}

/** I_FLUSH counts from 1 and in another order: read, write, both. */
function flushStream(tty: Tty, argument: unknown): Blocking<number> {
  const which = intOf(argument);
  return which === 1 || which === 2 || which === 3 ? flush(tty, which - 1) : EINVAL;
}

function stopOutput(tty: Tty): number {
  tty.output.isStopped = true;
  return 0;
}

function startOutput(tty: Tty): number {
  tty.output.isStopped = false;
  tty.outputReady();
  return 0;
}

function sendControl(tty: Tty, index: number): number {
  tty.output.write(Uint8Array.of(tty.termios.cc[index] ?? 0), tty.termios);
  return 0;
}

function flowControl(tty: Tty, argument: unknown): Blocking<number> {
  switch (intOf(argument)) {
    case TCOOFF:
      return stopOutput(tty);
    case TCOON:
      return startOutput(tty);
    case TCIOFF:
      return sendControl(tty, VSTOP);
    case TCION:
      return sendControl(tty, VSTART);
    default:
      return EINVAL;
  }
}

function simulateInput(tty: Tty, argument: unknown, ctx: VnodeContext): Blocking<number> {
  if (!isPrivileged(ctx.cred)) return EPERM;
  if (!(argument instanceof Uint8Array)) return EINVAL;
  tty.receive(argument);
  return 0;
}

/** The modules that are on every terminal's stream. */
const MODULES: readonly string[] = ['ptem', 'ldterm', 'ttcompat'];

function findModule(_tty: Tty, argument: unknown): Blocking<number> {
  return typeof argument === 'string' && MODULES.includes(argument) ? 1 : 0;
}

function pushModule(_tty: Tty, argument: unknown): Blocking<number> {
  return typeof argument === 'string' && MODULES.includes(argument) ? 0 : EINVAL;
}

const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [TCGETS, getTermios],
  [TCSETS, setTermios('now')],
  [TCSETSW, setTermios('drained')],
  [TCSETSF, setTermios('flushed')],
  [TIOCGWINSZ, getWinsize],
  [TIOCSWINSZ, setWinsize],
  [TIOCGPGRP, getForeground],
  [TIOCSPGRP, setForeground],
  [TIOCGSID, getSession],
  [TIOCSCTTY, takeTerminal],
  [TIOCNOTTY, giveUpTerminal],
  [TCFLSH, flush],
  [I_FLUSH, flushStream],
  [TCXONC, flowControl],
  [TIOCSTOP, stopOutput],
  [TIOCSTART, startOutput],
  [TIOCSTI, simulateInput],
  [TCSBRK, (tty) => tty.waitForDrain() ?? 0],
  [FIONREAD, (tty, argument) => fill(argument, tty.input.readyBytes)],
  [I_NREAD, (tty, argument) => fill(argument, tty.input.readyBytes)],
  [TIOCOUTQ, (tty, argument) => fill(argument, tty.output.usedBytes)],
  [I_FIND, findModule],
  [I_PUSH, pushModule],
]);

export function ttyIoctl(
  tty: Tty,
  command: number,
  argument: unknown,
  ctx: VnodeContext,
): Blocking<number> {
  const handler = HANDLERS.get(command);
  return handler === undefined ? ENOTTY : handler(tty, argument, ctx);
}
