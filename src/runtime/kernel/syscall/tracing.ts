/** The calls behind truss; see trace.ts. */
import { EBUSY, EINVAL, EPERM, ESRCH, type Errno } from '#kernel/os/errno.ts';
import type { Proc } from '#kernel/os/proc.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { maySignal } from '#kernel/syscall/signals.ts';
import type { TraceEvent } from '#kernel/syscall/sys.ts';
import { Tracer } from '#kernel/syscall/trace.ts';
import type { WouldBlock } from '#kernel/disp/wait.ts';
import { SIGKILL } from '#abi/illumos/signal.ts';

/** The tracers of one node by id, and who owns them. */
export class TracerTable {
  readonly #tracers = new Map<number, { readonly tracer: Tracer; readonly owner: Proc }>();
  #nextId = 1;

  add(tracer: Tracer, owner: Proc): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#tracers.set(id, { tracer, owner });
    return id;
  }

  get(id: number, owner: Proc): Tracer | undefined {
    const entry = this.#tracers.get(id);
    return entry?.owner === owner ? entry.tracer : undefined;
  }

  remove(id: number): void {
    this.#tracers.get(id)?.tracer.detachAll();
    this.#tracers.delete(id);
  }

  /** What it traced goes on alone. */
  ownerExited(owner: Proc): void {
    for (const [id, entry] of this.#tracers) if (entry.owner === owner) this.remove(id);
  }
}

export function trace(caller: Caller, pid: number, followsForks: boolean): number | Errno {
  const { proc, kernel } = caller;
  const target = kernel.procs.get(pid);
  if (target === undefined || target.state === 'zombie') return ESRCH;
  if (target === proc) return EINVAL;
  if (!maySignal(proc, target, SIGKILL)) return EPERM;
  if (target.tracer !== undefined) return EBUSY;
  const tracer = new Tracer(followsForks);
  tracer.attach(target);
  return caller.services.tracers.add(tracer, proc);
}

export function traceRead(caller: Caller, id: number): readonly TraceEvent[] | WouldBlock | Errno {
  return caller.services.tracers.get(id, caller.proc)?.take() ?? EINVAL;
}

export function traceStop(caller: Caller, id: number): Errno | 0 {
  if (caller.services.tracers.get(id, caller.proc) === undefined) return EINVAL;
  caller.services.tracers.remove(id);
  return 0;
}
