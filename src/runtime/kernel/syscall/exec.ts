/** execve(2) as a handler: load, then replace. The native layer starts what it answers. */
import type { LoadedProgram } from '#kernel/exec/execsw.ts';
import { replaceImage } from '#kernel/exec/replace.ts';
import { type Errno, isErrno } from '#kernel/os/errno.ts';
import type { Caller } from '#kernel/syscall/caller.ts';
import { tracerOf } from '#kernel/syscall/trace.ts';

export function execve(
  caller: Caller,
  path: string,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
): LoadedProgram | Errno {
  const { proc, kernel, services } = caller;
  const probes = kernel.probes.proc;
  if (probes.exec.enabled) probes.exec.fire(path);
  const program = services.exec.load({ path, argv, env }, caller.lookupStart());
  if (isErrno(program)) {
    if (probes.execFailure.enabled) probes.execFailure.fire(program.number);
    return program;
  }
  replaceImage(proc, program, caller.context());
  if (probes.execSuccess.enabled) probes.execSuccess.fire();
  tracerOf(proc)?.push({
    kind: 'exec',
    pid: proc.pid,
    timeNs: kernel.dispatcher.nowNs(),
    path,
    argv: program.argv,
  });
  return program;
}
