/**
 * All processes of a node: pids, groups and sessions by number, and the news that parents wait for.
 * @see uts/common/os/pid.c
 */
import { SIGCLD } from '#abi/illumos/signal.ts';
import type { Proc, ProcEvent } from '#kernel/os/proc.ts';
import { ProcessGroup, type Session } from '#kernel/os/session.ts';
import { postSignal } from '#kernel/os/signal.ts';

/** `PID_MAX`: pids wrap after it. */
const PID_MAX = 99_999;

export class ProcTable {
  readonly #procs = new Map<number, Proc>();
  readonly #groups = new Map<number, ProcessGroup>();
  readonly #countByUid = new Map<number, number>();
  #lastPid = -1;
  /** `v.v_proc`: processes that fit. */
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get count(): number {
    return this.#procs.size;
  }

  get(pid: number): Proc | undefined {
    return this.#procs.get(pid);
  }

  /** In order of creation; a process that is made or ends meanwhile may or may not be seen. */
  all(): IterableIterator<Proc> {
    return this.#procs.values();
  }

  group(pgid: number): ProcessGroup | undefined {
    const group = this.#groups.get(pgid);
    if (group !== undefined && group.members.size === 0) return undefined;
    return group;
  }

  /** Makes a group, forgetting an empty one with the same number. */
  createGroup(pgid: number, session: Session): ProcessGroup {
    const group = new ProcessGroup(pgid, session);
    this.#groups.set(pgid, group);
    return group;
  }

  /** A number that no process, group or session has. */
  allocatePid(): number {
    for (;;) {
      this.#lastPid = this.#lastPid >= PID_MAX ? 2 : this.#lastPid + 1;
      if (!this.#procs.has(this.#lastPid) && this.group(this.#lastPid) === undefined) {
        return this.#lastPid;
      }
    }
  }

  /** Processes whose real user is `uid`, zombies too. */
  countOf(uid: number): number {
    return this.#countByUid.get(uid) ?? 0;
  }

  add(proc: Proc): void {
    this.#procs.set(proc.pid, proc);
    this.uidChanged(undefined, proc.cred.uid);
  }

  /** The real uid of a process changed; undefined where it begins or ends. */
  uidChanged(from: number | undefined, to: number | undefined): void {
    if (from !== undefined) this.#countByUid.set(from, this.countOf(from) - 1);
    if (to !== undefined) this.#countByUid.set(to, this.countOf(to) + 1);
  }

  /** A zombie was waited for: its number is free again. */
  remove(proc: Proc): void {
    this.#procs.delete(proc.pid);
    this.uidChanged(proc.cred.uid, undefined);
    proc.parent?.children.delete(proc);
    proc.group.members.delete(proc);
    this.forgetIfEmpty(proc.group);
  }

  /** A group that lost its last member is no more; its number may be a pid again. */
  forgetIfEmpty(group: ProcessGroup): void {
    if (group.members.size > 0 || this.#groups.get(group.pgid) !== group) return;
    this.#groups.delete(group.pgid);
  }

  /** News of `proc` for its parent: SIGCLD and a wake-up of wait(2). */
  report(proc: Proc, event: ProcEvent): void {
    proc.event = event;
    const { parent } = proc;
    if (parent === null || parent.state === 'zombie') return;
    const isStopNews = event.how === 'stopped' || event.how === 'continued';
    if (!isStopNews || !parent.signals.noChildStop) {
      postSignal(parent, SIGCLD, { pid: proc.pid, uid: proc.cred.uid });
    }
    parent.childQueue.wakeAll();
  }
}
