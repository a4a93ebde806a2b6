/**
 * The dispatcher: picks the best runnable thread, resumes it, and accounts for the time. Nobody else
 * resumes anybody. A resumed program gives the processor back by itself: the work it does is counted
 * in units (`spend`), and when they are used up the system call layer leaves with a trap.
 *
 * One unit stands for about 20 ns of a real processor. With a clock that is `advance`d, units are
 * the only thing that moves time; with a real clock they only say how often it is worth reading it.
 * @see uts/common/disp/disp.c, uts/common/os/clock.c
 */
import type { Clock } from '#runtime/host.ts';
import { CalloutTable } from '#kernel/disp/callout.ts';
import { LoadAverages } from '#kernel/disp/loadavg.ts';
import { RunQueue } from '#kernel/disp/runqueue.ts';
import { type Program, Thread, type ThreadOwner } from '#kernel/disp/thread.ts';
import { priorityChanged, quantumExpired, returnedFromSleep } from '#kernel/disp/ts.ts';
import type { Probe } from '#kernel/sdt/registry.ts';

export const NS_PER_UNIT = 20;
/** Units that a thread gets at once: 200 µs. */
const UNITS_PER_TURN = 10_000;

/** The dispatcher's own probes; see disp/probes.ts. */
export interface SchedProbes {
  readonly onCpu: Probe;
  readonly offCpu: Probe;
  readonly sleep: Probe;
  readonly wakeup: Probe;
  readonly preempt: Probe;
  readonly enqueue: Probe;
  readonly dequeue: Probe;
}

export class Dispatcher {
  readonly callouts: CalloutTable = new CalloutTable();
  readonly load: LoadAverages;
  readonly #clock: Clock;
  readonly #probes: SchedProbes;
  readonly #queue: RunQueue = new RunQueue();
  #nextThreadId = 1;

  /** The thread that runs now; null between threads. */
  current: Thread | null = null;
  /** Units left until the running thread has to come back. */
  units = 0;
  /** A better thread became runnable: the running one leaves at the end of its call. */
  shouldYield = false;
  #unitsGiven = 0;
  /** Units of the turn that were spent inside the kernel. */
  #systemUnits = 0;

  userNs = 0n;
  systemNs = 0n;
  idleNs = 0n;
  switches = 0;
  preemptions = 0;
  turns = 0;
  #idleSinceNs: bigint;
  #isStopping = false;

  constructor(clock: Clock, probes: SchedProbes) {
    this.#clock = clock;
    this.#probes = probes;
    this.#idleSinceNs = clock.monotonicNs();
    this.load = new LoadAverages(this.#idleSinceNs);
  }

  nowNs(): bigint {
    return this.#clock.monotonicNs();
  }

  /** Threads that could run, with the running one. */
  get runnableCount(): number {
    return this.#queue.count + (this.current === null ? 0 : 1);
  }

  createThread(owner: ThreadOwner, program: Program): Thread {
    const thread = new Thread(this.#nextThreadId, this, owner, program);
    this.#nextThreadId += 1;
    priorityChanged(thread);
    return thread;
  }

  /** Counts work of the running thread: `inKernel` decides between sys and usr time. */
  spend(units: number, inKernel: boolean): void {
    this.units -= units;
    if (inKernel) this.#systemUnits += units;
  }

  /** Only Thread calls this. */
  setRunnable(thread: Thread, fromSleep: boolean): void {
    if (fromSleep) returnedFromSleep(thread);
    else priorityChanged(thread);
    thread.state = 'runnable';
    this.#enqueue(thread, false);
    if (this.#probes.wakeup.enabled) this.#probes.wakeup.fire(thread, thread.owner);
    const current = this.current;
    if (current !== null && thread.priority > current.priority) this.shouldYield = true;
  }

  /** Only Thread calls this. */
  remove(thread: Thread): void {
    this.#queue.remove(thread);
    if (this.#probes.dequeue.enabled) this.#probes.dequeue.fire(thread, thread.owner);
  }

  /** A runnable thread's `nice` or class changed. */
  reprioritize(thread: Thread): void {
    const isQueued = thread.state === 'runnable';
    if (isQueued) this.#queue.remove(thread);
    priorityChanged(thread);
    if (isQueued) this.#queue.add(thread, false);
  }

  /** The machine goes down: `run` returns after this turn and resumes nobody. */
  requestStop(): void {
    this.#isStopping = true;
    this.shouldYield = true;
  }

  /** Brings a deterministic clock up to the work done in this turn; harmless otherwise. */
  settleClock(): void {
    if (this.#clock.advance === undefined) return;
    const used = this.#unitsGiven - this.units;
    if (used <= 0) return;
    this.#clock.advance(BigInt(Math.ceil(used * NS_PER_UNIT)));
    this.#unitsGiven = this.units;
  }

  /**
   * Runs threads until `untilNs` or until none is runnable. True when it stopped for the time.
   */
  run(untilNs: bigint): boolean {
    const startNs = this.nowNs();
    this.idleNs += startNs - this.#idleSinceNs;
    let nowNs = startNs;
    try {
      for (;;) {
        this.callouts.runDue(nowNs);
        const thread = this.#queue.take();
        if (thread === undefined) return false;
        if (this.#probes.dequeue.enabled) this.#probes.dequeue.fire(thread, thread.owner);
        this.load.update(nowNs, this.#queue.count + 1);
        this.switches += 1;
        nowNs = this.#runThread(thread, nowNs, untilNs);
        if (this.#isStopping) return false;
        if (nowNs >= untilNs) return this.#queue.count > 0;
      }
    } finally {
      this.#idleSinceNs = this.nowNs();
      this.load.update(this.#idleSinceNs, this.#queue.count);
    }
  }

  /** Idle time up to now, with the current idle spell. */
  idleUntilNowNs(): bigint {
    return this.current === null ? this.idleNs + this.nowNs() - this.#idleSinceNs : this.idleNs;
  }

  /** Gives `thread` turns until it waits, ends, is preempted, or the host wants its slice back. */
  #runThread(thread: Thread, startNs: bigint, untilNs: bigint): bigint {
    let nowNs = startNs;
    thread.state = 'running';
    this.current = thread;
    if (this.#probes.onCpu.enabled) this.#probes.onCpu.fire(thread, thread.owner);
    for (;;) {
      const turnStartNs = nowNs;
      this.#turn(thread);
      nowNs = this.nowNs();
      this.#account(thread, nowNs - turnStartNs);
      if (thread.state !== 'running') break;
      if (thread.quantumNs <= 0n) {
        quantumExpired(thread);
        this.#preempted(thread, false);
        break;
      }
      const mustLeave = nowNs >= untilNs || this.#isStopping;
      if (mustLeave || this.#queue.highest > thread.priority) {
        this.#preempted(thread, true);
        break;
      }
      this.callouts.runDue(nowNs);
    }
    if (this.#probes.offCpu.enabled) this.#probes.offCpu.fire(thread, thread.owner);
    if (this.#probes.sleep.enabled && isAsleep(thread)) {
      this.#probes.sleep.fire(thread, thread.owner);
    }
    this.current = null;
    return nowNs;
  }

  #preempted(thread: Thread, keepsPlace: boolean): void {
    thread.involuntarySwitches += 1;
    this.preemptions += 1;
    thread.state = 'runnable';
    if (this.#probes.preempt.enabled) this.#probes.preempt.fire(thread, thread.owner);
    this.#enqueue(thread, keepsPlace);
  }

  #enqueue(thread: Thread, atFront: boolean): void {
    this.#queue.add(thread, atFront);
    if (this.#probes.enqueue.enabled) this.#probes.enqueue.fire(thread, thread.owner);
  }

  #turn(thread: Thread): void {
    this.turns += 1;
    this.units = UNITS_PER_TURN;
    this.#unitsGiven = UNITS_PER_TURN;
    this.#systemUnits = 0;
    this.shouldYield = false;
    try {
      const step = thread.program.next();
      if (step.done === true && thread.state === 'running') {
        thread.owner.threadReturned(thread, step.value);
      }
    } catch (error) {
      thread.owner.threadThrew(thread, error);
    }
    this.settleClock();
  }

  /** Kernel work costs what its units stand for; the rest of the turn was the program's own. */
  #account(thread: Thread, elapsedNs: bigint): void {
    const kernelNs = BigInt(Math.round(this.#systemUnits * NS_PER_UNIT));
    const systemNs = kernelNs < elapsedNs ? kernelNs : elapsedNs;
    const userNs = elapsedNs - systemNs;
    this.systemNs += systemNs;
    this.userNs += userNs;
    thread.systemNs += systemNs;
    thread.userNs += userNs;
    thread.quantumNs -= elapsedNs;
    thread.owner.threadRan(thread, userNs, systemNs);
  }
}

/** A function, so that narrowing from before the turn does not survive it. */
function isAsleep(thread: Thread): boolean {
  return thread.state === 'sleeping';
}
