/**
 * Sessions and process groups, and what they share with a terminal. The terminal (io/) knows its
 * session and its foreground group through `ControllingTty`; job control's rules are here.
 * @see uts/common/os/session.c, uts/common/os/pgrp.c  @man Intro(2)
 */
import { SIGCONT, SIGHUP, SIGTTIN, SIGTTOU, type Signal } from '#abi/illumos/signal.ts';
import { WouldBlock } from '#kernel/disp/wait.ts';
import { EIO, type Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import { postSignal } from '#kernel/os/signal.ts';

/** A terminal as its session sees it; io/ implements it. */
export interface ControllingTty {
  /** Device number, as ps prints it. */
  readonly device: number;
  /** Its name below /dev, e.g. `console`, `pts/3`. */
  readonly name: string;
  /** The session that it controls. Set by `acquireTty` and `releaseTty` only. */
  session: Session | null;
  /** Who may read; null when the group is gone. Set by TIOCSPGRP and here. */
  foreground: ProcessGroup | null;
  /** The session leader is gone: open files of the terminal answer EIO and end of file. */
  hangup(): void;
}

export class ProcessGroup {
  readonly pgid: number;
  readonly session: Session;
  readonly members: Set<Proc> = new Set();

  constructor(pgid: number, session: Session) {
    this.pgid = pgid;
    this.session = session;
  }

  /** As the terminal does for ^C: to every member, from the kernel. */
  signal(signal: Signal): void {
    for (const proc of this.members) postSignal(proc, signal);
  }

  /** No member has a parent in another group of the session: nobody could continue it. */
  get isOrphaned(): boolean {
    for (const proc of this.members) {
      if (proc.state !== 'zombie' && linksToSession(proc, this)) return false;
    }
    return true;
  }

  get hasStoppedMember(): boolean {
    for (const proc of this.members) if (proc.state === 'stopped') return true;
    return false;
  }
}

function linksToSession(proc: Proc, group: ProcessGroup): boolean {
  const { parent } = proc;
  if (parent === null || parent.state === 'zombie') return false;
  return parent.group !== group && parent.group.session === group.session;
}

export class Session {
  readonly sid: number;
  leader: Proc | null;
  tty: ControllingTty | null = null;

  constructor(sid: number, leader: Proc | null) {
    this.sid = sid;
    this.leader = leader;
  }
}

/** TIOCSCTTY, or a leader's first open without O_NOCTTY. False when either side is taken. */
export function acquireTty(proc: Proc, tty: ControllingTty): boolean {
  const { session } = proc.group;
  if (session.leader !== proc || session.tty !== null || tty.session !== null) return false;
  session.tty = tty;
  tty.session = session;
  tty.foreground = proc.group;
  return true;
}

/** The session gives its terminal up; nobody is signalled. */
export function releaseTty(session: Session): void {
  const { tty } = session;
  if (tty === null) return;
  session.tty = null;
  tty.session = null;
  tty.foreground = null;
}

/** The line dropped (or the pty's other side closed): the session's leader learns it by SIGHUP. */
export function ttyHungUp(tty: ControllingTty): void {
  const { session, foreground } = tty;
  if (session === null) return;
  if (session.leader !== null) postSignal(session.leader, SIGHUP);
  if (foreground !== null && foreground !== session.leader?.group) foreground.signal(SIGHUP);
}

/** A session leader exits: its terminal hangs up and the foreground group is told. */
export function leaderExited(session: Session): void {
  session.leader = null;
  const { tty } = session;
  if (tty === null) return;
  const { foreground } = tty;
  releaseTty(session);
  foreground?.signal(SIGHUP);
  tty.hangup();
}

/**
 * A process of the session reads from (SIGTTIN) or writes to or changes (SIGTTOU) its terminal.
 * undefined: go on. A WouldBlock: the signal is on its way, answer it; the call is issued again
 * when the process is continued.
 */
export function checkJobControl(
  proc: Proc,
  tty: ControllingTty,
  signal: typeof SIGTTIN | typeof SIGTTOU,
): Errno | WouldBlock | undefined {
  const { group, signals } = proc;
  if (group.session !== tty.session || tty.foreground === group) return undefined;
  if (tty.foreground === null && signal === SIGTTOU) return undefined;
  const cannotStop = signals.ignored.has(signal) || signals.blocked.has(signal);
  if (signal === SIGTTOU && cannotStop) return undefined;
  if (cannotStop || group.isOrphaned) return EIO;
  group.signal(signal);
  return new WouldBlock([]);
}

/** `group` may have become orphaned: stopped members would sleep for ever, so they are told. */
export function notifyIfOrphaned(group: ProcessGroup, wasOrphaned: boolean): void {
  if (wasOrphaned || !group.isOrphaned || !group.hasStoppedMember) return;
  group.signal(SIGHUP);
  group.signal(SIGCONT);
}
