/**
 * Who makes a system call: the process, its thread, and what the call in progress remembers between
 * being parked and being issued again. One object a thread, reused for every call.
 */
import type { Signal } from '#abi/illumos/signal.ts';
import type { Thread } from '#kernel/disp/thread.ts';
import type { Credentials } from '#kernel/os/cred.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { Proc } from '#kernel/os/proc.ts';
import type { SignalSet } from '#kernel/os/sigset.ts';
import type { SyscallServices } from '#kernel/syscall/services.ts';
import type { Task } from '#kernel/syscall/sys.ts';
import type { LookupStart } from '#kernel/vfs/lookup.ts';
import type { VnodeContext } from '#kernel/vfs/vnode.ts';

/** The context of file operations; the fields follow the call in progress. */
class CallContext implements VnodeContext {
  cred: Credentials;
  fileFlags = 0;
  readonly proc: Proc;

  constructor(proc: Proc) {
    this.proc = proc;
    this.cred = proc.cred;
  }
}

/** Runs a caught signal's handler in the program; the native or brand layer supplies it. */
export type HandlerRunner = (handler: unknown, signal: Signal) => Task<void>;

export class Caller {
  readonly kernel: Kernel;
  readonly proc: Proc;
  readonly thread: Thread;
  readonly services: SyscallServices;
  readonly #context: CallContext;
  runHandler: HandlerRunner;

  /** Bytes moved so far by a call that may move more: what it answers when a signal ends it. */
  progress = 0;
  /** Until when the call waits at most; kept over re-issues. */
  deadlineNs: bigint | undefined;
  /** sigsuspend(2): the mask to go back to. */
  maskBefore: SignalSet | undefined;

  constructor(proc: Proc, thread: Thread, services: SyscallServices, runHandler: HandlerRunner) {
    this.kernel = proc.kernel;
    this.proc = proc;
    this.thread = thread;
    this.services = services;
    this.runHandler = runHandler;
    this.#context = new CallContext(proc);
  }

  /** For operations without an open file. Borrowed until the call ends. */
  context(fileFlags = 0): VnodeContext {
    const context = this.#context;
    context.cred = this.proc.cred;
    context.fileFlags = fileFlags;
    return context;
  }

  /** Where path names of this process start. */
  lookupStart(fileFlags = 0): LookupStart {
    return {
      root: this.proc.root,
      directory: this.proc.cwd,
      context: this.context(fileFlags),
    };
  }

  /** Counts `byteCount` bytes copied in or out: 64 a unit. */
  spendBytes(byteCount: number): void {
    this.kernel.dispatcher.spend(byteCount >> 6, true);
  }
}
