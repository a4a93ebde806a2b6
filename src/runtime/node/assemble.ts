/**
 * Puts a kernel together with the root filesystem, pipes, programs and system calls. Shared by the
 * node and by the test harness, so that a program in a test runs on the same kernel.
 */
import type { BlockDevice, Codecs } from '#runtime/host.ts';
import { MiB } from '#base/units.ts';
import type { DeviceTree } from '#kernel/fs/devfs/devfs.ts';
import { DoorVfs } from '#kernel/fs/doorfs/door.ts';

import { FifoRegistry } from '#kernel/fs/fifofs/fifo.ts';
import { FifoVfs } from '#kernel/fs/fifofs/pipe.ts';
import { NameVfs } from '#kernel/fs/namefs/namefs.ts';
import { SpecFiles } from '#kernel/fs/specfs/spec.ts';
import type { ZfsModule } from '#kernel/fs/zfs/ioctl/zfs-module.ts';
import { ExecSwitch } from '#kernel/exec/execsw.ts';
import { nativeFormat } from '#kernel/exec/native.ts';
import { registerCoreKstats } from '#kernel/os/core-kstats.ts';
import { DriverTable } from '#kernel/io/device.ts';
import { PtyTable } from '#kernel/io/pty.ts';
import { Kernel, type KernelOptions } from '#kernel/os/kernel.ts';
import { provideSyscallProbes } from '#kernel/syscall/probes.ts';
import type { SyscallServices } from '#kernel/syscall/services.ts';
import type { NativeMain } from '#kernel/syscall/sys.ts';
import { SYSCALLS } from '#kernel/syscall/table.ts';
import { tracerOf } from '#kernel/syscall/trace.ts';
import { TracerTable } from '#kernel/syscall/tracing.ts';
import { MemoryVfs } from '#kernel/vfs/memory/memory-vfs.ts';
import { MountTable } from '#kernel/vfs/mount.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import { registerDrivers } from '#runtime/node/drivers.ts';
import { registerFilesystems } from '#runtime/node/filesystems.ts';
import { joinZfs } from '#runtime/node/zfs.ts';

/** The RAM root: half of memory at most, as tmpfs would be. */
const ROOT_SHARE = 2;

export interface AssembledKernel {
  readonly kernel: Kernel;
  readonly services: SyscallServices;
  readonly mounts: MountTable;
  readonly rootfs: MemoryVfs;
  readonly pipes: FifoVfs;
  readonly fifos: FifoRegistry;
  readonly special: SpecialFiles;
  readonly drivers: DriverTable;
  readonly ptys: PtyTable;
  /** /dev and /devices: disks and links are added here. */
  readonly devices: DeviceTree;
  readonly zfs: ZfsModule;
}

/** What the machine has beside a processor and memory. */
export interface Hardware {
  readonly codecs: Codecs;
  readonly disks: readonly BlockDevice[];
}

export function assembleKernel(
  options: KernelOptions,
  hardware: Hardware,
  programs: ReadonlyMap<string, NativeMain>,
): AssembledKernel {
  const { clock } = options;
  const kernel = new Kernel(options);
  const mounts = new MountTable(clock);
  const fifos = new FifoRegistry();
  const drivers = new DriverTable();
  const ptys = new PtyTable(clock);
  registerDrivers(drivers, ptys, kernel);
  const special = new SpecFiles(drivers, (stored, flags, ctx) => fifos.open(stored, flags, ctx));
  const rootfs = new MemoryVfs(
    { clock, special },
    {
      fsid: mounts.allocateFsid(),
      sizeBytes: Math.max(16 * MiB, Math.floor(options.ramBytes / ROOT_SHARE)),
      rootMode: 0o755,
      fstype: 'ufs',
    },
  );
  mounts.mountRoot(rootfs, '/devices/ramdisk:a');
  const devices = registerFilesystems({ kernel, mounts, special, ptys, root: rootfs.root() });
  kernel.root = rootfs.root();
  const root = rootfs.root();
  const zfs = joinZfs({ kernel, ...hardware, drivers, devices, mounts, special, root });
  const pipes = new FifoVfs(clock, mounts.allocateFsid());
  const doors = new DoorVfs(mounts.allocateFsid(), clock);
  const exec = new ExecSwitch();
  exec.register(nativeFormat(programs));
  const tracers = new TracerTable();
  const services: SyscallServices = {
    mounts,
    exec,
    tracers,
    probes: provideSyscallProbes(kernel.sdt, SYSCALLS),
    makeDoor: (server, context) => doors.create(server, context),
    makeName: (named, covered) => new NameVfs(mounts.allocateFsid(), named, covered),
    makePipe: (context) => pipes.makePipe(context),
    openInterrupted: (context) => fifos.abandonOpens(context),
  };
  kernel.exitListeners.add((proc, event) => {
    tracerOf(proc)?.procExited(proc, event);
    tracers.ownerExited(proc);
    doors.serverExited(proc);
    fifos.abandonOpens({ cred: proc.cred, fileFlags: 0, proc });
  });
  kernel.memorySources.add(() => memoryOfFiles(mounts));
  registerCoreKstats(kernel);
  return { kernel, services, mounts, rootfs, pipes, fifos, special, drivers, ptys, devices, zfs };
}

/** What the RAM root, tmpfs and the like hold. */
function memoryOfFiles(mounts: MountTable): number {
  let used = 0;
  for (const { vfs } of mounts.mounts) if (vfs instanceof MemoryVfs) used += vfs.usedBytes;
  return used;
}
