/**
 * How a process begins. @see uts/common/os/fork.c  @man fork(2)
 */
import { SIGKILL, SIGSEGV, SIGXCPU } from '#abi/illumos/signal.ts';
import type { Program, Thread, ThreadOwner } from '#kernel/disp/thread.ts';
import { type Credentials, KERNEL_CREDENTIALS } from '#kernel/os/cred.ts';
import { EAGAIN, type Errno } from '#kernel/os/errno.ts';
import { exitProc } from '#kernel/os/exit.ts';
import { FileTable } from '#kernel/os/file.ts';
import { KernelPanic, type Kernel } from '#kernel/os/kernel.ts';
import { Proc, type ProgramImage } from '#kernel/os/proc.ts';
import { initialRlimits } from '#kernel/os/rlimit.ts';
import { Session } from '#kernel/os/session.ts';
import { SignalState, postSignal } from '#kernel/os/signal.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

/** Slots that only root may use. @see uts/common/conf/param.c */
const RESERVED_PROCESSES = 5;
const CPU_LIMIT_REPEAT_NS = 1_000_000_000n;

/** What a new process without a parent's properties starts from. */
export interface NewProcess {
  readonly parent: Proc | null;
  readonly cwd: Vnode;
  readonly root: Vnode;
  readonly image: ProgramImage;
  readonly cred?: Credentials;
}

/** A process in a session of its own: sched, init, and what the host starts. */
export function createProcess(kernel: Kernel, parts: NewProcess): Proc {
  const { procs } = kernel;
  const pid = procs.allocatePid();
  const session = new Session(pid, null);
  const proc = new Proc({
    kernel,
    pid,
    parent: parts.parent,
    group: procs.createGroup(pid, session),
    cred: parts.cred ?? KERNEL_CREDENTIALS,
    files: new FileTable(),
    cwd: parts.cwd,
    root: parts.root,
    umask: 0o022,
    limits: initialRlimits(procs.capacity - RESERVED_PROCESSES),
    signals: new SignalState(),
    image: parts.image,
    nice: 20,
  });
  session.leader = proc;
  procs.add(proc);
  return proc;
}

/** A child with copies of everything; EAGAIN when the user or the system has too many. */
export function forkProcess(parent: Proc): Proc | Errno {
  const { kernel } = parent;
  const { procs } = kernel;
  const isRoot = parent.cred.effectiveUid === 0;
  const room = procs.capacity - (isRoot ? 0 : RESERVED_PROCESSES);
  if (procs.count >= room) return EAGAIN;
  if (procs.countOf(parent.cred.uid) >= parent.limits.nproc.current) return EAGAIN;
  const child = new Proc({
    kernel,
    pid: procs.allocatePid(),
    parent,
    group: parent.group,
    cred: parent.cred,
    files: parent.files.copy(),
    cwd: parent.cwd,
    root: parent.root,
    umask: parent.umask,
    limits: parent.limits,
    signals: parent.signals.copyForChild(),
    image: parent.image,
    nice: parent.nice,
  });
  procs.add(child);
  kernel.forks += 1;
  kernel.contracts.forked(parent, child);
  if (kernel.probes.proc.create.enabled) kernel.probes.proc.create.fire(child);
  return child;
}

/** Gives `proc` a thread; it runs after `thread.resume()`. */
export function createThread(proc: Proc, program: Program): Thread {
  const thread = proc.kernel.dispatcher.createThread(new ProcThreads(proc), program);
  thread.nice = proc.nice;
  proc.threads.push(thread);
  const probes = proc.kernel.probes.proc;
  if (probes.lwpCreate.enabled) probes.lwpCreate.fire(thread, proc);
  if (probes.start.enabled && proc.threads.length === 1) probes.start.fire(proc);
  if (probes.lwpStart.enabled) probes.lwpStart.fire(thread);
  return thread;
}

/** What the dispatcher tells a process about its threads. */
class ProcThreads implements ThreadOwner {
  readonly proc: Proc;
  #nextCpuSignalNs = 0n;

  constructor(proc: Proc) {
    this.proc = proc;
  }

  threadReturned(_thread: Thread, value: unknown): void {
    const status = typeof value === 'number' ? value & 0xff : 0;
    exitProc(this.proc, { how: 'exited', status });
  }

  /** A bug in a native program ends it, as a wild pointer would; one of the kernel, the node. */
  threadThrew(_thread: Thread, error: unknown): void {
    const { kernel } = this.proc;
    if (error instanceof KernelPanic) throw error;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (kernel.isInKernel && !isStackOverflow(error)) {
      const message = error instanceof Error ? error.message : detail;
      throw new KernelPanic(message, { cause: error });
    }
    kernel.isInKernel = false;
    kernel.options.log.write('error', `program "${this.proc.image.command}" failed`, detail);
    kernel.log(
      'CE_NOTE',
      `!core_log: ${this.proc.image.command}[${this.proc.pid}] ended by a program error`,
    );
    exitProc(this.proc, { how: 'killed', status: SIGSEGV });
  }

  threadRan(_thread: Thread, userNs: bigint, systemNs: bigint): void {
    const { usage, limits } = this.proc;
    usage.userNs += userNs;
    usage.systemNs += systemNs;
    if (limits.cpu.current !== Infinity) this.#checkCpuLimit(usage.userNs + usage.systemNs);
  }

  /** SIGXCPU once a second past the soft limit; the end at the hard one. */
  #checkCpuLimit(usedNs: bigint): void {
    const { limits } = this.proc;
    if (usedNs < BigInt(limits.cpu.current) * CPU_LIMIT_REPEAT_NS) return;
    if (usedNs < this.#nextCpuSignalNs) return;
    this.#nextCpuSignalNs = usedNs + CPU_LIMIT_REPEAT_NS;
    const isPastHard =
      limits.cpu.maximum !== Infinity &&
      usedNs >= BigInt(limits.cpu.maximum) * CPU_LIMIT_REPEAT_NS &&
      limits.cpu.maximum !== limits.cpu.current;
    postSignal(this.proc, isPastHard ? SIGKILL : SIGXCPU);
  }
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}
