/**
 * A thread: what the dispatcher runs. It knows nothing of processes beyond `owner`; a process sees
 * its threads, and the system call layer decides what resuming one means (`program`).
 * @see uts/common/sys/thread.h
 */
import type { Callout } from '#kernel/disp/callout.ts';
import type { Dispatcher } from '#kernel/disp/dispatcher.ts';
import type { WaitQueue, WouldBlock } from '#kernel/disp/wait.ts';

/** `TS_RUN`, `TS_ONPROC`, `TS_SLEEP`, `TS_STOPPED`, `TS_ZOMB` */
export type ThreadState = 'runnable' | 'running' | 'sleeping' | 'stopped' | 'exited';

/** What is resumed: a generator of a native program or an engine that runs machine code. */
export interface Program {
  /** Runs until the thread has to wait, its work units are used up, or it ended (`done`). */
  next(): { readonly done?: boolean | undefined; readonly value: unknown };
}

/** What the dispatcher tells the owner of a thread. */
export interface ThreadOwner {
  /** The program returned `value` (a thread that ended itself is not reported). */
  threadReturned(thread: Thread, value: unknown): void;
  /** The program threw: a programmer's error inside a native program. */
  threadThrew(thread: Thread, error: unknown): void;
  /** The thread used processor time. */
  threadRan(thread: Thread, userNs: bigint, systemNs: bigint): void;
}

const NO_QUEUES: readonly WaitQueue[] = [];

export class Thread {
  readonly id: number;
  readonly owner: ThreadOwner;
  readonly #dispatcher: Dispatcher;
  program: Program;
  state: ThreadState = 'stopped';

  /** Global priority 0 … 59 of the TS class, 60 … 99 of SYS; see disp/ts.ts. */
  priority = 29;
  /** TS: the part that the dispatcher moves up and down; `nice` shifts it. */
  cpuPriority = 29;
  /** 0 … 39, 20 = ordinary. */
  nice = 20;
  /** Time left of the current slice. */
  quantumNs = 0n;

  userNs = 0n;
  systemNs = 0n;
  voluntarySwitches = 0;
  involuntarySwitches = 0;
  /** Monotonic time at which it last began to wait. */
  sleepStartNs = 0n;
  #queues: readonly WaitQueue[] = NO_QUEUES;
  #timeout: Callout | undefined;

  constructor(id: number, dispatcher: Dispatcher, owner: ThreadOwner, program: Program) {
    this.id = id;
    this.#dispatcher = dispatcher;
    this.owner = owner;
    this.program = program;
  }

  /** What it waits for, for ps and the dump; empty when it does not wait. */
  get waitingOn(): readonly WaitQueue[] {
    return this.#queues;
  }

  /** Waits for what `block` names. The caller then leaves the program with a trap. */
  park(block: WouldBlock): void {
    this.state = 'sleeping';
    this.voluntarySwitches += 1;
    this.sleepStartNs = this.#dispatcher.nowNs();
    this.#queues = block.queues;
    for (const queue of block.queues) queue.waiters.add(this);
    if (block.deadlineNs !== undefined) {
      this.#timeout = this.#dispatcher.callouts.at(block.deadlineNs, () => this.wake());
    }
  }

  /** Makes it runnable if it waits; harmless otherwise. */
  wake(): void {
    if (this.state !== 'sleeping') return;
    this.#leaveQueues();
    this.#dispatcher.setRunnable(this, true);
  }

  /** Job control: it stays where it is until `resume`. */
  stop(): void {
    if (this.state === 'exited') return;
    this.#leaveQueues();
    if (this.state === 'runnable') this.#dispatcher.remove(this);
    this.state = 'stopped';
  }

  /** Starts a new or stopped thread. */
  resume(): void {
    if (this.state === 'stopped') this.#dispatcher.setRunnable(this, false);
  }

  /** It is never resumed again. */
  exit(): void {
    this.#leaveQueues();
    if (this.state === 'runnable') this.#dispatcher.remove(this);
    this.state = 'exited';
  }

  #leaveQueues(): void {
    for (const queue of this.#queues) queue.waiters.delete(this);
    this.#queues = NO_QUEUES;
    this.#timeout?.cancel();
    this.#timeout = undefined;
  }
}
