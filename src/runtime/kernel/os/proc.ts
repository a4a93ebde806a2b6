/**
 * A process: its place in the tree and in its group, its files, limits, signals and usage. How one
 * begins and ends is in fork.ts and exit.ts.
 * @see uts/common/sys/proc.h
 */
import { SIGCONT, type SIGKILL, type Signal } from '#abi/illumos/signal.ts';
import type { Thread } from '#kernel/disp/thread.ts';
import { WaitQueue } from '#kernel/disp/wait.ts';
import type { ContractTerms } from '#abi/illumos/contract.ts';
import type { ProcessContract } from '#kernel/os/contract.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import type { FileTable } from '#kernel/os/file.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { Rlimits } from '#kernel/os/rlimit.ts';
import type { ProcessGroup } from '#kernel/os/session.ts';
import type { SignalState } from '#kernel/os/signal.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

/** `SRUN`, `SSTOP`, `SZOMB`; whether a running process sleeps is its threads' state. */
export type ProcState = 'running' | 'stopped' | 'zombie';

/** How it ended, or why it stopped: `wcode` and `wdata`. */
export interface ProcEvent {
  readonly how: 'exited' | 'killed' | 'dumped' | 'stopped' | 'continued' | 'trapped';
  readonly status: number;
}

/** Times and counts of a process, or the sum over its reaped children. */
export interface Usage {
  userNs: bigint;
  systemNs: bigint;
  voluntarySwitches: number;
  involuntarySwitches: number;
  systemCalls: number;
  readBytes: number;
  writtenBytes: number;
}

export function emptyUsage(): Usage {
  return {
    userNs: 0n,
    systemNs: 0n,
    voluntarySwitches: 0,
    involuntarySwitches: 0,
    systemCalls: 0,
    readBytes: 0,
    writtenBytes: 0,
  };
}

/** What exec(2) leaves behind for ps. */
export interface ProgramImage {
  /** `pr_fname`: last component of the file, at most 15 bytes. */
  readonly command: string;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** The resolved name of the file; '' for a process that never called exec. */
  readonly path: string;
}

/** What a new process starts from. */
export interface ProcParts {
  readonly kernel: Kernel;
  readonly pid: number;
  readonly parent: Proc | null;
  readonly group: ProcessGroup;
  readonly cred: Credentials;
  readonly files: FileTable;
  readonly cwd: Vnode;
  readonly root: Vnode;
  readonly umask: number;
  readonly limits: Rlimits;
  readonly signals: SignalState;
  readonly image: ProgramImage;
  readonly nice: number;
}

export class Proc {
  readonly kernel: Kernel;
  readonly pid: number;
  parent: Proc | null;
  readonly children: Set<Proc> = new Set();
  group: ProcessGroup;
  cred: Credentials;
  readonly files: FileTable;
  /** Held by the process. */
  cwd: Vnode;
  /** Held by the process; the kernel's root unless chroot(2) changed it. */
  root: Vnode;
  umask: number;
  limits: Rlimits;
  readonly signals: SignalState;
  image: ProgramImage;
  nice: number;
  readonly threads: Thread[] = [];
  state: ProcState = 'running';
  /** Pending for wait(2): a stop or continue not yet reported, or the end. */
  event: ProcEvent | undefined;
  /** The signal that stopped it. */
  stopSignal: Signal = 0;
  /** It called exec since fork: setpgid(2) of it by the parent is EACCES. */
  hasExeced = false;
  readonly startNs: bigint;
  readonly startRealtimeNs: bigint;
  readonly usage: Usage = emptyUsage();
  readonly childUsage: Usage = emptyUsage();
  /** The parent waits here for its children. */
  readonly childQueue: WaitQueue = new WaitQueue();
  /** Deadline of alarm(2), and how to take it back. */
  alarm: { readonly deadlineNs: bigint; cancel(): void } | undefined;
  /** The contract that it is a member of; undefined for the first processes. */
  contract: ProcessContract | undefined;
  /** Active: each child it forks begins a contract with these terms. */
  contractTemplate: ContractTerms | undefined;
  readonly heldContracts: Set<ProcessContract> = new Set();
  latestContract: ProcessContract | undefined;
  /** Set while somebody traces it; the system call layer's own object. */
  tracer: unknown;

  constructor(parts: ProcParts) {
    this.kernel = parts.kernel;
    this.pid = parts.pid;
    this.parent = parts.parent;
    this.group = parts.group;
    this.cred = parts.cred;
    this.files = parts.files;
    this.cwd = parts.cwd;
    this.root = parts.root;
    this.umask = parts.umask;
    this.limits = parts.limits;
    this.signals = parts.signals;
    this.image = parts.image;
    this.nice = parts.nice;
    this.startNs = parts.kernel.dispatcher.nowNs();
    this.startRealtimeNs = parts.kernel.realtimeNs();
    parts.cwd.hold();
    parts.root.hold();
    parts.group.members.add(this);
    parts.parent?.children.add(this);
  }

  get isInit(): boolean {
    return this.pid === 1;
  }

  /** Wakes what sleeps so that it looks at its signals. */
  interrupt(): void {
    for (const thread of this.threads) thread.wake();
  }

  /** Goes on if it was stopped; the parent hears of a SIGCONT, not of a SIGKILL. */
  continueAll(signal: typeof SIGCONT | typeof SIGKILL): void {
    if (this.state !== 'stopped') return;
    this.state = 'running';
    this.stopSignal = 0;
    this.event = undefined;
    for (const thread of this.threads) thread.resume();
    if (signal === SIGCONT) this.kernel.procs.report(this, { how: 'continued', status: SIGCONT });
  }

  setGroup(group: ProcessGroup): void {
    const before = this.group;
    before.members.delete(this);
    this.group = group;
    group.members.add(this);
    this.kernel.procs.forgetIfEmpty(before);
  }
}
