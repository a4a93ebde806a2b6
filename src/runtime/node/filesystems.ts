/**
 * The filesystem types of every node, by the names that mount(8) and vfstab know.
 */
import { ctfsType } from '#kernel/fs/ctfs/ctfs.ts';
import { DeviceTree } from '#kernel/fs/devfs/devfs.ts';
import { fdfsType } from '#kernel/fs/fdfs/fdfs.ts';
import { lofsType } from '#kernel/fs/lofs/lofs.ts';
import { mntfsType } from '#kernel/fs/mntfs/mntfs.ts';
import { procfsType } from '#kernel/fs/procfs/procfs.ts';
import { tmpfsType } from '#kernel/fs/tmpfs/tmpfs.ts';
import type { PtyTable } from '#kernel/io/pty.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { MountTable } from '#kernel/vfs/mount.ts';
import type { SpecialFiles } from '#kernel/vfs/special.ts';
import type { Vnode } from '#kernel/vfs/vnode.ts';

/** tmpfs without `size=` takes at most this part of memory. */
const TMPFS_SHARE = 2;

export interface FilesystemParts {
  readonly kernel: Kernel;
  readonly mounts: MountTable;
  readonly special: SpecialFiles;
  readonly ptys: PtyTable;
  /** Where the paths of lofs mounts start. */
  readonly root: Vnode;
}

export function registerFilesystems(parts: FilesystemParts): DeviceTree {
  const { kernel, mounts, special, ptys, root } = parts;
  const { clock, ramBytes } = kernel.options;
  const allocateFsid = (): number => mounts.allocateFsid();
  const defaultSizeBytes = Math.floor(ramBytes / TMPFS_SHARE);
  const tree = new DeviceTree({ clock, special }, allocateFsid);
  ptys.onChange = (minor, owner) => tree.ptyChanged(minor, owner);
  mounts.register(tmpfsType({ clock, special, allocateFsid, defaultSizeBytes }));
  mounts.register(mntfsType(mounts, clock));
  mounts.register(lofsType(allocateFsid, root));
  mounts.register(procfsType(allocateFsid, kernel));
  mounts.register(ctfsType(allocateFsid, kernel.contracts, clock));
  mounts.register(fdfsType(allocateFsid, clock));
  mounts.register({ name: 'devfs', mount: () => tree.devices });
  mounts.register({ name: 'dev', mount: () => tree.dev });
  return tree;
}
