/**
 * The point of no return of exec(2): what of the process stays and what the new program finds.
 * @see uts/common/os/exec.c exec_common
 */
import type { LoadedProgram } from '#kernel/exec/execsw.ts';
import type { Proc } from '#kernel/os/proc.ts';
import type { VnodeContext } from '#kernel/vfs/vnode.ts';

/** `PRFNSZ` − 1 */
const COMMAND_MAX = 15;

/** Caught signals fall back, close-on-exec descriptors close, set-id bits take effect. */
export function replaceImage(proc: Proc, program: LoadedProgram, context: VnodeContext): void {
  const { cred, kernel } = proc;
  proc.files.closeOnExec(context);
  proc.signals.resetForExec();
  // Who traces a program must not gain its owner's rights by it.
  const isTraced = proc.tracer !== undefined;
  const effectiveUid = (isTraced ? undefined : program.setUid) ?? cred.effectiveUid;
  const effectiveGid = (isTraced ? undefined : program.setGid) ?? cred.effectiveGid;
  proc.cred = {
    ...cred,
    effectiveUid,
    effectiveGid,
    savedUid: effectiveUid,
    savedGid: effectiveGid,
  };
  proc.image = {
    command: program.command.slice(0, COMMAND_MAX),
    argv: program.argv,
    env: program.env,
    path: program.path,
  };
  proc.hasExeced = true;
  kernel.execs += 1;
}
