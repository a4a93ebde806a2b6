/**
 * What system calls need from parts that lie beside or above this layer; node.ts fills it in.
 */
import type { ExecSwitch } from '#kernel/exec/execsw.ts';
import type { SyscallProbes } from '#kernel/syscall/probes.ts';
import type { TracerTable } from '#kernel/syscall/tracing.ts';
import type { MountTable } from '#kernel/vfs/mount.ts';
import type { Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

export interface SyscallServices {
  readonly mounts: MountTable;
  readonly exec: ExecSwitch;
  readonly probes: SyscallProbes;
  readonly tracers: TracerTable;
  /** The two ends of a new pipe, opened. */
  makePipe(context: VnodeContext): readonly [Vnode, Vnode];
}
