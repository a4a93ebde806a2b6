/**
 * The filesystems that the kernel itself mounts before init runs. A type that this kernel does not
 * have is left out. @see uts/common/fs/vfs.c vfs_mountroot
 */
import { isErrno } from '#kernel/os/errno.ts';
import type { Kernel } from '#kernel/os/kernel.ts';
import type { LookupStart } from '#kernel/vfs/lookup.ts';
import { lookupVnode } from '#kernel/vfs/lookup.ts';
import { parseMountOptions } from '#kernel/vfs/mount.ts';
import type { AssembledKernel } from '#runtime/node/assemble.ts';

/** In this order: later ones lie inside earlier ones. */
const EARLY_MOUNTS: readonly (readonly [
  fstype: string,
  special: string,
  directory: string,
  options?: string,
])[] = [
  ['devfs', '/devices', '/devices'],
  ['dev', '/dev', '/dev'],
  ['ctfs', 'ctfs', '/system/contract'],
  ['proc', 'proc', '/proc'],
  ['mntfs', 'mnttab', '/etc/mnttab'],
  ['tmpfs', 'swap', '/etc/svc/volatile', 'mode=755'],
  ['objfs', 'objfs', '/system/object'],
  ['fd', 'fd', '/dev/fd'],
];

/** Missing mount points are made: mntfs covers a file, all others a directory. */
export function mountKernelFilesystems(assembled: AssembledKernel): void {
  const { mounts } = assembled;
  const kernel: Kernel = assembled.kernel;
  for (const [fstype, special, directory, options = ''] of EARLY_MOUNTS) {
    if (!mounts.types.includes(fstype)) continue;
    makePath(assembled, directory, fstype === 'mntfs');
    const root = assembled.rootfs.root();
    const start: LookupStart = { root, directory: root, context: kernel.context };
    const vnode = lookupVnode(directory, start, 'follow');
    if (isErrno(vnode)) kernel.panic(`cannot mount ${directory}: ${vnode.message}`);
    const given = parseMountOptions(options);
    const mounted = mounts.mount(fstype, special, vnode, directory, given, kernel.context);
    if (isErrno(mounted)) kernel.panic(`cannot mount ${directory}: ${mounted.message}`);
  }
}

function makePath(assembled: AssembledKernel, path: string, isFile: boolean): void {
  const { context } = assembled.kernel;
  const root = assembled.rootfs.root();
  const names = path.split('/').slice(1);
  names.forEach((name, index) => {
    const parent = `/${names.slice(0, index).join('/')}`;
    const start: LookupStart = { root, directory: root, context };
    const directory = lookupVnode(parent, start, 'follow');
    if (isErrno(directory) || !isErrno(lookupVnode(`${parent}/${name}`, start, 'follow'))) return;
    const isLast = index === names.length - 1;
    if (isLast && isFile) directory.create(name, { type: 'VREG', mode: 0o444 }, true, context);
    else directory.mkdir(name, { type: 'VDIR', mode: 0o755 }, context);
  });
}
