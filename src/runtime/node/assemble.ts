/**
 * Puts a kernel together with the root filesystem, pipes, programs and system calls. Shared by the
 * node and by the test harness, so that a program in a test runs on the same kernel.
 */
import { MiB } from '#base/units.ts';
import { FifoRegistry } from '#kernel/fs/fifofs/fifo.ts';
import { FifoVfs } from '#kernel/fs/fifofs/pipe.ts';
import { TmpfsVfs, tmpfsType } from '#kernel/fs/tmpfs/tmpfs.ts';
import { ExecSwitch } from '#kernel/exec/execsw.ts';
import { nativeFormat } from '#kernel/exec/native.ts';
import { ENXIO } from '#kernel/os/errno.ts';
import { registerCoreKstats } from '#kernel/os/core-kstats.ts';
import { Kernel, type KernelOptions } from '#kernel/os/kernel.ts';
import { provideSyscallProbes } from '#kernel/syscall/probes.ts';
import type { SyscallServices } from '#kernel/syscall/services.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { SYSCALLS } from '#kernel/syscall/table.ts';
import { tracerOf } from '#kernel/syscall/trace.ts';
import { TracerTable } from '#kernel/syscall/tracing.ts';
import { MountTable } from '#kernel/vfs/mount.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';

/** The RAM root: half of memory at most, as tmpfs would be. */
const ROOT_SHARE = 2;

export interface AssembledKernel {
  readonly kernel: Kernel;
  readonly services: SyscallServices;
  readonly mounts: MountTable;
  readonly rootfs: TmpfsVfs;
  readonly pipes: FifoVfs;
  readonly fifos: FifoRegistry;
  readonly special: SpecialFiles;
}

export function assembleKernel(
  options: KernelOptions,
  programs: ReadonlyMap<string, NativeMain>,
): AssembledKernel {
  const { clock } = options;
  const kernel = new Kernel(options);
  const mounts = new MountTable(clock);
  const fifos = new FifoRegistry();
  const special: SpecialFiles = {
    open: (stored, _rdev, flags, ctx) =>
      stored.type === 'VFIFO' ? fifos.open(stored, flags, ctx) : ENXIO,
  };
  const rootfs = new TmpfsVfs(
    { clock, special },
    {
      fsid: mounts.allocateFsid(),
      sizeBytes: Math.max(16 * MiB, Math.floor(options.ramBytes / ROOT_SHARE)),
      rootMode: 0o755,
      fstype: 'ufs',
    },
  );
  mounts.mountRoot(rootfs, '/devices/ramdisk:a');
  mounts.register(
    tmpfsType({
      clock,
      special,
      allocateFsid: () => mounts.allocateFsid(),
      defaultSizeBytes: Math.floor(options.ramBytes / ROOT_SHARE),
    }),
  );
  kernel.root = rootfs.root();
  const pipes = new FifoVfs(clock, mounts.allocateFsid());
  const exec = new ExecSwitch();
  exec.register(nativeFormat(programs));
  const tracers = new TracerTable();
  const services: SyscallServices = {
    mounts,
    exec,
    tracers,
    probes: provideSyscallProbes(kernel.sdt, SYSCALLS),
    makePipe: (context) => pipes.makePipe(context),
  };
  kernel.exitListeners.add((proc, event) => {
    tracerOf(proc)?.procExited(proc, event);
    tracers.ownerExited(proc);
  });
  registerCoreKstats(kernel);
  return { kernel, services, mounts, rootfs, pipes, fifos, special };
}
