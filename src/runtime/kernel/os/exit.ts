/**
 * How a process ends, stops, and is waited for. @see uts/common/os/exit.c  @man exit(2) waitid(2)
 */
import { SIGCLD, type Signal } from '#abi/illumos/signal.ts';
import type { VnodeContext } from '#kernel/vfs/vnode.ts';
import type { Proc, ProcEvent, Usage } from '#kernel/os/proc.ts';
import { leaderExited, notifyIfOrphaned, type ProcessGroup } from '#kernel/os/session.ts';

/** Ends the process: all but its exit status is given back. Its threads never run again. */
export function exitProc(proc: Proc, event: ProcEvent): void {
  if (proc.state === 'zombie') return;
  const { kernel } = proc;
  if (kernel.probes.proc.exit.enabled) kernel.probes.proc.exit.fire(event.how, event.status);
  const orphanable = groupsThatMayBeOrphaned(proc);
  for (const thread of proc.threads) {
    proc.usage.voluntarySwitches += thread.voluntarySwitches;
    proc.usage.involuntarySwitches += thread.involuntarySwitches;
    thread.exit();
    if (kernel.probes.proc.lwpExit.enabled) kernel.probes.proc.lwpExit.fire(thread);
  }
  proc.threads.length = 0;
  proc.alarm?.cancel();
  const context: VnodeContext = { cred: proc.cred, fileFlags: 0, proc };
  proc.files.closeAll(context);
  proc.cwd.release();
  proc.root.release();
  proc.state = 'zombie';
  const { session } = proc.group;
  if (session.leader === proc) leaderExited(session);
  kernel.contracts.exited(proc, event);
  reparentChildren(proc);
  for (const [group, wasOrphaned] of orphanable) notifyIfOrphaned(group, wasOrphaned);
  for (const listener of kernel.exitListeners) listener(proc, event);
  if (proc.isInit) kernel.initExited(proc);
  leaveToParent(proc, event);
}

/** A zombie, unless nobody will ever ask. */
function leaveToParent(proc: Proc, event: ProcEvent): void {
  const { parent, kernel } = proc;
  kernel.procs.report(proc, event);
  const isUnwanted =
    parent === null || parent.signals.noChildWait || parent.signals.ignored.has(SIGCLD);
  if (isUnwanted) reap(proc);
}

/** Takes the zombie out of the table and adds its usage to its parent's. */
export function reap(proc: Proc): void {
  if (proc.parent !== null) {
    addUsage(proc.parent.childUsage, proc.usage);
    addUsage(proc.parent.childUsage, proc.childUsage);
  }
  proc.kernel.procs.remove(proc);
}

function addUsage(sum: Usage, part: Usage): void {
  sum.userNs += part.userNs;
  sum.systemNs += part.systemNs;
  sum.voluntarySwitches += part.voluntarySwitches;
  sum.involuntarySwitches += part.involuntarySwitches;
  sum.systemCalls += part.systemCalls;
  sum.readBytes += part.readBytes;
  sum.writtenBytes += part.writtenBytes;
}

/** Children go to init, zombies among them so that it reaps them. */
function reparentChildren(proc: Proc): void {
  const init = proc.kernel.procs.get(1);
  for (const child of proc.children) {
    proc.children.delete(child);
    child.parent = init === undefined || init === proc ? null : init;
    child.parent?.children.add(child);
    if (child.state === 'zombie' && child.event !== undefined) leaveToParent(child, child.event);
  }
}

/** Its own group and its children's, with whether they were orphaned before. */
function groupsThatMayBeOrphaned(proc: Proc): Map<ProcessGroup, boolean> {
  const groups = new Map<ProcessGroup, boolean>([[proc.group, proc.group.isOrphaned]]);
  for (const child of proc.children) {
    if (!groups.has(child.group)) groups.set(child.group, child.group.isOrphaned);
  }
  return groups;
}

/** Job control stops it; its threads stay where they are until SIGCONT or SIGKILL. */
export function stopProc(proc: Proc, signal: Signal): void {
  if (proc.state !== 'running') return;
  proc.state = 'stopped';
  proc.stopSignal = signal;
  for (const thread of proc.threads) thread.stop();
  proc.kernel.procs.report(proc, { how: 'stopped', status: signal });
}
