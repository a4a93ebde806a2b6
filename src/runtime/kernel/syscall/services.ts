/**
 * What system calls need from parts that lie beside or above this layer; node.ts fills it in.
 */
import type { ExecSwitch } from '#kernel/exec/execsw.ts';
import type { SyscallProbes } from '#kernel/syscall/probes.ts';
import type { TracerTable } from '#kernel/syscall/tracing.ts';
import type { MountTable } from '#kernel/vfs/mount.ts';
import type { Proc } from '#kernel/os/proc.ts';
import type { Vfs, Vnode, VnodeContext } from '#kernel/vfs/vnode.ts';

export interface SyscallServices {
  readonly mounts: MountTable;
  readonly exec: ExecSwitch;
  readonly probes: SyscallProbes;
  readonly tracers: TracerTable;
  /** A process gives back its place in an open(2) that waits for the other side of a fifo. */
  openInterrupted(context: VnodeContext): void;
  /** A new door of `server`, opened. */
  makeDoor(server: Proc, context: VnodeContext): Vnode;
  /** A filesystem whose root shows `named` with the permissions of `covered`. */
  makeName(named: Vnode, covered: Vnode): Vfs;
  /** The two ends of a new pipe, opened. */
  makePipe(context: VnodeContext): readonly [Vnode, Vnode];
}
